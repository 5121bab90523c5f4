import type Database from 'better-sqlite3'
import type { Position } from './commit-cursor.ts'

/** Ids of an epoch, both ends included. */
export interface IdRange {
  readonly epochId: number
  readonly fromId: number
  readonly toId: number
}

const RANGES = `
  SELECT epoch_id AS epochId, CASE n WHEN @run THEN max(from_id, @id + 1) ELSE from_id END AS fromId,
    to_id AS toId, n
  FROM commit_run WHERE device_id = @deviceId AND n >= @run AND (n > @run OR to_id > @id)`

/**
 * What of a device lies behind a position. A sample does where any later run of its
 * epoch spans it, or that of the position does behind it; so ranges may overlap.
 */
export class Unread {
  readonly #oldest: Database.Statement
  readonly #ranges: Database.Statement

  constructor(db: Database.Database) {
    this.#oldest = db.prepare(`SELECT min(fromId) FROM (${RANGES})`).pluck()
    this.#ranges = db.prepare(
      `SELECT epochId, fromId, toId FROM (${RANGES})
       WHERE toId >= @fromId AND fromId <= @toId ORDER BY fromId LIMIT @limit`,
    )
  }

  /** No older sample of the device lies behind the position, Unix µs; null: nothing does. */
  oldestUs(deviceId: number, position: Position): number | null {
    return this.#oldest.get({ deviceId, ...position }) as number | null
  }

  /** Ranges that reach into `fromId` to `toId`, in order of their begin. */
  ranges(
    deviceId: number,
    position: Position,
    fromId = 0,
    toId = Number.MAX_SAFE_INTEGER,
    limit = -1,
  ): IdRange[] {
    return this.#ranges.all({ deviceId, ...position, fromId, toId, limit }) as IdRange[]
  }
}
