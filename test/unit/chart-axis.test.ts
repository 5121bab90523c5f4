import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotRow, labelsOf, roundAxis } from '../../src/chart/axis.ts'

describe('axis', () => {
  it.each([
    ['a supply of 5 V', 4.95, 5.05, 11, 0.04, '5.05 . . . . 5.00 . . . . 4.95'],
    ['a load up to 1.4 A', 0.4, 1.4, 11, 0.002, '. 1.5 . . 1.0 . . 0.5 . . 0.0'],
    ['a sleeping board, 2 to 9 mA', 0.002, 0.009, 9, 0.002, '0.010 . . . 0.005 . . . 0.000'],
    ['both directions', -0.5, 0.7, 13, 0.002, '. . 0.5 . . . . 0.0 . . . . -0.5'],
    ['nothing at all', 0, 0, 5, 0.002, '0.002 . 0.001 . 0.000'],
    ['a strip of four rows', 0, 5.9, 4, 0.02, '6 4 2 0'],
    ['a strip of two rows', 0, 5.9, 2, 0.02, '5 0'],
    ['a single row', 0, 5.9, 1, 0.02, '0'],
  ])('has round labels for %s', (_, min, max, rows, finest, labels) => {
    const axis = roundAxis(min, max, rows, finest)
    expect(
      labelsOf(axis)
        .map((label) => label ?? '.')
        .join(' '),
    ).toBe(labels)
  })

  it('has steps of 1, 2 or 5 times a power of ten, and labels that are exact, whatever it holds', () => {
    const number = fc.oneof(
      fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
      fc.double({ min: -600, max: 600, noNaN: true }),
    )
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 60 }), (a, b, rows) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)]
        const axis = roundAxis(min, max, rows, 0.0001)
        expect(labelsOf(axis)).toHaveLength(rows)
        const labels = labelsOf(axis).flatMap((label, row) =>
          label === undefined ? [] : [{ label, row }],
        )
        expect(new Set(labels.map(({ label }) => label)).size).toBe(labels.length)
        expect(labels.length).toBeGreaterThanOrEqual(rows >= 7 ? 3 : Math.min(rows, 2))
        for (const { label, row } of labels)
          expect(dotRow(axis, Number(label), 4)).toBe(row * 4 + 3)
        const [one, other] = labels
        if (one && other) {
          const step = Number(one.label) - Number(other.label)
          expect(step.toExponential(6)).toMatch(/^[125]\.000000e/)
        }
        // Nothing is held at an edge: a dot is at most half of its height off.
        const valueAt = (dot: number): number => axis.low + ((rows * 4 - 1 - dot) / 4) * axis.perRow
        for (const value of [min, max]) {
          const off = Math.abs(valueAt(dotRow(axis, value, 4)) - value)
          expect(off).toBeLessThanOrEqual((axis.perRow / 4) * 0.501)
        }
      }),
    )
  })

  it('zooms into a steady value, but not into its noise', () => {
    const { low, perRow } = roundAxis(12.0, 12.008, 5, 0.04)
    expect([low, low + perRow * 5].map((value) => value.toFixed(2))).toEqual(['11.98', '12.03'])
  })

  it('holds values outside at the edge', () => {
    const axis = roundAxis(0, 1, 3, 0.002)
    expect(dotRow(axis, 99, 4)).toBe(0)
    expect(dotRow(axis, -99, 4)).toBe(11)
  })
})
