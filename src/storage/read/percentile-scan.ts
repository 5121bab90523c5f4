import type Database from 'better-sqlite3'
import { ELECTRIC_CHANNELS } from '../../domain/channels.ts'
import { type ChannelStatistics, percentilesOf } from '../../stats/statistics.ts'
import { ValueDigest } from '../../stats/value-digest.ts'
import { DigitColumn } from '../../util/digit-column.ts'
import { fromStored } from '../file/stored-value.ts'
import type { LogSpan } from './log-query.ts'
import { RowPages } from './row-pages.ts'

/** Places for different values, a power of two; when half of them are taken, the counts are handed on. */
const PLACE_BITS = 14
const PLACES = 2 ** PLACE_BITS
const HASH_SHIFT = 32 - PLACE_BITS

/** What was counted of one device. */
export interface CountedSpan {
  /** Empty: there are no values; null: some are unusual, and whole samples are to be read. */
  readonly channels: ReadonlyMap<string, ChannelStatistics> | null
  /** Rows of all devices. */
  readonly rowCount: number
}

interface Page {
  readonly ids: string | null
  readonly v: string | null
  readonly a: string | null
  readonly w: string | null
  readonly rowCount: number
  readonly numericCount: number
}

/**
 * Counts the measured values of a device's voltage, current and power where nothing but percentiles is wanted:
 * from digits, which SQLite hands over a page at a time, at a quarter of what whole samples cost.
 */
export class PercentileScan {
  readonly #pages: RowPages
  readonly #count: Database.Statement
  readonly #page: Database.Statement

  constructor(db: Database.Database) {
    this.#pages = new RowPages(db)
    this.#count = db.prepare('SELECT count(*) FROM sample WHERE id >= ? AND id < ?').pluck()
    // A number is less than any text, and NULL is not (as in `DigitScan`).
    this.#page = db.prepare(
      `SELECT group_concat(id) AS ids, group_concat(v) AS v, group_concat(a) AS a, group_concat(w) AS w, count(*) AS rowCount,
         count(*) FILTER (WHERE v < '' AND a < '' AND w < '') AS numericCount
       FROM sample WHERE id >= ? AND id < ? AND v IS NOT NULL
         AND epoch_id IN (SELECT id FROM epoch WHERE device_id = ?)
         AND status_id IN (SELECT id FROM status WHERE measured = 1)`,
    )
  }

  /** Begin of the next sample of any device, Unix µs; null: there is none in the span. */
  next(span: LogSpan): number | null {
    return this.#pages.begin(span)
  }

  /** See `RowPages`. */
  checkSpan(span: LogSpan, rowCount: number): void {
    this.#pages.checkSpan(span, rowCount)
  }

  /** @throws Damage */
  counted(deviceId: number, span: LogSpan): CountedSpan {
    const channels = ELECTRIC_CHANNELS.map(() => new MicroCounts())
    const rowCount = this.#countInto(channels, deviceId, span)
    if (rowCount === null)
      return { channels: null, rowCount: this.#count.get(span.fromUs, span.toUs) as number }
    const statistics = new Map<string, ChannelStatistics>()
    ELECTRIC_CHANNELS.forEach(({ id }, i) => {
      const own = (channels[i] as MicroCounts).read()
      if (own !== null) statistics.set(id, own)
    })
    return { channels: statistics, rowCount }
  }

  /** @returns rows of all devices; null: some of this one are unusual */
  #countInto(
    channels: readonly MicroCounts[],
    deviceId: number,
    { fromUs, toUs }: LogSpan,
  ): number | null {
    let rowCount = 0
    for (let from = fromUs; from < toUs; ) {
      const rows = this.#pages.first({ fromUs: from, toUs })
      const all = this.#count.get(from, rows.endUs) as number
      this.#pages.checkCount(rows, all)
      rowCount += all
      const page = this.#page.get(from, rows.endUs, deviceId) as Page
      if (page.numericCount !== page.rowCount) return null
      if (page.rowCount > 0) {
        const times = this.#pages.times(rows, page.ids ?? '', page.rowCount)
        // Whether those of another length rise is for the general way to see.
        if (Number.isNaN(times[page.rowCount - 1])) return null
        const columns = [page.v, page.a, page.w]
        const areUsual = channels.every((each, i) => each.add(columns[i] ?? '', page.rowCount))
        if (!areUsual) return null
      }
      from = rows.isLast ? toUs : rows.endUs
    }
    return rowCount
  }
}

/** How often each value occurred, in a table of few different ones, cheaper than a `Map`. */
class MicroCounts {
  readonly #digest = new ValueDigest()
  readonly #column = new DigitColumn()
  readonly #values = new Float64Array(PLACES)
  readonly #counts = new Uint32Array(PLACES)
  #taken = 0
  #least = Number.POSITIVE_INFINITY
  #largest = Number.NEGATIVE_INFINITY

  /** @returns false: not all are whole millionths */
  add(digits: string, count: number): boolean {
    const [column, values, counts] = [this.#column, this.#values, this.#counts]
    column.load(digits)
    for (let i = 0; i < count; i++) {
      const micro = column.next()
      if (Number.isNaN(micro)) return false
      let at = Math.imul(micro, 0x9e3779b1) >>> HASH_SHIFT
      while (counts[at] !== 0 && values[at] !== micro) at = (at + 1) & (PLACES - 1)
      if (counts[at] === 0) {
        values[at] = micro
        this.#taken++
      }
      counts[at] = (counts[at] as number) + 1
      if (this.#taken > PLACES / 2) this.#handOn()
    }
    return true
  }

  /** null: there are no values */
  read(): ChannelStatistics | null {
    this.#handOn()
    if (this.#digest.count === 0) return null
    return percentilesOf(this.#digest, fromStored(this.#least), fromStored(this.#largest))
  }

  #handOn(): void {
    for (let at = 0; at < PLACES; at++) {
      const count = this.#counts[at] as number
      if (count === 0) continue
      const micro = this.#values[at] as number
      this.#least = Math.min(this.#least, micro)
      this.#largest = Math.max(this.#largest, micro)
      this.#digest.add(fromStored(micro), count)
    }
    this.#counts.fill(0)
    this.#taken = 0
  }
}
