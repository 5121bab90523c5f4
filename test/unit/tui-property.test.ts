import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Snapshot, SourceState } from '../../src/monitor/snapshot.ts'
import { buildFrame } from '../../src/tui/view/frame.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText, lineWidth } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW, SPANS_MS, type ViewState } from '../../src/tui/view/view-state.ts'
import { sampleSnapshot, traceOf } from '../support/synthetic-controls.ts'

const value = fc.oneof(
  fc.double({ min: -30, max: 30, noNaN: true }),
  fc.double({ min: -1e12, max: 1e12, noNaN: true }),
  fc.constantFrom(0, -0, 1e-9, -1e-9, 0.9999999, 26, 3.2),
)
const values = fc.record({ voltage: value, current: value, power: value })
const count = fc.integer({ min: 0, max: 4_294_967_295 })
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string())
const stat = fc.option(fc.record({ min: value, avg: value, max: value }))

const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    values: fc.option(values),
    device: text,
    mode: fc.option(text),
    status: text,
    rate: fc.double({ min: 0, max: 1e7, noNaN: true }),
    lagMs: fc.double({ min: -1e9, max: 1e12, noNaN: true }),
    unnumbered: fc.boolean(),
    state: fc.constantFrom<SourceState>('opening', 'waiting', 'live', 'silent', 'ended'),
    reason: text,
    lost: count,
    recovered: count,
    stats: fc.record({ voltage: stat, current: stat, power: stat }),
    logKind: fc.constantFrom('recording', 'spilling', 'failed', 'none'),
    events: fc.array(text, { maxLength: 10 }),
    charge: value,
    fullScale: fc.record({
      voltage: fc.double({ min: 0, max: 1e6, noNaN: true }),
      current: fc.double({ min: 0, max: 1e6, noNaN: true }),
      power: fc.double({ min: 0, max: 1e6, noNaN: true }),
    }),
  })
  .map((made) => {
    const base = sampleSnapshot()
    const { state, reason, lost, recovered, stats, logKind, events, charge, ...plain } = made
    return {
      ...base,
      ...plain,
      source: { label: made.device, state, reason },
      ledger: { ...base.ledger, lost, recovered },
      windows: base.windows.map((window) => ({ ...window, samples: lost, stats })),
      log:
        logKind === 'none' || !base.log
          ? null
          : { ...base.log, kind: logKind as 'failed', reason, file: made.device },
      events: events.map((event) => ({ timeUs: base.nowUs, kind: 'note', text: event })),
      totals: { ...base.totals, chargeMah: charge, energyMwh: charge },
    }
  })

const traces = fc
  .array(fc.record({ slot: fc.integer({ min: 0, max: 79 }), values, gapBefore: fc.boolean() }), {
    maxLength: 40,
  })
  .map((points) =>
    traceOf(
      80,
      points.sort((a, b) => a.slot - b.slot),
    ),
  )

const views: fc.Arbitrary<ViewState> = fc.record({
  spanIndex: fc.integer({ min: 0, max: SPANS_MS.length - 1 }),
  arrangement: fc.constantFrom('auto', 'overlay', 'strips'),
  expanded: fc.boolean(),
  help: fc.boolean(),
  frozen: fc.option(fc.record({ endUs: fc.constant(1.7e15), sinceUs: fc.constant(1.7e15) })),
  notice: fc.constant(INITIAL_VIEW.notice),
})

const sizes = fc.record({
  columns: fc.integer({ min: 1, max: 240 }),
  rows: fc.integer({ min: 1, max: 70 }),
})

describe('any frame', () => {
  it('fills its rectangles exactly, whatever it shows', () => {
    fc.assert(
      fc.property(
        snapshots,
        fc.option(traces),
        views,
        sizes,
        fc.boolean(),
        (snapshot, trace, view, size, ascii) => {
          const look = lookOf({ ascii, colour: !ascii })
          const frame = buildFrame(snapshot, trace, { size, view, look })
          for (const { rect, lines } of [
            ...Object.values(frame.blocks),
            ...(frame.help ? [frame.help] : []),
          ]) {
            expect(lines).toHaveLength(rect.height)
            for (const line of lines) {
              expect(lineWidth(line)).toBe(rect.width)
              // No control characters; in ASCII, nothing else either.
              expect(lineText(line)).toMatch(
                ascii ? /^[ -~]*$/ : /^[^\u0000-\u001f\u007f-\u009f]*$/,
              )
            }
            expect(rect.x + rect.width).toBeLessThanOrEqual(size.columns)
            expect(rect.y + rect.height).toBeLessThanOrEqual(size.rows)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
