import { beforeAll, describe, expect, it } from 'vitest'
import { SIGN } from '../../src/chart/trace.ts'
import { ELECTRIC } from '../../src/domain/channels.ts'
import { chartPanel } from '../../src/tui/panels/chart-panel.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

const snapshot = sampleSnapshot()
const { nowUs } = snapshot
const FROZEN = { frozen: { 0: { endUs: nowUs, sinceUs: nowUs } } }
const trace = traceOf(
  70,
  Array.from({ length: 70 }, (_, slot) => ({ slot, values: electric(5, slot < 35 ? 0.2 : 1) })),
)

function panel(changes: Partial<ViewState>, ascii = true): string[] {
  const area = { width: 80, height: 9, look: lookOf({ ascii, colour: !ascii }) }
  const view = { ...INITIAL_VIEW, arrangement: 'overlay' as const, ...changes }
  return chartPanel({ snapshot, trace, view }, area).lines.map(lineText)
}

describe('cursor and selection in the chart', () => {
  it('are a line and a shade behind the curves, at the cells of their moments', () => {
    const selection = { fromUs: nowUs - 40e6, toUs: nowUs - 20e6 }
    const changes = { ...FROZEN, cursorUs: nowUs - 12.4e6, selection }
    expect(panel(changes)).toEqual([
      '       +- 60 s overlay  FROZEN for 0 s  V A W ---- | 14:03:14.600 -+            ',
      '  5.02 + . . . . . . . . . ::::::::::::::::::::. . . .|. . . . . . |            ',
      '       |                   ::::::aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA   1.0      ',
      '  5.00 +vvvvvvvvvvvvvvvvvvvvvvvvvvvwwvwvvwwvwvvwwvwvvwwvwvvwwvwvvwwV           5',
      '       |                   :::::aw:::::::::::::       |            W   0.5      ',
      '  4.98 +aaaaaaaaaaaaaaaaaaaaaaaaa::::::::::::::. . . .|. . . . . . |            ',
      '       |wwwwwwwwwwwwwwwwwwwwwwwww::::::::::::::       |            +   0.0      ',
      '       |                   ::::::::::::::::::::       |            |           0',
      '     V +---+14:02:30-----+14:02:45------+14:03:00-----+14:03:15----+     A     W',
    ])
  })

  it.each([true, false])('stand where the extent of the plot says (ASCII: %s)', (ascii) => {
    const look = lookOf({ ascii, colour: !ascii })
    const area = { width: 80, height: 9, look }
    const view = { ...INITIAL_VIEW, ...FROZEN }
    const { left, cells, startUs, cellUs } = chartPanel({ snapshot, trace, view }, area).plot
    expect(cellUs).toBeCloseTo(60e6 / (cells - 1), 3)
    for (const x of [0, 1, 17, cells - 1]) {
      const cursorUs = (startUs ?? 0) + (x + 0.5) * cellUs
      const shown = chartPanel({ snapshot, trace, view: { ...view, cursorUs } }, area).lines
      const rows = shown.slice(1, -1).map((line) => lineText(line)[left + x])
      expect(rows).toContain(look.glyphs.cursor)
      const [title = []] = shown
      expect(lineText(title)).toContain(`${look.glyphs.cursor} 14:0`)
    }
  })

  it.each([
    [80, 100_000],
    [80, 1_000_000],
    [71, 1_000_000],
    [120, 3_000_000],
  ])(
    'stand where the samples of their moment are drawn, at %i cells and slots of %i µs',
    (width, slotUs) => {
      const spanMs = 60_000
      const look = lookOf({ ascii: true, colour: false })
      const own = sampleSnapshot({ channels: [ELECTRIC.voltage] })
      const length = Math.ceil((spanMs * 1000 * 1.1) / slotUs)
      const beginUs = Math.floor(nowUs / slotUs) * slotUs - (length - 1) * slotUs
      for (let second = 1; second < 60; second++) {
        const timeUs = Math.floor(nowUs / 1e6 - second) * 1e6
        // A sample there, with a mark, and nothing else.
        const slot = Math.floor((timeUs - beginUs) / slotUs)
        const made = traceOf(length, [{ slot, values: { v: 5 } }], slotUs, ['v'])
        made.signs[slot] = SIGN.marker
        const view = {
          ...INITIAL_VIEW,
          arrangement: 'overlay' as const,
          ...FROZEN,
          cursorUs: timeUs,
        }
        const shown = (of: ViewState): string[] =>
          chartPanel(
            { snapshot: own, trace: made, view: of },
            { width, height: 9, look },
          ).lines.map(lineText)
        const plain = shown({ ...view, cursorUs: null })
        const cell = plain
          .slice(1, -1)
          .flatMap((line) => [...line.matchAll(/v/g)].map((m) => m.index))
        expect(cell).toHaveLength(1)
        const [at = -1] = cell
        expect(plain.at(-1)?.[at]).toBe('*')
        const cursor = shown(view)
          .slice(1, -1)
          .map((line) => line.indexOf('|', 8))
        expect(cursor).toContain(at)
        const label = new Date(timeUs / 1000).toISOString().slice(11, 19)
        const unmarked = { ...made, signs: new Uint8Array(length) }
        const bottom = lineText(
          chartPanel({ snapshot: own, trace: unmarked, view }, { width, height: 9, look }).lines.at(
            -1,
          ) ?? [],
        )
        const named = bottom.indexOf(`+${label}`)
        if (named >= 0) expect(named).toBe(at)
      }
    },
  )

  it('are nowhere while they are not in the picture', () => {
    for (const cursorUs of [0, nowUs - 3600e6, nowUs + 3600e6]) {
      const selection = { fromUs: cursorUs, toUs: cursorUs + 1e6 }
      const drawn = panel({ ...FROZEN, cursorUs, selection }).slice(1)
      expect(drawn).toEqual(panel(FROZEN).slice(1))
    }
  })
})
