import type Database from 'better-sqlite3'
import { cleanText } from '../../domain/sample.ts'
import { InaError } from '../../util/errors.ts'
import { logFilePath } from '../../util/paths.ts'
import { BEGINNING, CursorText } from '../file/commit-cursor.ts'
import { hasTable } from '../file/layout.ts'
import { logError } from '../file/log-errors.ts'
import { type LogOwner, openForPositions, openForReading } from '../file/log-file.ts'
import { ReaderStates } from '../write/reader-state.ts'
import { ReaderTable, type TimesUs } from '../write/reader-table.ts'
import { writeShortly } from './short-write.ts'

/** A reader that the retention waits for. */
export interface ReaderInfo {
  readonly name: string
  /** Bytes of samples past the retention that are kept for it. */
  readonly keepBytes: number
  /** How far it has got. */
  readonly cursor: string
  /** Samples that were deleted before it had taken them. */
  readonly missed: number
  /** How far it has got with events, lost ranges and runs (`CommitReader.records`). */
  readonly recordN: number
  /** Events that were deleted before it had taken them. */
  readonly missedEvents: number
  /** What it last said of itself; null: nothing yet. */
  readonly report: string | null
}

/** Rows that a reader has read: it has taken them, or is about to. */
export interface ReadRows {
  readonly timesUs: TimesUs
  /** Ids of events. */
  readonly events: readonly number[]
}

const LONGEST_NAME = 64
/**
 * Registers readers of the commit order and stores how far they have got, from any
 * process, whether or not it is the one that writes the log. Each change is a short
 * transaction of its own; while the writer is in one, it is tried again, without ever
 * blocking the thread.
 */
export class ReaderRegistry {
  readonly #db: Database.Database
  readonly #file: string
  readonly #table: ReaderTable
  /** null: the log is of a layout without */
  readonly #states: ReaderStates | null
  readonly #cursors: CursorText

  private constructor(db: Database.Database, file: string) {
    this.#db = db
    this.#file = file
    this.#cursors = new CursorText(db, file)
    this.#table = new ReaderTable(db)
    this.#states = hasTable(db, 'reader_state') ? new ReaderStates(db) : null
  }

  /**
   * @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_older,
   *   log_unwritable, log_in_use, usage_invalid
   */
  static open(path: string, owner: LogOwner = 'other'): ReaderRegistry {
    return ReaderRegistry.#opened(path, (file) => openForPositions(file, owner))
  }

  /** To list readers alone; also of a log that this user may not write. @throws as `open` */
  static openToList(path: string, owner: LogOwner = 'other'): ReaderRegistry {
    return ReaderRegistry.#opened(path, (file) => openForReading(file, owner))
  }

  static #opened(path: string, open: (file: string) => Database.Database): ReaderRegistry {
    const file = logFilePath(path)
    const db = open(file)
    try {
      return new ReaderRegistry(db, file)
    } catch (error) {
      db.close()
      throw logError(error, file)
    }
  }

  close(): void {
    this.#db.close()
  }

  /**
   * From now on samples that the reader has not taken are kept past the retention, up
   * to a bound. One of that name goes on where it was, with the new bound.
   *
   * @param name 1 to 64 characters
   * @param keepBytes whole bytes, 0 or more
   * @param cursor what a new reader has taken already; '0': nothing
   * @throws InaError usage_invalid, input_invalid (no cursor of this log), log_in_use, log_unwritable
   */
  async register(name: string, keepBytes: number, cursor: string = BEGINNING): Promise<void> {
    if (name === '' || name.length > LONGEST_NAME || cleanText(name) !== name) {
      throw new InaError(
        'usage_invalid',
        `${JSON.stringify(name)} is no name of a reader`,
        `use 1 to ${LONGEST_NAME} printable characters`,
      )
    }
    await this.#write(() => {
      this.#table.register(name, keepBytes)
      this.#table.advance(name, this.#cursors.parse(cursor))
    })
  }

  /**
   * Everything up to a cursor is safe on the reader's side: the log need not keep it.
   * Never goes back; without effect for a reader that is not registered.
   *
   * @param recordN the same of events, lost ranges and runs; 0: it does not follow them
   * @param rows that it has taken since it was called last: what was deleted meanwhile was not missed
   * @throws InaError input_invalid, log_in_use, log_unwritable
   */
  async acknowledge(
    name: string,
    cursor: string,
    recordN = 0,
    rows: ReadRows | null = null,
  ): Promise<void> {
    await this.#write(() => {
      this.#table.advance(name, this.#cursors.parse(cursor))
      if (recordN > 0) this.#states?.advance(name, recordN)
      if (rows === null) return
      this.#table.arrived(name, rows.timesUs)
      this.#states?.arrived(name, rows.events)
    })
  }

  /** What a registered reader says of itself, for others to read. @throws InaError log_in_use, log_unwritable */
  async report(name: string, text: string): Promise<void> {
    await this.#write(() => this.#states?.report(name, text))
  }

  /**
   * The same, where what it said before leaves it free; of two that ask at the same time one gets it.
   *
   * @returns what it said before, where that does not; null: it is taken now
   * @throws InaError log_in_use, log_unwritable
   */
  async claim(
    name: string,
    text: string,
    isFree: (report: string | null) => boolean,
  ): Promise<string | null> {
    let holder: string | null = null
    await this.#write(() => {
      const report = this.#states?.all().get(name)?.report ?? null
      holder = isFree(report) ? null : report
      if (holder === null) this.#states?.report(name, text)
    })
    return holder
  }

  /** Nothing is kept for it any more. @throws InaError log_in_use, log_unwritable */
  async remove(name: string): Promise<void> {
    await this.#write(() => {
      this.#table.remove(name)
      this.#states?.remove(name)
    })
  }

  /**
   * Samples and events that were deleted before a reader had taken them, but for those that it is taking.
   *
   * @throws InaError log_*
   */
  missed(name: string, underWay: ReadRows): number {
    try {
      return this.#db
        .transaction(() => {
          const own = this.#table.all().find((each) => each.name === name)
          const samples = sumOf(own?.missed) - this.#table.underWay(name, underWay.timesUs)
          const events = this.#states?.all().get(name)?.missed ?? 0
          return samples + events - (this.#states?.underWay(name, underWay.events) ?? 0)
        })
        .deferred()
    } catch (error) {
      throw logError(error, this.#file)
    }
  }

  /** Registered readers, by name. @throws InaError log_* */
  list(): ReaderInfo[] {
    try {
      const [readers, states] = this.#db
        .transaction(() => [this.#table.all(), this.#states?.all()] as const)
        .deferred()
      return readers.map(({ name, keepBytes, positions, missed }) => ({
        name,
        keepBytes,
        cursor: this.#cursors.format(positions),
        missed: sumOf(missed),
        recordN: states?.get(name)?.recordN ?? 0,
        missedEvents: states?.get(name)?.missed ?? 0,
        report: states?.get(name)?.report ?? null,
      }))
    } catch (error) {
      throw logError(error, this.#file)
    }
  }

  #write(change: () => void): Promise<void> {
    return writeShortly(this.#db, this.#file, change)
  }
}

function sumOf(missed: ReadonlyMap<number, number> = new Map()): number {
  return [...missed.values()].reduce((sum, samples) => sum + samples, 0)
}
