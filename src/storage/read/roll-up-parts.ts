import type Database from 'better-sqlite3'
import { US_PER_MINUTE, US_PER_SECOND } from '../../util/time-units.ts'
import { hasTable, layoutOf } from '../file/layout.ts'
import { selectedIn } from '../file/roll-up-columns.ts'
import { MinuteWalk } from './minute-walk.ts'
import { RollUpSums } from './roll-up-sums.ts'

/** Figures of a minute or a second, by the number of it. */
export type RollUpRow = [
  time: number,
  samples: number,
  measured: number,
  coveredUs: number,
  ...cells: (number | string | null)[],
]

/** A span of samples of a device: as they are rolled up, or to be read raw. */
export type Part =
  | { readonly kind: 'raw'; readonly fromUs: number; readonly toUs: number }
  | { readonly kind: 'minute' | 'second'; readonly fromUs: number; readonly row: RollUpRow }

const PAGE = 1000
/** Where a row says how many samples were not measured. */
const UNMEASURED_AT = 17
const NONE: ReadonlySet<number> = new Set()
/** Most minutes and seconds that are added up at a time: few fall out with one of them, and their sums stay exact. */
const [MINUTES, SECONDS] = [10, 60]

/** Says where the figures of a span come from. Within one read transaction. */
export class RollUpParts {
  readonly #minutes: MinuteWalk<RollUpRow>
  /** null: a log of layout 1, which had no seconds */
  readonly #seconds: Database.Statement | null
  readonly #minuteSums: RollUpSums | null
  readonly #secondSums: RollUpSums | null

  constructor(db: Database.Database) {
    const cells = selectedIn(layoutOf(db))
    this.#minutes = new MinuteWalk(
      db,
      `SELECT minute, ${cells} FROM minute
       WHERE device_id = ? AND minute >= ? AND minute < ? ORDER BY minute`,
    )
    this.#seconds = hasTable(db, 'second')
      ? db
          .prepare(
            `SELECT second, ${cells} FROM second
             WHERE device_id = ? AND second >= ? AND second < ? ORDER BY second LIMIT ${PAGE}`,
          )
          .raw()
      : null
    this.#minuteSums = RollUpSums.of(db, 'minute')
    this.#secondSums = RollUpSums.of(db, 'second')
  }

  /**
   * The parts of a span in order of time: minutes that lie within one bucket, seconds
   * that do, all else raw.
   *
   * @param everyUs length of the buckets, which begin at multiples of it
   */
  *parts(deviceId: number, fromUs: number, toUs: number, everyUs: number): Generator<Part> {
    const first = Math.ceil(fromUs / US_PER_MINUTE)
    const end = Math.floor(toUs / US_PER_MINUTE)
    if (everyUs < US_PER_MINUTE || first >= end) {
      yield* this.#inSeconds(deviceId, fromUs, toUs, everyUs)
      return
    }
    yield* this.#inSeconds(deviceId, fromUs, first * US_PER_MINUTE, everyUs)
    yield* this.#inMinutes(deviceId, first, end, everyUs)
    yield* this.#inSeconds(deviceId, end * US_PER_MINUTE, toUs, everyUs)
  }

  /** Minutes of a bucket as one row where that is exact; what is left one by one. */
  *#inMinutes(deviceId: number, first: number, end: number, everyUs: number): Generator<Part> {
    const length = groupLength(everyUs / US_PER_MINUTE, MINUTES)
    let next = first
    if (length > 1 && first >= 0 && this.#minuteSums !== null) {
      const dirty = new Set(this.#minutes.dirty(deviceId, first, end))
      for (const sum of this.#minuteSums.groups(deviceId, first, end, length)) {
        if (hasSome(dirty, sum.first, sum.end)) continue
        yield* this.#minuteByMinute(deviceId, next, sum.first, everyUs)
        yield { kind: 'minute', fromUs: sum.row[0] * US_PER_MINUTE, row: sum.row }
        next = sum.end
      }
    }
    yield* this.#minuteByMinute(deviceId, next, end, everyUs)
  }

  *#minuteByMinute(deviceId: number, first: number, end: number, everyUs: number): Generator<Part> {
    for (const { minute, rows } of this.#minutes.minutes(deviceId, first, end)) {
      const beginUs = minute * US_PER_MINUTE
      const row = rows?.[0]
      if (row === undefined) yield { kind: 'raw', fromUs: beginUs, toUs: beginUs + US_PER_MINUTE }
      else if (isWithin(beginUs, US_PER_MINUTE, everyUs)) {
        yield { kind: 'minute', fromUs: beginUs, row }
      } else {
        yield* this.#sumsAndSeconds(deviceId, beginUs, beginUs + US_PER_MINUTE, everyUs, NONE)
      }
    }
  }

  *#inSeconds(deviceId: number, fromUs: number, toUs: number, everyUs: number): Generator<Part> {
    if (fromUs >= toUs) return
    if (everyUs < US_PER_SECOND || this.#seconds === null) {
      yield { kind: 'raw', fromUs, toUs }
      return
    }
    const [from, to] = [Math.floor(fromUs / US_PER_MINUTE), Math.ceil(toUs / US_PER_MINUTE)]
    const dirty = new Set(this.#minutes.dirty(deviceId, from, to))
    yield* this.#sumsAndSeconds(deviceId, fromUs, toUs, everyUs, dirty)
  }

  /** Seconds of a bucket, of a minute at most, as one row where that is exact; what is left one by one. */
  *#sumsAndSeconds(
    deviceId: number,
    fromUs: number,
    toUs: number,
    everyUs: number,
    dirty: ReadonlySet<number>,
  ): Generator<Part> {
    const [first, end] = [Math.ceil(fromUs / US_PER_SECOND), Math.floor(toUs / US_PER_SECOND)]
    const length = groupLength(everyUs / US_PER_SECOND, SECONDS)
    let restUs = fromUs
    if (length > 1 && first >= 0 && this.#secondSums !== null) {
      for (const sum of this.#secondSums.groups(deviceId, first, end, length)) {
        if (sum.count < sum.end - sum.first) continue
        if (hasSome(dirty, Math.floor(sum.first / 60), Math.ceil(sum.end / 60))) continue
        const beginUs = sum.first * US_PER_SECOND
        yield* this.#secondsAndRaw(deviceId, restUs, beginUs, everyUs, dirty)
        yield { kind: 'second', fromUs: beginUs, row: sum.row }
        restUs = sum.end * US_PER_SECOND
      }
    }
    yield* this.#secondsAndRaw(deviceId, restUs, toUs, everyUs, dirty)
  }

  /** What has no second is read raw: a slow device has none. */
  *#secondsAndRaw(
    deviceId: number,
    fromUs: number,
    toUs: number,
    everyUs: number,
    dirty: ReadonlySet<number>,
  ): Generator<Part> {
    if (fromUs >= toUs) return
    let rawUs = fromUs
    const end = Math.floor(toUs / US_PER_SECOND)
    for (let next = Math.ceil(fromUs / US_PER_SECOND); next < end; ) {
      const rows = (this.#seconds?.all(deviceId, next, end) ?? []) as RollUpRow[]
      for (const row of rows) {
        const beginUs = row[0] * US_PER_SECOND
        const isServed = isWithin(beginUs, US_PER_SECOND, everyUs) && !isVague(row)
        if (!isServed || dirty.has(Math.floor(row[0] / 60))) continue
        if (rawUs < beginUs) yield { kind: 'raw', fromUs: rawUs, toUs: beginUs }
        yield { kind: 'second', fromUs: beginUs, row }
        rawUs = beginUs + US_PER_SECOND
      }
      next = rows.length < PAGE ? end : (rows.at(-1) as RollUpRow)[0] + 1
    }
    if (rawUs < toUs) yield { kind: 'raw', fromUs: rawUs, toUs }
  }
}

/** The longest that buckets consist of, up to `most`; 1: there is none. @param every length of the buckets */
function groupLength(every: number, most: number): number {
  if (!Number.isInteger(every)) return 1
  let length = Math.min(every, most)
  while (every % length !== 0) length--
  return length
}

/** Whether one of these is in the set. */
function hasSome(of: ReadonlySet<number>, first: number, end: number): boolean {
  for (let each = first; each < end; each++) if (of.has(each)) return true
  return false
}

/** From before layout 4, which kept less; seconds are there as long as their samples. */
function isVague(row: RollUpRow): boolean {
  return row[1] > row[2] && row[UNMEASURED_AT] === null
}

/** Whether a span lies within one bucket. */
export function isWithin(fromUs: number, lengthUs: number, everyUs: number): boolean {
  return Math.floor(fromUs / everyUs) === Math.floor((fromUs + lengthUs - 1) / everyUs)
}
