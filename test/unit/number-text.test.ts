import { expect, it } from 'vitest'
import { cutPercent } from '../../src/util/number-text.ts'

it('a part is cut to a tenth of a percent: 100 % means all of it', () => {
  expect(cutPercent(1)).toBe(100)
  expect(cutPercent(0.999999)).toBe(99.9)
  expect(cutPercent(0.9995)).toBe(99.9)
  expect(cutPercent(0)).toBe(0)
})

it('what is exact to the tenth stays, whatever binary fractions make of it', () => {
  for (let tenths = 0; tenths <= 1000; tenths++) {
    expect(cutPercent(tenths / 1000)).toBe(tenths / 10)
  }
})
