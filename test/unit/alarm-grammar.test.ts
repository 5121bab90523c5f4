import { describe, expect, it } from 'vitest'
import { parseRule } from '../../src/alarms/parse-rule.ts'
import { InaError } from '../../src/util/errors.ts'
import { expressionText } from '../support/expression-text.ts'

function when(text: string): unknown {
  return parseRule(text).when
}

function errorOf(text: string): InaError {
  try {
    parseRule(text)
  } catch (error) {
    if (error instanceof InaError) return error
    throw error
  }
  throw new Error(`'${text}' is read as a rule`)
}

/** The character that the error points at, from 1 on. */
function placeOf(text: string): number {
  const { message, code } = errorOf(text)
  expect(code).toBe('usage_invalid')
  expect(message).toContain(`--alarm '${text}'`)
  return Number(/character (\d+)/.exec(message)?.[1])
}

const plain = { hysteresis: 0, forUs: null }

describe('rules', () => {
  it('reads the parts of a condition', () => {
    expect(parseRule('a > 1.2A for 5s hysteresis 50mA latch as overload')).toEqual({
      name: 'overload',
      text: 'a > 1.2A for 5s hysteresis 50mA latch',
      latch: true,
      when: {
        kind: 'condition',
        measure: { kind: 'channel', channel: 'a' },
        comparison: { op: '>', limit: 1.2 },
        hysteresis: 0.05,
        forUs: 5_000_000,
      },
    })
    expect(parseRule('  v<4.75V ')).toMatchObject({
      name: 'v<4.75V',
      text: 'v<4.75V',
      latch: false,
    })
    expect(parseRule('v < 4 as "low voltage" latch')).toMatchObject({
      name: 'low voltage',
      text: 'v < 4 latch',
    })
  })

  it.each([
    ['a > 250mA', 0.25],
    ['a > 250 mA', 0.25],
    ['a > -3uA', -3e-6],
    ['a > 3µA', 3e-6],
    ['w >= 2kW', 2000],
    ['v <= 1e-3', 0.001],
    ['charge > 1.5Ah', 1500],
    ['charge > 7.2C', 2],
    ['energy < 1.5Wh', 1500],
    ['energy > 3.6J', 1],
    ['battery < 20%', 20],
    ['rate(v) < -100mV/s', -0.1],
    ['rate(v) > 6V/min', 0.1],
    ['rate(v) > 0.5', 0.5],
    ['rate(a) > 5mA/s', 0.005],
    ['rate(temp) > 5degC/min', 5 / 60],
    ['v > .5', 0.5],
    ['temp < 20degC', 20],
    ['avg(w,1m) > 500mW', 0.5],
    ['p95(a, 30s) > 1', 1],
    ['stddev(v,15m) > 2mV', 0.002],
    ['lost(1m) > 5', 5],
    ['out_of_range(10s) >= 1', 1],
    ['anomaly(a) > 10', 10],
    ['soc < 20', 20],
    ['soc < 20%', 20],
  ])('reads the value of %s', (text, limit) => {
    expect(when(text)).toMatchObject({ comparison: { limit } })
  })

  it('reads ends of a range that begin with a point', () => {
    expect(when('v outside .5...7')).toMatchObject({ comparison: { low: 0.5, high: 0.7 } })
  })

  it('reads what is outside of a range, with one unit for both ends', () => {
    const read = { ...plain, comparison: { op: 'outside', low: 0.1, high: 0.2 } }
    expect(when('a outside 100..200mA')).toMatchObject(read)
    expect(when('a outside 0.1..200mA')).toMatchObject({
      comparison: { low: 0.0001, high: 0.2 },
    })
    expect(when('a outside -1A .. 1A')).toMatchObject({ comparison: { low: -1, high: 1 } })
    expect(when('v outside 4.75V..5.25V hysteresis 100mV')).toMatchObject({ hysteresis: 0.1 })
  })

  it('reads silence and anomalies with and without more', () => {
    expect(when('silent')).toEqual({ kind: 'silent', afterUs: null })
    expect(when('silent for 10s')).toEqual({ kind: 'silent', afterUs: 10e6 })
    expect(when('silent > 10s')).toEqual({ kind: 'silent', afterUs: 10e6 })
    expect(when('anomaly(a)')).toMatchObject({ comparison: { op: '>', limit: 0 } })
  })

  it('and binds tighter than or; parentheses bind tightest', () => {
    expect(when('a > 1 or v < 4 and w > 2')).toMatchObject({
      kind: 'or',
      parts: [{ kind: 'condition' }, { kind: 'and' }],
    })
    expect(when('(a > 1 or v < 4) and w > 2')).toMatchObject({
      kind: 'and',
      parts: [{ kind: 'or' }, { kind: 'condition' }],
    })
    expect(when('a > 1 and (v < 4 and w > 2)')).toMatchObject({ parts: [{}, {}, {}] })
  })

  it('the last for is that of the rule, others that of their condition', () => {
    expect(when('a > 1 and v < 4 for 5s')).toMatchObject({
      kind: 'and',
      forUs: 5e6,
      parts: [{ forUs: null }, { forUs: null }],
    })
    expect(when('a > 1 for 2s and v < 4 for 5s hysteresis 1V')).toMatchObject({
      forUs: 5e6,
      parts: [{ forUs: 2e6 }, { forUs: null, hysteresis: 1 }],
    })
    expect(when('a > 1 for 2s hysteresis 1mA and v < 4')).toMatchObject({
      forUs: null,
      parts: [{ forUs: 2e6, hysteresis: 0.001 }, { forUs: null }],
    })
    expect(when('a > 1 and (v < 4 for 5s)')).toMatchObject({
      forUs: null,
      parts: [{}, { forUs: 5e6 }],
    })
    expect(when('a > 1 and silent for 5s')).toMatchObject({
      forUs: null,
      parts: [{}, { afterUs: 5e6 }],
    })
  })

  it('takes any name of a channel in quotes', () => {
    expect(when('"battery" > 3')).toMatchObject({
      measure: { kind: 'channel', channel: 'battery' },
    })
    expect(when("avg('my temp',1m) > 3")).toMatchObject({ measure: { channel: 'my temp' } })
    expect(expressionText(parseRule('"for" > 3').when)).toBe('"for" > 3')
  })

  it('goes by the unit of a channel where somebody said it', () => {
    const context = { channelUnit: (id: string) => (id === 't' ? 'K' : null), option: '--alarm' }
    expect(parseRule('t > 20mK', 0, context).when).toMatchObject({ comparison: { limit: 0.02 } })
    expect(() => parseRule('t > 20V', 0, context)).toThrow(/character 7/)
    expect(() => parseRule('power > 20', 0, context)).toThrow(/no channel/)
    const known = { ...context, channelUnit: () => 'hp' }
    expect(parseRule('power > 20', 0, known).when).toMatchObject({ measure: { channel: 'power' } })
    expect(when('"power" > 20')).toMatchObject({ measure: { channel: 'power' } })
  })
})

describe('errors point at the character', () => {
  it.each([
    ['', 1],
    ['a', 2],
    ['a >', 4],
    ['a > x', 5],
    ['a >> 1', 3],
    ['a = 1', 3],
    ['a > 1V', 6],
    ['a > 1 mV', 7],
    ['v < 4.75A for 5s', 9],
    ['charge > 5V', 11],
    ['rate(v) > 5A/s', 12],
    ['soc > 5mV', 8],
    ['a > 1 for', 10],
    ['a > 1 for 5', 11],
    ['a > 1 for 5s for 6s', 14],
    ['a > 1 hysteresis 5V', 19],
    ['a > 1 hysteresis 0', 18],
    ['v outside 5..4', 11],
    ['v outside 4', 12],
    ['v outside 4..5 hysteresis 0.5', 27],
    ['avg(w) > 1', 6],
    ['avg(w,1.5s) > 1', 7],
    ['avg(w,2h) > 1', 7],
    ['avg(w,1m > 1', 10],
    ['foo(w) > 1', 1],
    ['anomaly(w)', 9],
    ['p95 > 1', 1],
    ['lost > 1', 1],
    ['lost(1m) > 1V', 13],
    ['a > 1 and', 10],
    ['a > 1 and and v < 2', 11],
    ['(a > 1', 7],
    ['a > 1)', 6],
    ['a > 1 latch latch', 13],
    ['a > 1 as', 9],
    ['a > 1 as "x', 10],
    ['a > 1 as x for 5s', 12],
    ['silent < 5s', 8],
    ['silent hysteresis 5s', 8],
    ['a > 1 and silent or v < 2 for 5s', 27],
    ['lux > 50klx', 9],
    ['temp < 20mdegC', 10],
    ['soc < 50m%', 9],
    ['p < 1000hPa', 9],
    ['rate(v) < -500mV', 15],
    ['rate(temp) < 5/s', 15],
    ['v > 1,5', 6],
    ['A > 0.01A', 1],
    ['avg(Voltage,1m) > 3', 5],
    ['v > 5 as "a', 10],
    ["'v > 5", 1],
    ['p100(v,1m) > 3', 1],
    ['a >  1W', 7],
  ])('%s', (text, character) => {
    expect(placeOf(text)).toBe(character)
  })

  it('says what is there, and what may be', () => {
    const { message, hint } = errorOf('a > 1.2W for 5s')
    expect(message).toBe(
      "--alarm 'a > 1.2W for 5s', character 8, near 'W': 'W' is no unit of this value: it is measured in A",
    )
    expect(hint).toBe('write 250mA or 4.75A')
    expect(errorOf('a > 1 fro 5s').message).toContain("near 'fro'")
    expect(errorOf('avg(w,2h) > 1').message).toContain("near '2h'")
    expect(errorOf('v > 5 as "a').message).toContain('the quote " is not closed')
    expect(errorOf('p100(v,1m) > 3').hint).toContain('p1 to p99')
    expect(errorOf('v > 1,5').message).toContain('decimal point')
    expect(errorOf('rate(v) < -500mV').hint).toContain('mV/s')
    expect(errorOf('lux > 50klx').hint).toContain('--channel')
  })

  it.each([
    ['A', 'a'],
    ['current', 'a'],
    ['amps', 'a'],
    ['V', 'v'],
    ['voltage', 'v'],
    ['W', 'w'],
    ['power', 'w'],
  ])('%s is %s, says the hint', (word, id) => {
    expect(errorOf(`${word} > 0.01`).hint).toContain(`did you mean '${id}'?`)
  })
})
