import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RowBytes } from '../../src/export/row-bytes.ts'

function written(write: (rows: RowBytes) => void): string {
  const rows = new RowBytes()
  write(rows)
  return rows.chunk().toString()
}

test('numbers have the digits of String', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer().map((n) => n / 1e6),
    fc.integer().map((n) => n / 1e3),
    fc.integer(),
    fc.maxSafeInteger().map((n) => n / 1e6),
  )
  fc.assert(
    fc.property(number, (value) => {
      expect(written((rows) => rows.decimal(value))).toBe(String(value))
    }),
    { numRuns: 3000 },
  )
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(written((rows) => rows.integer(value))).toBe(String(value))
    }),
  )
})

test('times are those of toISOString', () => {
  fc.assert(
    fc.property(fc.nat(9_007_199_254_740_991), (us) => {
      expect(written((rows) => rows.time(us))).toBe(new Date(Math.floor(us / 1000)).toISOString())
    }),
  )
})

test('long texts make it grow', () => {
  const long = 'x'.repeat(300_000)
  expect(written((rows) => rows.text(long))).toBe(long)
})
