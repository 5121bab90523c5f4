import type Database from 'better-sqlite3'
import {
  AVERAGED,
  emptySeries,
  emptyTrace,
  SIGN,
  type Sign,
  type Trace,
  type TraceSeries,
} from '../../chart/trace.ts'
import { ELECTRIC, QUANTITIES } from '../../domain/channels.ts'
import type { EventKind } from '../../domain/events.ts'
import { UsualInterval } from '../../stats/usual-interval.ts'
import type { Catalog } from '../file/catalog.ts'
import type { SampleScan } from '../file/sample-scan.ts'
import { fromStored } from '../file/stored-value.ts'
import type { BucketQuery, FullBucket } from './bucket-query.ts'
import type { ChannelCatalog } from './channel-catalog.ts'
import type { LogSpan } from './log-query.ts'
import { lossesIn, timesOf } from './log-records.ts'
import { LossCount } from './loss-count.ts'
import { SamplePick } from './sample-pick.ts'

/** Where v, a and w stand in a row of `sample`. */
const COLUMN = { voltage: 3, current: 4, power: 5 } as const

/** Events that have a sign in the chart. */
const EVENT_SIGNS: readonly (readonly [EventKind, Sign])[] = [
  ['anomaly', 'outlier'],
  ['restart', 'restart'],
  ['marker', 'marker'],
]

/** Folds a span of one device into what a chart draws. */
export class TraceQuery {
  readonly #db: Database.Database
  readonly #catalog: Catalog
  readonly #channels: ChannelCatalog
  readonly #buckets: BucketQuery
  readonly #pick: SamplePick

  constructor(
    db: Database.Database,
    catalog: Catalog,
    channels: ChannelCatalog,
    scan: SampleScan,
    buckets: BucketQuery,
  ) {
    this.#db = db
    this.#catalog = catalog
    this.#channels = channels
    this.#buckets = buckets
    this.#pick = new SamplePick(db, scan, catalog, channels)
  }

  /** See `LogReader`. */
  series(
    device: string,
    fromUs: number,
    slotUs: number,
    count: number,
    clip: LogSpan | null,
  ): Trace {
    const first = Math.floor(fromUs / slotUs)
    const startUs = first * slotUs
    const endUs = startUs + count * slotUs
    const span = {
      fromUs: Math.max(startUs, clip?.fromUs ?? startUs),
      toUs: Math.min(endUs, clip?.toUs ?? endUs),
    }
    const [id] = this.#catalog.idsOf(device)
    const names = new Map(id === undefined ? [] : this.#channels.of(id).map((e) => [e.id, e.name]))
    const builder = new TraceBuilder(startUs, slotUs, count, names)
    if (id !== undefined) builder.beganUs = this.#buckets.beginUs(device)
    if (id !== undefined) {
      for (const bucket of this.#buckets.filled(id, span.fromUs, span.toUs, slotUs)) {
        const beginUs = bucket.index * slotUs
        const within = {
          fromUs: Math.max(span.fromUs, beginUs),
          toUs: Math.min(span.toUs, beginUs + slotUs),
        }
        builder.add(bucket.index - first, this.#withSample(id, bucket, within))
      }
      const losses = new LossCount(lossesIn(this.#db, { ...span, device }))
      for (let slot = 0; slot < count; slot++) {
        const beginUs = Math.max(span.fromUs, startUs + slot * slotUs)
        const lostUs = Math.min(span.toUs, startUs + (slot + 1) * slotUs)
        if (beginUs < lostUs && losses.within(beginUs, lostUs) > 0) builder.sign(slot, 'lost')
      }
      for (const [kind, sign] of EVENT_SIGNS) {
        for (const timeUs of timesOf(this.#db, kind, id, span.fromUs, span.toUs)) {
          builder.sign(Math.floor(timeUs / slotUs) - first, sign)
        }
      }
    }
    builder.signHoles()
    return builder.trace
  }

  /** Roll-ups tell no value that a sample had but the two ends: one sample is read for each bucket. */
  #withSample(id: number, bucket: FullBucket, within: LogSpan): FullBucket {
    const { index, figures, newest, channels } = bucket
    if (figures.measured > 0) {
      return newest === null
        ? { ...bucket, newest: this.#pick.electric(id, within, index) }
        : bucket
    }
    const unknown = [...channels].filter(([, each]) => Number.isNaN(each.newest))
    if (unknown.length === 0) return bucket
    const values = this.#pick.extras(id, within, index)
    for (const [channel, each] of unknown) each.newest = values.get(channel) ?? Number.NaN
    return bucket
  }
}

/** Fills a trace slot by slot, in order of time. */
class TraceBuilder {
  readonly trace: Trace
  readonly #names: ReadonlyMap<number, string>
  readonly #series: Record<string, TraceSeries> = Object.create(null)
  /** Spacing of the slots that have values of extra channels alone. */
  readonly #usual = new UsualInterval()
  #before = -1
  #electricBefore = -1
  /** Empty slots before one that does not follow on what was before them; the end exclusive. */
  readonly #holes: (readonly [from: number, to: number])[] = []
  /** Of the device in the log, Unix µs. */
  beganUs = Number.POSITIVE_INFINITY

  /** @param names of the extra channels of the device, by their ids in the log */
  constructor(startUs: number, slotUs: number, length: number, names: ReadonlyMap<number, string>) {
    this.#names = names
    for (const id of names.values()) this.#series[id] = emptySeries(length)
    this.trace = { ...emptyTrace({ startUs, slotUs, length }, []), channels: this.#series }
  }

  sign(slot: number, sign: Sign): void {
    this.#said(slot, SIGN[sign])
  }

  #said(slot: number, bits: number): void {
    const { signs } = this.trace
    signs[slot] = (signs[slot] ?? 0) | bits
  }

  add(slot: number, bucket: FullBucket): void {
    const { figures, channels } = bucket
    let least = figures.measured
    let most = figures.measured
    let isAveraged = figures.measured > 0 && bucket.newest === null
    for (const [id, channel] of channels) {
      least = Math.max(least, channel.measured)
      most += channel.measured
      const series = this.#series[this.#names.get(id) ?? '']
      if (series === undefined) continue
      const { measured, spread, newest } = channel
      series.min[slot] = spread.min
      series.max[slot] = spread.max
      series.last[slot] = Number.isNaN(newest) ? spread.avg(measured) : newest
      if (Number.isNaN(newest) && figures.measured === 0) isAveraged = true
    }
    if (isAveraged) this.#said(slot, AVERAGED)
    const { samples, unmeasured } = figures
    // How many samples have values of extra channels alone is not known then; more than these are none.
    const isKnown = !Number.isNaN(unmeasured)
    const count = isKnown ? samples - unmeasured : least
    if (isKnown ? unmeasured > 0 : least === 0 || samples > most) this.sign(slot, 'unmeasured')
    if (count === 0) return
    this.trace.count[slot] = count
    const from = this.#before + 1
    if (this.#isBroken(slot, figures.measured > 0, figures.coveredUs - figures.bridgedUs)) {
      this.trace.broken[slot] = 1
      if (from > 0 || this.beganUs < this.trace.startUs) this.#holes.push([from, slot])
    }
    if (figures.measured > 0) this.#addElectric(slot, bucket)
  }

  /** To be called when all else has been said: what is lost or was not measured says more. */
  signHoles(): void {
    const { signs, count } = this.trace
    for (const [from, to] of this.#holes) {
      for (let slot = from; slot < to; slot++) {
        if (signs[slot] === 0 && count[slot] === 0) this.sign(slot, 'absent')
      }
    }
  }

  #isBroken(slot: number, isElectric: boolean, coveredUs: number): boolean {
    const { slotUs } = this.trace
    let isBroken: boolean
    if (isElectric) {
      // Time counts where its later sample lies: more of it than the empty slots
      // between say that nothing is missing in them, the device is just that slow.
      isBroken = coveredUs <= (slot - this.#electricBefore - 1) * slotUs
      this.#electricBefore = slot
    } else {
      // Extra channels alone cover no time; pauses among them show as in `Continuity`.
      const spacingUs = (slot - this.#before) * slotUs
      isBroken = this.#before < 0 || spacingUs > this.#usual.longestUs + slotUs
      if (this.#before >= 0) this.#usual.add(spacingUs)
    }
    this.#before = slot
    return isBroken
  }

  #addElectric(slot: number, { figures, newest }: FullBucket): void {
    for (const quantity of QUANTITIES) {
      const { id } = ELECTRIC[quantity]
      this.#series[id] ??= emptySeries(this.trace.length)
      const series = this.#series[id]
      const spread = figures[quantity]
      series.min[slot] = spread.min
      series.max[slot] = spread.max
      series.last[slot] =
        newest === null ? spread.avg(figures.measured) : fromStored(newest[COLUMN[quantity]])
    }
  }
}
