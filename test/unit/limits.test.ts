import { expect, test } from 'vitest'
import { limitsOf } from '../../src/alarms/limits.ts'
import { parseRule } from '../../src/alarms/parse-rule.ts'

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
