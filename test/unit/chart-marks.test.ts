import { beforeAll, describe, expect, it } from 'vitest'
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
  return chartPanel(snapshot, trace, view, area).lines.map(lineText)
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
      '     V +--+14:02:30------+14:02:45-----+14:03:00------+14:03:15----+     A     W',
    ])
  })

  it.each([true, false])('stand where the extent of the plot says (ASCII: %s)', (ascii) => {
    const look = lookOf({ ascii, colour: !ascii })
    const area = { width: 80, height: 9, look }
    const view = { ...INITIAL_VIEW, ...FROZEN }
    const { left, cells, startUs, cellUs } = chartPanel(snapshot, trace, view, area).plot
    expect(cellUs).toBeCloseTo(60e6 / (cells - 1), 3)
    for (const x of [0, 1, 17, cells - 1]) {
      const cursorUs = (startUs ?? 0) + (x + 0.5) * cellUs
      const shown = chartPanel(snapshot, trace, { ...view, cursorUs }, area).lines
      const rows = shown.slice(1, -1).map((line) => lineText(line)[left + x])
      expect(rows).toContain(look.glyphs.cursor)
      const [title = []] = shown
      expect(lineText(title)).toContain(`${look.glyphs.cursor} 14:0`)
    }
  })

  it('are nowhere while they are not in the picture', () => {
    for (const cursorUs of [0, nowUs - 3600e6, nowUs + 3600e6]) {
      const selection = { fromUs: cursorUs, toUs: cursorUs + 1e6 }
      const drawn = panel({ ...FROZEN, cursorUs, selection }).slice(1)
      expect(drawn).toEqual(panel(FROZEN).slice(1))
    }
  })
})
