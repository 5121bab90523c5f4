import { describe, expect, it } from 'vitest'
import { ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import { Chart } from '../../src/tui/panels/chart.ts'
import { chartStrips } from '../../src/tui/panels/chart-shape.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { electric, traceOf } from '../support/snapshots.ts'

const SLOT_US = 100_000
const SLOTS = 640

/** A noisy load that all three curves follow; its extremes come again and again. */
function valuesAt(index: number): Record<string, number> {
  const noise = ((index * 7919) % 101) / 1000
  const current = index % 37 === 0 ? 1.4 : index % 41 === 0 ? 0.1 : 0.6 + noise
  return electric(5 - current / 20, current)
}

/** The plot after so many slots, in cells, without its frame. */
function plotAfter(slots: number, arrangement: 'overlay' | 'strips', colour: boolean): string[] {
  const points = Array.from({ length: SLOTS }, (_, slot) => {
    return { slot, values: valuesAt(slot + slots) }
  })
  const trace = traceOf(SLOTS, points, SLOT_US)
  const lines = new Chart(
    { ...trace, startUs: trace.startUs + slots * SLOT_US },
    {
      width: 80,
      height: 14,
      spanMs: 60_000,
      endUs: null,
      channels: ELECTRIC_CHANNELS,
      strips: chartStrips(ELECTRIC_CHANNELS, { arrangement, height: 14 }),
      message: '',
      note: [],
      title: [],
      look: lookOf({ ascii: false, colour }),
    },
  ).lines.map(lineText)
  const [title = ''] = lines
  const [left, right] = [title.indexOf('┌') + 1, title.indexOf('┐')]
  // The grid behind the curves stands still.
  return lines.slice(1, -1).map((line) => line.slice(left, right).replaceAll('·', ' '))
}

/** By how many cells the later picture has moved on; null: it is another one. */
function shiftOf(before: readonly string[], after: readonly string[]): number | null {
  // Blocks of columns that are cut by an edge may share out anew what several curves want.
  const [from, to] = [14, (before[0]?.length ?? 0) - 16]
  const shifts = [0, 1, 2].filter((by) =>
    before.every((row, i) => after[i]?.slice(from, to) === row.slice(from + by, to + by)),
  )
  return shifts.length === 1 ? (shifts[0] as number) : null
}

describe.each([
  ['overlay', true],
  ['overlay', false],
  ['strips', true],
] as const)('a running chart, %s (colours: %s)', (arrangement, colour) => {
  it('moves by whole characters, each of which stays as it is', () => {
    let moved = 0
    for (let slots = 0; slots < 60; slots += 3) {
      const before = plotAfter(slots, arrangement, colour)
      const shift = shiftOf(before, plotAfter(slots + 3, arrangement, colour))
      expect(shift, `after ${slots} slots`).not.toBeNull()
      moved += shift ?? 0
    }
    // Six seconds, a character a second and a bit.
    expect(moved).toBeGreaterThanOrEqual(5)
    expect(moved).toBeLessThanOrEqual(7)
  })
})
