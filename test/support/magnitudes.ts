import fc from 'fast-check'

/** Values of 1e-9 to 1e9, both signs, with the digits that a device would send. */
export const magnitude = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: -13, max: 4 }), fc.boolean())
  .map(([digits, power, negative]) => Number(`${negative ? '-' : ''}${digits}e${power}`))
  .filter((each) => Math.abs(each) >= 1e-9 && Math.abs(each) <= 1e9)
