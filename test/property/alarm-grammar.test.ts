import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseRule } from '../../src/alarms/parse-rule.ts'
import {
  type Comparison,
  type Condition,
  type Expression,
  leavesOf,
  type Measure,
  type Statistic,
} from '../../src/alarms/rule.ts'
import { InaError } from '../../src/util/errors.ts'
import { expressionText } from '../support/expression-text.ts'

const channel = fc.constantFrom(
  'v',
  'a',
  'w',
  'soc',
  'my temp',
  'battery',
  'for',
  't-1',
  "o'clock",
  'µx',
)
const windowS = fc.integer({ min: 1, max: 3600 })
const statistic = fc.constantFrom<Statistic>('avg', 'min', 'max', 'stddev', 'p5', 'p50', 'p99')
const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc.record({ kind: fc.constantFrom('channel' as const, 'rate' as const), channel }),
  fc.record({ kind: fc.constant('window' as const), statistic, channel, windowS }),
  fc.constantFrom<Measure>({ kind: 'charge' }, { kind: 'energy' }, { kind: 'battery' }),
  fc.record({ kind: fc.constantFrom('lost' as const, 'out_of_range' as const), windowS }),
  fc.record({ kind: fc.constant('anomaly' as const), channel: channel.filter((id) => id !== 'w') }),
)
const number = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }).map((n) => n / 1000),
  fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
)
const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({
    op: fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const),
    limit: number,
  }),
  fc
    .tuple(number, number)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({
      op: 'outside' as const,
      low: Math.min(a, b),
      high: Math.max(a, b),
    })),
)
const forUs = fc.option(fc.integer({ min: 1, max: 10_000_000 }).map((ms) => ms * 1000))
const condition: fc.Arbitrary<Condition> = fc
  .record({
    kind: fc.constant('condition' as const),
    measure,
    comparison,
    hysteresis: fc.oneof(fc.constant(0), number),
    forUs,
  })
  .map((each) => {
    const { comparison: of } = each
    const isTooWide = of.op === 'outside' && 2 * each.hysteresis >= of.high - of.low
    return isTooWide ? { ...each, hysteresis: 0 } : each
  })
const silence = fc.record({ kind: fc.constant('silent' as const), afterUs: forUs })

const { expression } = fc.letrec<{ expression: Expression; group: Expression }>((tie) => ({
  expression: fc.oneof({ maxDepth: 2 }, condition, silence, tie('group')),
  group: fc
    .record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('expression'), { minLength: 2, maxLength: 3 }),
      forUs,
    })
    .map((group): Expression => {
      // As the reader puts them: a group within one of its kind is part of it, and no `for` holds for a silence.
      const parts = group.parts.flatMap((each) =>
        each.kind === group.kind && each.forUs === null ? each.parts : [each],
      )
      const hasSilence = parts.flatMap(leavesOf).some(({ kind }) => kind === 'silent')
      return { ...group, parts, forUs: hasSilence ? null : group.forUs }
    }),
}))

it('what is written of an expression reads as the same one', () => {
  fc.assert(
    fc.property(expression, fc.boolean(), (when, latch) => {
      const text = expressionText(when)
      fc.pre(text.length < 950)
      const rule = parseRule(`${text}${latch ? ' latch' : ''} as "some name"`)
      expect(rule.when).toEqual(when)
      expect(rule).toMatchObject({ latch, name: 'some name' })
    }),
    { numRuns: 500 },
  )
})

const word = fc.constantFrom(
  ...'a v w soc > < >= <= outside 1 -1 4.5V 5mA 1..2 .. ( ) , and or for 5s 1m hysteresis latch as name "q silent avg( rate(v) lost(1m) battery % µ 🙂 : ; \' 1e999 \u0000'.split(
    ' ',
  ),
)

it('no text makes anything else than a rule or an error with a character', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word).map((words) => words.join(' ')),
  )
  fc.assert(
    fc.property(text, (given) => {
      try {
        parseRule(given)
      } catch (error) {
        expect(error).toBeInstanceOf(InaError)
        expect((error as InaError).code).toBe('usage_invalid')
        expect((error as InaError).message).toMatch(/character \d+/)
      }
    }),
    { numRuns: 2000 },
  )
})
