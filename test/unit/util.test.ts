import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInRange, powerAgrees } from '../../src/domain/limits.ts'
import { cleanText, isMeasured, markOutOfRange, powerOf } from '../../src/domain/sample.ts'
import { formatClockDuration, formatDuration, parseDuration } from '../../src/util/duration.ts'
import { exitCodeOf, InaError } from '../../src/util/errors.ts'
import { nearest } from '../../src/util/nearest.ts'
import { numberIn } from '../../src/util/numbers.ts'

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['48h', 172_800_000],
    ['2d', 172_800_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    [' 5 min ', 300_000],
    ['72999d', 6_307_113_600_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    '48',
    '',
    'h',
    '-5h',
    '5x',
    '1h-3m',
    '0s',
    '5 5',
    '1e99d',
    '99999999d',
    '73000d',
    '5s5s',
    '30m1h',
    '1m2min',
    '1h1s1m',
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(InaError)
  })

  it('writes seconds with decimals', () => {
    const written = [12_038, 72_500, 8_100_001, 38, 60_038, 5000, 3_600_000, 0].map(formatDuration)
    expect(written).toEqual(['12.038s', '1m12.5s', '2h15m1ms', '38ms', '1m38ms', '5s', '1h', '0s'])
  })

  it('reads what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })

  it('formats clocks', () => {
    expect(formatClockDuration(3_723_000)).toBe('01:02:03')
    expect(formatClockDuration(90_000_000)).toBe('1d 01:00:00')
  })
})

describe('errors and numbers', () => {
  it('gives each layer its exit code', () => {
    const code = (c: ConstructorParameters<typeof InaError>[0]): number =>
      exitCodeOf(new InaError(c, '', ''))
    expect(code('usage_invalid')).toBe(2)
    expect(code('config_invalid')).toBe(2)
    expect(code('device_none')).toBe(2)
    expect(code('device_absent')).toBe(3)
    expect(code('log_in_use')).toBe(4)
    expect(code('internal_fault')).toBe(1)
    expect(exitCodeOf(new Error('x'))).toBe(1)
  })

  it('quotes value and range', () => {
    const read = numberIn({ min: 1, max: 10, unit: 'Hz' })
    expect(read('2.5')).toBe(2.5)
    expect(() => read('11')).toThrow("'11' is not a number of 1 to 10 Hz")
    expect(() => read('')).toThrow(InaError)
    expect(() => read('1x')).toThrow(InaError)
  })

  it('finds the nearest word, or none', () => {
    expect(nearest('retian', ['retain', 'port'])).toBe('retain')
    expect(nearest('xyzzy', ['retain', 'port'])).toBeNull()
    expect(nearest('buad', ['baud'])).toBe('baud')
    expect(nearest('prot', ['port', 'wait'])).toBe('port')
    expect(nearest('foo', ['low', 'bits', 'zero'])).toBeNull()
    expect(nearest('last', ['wait', 'baud'])).toBeNull()
  })
})

describe('domain', () => {
  it('marks samples out of range and keeps them out of statistics', () => {
    expect(markOutOfRange('ok')).toBe('out_of_range')
    expect(markOutOfRange('clip')).toBe('clip,out_of_range')
    expect(isMeasured('clip,out_of_range')).toBe(false)
    expect(isMeasured('ok')).toBe(true)
    expect(isMeasured('clip')).toBe(true)
    expect(isMeasured('nosensor')).toBe(false)
  })

  it('checks ranges and that power agrees', () => {
    const range = { voltageMax: 26, currentMax: 3.2 }
    expect(isInRange(26, -3.2, 83.2, range)).toBe(true)
    expect(isInRange(26.001, 0, 0, range)).toBe(false)
    expect(isInRange(-0.004, 0, 0, range)).toBe(false)
    expect(isInRange(5, 3.201, 16, range)).toBe(false)
    expect(isInRange(5, 1, 50, range)).toBe(false)
    expect(powerAgrees(12, -1, 12)).toBe(true)
    expect(powerAgrees(0, 0, 0.4)).toBe(true)
  })

  it('computes power without float noise', () => {
    expect(powerOf(5.02, 0.245)).toBe(1.2299)
    expect(powerOf(0.1, 0.2)).toBe(0.02)
    expect(powerOf(5.02, 0.2450001)).toBe(1.229900502)
    expect(powerOf(3.3, 0.0000123)).toBe(0.00004059)
    expect(powerOf(1e300, 5)).toBe(5e300)
    expect(powerOf(9e6, -1)).toBe(-9e6)
  })

  it('makes text harmless', () => {
    expect(cleanText('a\u001b[2J\u009b\r\n\u202eb')).toBe('a\ufffd[2J\ufffd\ufffd\ufffd\ufffdb')
  })
})
