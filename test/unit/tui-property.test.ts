import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Trace } from '../../src/chart/trace.ts'
import { HOLE } from '../../src/domain/burst.ts'
import { type Channel, ELECTRIC_CHANNELS, extraChannel } from '../../src/domain/channels.ts'
import type { Snapshot, SourceView, SpanStatistics } from '../../src/monitor/view.ts'
import { THEME_CHOICES } from '../../src/theme/themes.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { PANELS } from '../../src/tui/view/layout.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { PRESETS } from '../../src/tui/view/panel-choice.ts'
import { openPrompt } from '../../src/tui/view/prompt.ts'
import { lineText, lineWidth } from '../../src/tui/view/styled.ts'
import { SPANS_MS } from '../../src/tui/view/time-window.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { UNIT_CHOICES } from '../../src/util/scaled-unit.ts'
import { briefOf, sampleSnapshot, traceOf } from '../support/snapshots.ts'

const value = fc.oneof(
  fc.double({ min: -30, max: 30, noNaN: true }),
  fc.double({ min: -1e12, max: 1e12, noNaN: true }),
  fc.constantFrom(0, -0, 1e-9, -1e-9, 0.9999999, 26, 3.2, 1.7e308, -1.7e308),
)
const count = fc.integer({ min: 0, max: 4_294_967_295 })
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  // Keys that every object has.
  fc.constantFrom('toString', '__proto__', 'constructor'),
)
const stat = fc.option(fc.record({ min: value, avg: value, max: value }))
const range = fc.option(
  fc.tuple(value, value).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
)

/** v, a, w or not, and up to 16 extra channels of any name. */
const channels: fc.Arbitrary<readonly Channel[]> = fc
  .record({
    isElectric: fc.boolean(),
    extras: fc.uniqueArray(fc.record({ id: text, unit: text, range }), {
      selector: ({ id }) => id,
      maxLength: 16,
    }),
  })
  .map(({ isElectric, extras }) => [
    ...(isElectric ? ELECTRIC_CHANNELS : []),
    ...extras
      .filter(({ id }) => !isElectric || !['v', 'a', 'w'].includes(id))
      .map(({ id, unit, range: of }, i) => extraChannel(id, i, unit, of)),
  ])

/** A value for some of the channels. */
const numbers = fc.infiniteStream(fc.option(value))

function byId<T>(of: readonly Channel[], each: Iterator<T | null>): Record<string, T> {
  const entries = of.map(({ id }) => [id, each.next().value as T | null] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, T] => entry[1] !== null))
}

const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({
    channels,
    numbers,
    isMeasured: fc.boolean(),
    figures: fc.infiniteStream(stat),
    others: fc.array(fc.record({ device: text, lost: count, channels }), { maxLength: 14 }),
    place: fc.nat(14),
    device: text,
    mode: fc.option(text),
    status: text,
    rate: fc.double({ min: 0, max: 1e7, noNaN: true }),
    lagMs: fc.double({ min: -1e9, max: 1e12, noNaN: true }),
    delayMs: fc.double({ min: 0, max: 1e12, noNaN: true }),
    unnumbered: fc.boolean(),
    state: fc.constantFrom<SourceView['state']>('opening', 'waiting', 'live', 'silent', 'ended'),
    reason: text,
    lost: count,
    recovered: count,
    logKind: fc.constantFrom('recording', 'spilling', 'failed', 'none'),
    events: fc.array(text, { maxLength: 10 }),
    charge: value,
    scales: fc.infiniteStream(fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }))),
  })
  .map((made) => {
    const base = sampleSnapshot()
    const { state, reason, lost, recovered, logKind, events, charge, others, ...plain } = made
    const of = made.channels
    const number = Math.min(made.place, others.length)
    const snapshot: Snapshot = {
      ...base,
      ...plain,
      number,
      values: made.isMeasured ? byId(of, made.numbers) : null,
      fullScale: byId(of, made.scales),
      source: { label: made.device, state, reason },
      ledger: { ...base.ledger, lost, recovered },
      windows: base.windows.map((window) => ({
        ...window,
        samples: lost,
        stats: byId(of, made.figures),
      })),
      log:
        logKind === 'none' || !base.log
          ? null
          : { ...base.log, kind: logKind as 'failed', reason, file: made.device },
      events: events.map((event) => ({ timeUs: base.nowUs, kind: 'note', text: event })),
      totals: { ...base.totals, chargeMah: charge, energyMwh: charge },
    }
    const briefs = others.map((each) =>
      briefOf(snapshot, { ...each, values: byId(each.channels, made.numbers) }),
    )
    const devices = [...briefs.slice(0, number), briefOf(snapshot), ...briefs.slice(number)]
    return { ...snapshot, devices: devices.map((each, i) => ({ ...each, number: i })) }
  })

interface Made {
  readonly slot: number
  readonly numbers: readonly (number | null)[]
  readonly gapBefore: boolean
}

/** Samples in some slots; their values go to the channels of the snapshot. */
const points: fc.Arbitrary<Made[]> = fc.array(
  fc.record({
    slot: fc.integer({ min: 0, max: 79 }),
    numbers: fc.array(fc.option(value), { minLength: 20, maxLength: 20 }),
    gapBefore: fc.boolean(),
  }),
  { maxLength: 40 },
)

function traceWith(snapshot: Snapshot, made: readonly Made[]): Trace {
  const given = made
    .toSorted((a, b) => a.slot - b.slot)
    .map(({ slot, numbers: each, gapBefore }) => ({
      slot,
      gapBefore,
      values: byId(snapshot.channels, each.values()),
    }))
  return traceOf(
    80,
    given,
    1_000_000,
    snapshot.channels.map(({ id }) => id),
  )
}

const bursts = fc
  .record({
    counts: fc.array(fc.integer({ min: HOLE, max: -HOLE - 1 }), { minLength: 1, maxLength: 300 }),
    dtUs: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    shuntOhm: fc.double({ min: 1e-4, max: 100, noNaN: true }),
    pre: fc.nat(299),
    trigger: fc.option(fc.record({ level: value, slope: fc.constantFrom('rise', 'fall') })),
  })
  .map(({ counts, pre, ...each }) => {
    const burst = { number: 1, timeUs: 1.7e15, pre: pre % counts.length, ...each }
    return { device: 0, burst: { ...burst, counts: Int16Array.from(counts) } }
  })

const views: fc.Arbitrary<ViewState> = fc.record({
  theme: fc.constantFrom(...THEME_CHOICES),
  selected: fc.constant(0),
  spanIndex: fc.integer({ min: 0, max: SPANS_MS.length - 1 }),
  arrangement: fc.constantFrom('auto', 'overlay', 'strips'),
  preset: fc.constantFrom(...PRESETS),
  focus: fc.constantFrom(null, ...PANELS),
  expanded: fc.constantFrom(null, ...PANELS),
  help: fc.option(fc.nat(100)),
  burst: fc.option(bursts),
  prompt: fc.option(text.map((each) => openPrompt(each))),
  said: fc.constant([]),
  hidden: fc.subarray(['v', 'a', 'w']),
  mouse: fc.boolean(),
  touched: fc.boolean(),
  statistics: fc.constantFrom(null, '1m', '5m', '15m', 'reset', 'span'),
  units: fc.constantFrom(...UNIT_CHOICES),
  compare: fc.constantFrom(null, 'v', 'a', 'soc', 'nowhere'),
  frozen: fc.constantFrom({}, { 0: { endUs: 1.7e15, sinceUs: 1.7e15 } }),
  notice: fc.constant(INITIAL_VIEW.notice),
  cursorUs: fc.constantFrom(null, 1.7e15, 1.7e15 - 30e6),
  selection: fc.constantFrom(null, { fromUs: 1.7e15 - 40e6, toUs: 1.7e15 }),
  anchorUs: fc.constantFrom(null, 1.7e15),
})

/** Figures of any size, for some of the channels. */
const figures = fc.record({
  n: count,
  min: fc.option(value),
  mean: fc.option(value),
  max: fc.option(value),
  figures: fc.record({
    mean_time: fc.option(value),
    stddev: fc.option(value),
    p2p: fc.option(value),
    p5: fc.option(value),
    p50: fc.option(value),
    p95: fc.option(value),
    p99: fc.option(value),
    crest: fc.option(value),
    slope: fc.option(value),
  }),
  coveredUs: count,
  percentileError: fc.constantFrom(0, 0.001),
})
const spans = fc.record({
  figures: fc.infiniteStream(fc.option(figures)),
  lengthUs: fc.nat(),
  isExpired: fc.boolean(),
  isTooMany: fc.boolean(),
})

const sizes = fc.record({
  columns: fc.integer({ min: 1, max: 240 }),
  rows: fc.integer({ min: 1, max: 70 }),
})

describe('any picture', () => {
  it('fills its rectangles exactly, whatever it shows', () => {
    fc.assert(
      fc.property(
        snapshots,
        fc.option(points),
        fc.option(text),
        views,
        sizes,
        fc.boolean(),
        fc.option(spans),
        (snapshot, made, trouble, view, size, ascii, span) => {
          const look = lookOf({ ascii, colour: !ascii })
          const trace = made && traceWith(snapshot, made)
          const statistics: SpanStatistics | null = span && {
            version: 1,
            fromUs: 0,
            toUs: span.lengthUs,
            channels: byId(snapshot.channels, span.figures),
            isExpired: span.isExpired,
            isTooMany: span.isTooMany,
            total: null,
          }
          const context = { size, view, look, trouble }
          const picture = buildPicture(snapshot, trace, context, { statistics })
          for (const { rect, lines } of [
            ...Object.values(picture.blocks),
            ...(picture.overlay ? [picture.overlay] : []),
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
