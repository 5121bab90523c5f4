import type Database from 'better-sqlite3'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { Catalog } from '../file/catalog.ts'
import { Damage } from '../file/log-errors.ts'
import type { SampleScan } from '../file/sample-scan.ts'
import type { LogSpan } from './log-query.ts'

/** Where a log begins and ends. Within one read transaction. */
export class SpanQuery {
  readonly #db: Database.Database
  readonly #catalog: Catalog
  readonly #scan: SampleScan
  /** By minute. */
  readonly #firstRaws = new Map<number, ReadonlyMap<number, number>>()

  constructor(db: Database.Database, catalog: Catalog, scan: SampleScan) {
    this.#db = db
    this.#catalog = catalog
    this.#scan = scan
  }

  /** null: nothing in the log (of that device) */
  span(device: string | null): LogSpan | null {
    let fromUs = Number.POSITIVE_INFINITY
    let toUs = Number.NEGATIVE_INFINITY
    for (const span of this.byDevice(device).values()) {
      fromUs = Math.min(fromUs, span.fromUs)
      toUs = Math.max(toUs, span.toUs)
    }
    return toUs < fromUs ? null : { fromUs, toUs }
  }

  /** The span of each device, by its id in the log; a device of which it has nothing is left out. */
  byDevice(device: string | null): Map<number, LogSpan> {
    const newest = new Map(
      this.#db
        .prepare('SELECT device_id, max(newest_us) FROM epoch GROUP BY device_id')
        .raw()
        .all() as [number, number | null][],
    )
    const spans = new Map<number, LogSpan>()
    for (const id of this.#catalog.idsOf(device)) {
      const toUs = newest.get(id) ?? null
      const minute = this.#firstMinute(id)
      if (toUs === null) continue
      if (!Number.isSafeInteger(toUs)) throw new Damage()
      if (minute === null) {
        spans.set(id, { fromUs: toUs, toUs })
        continue
      }
      const firstRaw = this.#firstRaw(minute)
      // The roll-up of the first raw sample's minute begins before that sample.
      spans.set(id, { fromUs: firstRaw.get(id) ?? minute * US_PER_MINUTE, toUs })
    }
    return spans
  }

  /**
   * The first sample that the log has or had of a device, Unix µs; null: it is gone, and its roll-up
   * and what is left of its run do not say when it was.
   */
  firstUs(deviceId: number): number | null {
    const minute = this.#firstMinute(deviceId)
    if (minute === null) return null
    const raw = this.#firstRaw(minute).get(deviceId)
    if (raw !== undefined) return raw
    // A run begins with its first sample; one before it may be gone, unless all are still there.
    const started = 'SELECT min(started_us) FROM epoch WHERE device_id = ?'
    const startedUs = this.#one(started, deviceId)
    const isInMinute = startedUs !== null && Math.floor(startedUs / US_PER_MINUTE) === minute
    const areAllThere = this.#one('SELECT count(*) = max(id) FROM epoch') === 1
    return isInMinute && areAllThere ? startedUs : null
  }

  /** Oldest raw sample, Unix µs; null where there are only roll-ups. */
  oldestRawUs(device: string | null): number | null {
    const [id] = this.#catalog.idsOf(device)
    if (id === undefined) return null
    if (device === null) return this.#one('SELECT min(id) FROM sample')
    return this.#one(
      `SELECT id FROM sample WHERE id >= ? AND
         epoch_id IN (SELECT id FROM epoch WHERE device_id = ?) ORDER BY id LIMIT 1`,
      (this.#firstMinute(id) ?? 0) * US_PER_MINUTE,
      id,
    )
  }

  /** First minute that has or had samples; every sample's minute is rolled up or marked dirty. */
  #firstMinute(deviceId: number): number | null {
    const of = (table: string): number | null =>
      this.#one(`SELECT min(minute) FROM ${table} WHERE device_id = ?`, deviceId)
    const [rolled, dirty] = [of('minute'), of('dirty')]
    return rolled === null || dirty === null ? (rolled ?? dirty) : Math.min(rolled, dirty)
  }

  /** The first raw sample of each device within a minute, Unix µs. */
  #firstRaw(minute: number): ReadonlyMap<number, number> {
    const known = this.#firstRaws.get(minute)
    if (known !== undefined) return known
    const first = new Map<number, number>()
    this.#firstRaws.set(minute, first)
    const fromUs = minute * US_PER_MINUTE
    for (const rows of this.#scan.pages(fromUs, fromUs + US_PER_MINUTE)) {
      for (const [timeUs, epochId] of rows) {
        const id = this.#catalog.deviceOf(epochId)
        if (!first.has(id)) first.set(id, timeUs)
      }
      if (first.size === this.#catalog.devices.size) break
    }
    return first
  }

  #one(sql: string, ...args: number[]): number | null {
    const value = this.#db
      .prepare(sql)
      .pluck()
      .get(...args)
    return (value as number | null | undefined) ?? null
  }
}

/**
 * The range, in whole minutes where nothing of the log lies beyond its ends: roll-ups
 * answer for these, too, where otherwise each device would have its raw rows searched for.
 *
 * @param span of what is asked for; null: there is nothing
 */
export function inMinutes({ fromUs, toUs }: LogSpan, span: LogSpan | null): LogSpan {
  if (span === null) return { fromUs, toUs }
  const isFromBegin = fromUs <= span.fromUs
  const isToEnd = toUs > span.toUs
  return {
    fromUs: isFromBegin ? Math.floor(span.fromUs / US_PER_MINUTE) * US_PER_MINUTE : fromUs,
    toUs: isToEnd ? (Math.floor(span.toUs / US_PER_MINUTE) + 1) * US_PER_MINUTE : toUs,
  }
}
