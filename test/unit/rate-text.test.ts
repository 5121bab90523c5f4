import { expect, it } from 'vitest'
import { rateText } from '../../src/figures/format.ts'
import { sampleRate } from '../../src/stats/sample-rate.ts'

it.each([
  [0, '0.0 S/s'],
  [100.24, '100.2 S/s'],
  [1, '1.0 S/s'],
  [0.5, '0.50 S/s'],
  [0.1, '0.10 S/s'],
  [0.05, '1 S/20 s'],
  [0.0499, '1 S/20 s'],
  [1 / 12.5, '1 S/12.5 s'],
  [1 / 99.97, '1 S/1.7 min'],
  [1 / 60, '1 S/60 s'],
  [1 / 600, '1 S/10 min'],
  [1 / 86_400, '1 S/24 h'],
  [1_234_567.89, '1234568 S/s'],
])('a rate of %d samples a second is %s', (rate, text) => {
  expect(rateText(rate)).toBe(text)
})

it('of a slow device is taken over its newest interval, of a fast one over 5 s', () => {
  expect(sampleRate([])).toBe(0)
  expect(sampleRate([40e6])).toBe(0)
  // Two that came in one post or one read, without times; then a third.
  expect(sampleRate([40e6 + 1, 40e6])).toBe(0)
  expect(sampleRate([45e6, 40e6 + 1, 40e6])).toBeCloseTo(0.4, 9)
  expect(sampleRate([40e6, 20e6, 10e6])).toBeCloseTo(0.05, 12)
  const tenAs = Array.from({ length: 100 }, (_, i) => 100e6 - i * 100_000)
  expect(sampleRate(tenAs)).toBeCloseTo(10, 9)
  let read = 0
  function* counted(): Generator<number> {
    for (let i = 0; ; i++) {
      read++
      yield 1e9 - i * 1000
    }
  }
  expect(sampleRate(counted())).toBeCloseTo(1000, 9)
  expect(read).toBe(256)
})
