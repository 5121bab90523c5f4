import { expect, it } from 'vitest'
import { foldColumns } from '../../src/chart/columns.ts'
import { unreadCells } from '../../src/chart/unread.ts'
import { chartPanel } from '../../src/tui/panels/chart-panel.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { frozenOf, SPANS_MS } from '../../src/tui/view/time-window.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

/** A minute and more of samples, one in each slot. */
const FULL = traceOf(
  64,
  Array.from({ length: 64 }, (_, slot) => ({ slot, values: electric(5, 0.1 + slot / 1000) })),
)
const END = FULL.startUs + 64e6
const snapshot = sampleSnapshot({ sampleUs: END - 1, oldestUs: FULL.startUs - 3600e6 })
const LOOK = lookOf({ ascii: true, colour: false })

function shown(
  spanMs: number,
  isReading: boolean,
  endUs: number | null = null,
  width = 60,
): string[] {
  const frozen = endUs === null ? {} : { 0: { endUs, sinceUs: END } }
  const view = { ...INITIAL_VIEW, spanIndex: SPANS_MS.indexOf(spanMs), frozen }
  expect(frozenOf(view, 0)?.endUs ?? null).toBe(endUs)
  const area = { width, height: 10, look: LOOK }
  const panel = chartPanel({ snapshot, trace: FULL, view, isReading }, area)
  return panel.lines.map(lineText)
}

it('of a longer span than what is there, nothing is known of the begin', () => {
  const columns = foldColumns(FULL, 60, 2e6)
  const unread = unreadCells(FULL, columns, 30)
  expect(unread.filter((each) => each)).toHaveLength(14)
  expect(unread.lastIndexOf(true)).toBe(13)
})

it('strokes stand where nothing is known, the title says so, and the rest stays at its time', () => {
  const before = shown(120_000, false)
  const reading = shown(120_000, true)
  expect(reading[0]).toContain(' reading ')
  expect(before[0]).not.toContain('reading')
  for (const line of reading.slice(1, -1)) expect(line).toMatch(/\/{10,}/)
  // Everything else is as it is without.
  const same = reading.slice(1).map((line) => line.replaceAll('/', ' ').replaceAll('.', ' '))
  expect(same).toEqual(
    before.slice(1).map((line) => line.replaceAll('/', ' ').replaceAll('.', ' ')),
  )
  expect(before.join('')).not.toContain('/')
})

it('nothing is said where what is there is enough', () => {
  expect(shown(60_000, true)).toEqual(shown(60_000, false))
})

it('of a span whose samples lie closer than those that are there, all is in doubt', () => {
  const [title, ...lines] = shown(10_000, true)
  expect(title).toContain(' reading ')
  // No cell looks like a gap.
  for (const line of lines.slice(0, -1)) expect(line.slice(8, 40)).not.toMatch(/[ .]/)
})

it('of another moment there is nothing at all', () => {
  const lines = shown(60_000, true, END - 1800e6, 90)
  expect(lines[0]).toContain(' reading ')
  expect(lines.join('')).toContain('reading the samples')
})
