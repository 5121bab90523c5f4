import type Database from 'better-sqlite3'
import { isSingle } from '../../domain/events.ts'
import { stormText } from '../file/event-storm.ts'
import type { LogEvent } from '../file/records.ts'

/** Events of one kind and device, or part of it, that are kept one by one in a row; then one each `REFILL_US`. Not of kinds that are `isSingle`. */
export const BURST = 20
const REFILL_US = 30e6
/** The newest events stay for ever, up to so many. */
export const MAX_EVENTS = 20_000
/** Events added between two looks at how many there are. */
const EVENTS_PER_LOOK = 1000

/** Events of one kind, of a device or a part of it. */
interface EventThrottle {
  /** Events that may still be kept one by one. */
  tokens: number
  timeUs: number
  /** The row that stands for those that may not; null: none, the last one was kept. */
  storm: Storm | null
}

interface Storm {
  readonly rowId: number | bigint
  count: number
  timeUs: number
  detail: string
  isSaved: boolean
}

/** The record of events: a storm of them is one row with a count. All within a transaction. */
export class EventTable {
  readonly #insert: Database.Statement
  readonly #update: Database.Statement
  readonly #trim: Database.Statement
  readonly #throttles = new Map<string, EventThrottle>()
  #unsaved: Storm[] = []
  #untilTrim = EVENTS_PER_LOOK

  constructor(db: Database.Database) {
    this.#insert = db.prepare(
      'INSERT INTO event(time_us, device_id, kind, detail) VALUES (?, ?, ?, ?)',
    )
    this.#update = db.prepare('UPDATE event SET detail = ? WHERE id = ?')
    this.#trim = db.prepare(
      `DELETE FROM event WHERE id <= (SELECT id FROM event ORDER BY id DESC LIMIT 1 OFFSET ${MAX_EVENTS})`,
    )
  }

  add(deviceId: number, { timeUs, kind, detail, about = '' }: LogEvent): void {
    if (isSingle(kind)) {
      this.#add(deviceId, timeUs, kind, detail)
      return
    }
    const key = `${deviceId} ${kind} ${about}`
    const throttle = this.#throttles.get(key) ?? { tokens: BURST, timeUs, storm: null }
    this.#throttles.set(key, throttle)
    const elapsedUs = Math.max(0, timeUs - throttle.timeUs)
    throttle.tokens = Math.min(BURST, throttle.tokens + elapsedUs / REFILL_US)
    throttle.timeUs = timeUs
    if (throttle.tokens >= 1) {
      throttle.tokens--
      throttle.storm = null
      this.#add(deviceId, timeUs, kind, detail)
    } else if (throttle.storm === null) {
      const rowId = this.#add(deviceId, timeUs, kind, detail)
      throttle.storm = { rowId, count: 1, timeUs, detail, isSaved: true }
    } else {
      const { storm } = throttle
      storm.count++
      storm.timeUs = timeUs
      storm.detail = detail
      if (storm.isSaved) this.#unsaved.push(storm)
      storm.isSaved = false
    }
  }

  /** Writes what storms have come to; last thing in the transaction of a batch. */
  save(): void {
    for (const storm of this.#unsaved) {
      this.#update.run(stormText(storm), storm.rowId)
      storm.isSaved = true
    }
    this.#unsaved = []
    if (this.#untilTrim <= 0) this.trim()
  }

  /** Deletes the oldest of too many. */
  trim(): void {
    this.#trim.run()
    this.#untilTrim = EVENTS_PER_LOOK
  }

  #add(deviceId: number, timeUs: number, kind: string, detail: string): number | bigint {
    this.#untilTrim--
    return this.#insert.run(timeUs, deviceId, kind, detail).lastInsertRowid
  }
}
