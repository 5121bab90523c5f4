import type Database from 'better-sqlite3'
import { MAX_LATE_RUN_US } from '../file/schema.ts'

/** Rows behind a late sample that are searched for the next one of its epoch. */
const SEARCHED_ROWS = 100
/** Runs begun between two looks for those that can go; more where there are more. */
const RUNS_PER_TIDY = 1000

/** The newest run of a device. One object a device, changed in place. */
interface CommitRun {
  readonly deviceId: number
  /** -1: none yet */
  n: number
  epochId: number
  toId: number
  /** Ids from here on do not continue it. */
  ceiling: number
  isSaved: boolean
}

/**
 * Keeps the order in which samples were committed, as runs: samples of one epoch with
 * rising ids, `from_id` to `to_id`. A sample continues the newest run of its device
 * where that is of the same epoch and no older sample of the epoch lies between; any
 * other one begins a run. So all rows that a run spans were new when it was written:
 *
 * *The rows of a run are the rows of its epoch with `from_id <= id <= to_id` that no
 * later run of the same epoch spans.*
 *
 * A run at the head of its epoch begins above every id that the epoch ever had, so only
 * late runs (`late` = 1, at most `MAX_LATE_RUN_US` long) span what an earlier run does.
 * All within a transaction.
 */
export class CommitOrder {
  readonly #db: Database.Database
  readonly #insert: Database.Statement
  readonly #update: Database.Statement
  readonly #next: Database.Statement
  readonly #newest: Database.Statement
  readonly #runs = new Map<number, CommitRun>()
  #current: CommitRun = emptyRun(-1)
  #unsaved: CommitRun[] = []
  #untilTidy = RUNS_PER_TIDY

  constructor(db: Database.Database) {
    this.#db = db
    this.#insert = db.prepare(
      'INSERT INTO commit_run(device_id, epoch_id, from_id, to_id, late) VALUES (?, ?, ?, ?, ?)',
    )
    this.#update = db.prepare('UPDATE commit_run SET to_id = ? WHERE n = ?')
    this.#next = db
      .prepare(
        `SELECT coalesce(min(id) FILTER (WHERE epoch_id = ?), max(id))
         FROM (SELECT id, epoch_id FROM sample WHERE id > ? AND id < ? ORDER BY id LIMIT ${SEARCHED_ROWS})`,
      )
      .pluck()
    this.#newest = db.prepare(
      `SELECT c.n, c.epoch_id AS epochId, c.to_id AS toId, e.newest_us AS newestUs
       FROM commit_run c LEFT JOIN epoch e ON e.id = c.epoch_id
       WHERE c.device_id = ? ORDER BY c.n DESC LIMIT 1`,
    )
  }

  /**
   * Takes note of a sample just inserted.
   *
   * @param epochId as the database numbers it
   * @param newestOfEpochUs newest id that the epoch had before; -1: none
   */
  add(deviceId: number, epochId: number, id: number, newestOfEpochUs: number): void {
    let run = this.#current
    if (run.deviceId !== deviceId) {
      run = this.#of(deviceId)
      this.#current = run
    }
    if (run.epochId !== epochId || id <= run.toId || id >= run.ceiling) {
      this.#begin(run, epochId, id, newestOfEpochUs)
      return
    }
    run.toId = id
    if (run.isSaved) {
      run.isSaved = false
      this.#unsaved.push(run)
    }
  }

  /** Writes how far the runs have got: one statement a device. Last thing in the transaction. */
  save(): void {
    for (const run of this.#unsaved) this.#saveRun(run)
    this.#unsaved = []
  }

  /** The epoch was removed from the log, and nothing of it is left. */
  forgetEpoch(epochId: number): void {
    for (const [deviceId, run] of this.#runs)
      if (run.epochId === epochId) this.#runs.delete(deviceId)
    this.#current = emptyRun(-1)
    this.#db.prepare('DELETE FROM commit_run WHERE epoch_id = ?').run(epochId)
  }

  /** Enough runs were begun that it is worth looking for those that can go. */
  get isTidyDue(): boolean {
    return this.#untilTidy <= 0
  }

  /**
   * Removes runs that no sample is left of, but for the newest of each device.
   *
   * @param doneUs no sample of a device is left before that, Unix µs
   */
  tidy(doneUs: (deviceId: number) => number): void {
    const remove = this.#db.prepare(
      `DELETE FROM commit_run WHERE device_id = ? AND to_id < ?
       AND n < (SELECT max(n) FROM commit_run WHERE device_id = ?)`,
    )
    for (const id of this.#db.prepare('SELECT id FROM device').pluck().all() as number[]) {
      remove.run(id, doneUs(id), id)
    }
    const left = this.#db.prepare('SELECT count(*) FROM commit_run').pluck().get() as number
    this.#untilTidy = Math.max(RUNS_PER_TIDY, left)
  }

  #of(deviceId: number): CommitRun {
    let run = this.#runs.get(deviceId)
    if (run !== undefined) return run
    run = emptyRun(deviceId)
    const row = this.#newest.get(deviceId) as
      | { n: number; epochId: number; toId: number; newestUs: number | null }
      | undefined
    // What ended below the head of its epoch is not continued after a restart.
    if (row !== undefined && row.toId === row.newestUs) {
      run.n = row.n
      run.epochId = row.epochId
      run.toId = row.toId
      run.ceiling = Number.POSITIVE_INFINITY
    }
    this.#runs.set(deviceId, run)
    return run
  }

  #begin(run: CommitRun, epochId: number, id: number, newestOfEpochUs: number): void {
    const isLate = id <= newestOfEpochUs
    this.#saveRun(run)
    this.#untilTidy--
    const { lastInsertRowid } = this.#insert.run(run.deviceId, epochId, id, id, isLate ? 1 : 0)
    run.n = Number(lastInsertRowid)
    run.epochId = epochId
    run.toId = id
    run.ceiling = Number.POSITIVE_INFINITY
    if (isLate) run.ceiling = this.#ceiling(epochId, id, newestOfEpochUs)
  }

  /** The next sample of the epoch, or what is known to lie before it. */
  #ceiling(epochId: number, id: number, newestOfEpochUs: number): number {
    const endId = Math.min(id + MAX_LATE_RUN_US, newestOfEpochUs + 1)
    return (this.#next.get(epochId, id, endId) as number | null) ?? endId
  }

  #saveRun(run: CommitRun): void {
    // Saved already where another run has begun since.
    if (run.isSaved) return
    this.#update.run(run.toId, run.n)
    run.isSaved = true
  }
}

function emptyRun(deviceId: number): CommitRun {
  return { deviceId, n: -1, epochId: -1, toId: -1, ceiling: 0, isSaved: true }
}
