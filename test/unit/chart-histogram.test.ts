import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { histogramOf } from '../../src/chart/histogram.ts'
import { ELECTRIC } from '../../src/domain/channels.ts'
import { histogramLines } from '../../src/tui/panels/histogram.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { FigureMemory } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText, lineWidth } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

const ASCII = lookOf({ ascii: true, colour: false })
const BRAILLE = lookOf({ ascii: false, colour: true })

const formOf = new FigureMemory().axisForms(0, ASCII)

function traceWith(values: readonly number[]) {
  const points = values.map((value, slot) => ({ slot, values: electric(5, value) }))
  return traceOf(Math.max(1, values.length), points)
}

describe('histogram', () => {
  it('counts each sample where it belongs, a spike of one among them', () => {
    const values = [...new Array(700).fill(0.012), ...new Array(299).fill(0.31), 1.9]
    const lines = (look = ASCII): string[] =>
      histogramLines(
        traceWith(values),
        ELECTRIC.current,
        { width: 40, height: 6, look },
        formOf,
      ).map(lineText)
    expect(lines()).toEqual([
      ' A share of 1 000 samples               ',
      '                                        ',
      ' 1.5 +#                            0.1 %',
      ' 1.0 +                                  ',
      ' 0.5 +                                  ',
      ' 0.0 +##########################  99.9 %',
    ])
    expect(lines(BRAILLE)[2]).toBe(' 1.5 ┤▏                            0.1 %')
  })

  it('leaves out what the trace has from before the chart', () => {
    // 70 s of samples in a chart of 60 s, a spike in the first of them.
    const points = Array.from({ length: 70 }, (_, slot) => {
      return { slot, values: electric(5, slot === 0 ? 2 : 0.1) }
    })
    const context = {
      size: { columns: 200, rows: 50 },
      view: INITIAL_VIEW,
      look: ASCII,
      trouble: null,
    }
    const { blocks } = buildPicture(sampleSnapshot(), traceOf(70, points), context)
    const [, title = [], ...rows] = blocks.histogram?.lines ?? []
    const count = Number(/ (\d+) samples/.exec(lineText(title))?.[1])
    expect(count).toBeGreaterThanOrEqual(60)
    expect(count).toBeLessThanOrEqual(61)
    expect(rows.map(lineText).filter((row) => row.includes('%'))).toHaveLength(1)
  })

  it('says what is not known: where the others of many samples of a slot lie', () => {
    const points = [0.1, 0.2, 0.9].map((value) => ({ slot: 0, values: electric(5, value) }))
    const made = histogramOf(traceOf(1, points), ELECTRIC.current, 4)
    expect(made).toMatchObject({ low: 0, step: 0.5, samples: 3, isExact: false })
    expect(made?.counts).toEqual([1, 2])
    const two = histogramOf(traceOf(1, points.slice(1)), ELECTRIC.current, 4)
    expect(two).toMatchObject({ low: 0.2, counts: [1, 0, 0, 1], isExact: true })
  })

  it('has nothing where no sample was, however many share a slot', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 30 }),
        (values, perSlot, bins) => {
          const points = values.map((value, i) => {
            return { slot: Math.floor(i / perSlot), values: electric(5, value) }
          })
          const trace = traceOf(Math.ceil(values.length / perSlot), points)
          const made = histogramOf(trace, ELECTRIC.current, bins)
          if (made === null) throw new Error('no histogram')
          const { counts, step, low, samples } = made
          expect(samples).toBe(values.length)
          expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(values.length, 9)
          for (const [bin, count] of counts.entries()) {
            if (count === 0) continue
            const [from, to] = [low + (bin - 1e-6) * step, low + (bin + 1 + 1e-6) * step]
            expect(values.some((value) => value >= from && value < to)).toBe(true)
          }
        },
      ),
    )
  })

  it('shows a spike of one sample where it was, and nothing on the way there', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i === 555 ? 1.9 : 0.2))
    const points = values.map((value, i) => {
      return { slot: Math.floor(i / 10), values: electric(5, value) }
    })
    const made = histogramOf(traceOf(100, points), ELECTRIC.current, 10)
    expect(made?.counts).toEqual([999, 0, 0, 0, 0, 0, 0, 0, 1].map(() => expect.any(Number)))
    expect(made?.counts.filter((count) => count > 0)).toEqual([999, 1])
  })

  it('has round bins, none lost, whatever the values', () => {
    const value = fc.oneof(
      fc.double({ min: -600, max: 600, noNaN: true }),
      fc.constantFrom(0, 1, 0.5, 1e-5, 1e12, -1e12),
    )
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        (values, bins) => {
          const made = histogramOf(traceWith(values), ELECTRIC.current, bins)
          if (made === null) throw new Error('no histogram')
          const { counts, samples, step, low, isExact } = made
          expect(isExact).toBe(true)
          expect(samples).toBe(values.length)
          expect(counts.length).toBeLessThanOrEqual(bins)
          expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(values.length, 9)
          expect(step.toExponential(6)).toMatch(/^[125]\.000000e/)
          for (const [bin, count] of counts.entries()) {
            const [from, to] = [low + bin * step, low + (bin + 1) * step]
            const near = step * 1e-6
            const least = values.filter((each) => each >= from + near && each < to - near).length
            const most = values.filter((each) => each >= from - near && each < to + near).length
            expect(count).toBeGreaterThanOrEqual(least)
            expect(count).toBeLessThanOrEqual(most)
          }
        },
      ),
    )
  })

  it('fills its place exactly, with and without samples', () => {
    for (const look of [ASCII, BRAILLE]) {
      for (const [width, height] of [
        [1, 1],
        [12, 3],
        [40, 20],
      ] as const) {
        for (const trace of [null, traceWith([]), traceWith([-0.001, 0.5, 0.5])]) {
          const lines = histogramLines(trace, ELECTRIC.current, { width, height, look }, formOf)
          expect(lines.map(lineWidth)).toEqual(new Array(height).fill(width))
        }
      }
    }
  })
})
