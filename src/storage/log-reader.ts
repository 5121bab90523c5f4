import type Database from 'better-sqlite3'
import { Figures, PICO_PER_MILLI_HOUR, type Spread } from '../stats/figures.ts'
import { logFilePath } from '../util/paths.ts'
import { BucketScan } from './bucket-scan.ts'
import { Catalog } from './catalog.ts'
import { logError } from './log-errors.ts'
import { openForReading } from './log-file.ts'
import type {
  Bucket,
  LoggedEvent,
  LoggedLoss,
  LoggedSample,
  LogRange,
  LogSpan,
  MinAvgMax,
} from './log-query.ts'
import { LossCount, lostBefore } from './loss-count.ts'
import { SampleScan } from './sample-scan.ts'
import { US_PER_MINUTE } from './schema.ts'
import { fromStored } from './stored-value.ts'

const PAGE = 1000

const OLDEST_RAW =
  'SELECT id FROM sample WHERE epoch_id IN (SELECT id FROM epoch WHERE device_id = ?) ORDER BY id LIMIT 1'

/**
 * Reads a log, also one that is being written. Everything comes in pages, each
 * a short read transaction, so that memory stays flat and the writer's WAL can
 * be taken over into the file at any time.
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
  }

  /** @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_unwritable, usage_invalid */
  static open(path: string): LogReader {
    const file = logFilePath(path)
    const db = openForReading(file)
    try {
      return new LogReader(db, file)
    } catch (error) {
      db.close()
      throw logError(error, file)
    }
  }

  close(): void {
    this.#db.close()
  }

  /** Labels, in the order in which they came into the log. */
  get devices(): readonly string[] {
    return [...this.#catalog.devices.values()]
  }

  /** null: nothing in the log (of that device) */
  span(device: string | null): LogSpan | null {
    const ids = this.#deviceIds(device)
    let fromUs = Number.POSITIVE_INFINITY
    let toUs = Number.NEGATIVE_INFINITY
    for (const id of ids) {
      const newest = this.#one('SELECT max(newest_us) FROM epoch WHERE device_id = ?', id)
      if (newest === null) continue
      toUs = Math.max(toUs, newest)
      const raw = this.#one(OLDEST_RAW, id)
      const minute = this.#one('SELECT min(minute) FROM minute WHERE device_id = ?', id)
      // The roll-up of the first raw sample's minute begins before that sample.
      const isOlder = minute !== null && (raw === null || (minute + 1) * US_PER_MINUTE <= raw)
      fromUs = Math.min(fromUs, isOlder ? minute * US_PER_MINUTE : (raw ?? newest))
    }
    return toUs < fromUs ? null : { fromUs, toUs }
  }

  /** Oldest raw sample, Unix µs; null where there are only roll-ups. */
  oldestRawUs(device: string | null): number | null {
    const found = this.#deviceIds(device).map((id) => this.#one(OLDEST_RAW, id))
    const times = found.filter((us) => us !== null)
    return times.length === 0 ? null : Math.min(...times)
  }

  /** Pages of raw samples in order of time. */
  *samples(range: LogRange): Generator<LoggedSample[]> {
    const wanted = range.device === null ? null : new Set(this.#deviceIds(range.device))
    for (const rows of this.#guard(this.#scan.pages(range.fromUs, range.toUs))) {
      const page: LoggedSample[] = []
      for (const [timeUs, epochId, seq, v, a, w, statusId] of rows) {
        const deviceId = this.#catalog.deviceOf(epochId)
        if (wanted !== null && !wanted.has(deviceId)) continue
        page.push({
          timeUs,
          device: this.#catalog.devices.get(deviceId) ?? '',
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
    const totals: Bucket[] = []
    for (const id of this.#deviceIds(range.device)) {
      const sum = new Figures()
      // Any whole number of minutes; a year keeps the pieces few.
      const everyUs = 525_600 * US_PER_MINUTE
      const { fromUs, toUs } = range
      for (const { figures } of this.#guard(this.#bucketScan.buckets(id, fromUs, toUs, everyUs))) {
        addFigures(sum, figures)
      }
      if (sum.samples === 0) continue
      let lost = 0
      for (const loss of this.#losses(range, id)) {
        lost += lostBefore(loss, toUs) - lostBefore(loss, fromUs)
      }
      totals.push(bucketOf(this.#name(id), fromUs, toUs, sum, lost))
    }
    return totals
  }

  /**
   * Buckets of equal length at multiples of it since 1970, from the first to the
   * last sample of each device; empty ones, too. In order of time, then device.
   *
   * @param everyUs whole µs, above 0
   */
  *buckets(range: LogRange, everyUs: number): Generator<Bucket> {
    const sources = this.#deviceIds(range.device).map((id) => {
      const iterator = this.#deviceBuckets(range, everyUs, id)
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

  *#deviceBuckets(range: LogRange, everyUs: number, id: number): Generator<Bucket, undefined> {
    const losses = new LossCount(this.#losses(range, id))
    const device = this.#name(id)
    const make = (index: number, figures: Figures): Bucket => {
      const fromUs = index * everyUs
      const toUs = fromUs + everyUs
      const lost = losses.within(Math.max(fromUs, range.fromUs), Math.min(toUs, range.toUs))
      return bucketOf(device, fromUs, toUs, figures, lost)
    }
    let next: number | null = null
    for (const { index, figures } of this.#guard(
      this.#bucketScan.buckets(id, range.fromUs, range.toUs, everyUs),
    )) {
      for (let empty = next ?? index; empty < index; empty++) yield make(empty, new Figures())
      yield make(index, figures)
      next = index + 1
    }
    return undefined
  }

  /** Lost ranges that reach into the range, in order of time. */
  *losses(range: LogRange): Generator<LoggedLoss> {
    for (const loss of this.#losses(range, null)) {
      if (range.device === null || loss.device === range.device) yield loss
    }
  }

  *#losses(range: LogRange, deviceId: number | null): Generator<LoggedLoss, undefined> {
    const page = this.#db.prepare(
      `SELECT l.id, d.name AS device, l.first_seq AS firstSeq, l.count, l.from_us AS fromUs,
         l.to_us AS toUs, l.reason
       FROM lost l CROSS JOIN epoch e ON e.id = l.epoch_id CROSS JOIN device d ON d.id = e.device_id
       WHERE (l.from_us, l.id) > (?, ?) AND l.from_us < ? AND l.to_us >= ?
         AND (? IS NULL OR d.id = ?)
       ORDER BY l.from_us, l.id LIMIT ${PAGE}`,
    )
    let after: { fromUs: number; id: number } = { fromUs: -1, id: 0 }
    for (;;) {
      const rows = page.all(
        after.fromUs,
        after.id,
        range.toUs,
        range.fromUs,
        deviceId,
        deviceId,
      ) as (LoggedLoss & { id: number })[]
      yield* rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return undefined
      after = last
    }
  }

  /** Events in order of time. */
  *events(range: LogRange): Generator<LoggedEvent> {
    const page = this.#db.prepare(
      `SELECT v.id, v.time_us AS timeUs, d.name AS device, v.kind, v.detail
       FROM event v CROSS JOIN device d ON d.id = v.device_id
       WHERE (v.time_us, v.id) > (?, ?) AND v.time_us >= ? AND v.time_us < ?
         AND (? IS NULL OR d.name = ?)
       ORDER BY v.time_us, v.id LIMIT ${PAGE}`,
    )
    const { fromUs, toUs, device } = range
    let after = { timeUs: -1, id: 0 }
    for (;;) {
      const rows = page.all(
        after.timeUs,
        after.id,
        fromUs,
        toUs,
        device,
        device,
      ) as (LoggedEvent & {
        id: number
      })[]
      yield* rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return
      after = last
    }
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
  *#guard<T>(rows: Generator<T>): Generator<T> {
    try {
      yield* rows
    } catch (error) {
      throw logError(error, this.#file)
    }
  }
}

function bucketOf(
  device: string,
  fromUs: number,
  toUs: number,
  figures: Figures,
  lost: number,
): Bucket {
  const { samples, measured, coveredUs } = figures
  const of = (spread: Spread): MinAvgMax | null =>
    measured === 0
      ? null
      : { min: spread.min, avg: spread.sumMicro / measured / 1e6, max: spread.max }
  const hours = (pico: number): number | null =>
    coveredUs === 0 ? null : pico / PICO_PER_MILLI_HOUR
  return {
    fromUs,
    toUs,
    device,
    samples,
    measured,
    lost,
    coveredUs,
    coverage: Math.min(1, coveredUs / (toUs - fromUs)),
    voltage: of(figures.voltage),
    current: of(figures.current),
    power: of(figures.power),
    chargeMah: hours(figures.chargePc),
    energyMwh: hours(figures.energyPj),
  }
}

function addFigures(sum: Figures, part: Figures): void {
  sum.samples += part.samples
  sum.measured += part.measured
  sum.coveredUs += part.coveredUs
  sum.voltage.merge(part.voltage.min, part.voltage.sumMicro, part.voltage.max)
  sum.current.merge(part.current.min, part.current.sumMicro, part.current.max)
  sum.power.merge(part.power.min, part.power.sumMicro, part.power.max)
  sum.chargePc += part.chargePc
  sum.energyPj += part.energyPj
}
