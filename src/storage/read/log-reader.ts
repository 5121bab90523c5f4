import type Database from 'better-sqlite3'
import { Figures } from '../../stats/figures.ts'
import { logFilePath } from '../../util/paths.ts'
import { damaged, logError } from '../file/log-errors.ts'
import { openForReading } from '../file/log-file.ts'
import { US_PER_MINUTE } from '../file/schema.ts'
import { fromStored } from '../file/stored-value.ts'
import { areSound, bucketOf } from './bucket.ts'
import { BucketScan } from './bucket-scan.ts'
import { Catalog } from './catalog.ts'
import type {
  Bucket,
  LoggedEvent,
  LoggedLoss,
  LoggedSample,
  LogRange,
  LogSpan,
} from './log-query.ts'
import { eventsIn, lossesIn } from './log-records.ts'
import { LossCount, lostBefore } from './loss-count.ts'
import { SampleScan } from './sample-scan.ts'

/**
 * Reads a log, also one that is being written. All of it is of one moment, that
 * of `open`: one read transaction, which the writer's WAL grows over until `close`.
 * Rows come in pages, so that memory stays flat. What damage there is shows itself
 * on the way, as an InaError log_damaged from any of the methods.
 */
export class LogReader {
  readonly #db: Database.Database
  readonly #file: string
  readonly #catalog: Catalog
  readonly #scan: SampleScan
  readonly #bucketScan: BucketScan

  private constructor(db: Database.Database, file: string) {
    this.#db = db
    this.#file = file
    this.#catalog = new Catalog(db)
    this.#scan = new SampleScan(db, this.#catalog)
    this.#bucketScan = new BucketScan(db, this.#scan)
    process.once('exit', this.#onExit)
  }

  /** @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_unwritable, usage_invalid */
  static open(path: string): LogReader {
    const file = logFilePath(path)
    const db = openForReading(file)
    try {
      db.exec('BEGIN')
      return new LogReader(db, file)
    } catch (error) {
      db.close()
      throw logError(error, file)
    }
  }

  close(): void {
    process.off('exit', this.#onExit)
    this.#db.close()
  }

  /** A reader of our output that went away ends the process: SQLite's files beside the log go all the same. */
  readonly #onExit = (): void => {
    this.#db.close()
  }

  /** Labels, in the order in which they came into the log. */
  get devices(): readonly string[] {
    return [...this.#catalog.devices.values()]
  }

  /** null: nothing in the log (of that device) */
  span(device: string | null): LogSpan | null {
    return this.#read(() => {
      const newest = new Map(
        this.#db
          .prepare('SELECT device_id, max(newest_us) FROM epoch GROUP BY device_id')
          .raw()
          .all() as [number, number | null][],
      )
      const firstIn = new Map<number, Map<number, number>>()
      let fromUs = Number.POSITIVE_INFINITY
      let toUs = Number.NEGATIVE_INFINITY
      for (const id of this.#deviceIds(device)) {
        const newestUs = newest.get(id) ?? null
        const minute = this.#firstMinute(id)
        if (newestUs === null) continue
        if (!Number.isSafeInteger(newestUs)) throw damaged(this.#file)
        toUs = Math.max(toUs, newestUs)
        if (minute === null) {
          fromUs = Math.min(fromUs, newestUs)
          continue
        }
        const firstRaw = firstIn.get(minute) ?? this.#firstRaw(minute)
        firstIn.set(minute, firstRaw)
        // The roll-up of the first raw sample's minute begins before that sample.
        fromUs = Math.min(fromUs, firstRaw.get(id) ?? minute * US_PER_MINUTE)
      }
      return toUs < fromUs ? null : { fromUs, toUs }
    })
  }

  /** First minute that has or had samples; every sample's minute is rolled up or marked dirty. */
  #firstMinute(deviceId: number): number | null {
    const of = (table: string): number | null =>
      this.#one(`SELECT min(minute) FROM ${table} WHERE device_id = ?`, deviceId)
    const [rolled, dirty] = [of('minute'), of('dirty')]
    return rolled === null || dirty === null ? (rolled ?? dirty) : Math.min(rolled, dirty)
  }

  /** The first raw sample of each device within a minute, Unix µs. */
  #firstRaw(minute: number): Map<number, number> {
    const first = new Map<number, number>()
    const fromUs = minute * US_PER_MINUTE
    for (const rows of this.#scan.pages(fromUs, fromUs + US_PER_MINUTE)) {
      for (const [timeUs, epochId] of rows) {
        const id = this.#catalog.deviceOf(epochId)
        if (!first.has(id)) first.set(id, timeUs)
      }
    }
    return first
  }

  /** Oldest raw sample, Unix µs; null where there are only roll-ups. */
  oldestRawUs(device: string | null): number | null {
    return this.#read(() => {
      const [id] = this.#deviceIds(device)
      if (id === undefined) return null
      if (device === null) return this.#one('SELECT min(id) FROM sample')
      return this.#one(
        `SELECT id FROM sample WHERE id >= ? AND
           epoch_id IN (SELECT id FROM epoch WHERE device_id = ?) ORDER BY id LIMIT 1`,
        (this.#firstMinute(id) ?? 0) * US_PER_MINUTE,
        id,
      )
    })
  }

  /** Pages of raw samples in order of time. */
  *samples(range: LogRange): Generator<LoggedSample[]> {
    const wanted = range.device === null ? null : new Set(this.#deviceIds(range.device))
    for (const rows of this.#guard(this.#scan.pages(range.fromUs, range.toUs))) {
      const page: LoggedSample[] = []
      for (const [timeUs, epochId, seq, v, a, w, statusId] of rows) {
        const deviceId = this.#catalog.deviceOf(epochId)
        if (wanted !== null && !wanted.has(deviceId)) continue
        if (v === null) continue
        if (deviceId < 0 || !isStored(v) || !isStored(a) || !isStored(w)) throw damaged(this.#file)
        page.push({
          timeUs,
          device: this.#name(deviceId),
          voltage: fromStored(v),
          current: fromStored(a),
          power: fromStored(w),
          seq,
          status: this.#catalog.status(statusId).text,
        })
      }
      yield page
    }
  }

  /**
   * One bucket a device over the whole range; none for a device without samples in it.
   */
  totals(range: LogRange): Bucket[] {
    return this.#read(() => {
      const totals: Bucket[] = []
      const losses = this.#lossesByDevice(range)
      const scan = this.#inMinutes(range)
      const { fromUs, toUs } = range
      for (const id of this.#deviceIds(range.device)) {
        const sum = new Figures()
        // Any whole number of minutes; a year keeps the pieces few.
        const everyUs = 525_600 * US_PER_MINUTE
        for (const { figures } of this.#bucketScan.buckets(id, scan.fromUs, scan.toUs, everyUs)) {
          sum.merge(figures)
        }
        if (sum.samples === 0) continue
        const device = this.#name(id)
        let lost = 0
        for (const loss of losses.get(device) ?? []) {
          lost += lostBefore(loss, toUs) - lostBefore(loss, fromUs)
        }
        totals.push(this.#bucket(device, fromUs, toUs, sum, lost))
      }
      return totals
    })
  }

  /**
   * Buckets of equal length at multiples of it since 1970, from the first to the
   * last sample of each device; empty ones, too. In order of time, then device.
   *
   * @param everyUs whole µs, above 0
   */
  *buckets(range: LogRange, everyUs: number): Generator<Bucket> {
    const losses = this.#read(() => this.#lossesByDevice(range))
    const scan = this.#inMinutes(range)
    const sources = this.#deviceIds(range.device).map((id) => {
      const ofDevice = losses.get(this.#name(id)) ?? []
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

  *#deviceBuckets(
    range: LogRange,
    scan: LogSpan,
    everyUs: number,
    id: number,
    ofDevice: readonly LoggedLoss[],
  ): Generator<Bucket, undefined> {
    const losses = new LossCount(ofDevice.values())
    const device = this.#name(id)
    const make = (index: number, figures: Figures): Bucket => {
      const fromUs = index * everyUs
      const toUs = fromUs + everyUs
      const lost = losses.within(Math.max(fromUs, range.fromUs), Math.min(toUs, range.toUs))
      return this.#bucket(device, fromUs, toUs, figures, lost)
    }
    let next: number | null = null
    for (const { index, figures } of this.#guard(
      this.#bucketScan.buckets(id, scan.fromUs, scan.toUs, everyUs),
    )) {
      for (let empty = next ?? index; empty < index; empty++) yield make(empty, new Figures())
      yield make(index, figures)
      next = index + 1
    }
    return undefined
  }

  /**
   * The range, in whole minutes where nothing of the log lies beyond its ends: roll-ups
   * answer for these, too, where otherwise each device would have its raw rows searched for.
   */
  #inMinutes({ fromUs, toUs, device }: LogRange): LogSpan {
    const span = this.span(device)
    if (span === null) return { fromUs, toUs }
    const isFromBegin = fromUs <= span.fromUs
    const isToEnd = toUs > span.toUs
    return {
      fromUs: isFromBegin ? Math.floor(span.fromUs / US_PER_MINUTE) * US_PER_MINUTE : fromUs,
      toUs: isToEnd ? (Math.floor(span.toUs / US_PER_MINUTE) + 1) * US_PER_MINUTE : toUs,
    }
  }

  /** The writer bounds how many there are, so that they fit into memory. */
  #lossesByDevice(range: LogRange): Map<string, LoggedLoss[]> {
    const byDevice = new Map<string, LoggedLoss[]>()
    for (const loss of this.losses(range)) {
      const ofDevice = byDevice.get(loss.device)
      if (ofDevice === undefined) byDevice.set(loss.device, [loss])
      else ofDevice.push(loss)
    }
    return byDevice
  }

  /** Lost ranges that reach into the range, in order of time. */
  losses(range: LogRange): Generator<LoggedLoss> {
    return lossesIn(this.#db, range)
  }

  /** Events in order of time. */
  events(range: LogRange): Generator<LoggedEvent> {
    return eventsIn(this.#db, range)
  }

  #bucket(device: string, fromUs: number, toUs: number, figures: Figures, lost: number): Bucket {
    if (!areSound(figures)) throw damaged(this.#file)
    return bucketOf(device, fromUs, toUs, figures, lost)
  }

  #deviceIds(device: string | null): number[] {
    const ids: number[] = []
    for (const [id, name] of this.#catalog.devices) {
      if (device === null || name === device) ids.push(id)
    }
    return ids
  }

  #name(deviceId: number): string {
    return this.#catalog.devices.get(deviceId) ?? ''
  }

  #one(sql: string, ...args: number[]): number | null {
    const value = this.#db
      .prepare(sql)
      .pluck()
      .get(...args)
    return (value as number | null | undefined) ?? null
  }

  /** Damage that shows itself on the way. */
  #read<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw logError(error, this.#file)
    }
  }

  /** The same for rows that come one by one. */
  *#guard<T>(rows: Generator<T>): Generator<T> {
    for (;;) {
      const next = this.#read(() => rows.next())
      if (next.done) return
      yield next.value
    }
  }
}

function isStored(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string'
}
