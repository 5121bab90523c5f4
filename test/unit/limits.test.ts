import fc from 'fast-check'
import { expect, test } from 'vitest'
import { limitsOf } from '../../src/alarms/limits.ts'
import { parseLimit } from '../../src/alarms/parse-limit.ts'
import { parseRule } from '../../src/alarms/parse-rule.ts'
import type { Rule } from '../../src/alarms/rule.ts'
import { isInaError } from '../../src/util/errors.ts'

const limits = (...rules: string[]) => limitsOf(rules.map((each) => parseRule(each)))

test('rules of the simple form are limits, each end where the rule has it', () => {
  expect(limits('a > 1.2A for 5s latch', 'v outside 4.75..5.25 hysteresis 50mV')).toEqual([
    { channel: 'v', low: 4.75, high: 5.25 },
    { channel: 'a', low: null, high: 1.2 },
  ])
  expect(limits('temp <= 5', 'w >= 8')).toEqual([
    { channel: 'w', low: null, high: 8 },
    { channel: 'temp', low: 5, high: null },
  ])
})

test('of several rules on one channel the tightest ends come first, each once', () => {
  expect(limits('v > 5.5', 'v > 5.25', 'v < 4.5', 'v >= 5.25')).toEqual([
    { channel: 'v', low: 4.5, high: 5.25 },
    { channel: 'v', low: null, high: 5.5 },
  ])
})

test('what is not about the newest value of a channel is no limit of it', () => {
  expect(limits('avg(v,1m) > 5', 'rate(v) > 1', 'silent', 'v > 5 and a > 1', 'charge > 1')).toEqual(
    [],
  )
})

const UNITS: Readonly<Record<string, string>> = { soc: '%', 'my temp': '°C' }
const CONTEXT = { channelUnit: (id: string) => UNITS[id] ?? null, option: '--limit' }

function limit(text: string, at = 0): Rule {
  return parseLimit(text, at, CONTEXT)
}

function refusal(text: string): string {
  try {
    limit(text)
  } catch (error) {
    if (isInaError(error)) return `${error.code} ${error.message}; ${error.hint}`
    throw error
  }
  throw new Error(`'${text}' is read as a limit`)
}

test('a limit is a rule of its own name that latches', () => {
  expect(limit('v:4.75..5.25')).toEqual({
    name: 'limit v',
    text: 'v outside 4.75..5.25 latch',
    latch: true,
    when: {
      kind: 'condition',
      measure: { kind: 'channel', channel: 'v' },
      comparison: { op: 'outside', low: 4.75, high: 5.25 },
      hysteresis: 0,
      forUs: null,
    },
  })
  expect(limit('a:..1.5')).toMatchObject({ name: 'limit a', text: 'a > 1.5 latch' })
  expect(limit('bench:soc:20%..', 6)).toMatchObject({ name: 'limit soc', text: 'soc < 20% latch' })
})

test('values have the units of rules, one of them that of both ends', () => {
  expect(limitsOf([limit('a:100..200mA'), limit('w:0..8'), limit('"my temp":-5..60°C')])).toEqual([
    { channel: 'a', low: 0.1, high: 0.2 },
    { channel: 'w', low: 0, high: 8 },
    { channel: 'my temp', low: -5, high: 60 },
  ])
})

test.each([
  ['v', "character 2, at its end: ':' is missing between the channel and its range"],
  ['v:4.75', "character 7, at its end: a range has '..' between its ends"],
  ['v:..', "character 3, near '..': a limit has an end"],
  ['v:5.25..4.75', 'character 3, near'],
  ['v:4.75..5.25A', "character 13, near 'A': 'A' is no unit of this value: it is measured in V"],
  ['v:4.75..5.25,', "character 13, near ',': nothing may follow the range"],
  ['v:4,75..5', 'a number has a decimal point, no comma'],
  ['volts:4..5', "did you mean 'v'?"],
  ['', 'the limit is empty'],
])('%s is refused at its character', (text, said) => {
  const message = refusal(text)
  expect(message).toContain(`usage_invalid --limit '${text}'`)
  expect(message).toContain(said)
})

test('the text of a limit is read by --alarm as the same rule', () => {
  const channel = fc.constantFrom('v', 'a', 'soc', '"my temp"', '"battery"', 'min', "'for'", 'x.y')
  const end = fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }).map(String))
  fc.assert(
    fc.property(channel, end, end, (name, low, high) => {
      fc.pre(low !== null || high !== null)
      fc.pre(low === null || high === null || Number(low) < Number(high))
      const { text, when, latch } = limit(`${name}:${low ?? ''}..${high ?? ''}`)
      expect(parseRule(text, 0, CONTEXT)).toEqual({ name: text, text, when, latch })
    }),
  )
})
