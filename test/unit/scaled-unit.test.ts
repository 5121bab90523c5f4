import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimalsOf, inUnit, scaledUnit } from '../../src/util/scaled-unit.ts'

function textOf(unit: string, magnitude: number, previous: number | null = null): string {
  return scaledUnit(unit, magnitude, previous).text
}

describe('scaledUnit', () => {
  it.each([
    ['A', 12e-6, 'µA'],
    ['A', -1e-9, 'µA'],
    ['A', 0.245, 'mA'],
    ['A', 1.104, 'A'],
    ['A', -12.345, 'A'],
    ['V', 0.5, 'mV'],
    ['V', 1e-6, 'mV'],
    ['W', 480, 'W'],
    ['W', 1e6, 'kW'],
    ['W', 1e12, 'kW'],
    ['Ah', 0.0134, 'mAh'],
    ['Wh', 12_000, 'kWh'],
    ['A', 0, 'A'],
    ['%', 0.001, '%'],
    ['toString', 1e-6, 'toString'],
  ])('is of %s at %f: %s', (unit, magnitude, text) => {
    expect(textOf(unit, magnitude)).toBe(text)
  })

  it('steps up at once and down only clearly below, so that nothing flickers at the border', () => {
    expect(textOf('A', 1, -3)).toBe('A')
    expect(textOf('A', 0.99, 0)).toBe('A')
    expect(textOf('A', 0.8, 0)).toBe('A')
    expect(textOf('A', 0.79, 0)).toBe('mA')
    expect(textOf('A', 0.99, -3)).toBe('mA')
    expect(textOf('A', 12e-6, 0)).toBe('µA')
    // Switched off: the unit stays.
    expect(textOf('A', 0, -3)).toBe('mA')
  })

  it('changes at most once while a value wanders around a border', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.85, max: 1.15, noNaN: true }), { minLength: 2 }),
        (values) => {
          const seen: number[] = []
          let held: number | null = null
          for (const value of values) {
            held = scaledUnit('A', value, held).exponent
            seen.push(held)
          }
          expect(seen.filter((each, i) => i > 0 && each !== seen[i - 1]).length).toBeLessThan(2)
        },
      ),
    )
  })

  it('does not step below what the values resolve', () => {
    expect(scaledUnit('A', 0.0003, null, { decimals: 4 }).text).toBe('mA')
    expect(scaledUnit('A', 0.0003, null, { decimals: 6 }).text).toBe('µA')
    expect(scaledUnit('A', 0.0003, -6, { decimals: 4 }).text).toBe('mA')
    expect(scaledUnit('A', 0.0003, null, { decimals: 0 }).text).toBe('A')
  })

  it('is fixed where it was chosen', () => {
    expect(scaledUnit('A', 12e-6, -6, { choice: 'base' }).text).toBe('A')
    expect(scaledUnit('W', 1200, null, { choice: 'milli' }).text).toBe('mW')
    expect(scaledUnit('V', 5, null, { choice: 'micro' }).text).toBe('mV')
    expect(scaledUnit('%', 5, null, { choice: 'milli' }).text).toBe('%')
  })

  it('is ASCII alone where it has to be', () => {
    expect(scaledUnit('A', 12e-6, null, { ascii: true }).text).toBe('uA')
  })
})

describe('a value in another unit', () => {
  it('has the same digits', () => {
    expect(inUnit(0.0012345, -3)).toBe(1.2345)
    expect(inUnit(1.1, -3)).toBe(1100)
    expect(inUnit(1e-9, -6)).toBe(0.001)
    expect(inUnit(-480_000, 3)).toBe(-480)
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.integer({ min: 0, max: 9 }),
        (whole, decimals) => {
          const value = Number(`${whole}e-${decimals}`)
          expect(inUnit(value, -3)).toBe(Number(`${whole}e${3 - decimals}`))
        },
      ),
    )
  })

  it('knows the decimals that it was sent with', () => {
    const known = [5.053, 1.104, 12e-6, 1.5e-9, 5, 1e21, -0.25, 0].map(decimalsOf)
    expect(known).toEqual([3, 3, 6, 10, 0, 0, 2, 0])
  })
})
