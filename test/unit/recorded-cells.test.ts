import { describe, expect, it } from 'vitest'
import { readNumber, shiftDecimal } from '../../src/sources/text/decimal.ts'
import { readTime } from '../../src/sources/text/recorded-time.ts'

describe('digits', () => {
  it.each([
    ['41.001251258888516', -3, '0.041001251258888516'],
    ['-1.0', -3, '-0.0010'],
    ['0', -3, '0.000'],
    ['1234567', -3, '1234.567'],
    ['1.5', 3, '1500'],
    ['0.0005', 3, '0.5'],
    ['12.3456', 2, '1234.56'],
  ])('%s shifted by %d is %s', (digits, by, expected) => {
    expect(shiftDecimal(digits, by)).toBe(expected)
  })

  it.each([
    ['5.02', '5.02', null],
    ['+.5', '0.5', null],
    ['5.', '5', null],
    ['007.10', '7.10', null],
    ['1.5e-3', '0.0015', null],
    ['4.98V', '4.98', 'V'],
    ['245 mA', '245', 'mA'],
    ['3µA', '3', 'uA'],
    ['12,5', '12.5', null],
    ['1,234.5', '1234.5', null],
    ['1.234,5', '1234.5', null],
  ])('%s is read as %s', (cell, digits, unit) => {
    expect(readNumber(cell)).toEqual({ digits, unit })
  })

  it.each(['', '-', '.', 'nan', 'ovf', 'V', '5.0.1', '12:30', '5 parsecs', '-XXXXX.XX'])(
    '%j is no number',
    (cell) => {
      expect(readNumber(cell)).toBeNull()
    },
  )
})

describe('times', () => {
  const at = (...parts: Parameters<typeof Date.UTC>): number => Date.UTC(...parts) * 1000
  it.each([
    ['2024-03-22 02:15:01', 'instant', at(2024, 2, 22, 2, 15, 1)],
    ['2024-03-22T02:15:01.5Z', 'instant', at(2024, 2, 22, 2, 15, 1) + 500_000],
    ['2024-03-22T02:15:01+02:00', 'instant', at(2024, 2, 22, 0, 15, 1)],
    ['2024/3/2 2:15 pm', 'instant', at(2024, 2, 2, 14, 15)],
    ['22.03.2024 02:15:01', 'instant', at(2024, 2, 22, 2, 15, 1)],
    ['2024-03-22', 'date', at(2024, 2, 22)],
    ['20:38:05.040', 'clock', 74_285_040_000],
    ['00:00:04', 'clock', 4_000_000],
  ])('%s is an %s', (cell, kind, us) => {
    expect(readTime(cell)).toEqual({ kind, us })
  })

  it.each(['', '5.02', '2024-02-31', '25:61', 'noon', '10:00 later'])('%j is no time', (cell) => {
    expect(readTime(cell)).toBeNull()
  })
})
