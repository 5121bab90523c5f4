import type Database from 'better-sqlite3'
import { Figures } from '../../stats/figures.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { Catalog } from '../file/catalog.ts'
import { Damage } from '../file/log-errors.ts'
import type { SampleScan } from '../file/sample-scan.ts'
import { areSound, bucketOf, summaryOf } from './bucket.ts'
import { BucketScan, type FilledBucket } from './bucket-scan.ts'
import type { ChannelCatalog } from './channel-catalog.ts'
import { ChannelBucket, ChannelScan } from './channel-scan.ts'
import {
  type Bucket,
  type BucketRow,
  type ChannelSummary,
  type LoggedLoss,
  type LogRange,
  type LogSpan,
  NO_CHANNELS,
} from './log-query.ts'
import { lossesIn } from './log-records.ts'
import { LossCount, lostBefore } from './loss-count.ts'
import { inMinutes, type SpanQuery } from './span-query.ts'

type Channels = ReadonlyMap<number, ChannelBucket>

/** A bucket with its extra channels, by their ids in the log. */
export interface FullBucket extends FilledBucket {
  readonly channels: Channels
}

const NONE: Channels = new Map()

/** Length of the pieces that one bucket over any span is made of: a whole number of minutes, and long. */
export const LONGEST_US = 525_600 * US_PER_MINUTE

/** Answers what spans of the log come to. */
export class BucketQuery {
  readonly #db: Database.Database
  readonly #catalog: Catalog
  readonly #channels: ChannelCatalog
  readonly #spans: SpanQuery
  readonly #scan: BucketScan
  /** null: the log has no extra channels */
  readonly #channelScan: ChannelScan | null

  constructor(
    db: Database.Database,
    catalog: Catalog,
    channels: ChannelCatalog,
    scan: SampleScan,
    spans: SpanQuery,
  ) {
    this.#db = db
    this.#catalog = catalog
    this.#channels = channels
    this.#spans = spans
    this.#scan = new BucketScan(db, scan)
    this.#channelScan = channels.isEmpty ? null : new ChannelScan(db, catalog, channels)
  }

  /** See `LogReader`. */
  totals(range: LogRange): Bucket[] {
    const totals: Bucket[] = []
    const losses = this.#lossesByDevice(range)
    for (const [id, span] of this.#spans.byDevice(range.device)) {
      if (range.fromUs > span.toUs || range.toUs <= span.fromUs) continue
      const scan = inMinutes(range, span)
      const sum = new Figures()
      const channels = new Map<number, ChannelBucket>()
      for (const bucket of this.filled(id, scan.fromUs, scan.toUs, LONGEST_US)) {
        sum.merge(bucket.figures)
        addChannels(channels, bucket.channels)
      }
      if (sum.samples === 0) continue
      let lost = 0
      for (const loss of losses.get(this.#catalog.nameOf(id)) ?? []) {
        lost += lostBefore(loss, range.toUs) - lostBefore(loss, range.fromUs)
      }
      const fromUs = Math.max(range.fromUs, span.fromUs)
      // Behind the newest sample no time is missing yet.
      const toUs = Math.min(range.toUs, span.toUs)
      totals.push(this.#bucket(id, fromUs, toUs, sum, lost, channels))
    }
    return totals
  }

  /** See `LogReader`. */
  *buckets(range: LogRange, everyUs: number): Generator<Bucket> {
    const losses = this.#lossesByDevice(range)
    const scan = inMinutes(range, this.#spans.span(range.device))
    const sources = this.#catalog.idsOf(range.device).map((id) => {
      const ofDevice = losses.get(this.#catalog.nameOf(id)) ?? []
      const iterator = this.#deviceBuckets(range, scan, everyUs, id, ofDevice)
      return { iterator, head: iterator.next() }
    })
    for (;;) {
      let first: (typeof sources)[number] | undefined
      for (const source of sources) {
        if (source.head.done) continue
        if (first === undefined || source.head.value.fromUs < (first.head.value as Bucket).fromUs) {
          first = source
        }
      }
      if (first === undefined) return
      yield first.head.value as Bucket
      first.head = first.iterator.next()
    }
  }

  /**
   * Those of `buckets` that have samples, of one device; `lost` are those since the end of the one
   * before, or since the begin of the range, by the places in time that they would have had.
   */
  *withSamples(
    range: LogRange & { readonly device: string },
    everyUs: number,
  ): Generator<BucketRow> {
    const [id] = this.#catalog.idsOf(range.device)
    if (id === undefined) return
    const scan = inMinutes(range, this.#spans.span(range.device))
    const losses = new LossCount(lossesIn(this.#db, range))
    let lostUs = range.fromUs
    for (const { index, figures, channels } of this.filled(id, scan.fromUs, scan.toUs, everyUs)) {
      const fromUs = index * everyUs
      const endUs = Math.min(fromUs + everyUs, range.toUs)
      const isBehindLoss = losses.isBetween(lostUs, fromUs)
      const lost = losses.within(lostUs, endUs)
      lostUs = endUs
      const bucket = this.#bucket(id, fromUs, fromUs + everyUs, figures, lost, channels)
      yield { ...bucket, isBehindLoss }
    }
  }

  /** Begin of the log of a device, Unix µs; infinite: it has none. */
  beginUs(device: string): number {
    return this.#spans.span(device)?.fromUs ?? Number.POSITIVE_INFINITY
  }

  /** Buckets of one device with samples, in order of time. */
  *filled(
    deviceId: number,
    fromUs: number,
    toUs: number,
    everyUs: number,
  ): Generator<FullBucket, undefined> {
    const hasChannels = this.#channels.of(deviceId).length > 0
    const channels = hasChannels
      ? this.#channelScan?.buckets(deviceId, fromUs, toUs, everyUs)
      : undefined
    let head = channels?.next().value
    for (const bucket of this.#scan.buckets(deviceId, fromUs, toUs, everyUs)) {
      const { figures } = bucket
      if (!areSound(figures)) throw new Damage()
      // Of a roll-up from before layout 4.
      if (!hasChannels && Number.isNaN(figures.unmeasured)) {
        figures.unmeasured = figures.samples - figures.measured
      }
      while (head !== undefined && head.index < bucket.index) head = channels?.next().value
      const own = head?.index === bucket.index ? head.channels : NONE
      yield { ...bucket, channels: own }
    }
    return undefined
  }

  *#deviceBuckets(
    range: LogRange,
    scan: LogSpan,
    everyUs: number,
    id: number,
    ofDevice: readonly LoggedLoss[],
  ): Generator<Bucket, undefined> {
    const losses = new LossCount(ofDevice.values())
    const make = (index: number, figures: Figures, channels: Channels): Bucket => {
      const fromUs = index * everyUs
      const toUs = fromUs + everyUs
      const lost = losses.within(Math.max(fromUs, range.fromUs), Math.min(toUs, range.toUs))
      return this.#bucket(id, fromUs, toUs, figures, lost, channels)
    }
    let next: number | null = null
    const filled = this.filled(id, scan.fromUs, scan.toUs, everyUs)
    for (const { index, figures, channels } of filled) {
      for (let empty = next ?? index; empty < index; empty++) {
        yield make(empty, new Figures(), NONE)
      }
      yield make(index, figures, channels)
      next = index + 1
    }
    return undefined
  }

  /** The writer bounds how many there are, so that they fit into memory. */
  #lossesByDevice(range: LogRange): Map<string, LoggedLoss[]> {
    const byDevice = new Map<string, LoggedLoss[]>()
    for (const loss of lossesIn(this.#db, range)) {
      const ofDevice = byDevice.get(loss.device)
      if (ofDevice === undefined) byDevice.set(loss.device, [loss])
      else ofDevice.push(loss)
    }
    return byDevice
  }

  #bucket(
    id: number,
    fromUs: number,
    toUs: number,
    figures: Figures,
    lost: number,
    channels: Channels,
  ): Bucket {
    const device = this.#catalog.nameOf(id)
    return bucketOf(device, fromUs, toUs, figures, lost, this.#summaries(id, channels))
  }

  #summaries(deviceId: number, channels: Channels): ReadonlyMap<string, ChannelSummary> {
    if (channels.size === 0) return NO_CHANNELS
    const summaries = new Map<string, ChannelSummary>()
    for (const { id, name } of this.#channels.of(deviceId)) {
      const channel = channels.get(id)
      if (channel !== undefined) summaries.set(name, summaryOf(channel))
    }
    return summaries
  }
}

function addChannels(to: Map<number, ChannelBucket>, part: Channels): void {
  for (const [id, { measured, spread }] of part) {
    let channel = to.get(id)
    if (channel === undefined) {
      channel = new ChannelBucket()
      to.set(id, channel)
    }
    channel.merge(measured, spread.min, spread.sumMicro, spread.max)
  }
}
