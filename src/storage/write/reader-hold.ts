import type Database from 'better-sqlite3'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import { type Position, positionOf } from '../file/commit-cursor.ts'
import { BYTES_PER_SAMPLE } from '../file/log-size.ts'
import { Unread } from '../file/unread.ts'
import { ReaderTable, type RegisteredReader, type SkippedByRetention } from './reader-table.ts'

/** What readers have missed is reported so long after it was found, ms: what is on its way to one is not missed. */
const REPORT_MS = 60_000

/** What one reader has still to take of one device. */
interface Lag {
  readonly reader: string
  readonly deviceId: number
  readonly position: Position
  /** Its oldest sample, Unix µs. */
  readonly oldestUs: number
}

/** Where the bound of a reader lies: samples before `fromUs` go unread. */
interface Bound {
  readonly keepBytes: number
  /** Minute of the newest retention limit that it was computed for. */
  readonly minute: number
  readonly fromUs: number
}

/**
 * Holds back the retention for registered readers: from the oldest sample that one has
 * not taken, all of the device stays, up to the reader's bound of bytes. Without a
 * reader it costs one statement a transaction. All within a transaction.
 */
export class ReaderHold {
  readonly #readers: ReaderTable
  readonly #unread: Unread
  readonly #minutes: Database.Statement
  #lags: Lag[] = []
  #bounds = new Map<string, Bound>()
  /** At first: what the run before had no time to report. */
  #hasMissed = true
  /** When that is reported; null: it has not been looked at yet. */
  #reportAtMs: number | null = Number.NEGATIVE_INFINITY

  constructor(db: Database.Database) {
    this.#readers = new ReaderTable(db)
    this.#unread = new Unread(db)
    this.#minutes = db
      .prepare('SELECT minute, samples FROM minute WHERE device_id = ? AND minute BETWEEN ? AND ?')
      .raw()
  }

  /**
   * Lowers the times up to which samples may go.
   *
   * @param limits by id of the device, Unix µs; changed in place. All samples before them are rolled up
   */
  lower(limits: Map<number, number>): void {
    this.#lags = []
    const readers = this.#readers.all()
    if (readers.length === 0) return
    const bounds = new Map<string, Bound>()
    const free = new Map(limits)
    for (const reader of readers) {
      const lags = this.#lagsOf(reader, free)
      if (lags.length === 0) continue
      const bound = this.#boundOf(reader, lags, free)
      bounds.set(reader.name, bound)
      this.#lags.push(...lags)
      for (const { deviceId, oldestUs } of lags) {
        const limitUs = limits.get(deviceId) as number
        limits.set(deviceId, Math.min(limitUs, Math.max(oldestUs, bound.fromUs)))
      }
    }
    this.#bounds = bounds
  }

  /**
   * Counts what goes before a reader has taken it.
   *
   * @param rows id and epoch of samples, in order; those before the limit of their device are deleted
   */
  countMissed(rows: readonly [number, number][], limits: ReadonlyMap<number, number>): void {
    const [fromUs] = rows[0] ?? []
    const [toUs] = rows.at(-1) ?? []
    if (fromUs === undefined || toUs === undefined) return
    for (const { reader, deviceId, position, oldestUs } of this.#lags) {
      const limitUs = limits.get(deviceId) ?? 0
      if (oldestUs >= limitUs || oldestUs > toUs) continue
      const ranges = this.#unread.ranges(deviceId, position, fromUs, toUs)
      const endOf = new Map<number, number>()
      let next = 0
      let missed = 0
      for (const [id, epochId] of rows) {
        if (id >= limitUs) break
        for (let range = ranges[next]; range !== undefined && range.fromId <= id; ) {
          endOf.set(range.epochId, Math.max(endOf.get(range.epochId) ?? -1, range.toId))
          range = ranges[++next]
        }
        if (id <= (endOf.get(epochId) ?? -1)) missed++
      }
      if (missed === 0) continue
      this.#readers.miss(reader, deviceId, missed)
      this.#hasMissed = true
    }
  }

  /**
   * What has been missed since it was reported last, once a minute at most.
   *
   * @param nowMs of a monotonic clock; infinity: all that is left
   */
  takeMissed(nowMs: number): SkippedByRetention[] {
    if (!this.#hasMissed) return []
    this.#reportAtMs ??= nowMs + REPORT_MS
    if (nowMs < this.#reportAtMs) return []
    this.#hasMissed = false
    this.#reportAtMs = null
    return this.#readers.takeUnreported()
  }

  /** What the retention would delete, and the reader has not taken. */
  #lagsOf({ name, positions }: RegisteredReader, limits: ReadonlyMap<number, number>): Lag[] {
    const lags: Lag[] = []
    for (const [deviceId, limitUs] of limits) {
      const position = positionOf(positions, deviceId)
      const oldestUs = this.#unread.oldestUs(deviceId, position)
      if (oldestUs !== null && oldestUs < limitUs) {
        lags.push({ reader: name, deviceId, position, oldestUs })
      }
    }
    return lags
  }

  /** By whole minutes, from the newest back, so that never more than the bound is kept. */
  #boundOf(
    { name, keepBytes }: RegisteredReader,
    lags: readonly Lag[],
    limits: ReadonlyMap<number, number>,
  ): Bound {
    let minute = 0
    for (const { deviceId } of lags) minute = Math.max(minute, minuteOf(limits.get(deviceId) ?? 0))
    const known = this.#bounds.get(name)
    if (known?.minute === minute && known.keepBytes === keepBytes) return known
    let left = Math.floor(keepBytes / BYTES_PER_SAMPLE)
    let fromUs = 0
    for (const [each, samples] of this.#minutesOf(lags, limits)) {
      left -= samples
      if (left >= 0) continue
      fromUs = (each + 1) * US_PER_MINUTE
      break
    }
    return { keepBytes, minute, fromUs }
  }

  /** Minutes past the retention, the newest first, with the number of their samples. */
  #minutesOf(lags: readonly Lag[], limits: ReadonlyMap<number, number>): [number, number][] {
    const minutes: [number, number][] = []
    for (const { deviceId, oldestUs } of lags) {
      const newest = minuteOf(limits.get(deviceId) ?? 0)
      const rows = this.#minutes.all(deviceId, minuteOf(oldestUs), newest) as [number, number][]
      for (const row of rows) minutes.push(row)
    }
    return minutes.sort(([a], [b]) => b - a)
  }
}

function minuteOf(timeUs: number): number {
  return Math.floor(timeUs / US_PER_MINUTE)
}
