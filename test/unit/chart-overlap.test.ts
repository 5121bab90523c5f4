import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownersOf } from '../../src/chart/cell-owners.ts'
import type { Layer, LineStyle } from '../../src/chart/raster.ts'
import { ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import { Chart } from '../../src/tui/panels/chart.ts'
import { chartStrips } from '../../src/tui/panels/chart-shape.ts'
import { type Look, lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { electric, type Point, traceOf } from '../support/snapshots.ts'

const ASCII = lookOf({ ascii: true, colour: false })
const COLOUR = lookOf({ ascii: false, colour: true })

interface Drawn {
  /** Share of the plot's columns in which each of `v`, `a`, `w` is seen. */
  readonly shares: Readonly<Record<string, number>>
  /** What stands at the right edge, but for the border. */
  readonly letters: string
}

function draw(points: readonly Point[], look: Look, height = 13, length = 240): Drawn {
  const lines = new Chart(traceOf(length, points, 250_000), {
    width: 80,
    height,
    spanMs: 60_000,
    endUs: null,
    channels: ELECTRIC_CHANNELS,
    strips: chartStrips(ELECTRIC_CHANNELS, { arrangement: 'overlay', height }),
    message: '',
    note: [],
    title: [],
    look,
  }).lines
  const title = lineText(lines[0] ?? [])
  const corners = look.ascii ? /\+/g : /[┌┐]/g
  const [left = 0, right = 0] = [...title.matchAll(corners)].map(({ index }) => index)
  const seen: Record<string, Set<number>> = { v: new Set(), a: new Set(), w: new Set() }
  const roles: Record<string, string> = { voltage: 'v', current: 'a', power: 'w' }
  let letters = ''
  for (const line of lines.slice(1, -1)) {
    letters += lineText(line)[right]?.replace(/[^VAW]/, '') ?? ''
    let x = 0
    for (const { text, style } of line) {
      for (const char of text) {
        if (x > left && x < right && char !== ' ') seen[roles[style] ?? '']?.add(x)
        x++
      }
    }
  }
  const width = right - left - 1
  const shares = Object.entries(seen).map(([id, columns]) => [id, columns.size / width])
  return { shares: Object.fromEntries(shares), letters: [...letters].sort().join('') }
}

const slots = Array.from({ length: 240 }, (_, slot) => slot)
const every = (values: (slot: number) => Record<string, number>): Point[] =>
  slots.map((slot) => ({ slot, values: values(slot) }))

describe.each([
  ['braille', COLOUR],
  ['letters', ASCII],
] as const)('overlaid curves in %s', (_, look) => {
  it.each([3, 4, 5, 6, 9, 13, 24])(
    'of a steady supply are all seen in a chart of %i rows',
    (height) => {
      const { shares, letters } = draw(
        every(() => electric(5, 1)),
        look,
        height,
      )
      // From four rows of plot on, the offset of the scales keeps them apart.
      const least = height >= 6 ? 0.95 : 0.3
      for (const share of Object.values(shares)) expect(share).toBeGreaterThanOrEqual(least)
      if (height >= 5) expect(letters).toBe('AVW')
    },
  )

  it('of one shape are all seen in each column, whatever their load', () => {
    const { shares } = draw(
      every((slot) => electric(5, slot % 80 < 40 ? 0.2 : 1.4)),
      look,
    )
    for (const share of Object.values(shares)) expect(share).toBeGreaterThan(0.95)
  })

  it('are seen through an area that noise of another one fills', () => {
    const { shares } = draw(
      every((slot) => ({ v: 5 + 0.5 * Math.sin(slot * 7), a: 1, w: 5 })),
      look,
    )
    for (const share of Object.values(shares)) expect(share).toBeGreaterThan(0.95)
  })
})

describe('any overlaid curves', () => {
  const value = fc.oneof(
    fc.constantFrom(0, 1, 5, 5.001),
    fc.double({ min: -3, max: 30, noNaN: true }),
  )
  const points = fc.array(
    fc.record({
      slot: fc.integer({ min: 0, max: 239 }),
      values: fc.record({ v: value, a: value, w: value }, { requiredKeys: [] }),
      gapBefore: fc.boolean(),
    }),
    { maxLength: 300 },
  )

  it('have their letters at the edge wherever there are rows for them', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 5, max: 30 }), fc.boolean(), (made, height, ascii) => {
        const sorted = made.toSorted((a, b) => a.slot - b.slot)
        const { letters } = draw(sorted, ascii ? ASCII : COLOUR, height)
        const expected = ['a', 'v', 'w'].filter((id) => sorted.some(({ values }) => id in values))
        expect(letters).toBe(expected.join('').toUpperCase())
      }),
      { numRuns: 150 },
    )
  })

  it('keep at least one column in n + 1 of those that they want, whatever the dots', () => {
    const cell = fc.integer({ min: 0, max: 3 }).map((n) => (n === 0 ? 255 : 0))
    const made = fc
      .record({
        columns: fc.integer({ min: 1, max: 70 }),
        rows: fc.integer({ min: 1, max: 4 }),
        count: fc.integer({ min: 1, max: 4 }),
        firstColumn: fc.integer({ min: 0, max: 1e9 }),
      })
      .chain((size) =>
        fc
          .array(
            fc.array(cell, {
              minLength: size.columns * size.rows,
              maxLength: size.columns * size.rows,
            }),
            { minLength: size.count, maxLength: size.count },
          )
          .map((bits) => ({ ...size, bits })),
      )
    fc.assert(
      fc.property(made, ({ columns, rows, firstColumn, bits }) => {
        const style: LineStyle = 'solid'
        const layers = bits.map(
          (each, i): Layer => ({
            pen: { role: 'voltage', letter: `${i}`, style },
            bits: Uint8Array.from(each),
          }),
        )
        const size = { columns, rows, ascii: true, styled: false, firstColumn }
        const owners = ownersOf(layers, size)
        for (const [i, layer] of layers.entries()) {
          const columnsOf = (holds: (cell: number) => boolean): number =>
            Array.from({ length: columns }, (_, x) => x).filter((x) =>
              Array.from({ length: rows }, (_, y) => y * columns + x).some(holds),
            ).length
          const wanted = columnsOf((at) => layer.bits[at] !== 0)
          const shown = columnsOf((at) => owners[at] === i)
          expect(shown).toBeGreaterThanOrEqual(Math.floor(wanted / (layers.length + 1)))
        }
        // A cell that somebody wants is somebody's who wants it.
        for (const [at, owner] of owners.entries()) {
          expect(layers[owner]?.bits[at] ?? 0).toBe(
            layers.some(({ bits: b }) => b[at] !== 0) ? 255 : 0,
          )
        }
      }),
      { numRuns: 500 },
    )
  })

  it('show the same cells after the picture has moved on', () => {
    const wave = (x: number, of: number): number => (Math.sin(x / (5 + of)) > 0 ? 255 : 0)
    const ownersAt = (firstColumn: number): Int8Array => {
      const layers = [0, 1, 2].map(
        (of): Layer => ({
          pen: { role: 'voltage', letter: `${of}`, style: 'solid' },
          bits: Uint8Array.from({ length: 60 }, (_, x) => wave(firstColumn + x, of)),
        }),
      )
      return ownersOf(layers, { columns: 60, rows: 1, ascii: true, styled: false, firstColumn })
    }
    const [before, after] = [ownersAt(1000), ownersAt(1005)]
    // Blocks that are cut at an edge may share out anew.
    expect([...after.slice(12, 43)]).toEqual([...before.slice(17, 48)])
  })
})
