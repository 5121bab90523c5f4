import type Database from 'better-sqlite3'
import { logFilePath } from '../../util/paths.ts'
import { CursorText, type Position, type Positions, positionOf } from '../file/commit-cursor.ts'
import { logError, readError } from '../file/log-errors.ts'
import { type LogOwner, openForReading } from '../file/log-file.ts'
import { inodeOf } from '../file/placing.ts'
import type { LoggedChannel } from '../file/records.ts'
import { MAX_LATE_RUN_US } from '../file/schema.ts'
import { type Backlog, BacklogCount } from './backlog.ts'
import { CommittedRows, type CommittedSample, sampleOf } from './committed-rows.ts'
import { type LogRecord, RecordChanges, type RecordPage } from './record-changes.ts'

export { BEGINNING } from '../file/commit-cursor.ts'
export type { Backlog, CommittedSample, LoggedChannel, LogRecord, RecordPage }

/** What one call gives. */
export interface CommittedPage {
  /** A device's samples come in the order in which they were committed. */
  readonly samples: CommittedSample[]
  /** What to ask with next, and to store once these samples are safe. */
  readonly cursor: string
  /** True: that was all that had been committed. False: ask again, also where there are no samples. */
  readonly isComplete: boolean
}

/** Most samples of a page. */
export const MOST_SAMPLES = 10_000
/** Runs of a device looked at in one call. */
const RUNS_PER_CALL = 200
/** Scans of the samples, a device and call. */
const SCANS_PER_CALL = 20

interface CommitRun {
  readonly n: number
  readonly epochId: number
  readonly fromId: number
  readonly toId: number
  readonly late: number
  readonly boot: number | null
}

/**
 * Reads on in a log in the order of its commits: every sample once, whatever its time,
 * also while another process writes. Each call reads one moment of the log, and its work
 * and memory are bounded. Synchronous.
 */
export class CommitReader {
  readonly #db: Database.Database
  readonly #file: string
  readonly #inode: number
  readonly #cursors: CursorText
  readonly #rows: CommittedRows
  readonly #backlog: BacklogCount
  #changes: RecordChanges | null = null
  readonly #devices: Database.Statement
  readonly #runs: Database.Statement
  readonly #newest: Database.Statement
  readonly #lateRuns: Database.Statement

  private constructor(db: Database.Database, file: string) {
    this.#db = db
    this.#file = file
    this.#inode = inodeOf(file)
    this.#cursors = new CursorText(db, file)
    this.#rows = new CommittedRows(db)
    this.#backlog = new BacklogCount(db)
    this.#devices = db.prepare('SELECT id, name FROM device ORDER BY id').raw()
    this.#runs = db.prepare(
      `SELECT c.n, c.epoch_id AS epochId, c.from_id AS fromId, c.to_id AS toId, c.late, e.boot
       FROM commit_run c LEFT JOIN epoch e ON e.id = c.epoch_id
       WHERE c.device_id = ? AND c.n >= ? ORDER BY c.n LIMIT ${RUNS_PER_CALL}`,
    )
    this.#newest = db.prepare(
      'SELECT n AS run, to_id AS id FROM commit_run WHERE device_id = ? ORDER BY n DESC LIMIT 1',
    )
    this.#lateRuns = db
      .prepare(
        `SELECT from_id, to_id FROM commit_run
         WHERE late = 1 AND epoch_id = ? AND from_id > ? AND from_id <= ? AND n > ? ORDER BY from_id`,
      )
      .raw()
  }

  /** @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_older, log_unwritable, usage_invalid */
  static open(path: string, owner: LogOwner = 'other'): CommitReader {
    const file = logFilePath(path)
    const db = openForReading(file, owner)
    try {
      return new CommitReader(db, file)
    } catch (error) {
      db.close()
      throw logError(error, file)
    }
  }

  close(): void {
    this.#db.close()
  }

  /** False once the log was moved, deleted or replaced: what comes is in another file, to be opened anew. */
  get isInPlace(): boolean {
    return inodeOf(this.#file) === this.#inode
  }

  /**
   * What has been committed since a cursor.
   *
   * @param cursor of this log, from a page or from `head`; `BEGINNING` is that of the log
   * @param limit samples of the page, 1 to `MOST_SAMPLES`; more are for the next call
   * @throws InaError input_invalid: not a cursor of this log; log_damaged
   */
  since(cursor: string, limit: number): CommittedPage {
    return this.#read(() => {
      const positions = new Map(this.#cursors.parse(cursor))
      const samples: CommittedSample[] = []
      const most = Math.min(Math.max(1, Math.floor(limit)), MOST_SAMPLES)
      const devices = this.#inOrder(positions)
      let isComplete = true
      devices.forEach(([deviceId, device], i) => {
        const share = Math.ceil((most - samples.length) / (devices.length - i))
        const taking = new Taking(samples, share, positionOf(positions, deviceId))
        if (!this.#take(deviceId, device, taking)) isComplete = false
        if (taking.position.run > 0) positions.set(deviceId, taking.position)
      })
      return { samples, cursor: this.#cursors.format(positions), isComplete }
    })
  }

  /** Several calls of one moment of the log. */
  atOnce<T>(calls: () => T): T {
    return this.#read(calls)
  }

  /** The cursor behind everything that has been committed so far. */
  head(): string {
    return this.#read(() => {
      const positions = new Map<number, Position>()
      for (const [id] of this.#devices.all() as [number, string][]) {
        const position = this.#newest.get(id) as Position | undefined
        if (position !== undefined) positions.set(id, position)
      }
      return this.#cursors.format(positions)
    })
  }

  /** How many samples are behind a cursor. @throws InaError input_invalid, log_damaged */
  backlog(cursor: string): Backlog {
    return this.#read(() => {
      const positions = this.#cursors.parse(cursor)
      const ids = (this.#devices.all() as [number, string][]).map(([id]) => id)
      return this.#backlog.of(ids, positions)
    })
  }

  /** The random name of the log, 32 hexadecimal digits. */
  get identity(): string {
    return this.#cursors.identity
  }

  /**
   * Events, lost ranges and runs that have changed since.
   *
   * @param after `n` of the page before; 0: the beginning
   * @throws InaError log_older, log_damaged
   */
  records(after: number, limit: number): RecordPage {
    return this.#read(() => this.#recordChanges().since(after, limit))
  }

  /** How many changes of records are behind a number. @throws InaError log_older, log_damaged */
  recordBacklog(after: number): number {
    return this.#read(() => this.#recordChanges().backlog(after))
  }

  /** The extra channels of all devices. @throws InaError log_damaged */
  channels(): LoggedChannel[] {
    return this.#read(
      () =>
        this.#db
          .prepare(
            'SELECT c.name AS id, d.name AS device, c.unit FROM channel c CROSS JOIN device d ON d.id = c.device_id',
          )
          .all() as LoggedChannel[],
    )
  }

  /** A number that changes when another connection has committed. */
  get version(): number {
    return this.#db.pragma('data_version', { simple: true }) as number
  }

  /** Not for those who want samples alone: a log of an older layout has none. */
  #recordChanges(): RecordChanges {
    this.#changes ??= new RecordChanges(this.#db, this.#file)
    return this.#changes
  }

  /** Times of the oldest sample behind a cursor, or an earlier one, and of the newest, Unix µs; null: none is. */
  unreadSpan(cursor: string): readonly [fromUs: number, toUs: number] | null {
    return this.#read(() => {
      const positions = this.#cursors.parse(cursor)
      const ids = (this.#devices.all() as [number, string][]).map(([id]) => id)
      return this.#backlog.span(ids, positions)
    })
  }

  /** Devices, the one that has been read least far in time first, so that none waits for another. */
  #inOrder(positions: Positions): [number, string][] {
    const devices = this.#devices.all() as [number, string][]
    const at = (id: number): number => positionOf(positions, id).id
    return devices.sort(([a], [b]) => at(a) - at(b))
  }

  /** @returns true: that was all of the device */
  #take(deviceId: number, device: string, taking: Taking): boolean {
    const runs = this.#runs.all(deviceId, taking.position.run) as CommitRun[]
    for (const run of runs) {
      if (run.n !== taking.position.run) taking.position = { run: run.n, id: run.fromId - 1 }
      while (taking.position.id < run.toId) {
        if (taking.left === 0 || taking.scans === 0) return false
        this.#takePage(deviceId, device, run, taking)
      }
    }
    return runs.length < RUNS_PER_CALL
  }

  #takePage(deviceId: number, device: string, run: CommitRun, taking: Taking): void {
    taking.scans--
    const afterId = taking.position.id
    const { rows, extras, scannedToId } = this.#rows.scan(
      deviceId,
      run.epochId,
      afterId,
      run.toId,
      taking.left,
    )
    const isOfLater = this.#isOfLaterRun(run, afterId, scannedToId)
    const common = { device, epochId: run.epochId, boot: run.boot, late: run.late === 1 }
    for (const row of rows) {
      if (isOfLater(row[0])) continue
      taking.samples.push(sampleOf(row, extras, common))
      taking.left--
    }
    taking.position = { run: run.n, id: scannedToId }
  }

  /** For ids in rising order: whether a later run of the epoch spans one. */
  #isOfLaterRun({ n, epochId }: CommitRun, afterId: number, toId: number): (id: number) => boolean {
    const runs = this.#lateRuns.all(epochId, afterId - MAX_LATE_RUN_US, toId, n) as [
      number,
      number,
    ][]
    let next = 0
    let endId = -1
    return (id) => {
      for (let run = runs[next]; run !== undefined && run[0] <= id; run = runs[++next]) {
        endId = Math.max(endId, run[1])
      }
      return id <= endId
    }
  }

  /** All of one moment. */
  #read<T>(read: () => T): T {
    try {
      return this.#db.transaction(read).deferred()
    } catch (error) {
      throw readError(error, this.#file)
    }
  }
}

/** How far one call has got with one device. */
class Taking {
  readonly samples: CommittedSample[]
  /** Samples that the device may still add. */
  left: number
  position: Position
  scans = SCANS_PER_CALL

  constructor(samples: CommittedSample[], left: number, position: Position) {
    this.samples = samples
    this.left = left
    this.position = position
  }
}
