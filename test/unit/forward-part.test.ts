import { expect, test } from 'vitest'
import { Figures } from '../../src/stats/figures.ts'

/** Twice the area of the triangle above zero, rounded once, in whole numbers. */
function exact(from: number, to: number, spanUs: number): number {
  const [high, fall, span] = [Math.max(from, to), Math.abs(from - to), spanUs].map(BigInt) as [
    bigint,
    bigint,
    bigint,
  ]
  return Number((high * high * span + fall) / (2n * fall))
}

test.each([
  // 4499860501083.49999989 pC, which the nearest double takes for a half.
  [2_999_954, -5, 2_999_958],
  [-5, 2_999_954, 2_999_958],
  [1, -1, 1],
  [1, -1, 2],
  [3_000_000, -1, 200_000_000],
])('the part above zero from %d to %d µA over %d µs is rounded once', (from, to, spanUs) => {
  const figures = new Figures()
  figures.integrate(spanUs, from, to, from, to)
  expect(figures.chargeForwardPc).toBe(exact(from, to, spanUs))
  expect(figures.energyForwardPj).toBe(exact(from, to, spanUs))
})
