import { expect, it } from 'vitest'
import type { Snapshot } from '../../src/monitor/view.ts'
import { changeMark } from '../../src/tui/change-mark.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

function mark(snapshot: Snapshot): string {
  const look = lookOf({ ascii: true, colour: false })
  return changeMark(snapshot, {
    size: { columns: 80, rows: 24 },
    view: INITIAL_VIEW,
    look,
    trouble: null,
  })
}

const LOG = sampleSnapshot().log as NonNullable<Snapshot['log']>
const FULL = Array.from({ length: 50 }, () => ({ timeUs: 7, kind: 'note' as const, text: 'a gap' }))

it.each<[string, Partial<Snapshot>, Partial<Snapshot>]>([
  [
    'samples that wait for the log',
    { log: { ...LOG, kind: 'spilling', queued: 1 } },
    { log: { ...LOG, kind: 'spilling', queued: 2 } },
  ],
  [
    'the reason of a log in trouble',
    { log: { ...LOG, kind: 'spilling', reason: 'locked' } },
    { log: { ...LOG, kind: 'spilling', reason: 'the disk is full' } },
  ],
  ['a device that numbers nothing', { unnumbered: false }, { unnumbered: true }],
  ['the mode', { mode: 'NORMAL' }, { mode: 'LOW' }],
  [
    'a new event of the same time, where as many are kept as can be',
    { events: FULL },
    { events: [{ timeUs: 7, kind: 'note', text: 'another gap' }, ...FULL.slice(1)] },
  ],
])('a picture is drawn again for %s', (_, before, after) => {
  expect(mark(sampleSnapshot(before))).toBe(mark(sampleSnapshot(before)))
  expect(mark(sampleSnapshot(after))).not.toBe(mark(sampleSnapshot(before)))
})
