import { closeSync, fstatSync, openSync, rmSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { Clock } from '../../util/clock.ts'
import { isOfContent, logError } from '../file/log-errors.ts'
import { isLog, openForWriting } from '../file/log-file.ts'
import { type OrphanFate, saveOrphan } from '../file/orphan.ts'
import { inodeOf, makeFolder, sizeOf } from '../file/placing.ts'
import type { LogEvent } from '../file/records.ts'
import { WriterLock } from '../file/writer-lock.ts'
import type { LogBatch } from './log-batch.ts'
import { LogWriter } from './log-writer.ts'

/** An open log. */
interface OpenFile {
  readonly db: Database.Database
  readonly writer: LogWriter
  /** Of the file and its WAL, to notice when one is deleted or replaced. */
  readonly inode: number
  readonly walInode: number
  /**
   * The file itself, to know whether it has any name left. Closed after the connection,
   * whose locks would go with it.
   */
  readonly fd: number
}

/** Ends a transaction that was tried only. */
class Tried extends Error {}

/**
 * The file of a running log, and the writer lock: opened and closed any number of
 * times while the lock stays, and watched for other programs that delete, move or
 * replace it.
 */
export class HeldFile {
  readonly #file: string
  readonly #retainMs: number
  readonly #clock: Clock
  #lock: WriterLock | null = null
  #open: OpenFile | null = null
  #notes: LogEvent[] = []

  /** @param file as `logFilePath` gives it */
  constructor(file: string, retainMs: number, clock: Clock) {
    this.#file = file
    this.#retainMs = retainMs
    this.#clock = clock
  }

  /** null while the log can't be written. */
  get writer(): LogWriter | null {
    return this.#open?.writer ?? null
  }

  /** Size of log and WAL in bytes. */
  get bytes(): number {
    return sizeOf(this.#file) + sizeOf(`${this.#file}-wal`)
  }

  /** False once the file or its WAL has been deleted, moved or replaced by another program. */
  get isInPlace(): boolean {
    const file = this.#file
    return inodeOf(file) === this.#open?.inode && inodeOf(`${file}-wal`) === this.#open.walInode
  }

  /** @throws InaError log_*; the lock is kept */
  open(): OpenFile {
    const file = this.#file
    makeFolder(file)
    this.#acquireLock()
    let db: Database.Database | null = null
    let fd: number | null = null
    try {
      db = openForWriting(file)
      fd = openSync(file, 'r')
      const inode = fstatSync(fd).ino
      const writer = new LogWriter(db, this.#retainMs, this.#clock)
      this.#open = { db, writer, inode, walInode: inodeOf(`${file}-wal`), fd }
      return this.#open
    } catch (error) {
      closeBoth(db, fd)
      throw logError(error, file)
    }
  }

  /**
   * Commits batches in one transaction. Only while there is a writer.
   *
   * @param alongside further statements of the same transaction
   */
  write(
    batches: readonly LogBatch[],
    alongside: (db: Database.Database, writer: LogWriter) => void,
  ): void {
    const { db, writer } = this.#open as OpenFile
    writer.write(batches, () => alongside(db, writer))
    this.#notes.push(...writer.takeNotes())
  }

  /**
   * A small step of what is left to do. Only while there is a writer.
   *
   * @returns true: there is more
   */
  maintain(): boolean {
    const { writer } = this.#open as OpenFile
    const isMore = writer.maintain()
    this.#notes.push(...writer.takeNotes())
    return isMore
  }

  /** Events that the log made since they were taken last; they are in the log. */
  takeNotes(): LogEvent[] {
    const notes = this.#notes
    if (notes.length > 0) this.#notes = []
    return notes
  }

  get hasNotes(): boolean {
    return this.#notes.length > 0
  }

  /**
   * Makes a writer that knows the file as it is, after one whose transaction was rolled
   * back. Only while there is a writer.
   */
  renewWriter(): void {
    const open = this.#open as OpenFile
    this.#open = { ...open, writer: new LogWriter(open.db, this.#retainMs, this.#clock) }
  }

  /**
   * Whether batches could be committed; nothing is. Only while there is a writer.
   *
   * @throws what says nothing about their content
   */
  takes(batches: readonly LogBatch[]): boolean {
    const { writer } = this.#open as OpenFile
    try {
      writer.write(batches, () => {
        throw new Tried()
      })
    } catch (error) {
      if (error instanceof Tried) return true
      if (!isOfContent(error)) throw error
      return false
    } finally {
      this.renewWriter()
    }
    return true
  }

  /** Lets go of a file that is not in its place any more. */
  leave(): OrphanFate {
    const file = this.#file
    const { db, fd, inode, walInode } = this.#open as OpenFile
    if (inodeOf(file) !== inode) {
      return saveOrphan(db, fd, file, () => {
        this.close()
        this.#dropWal(walInode)
      })
    }
    // What is in the WAL goes into the file while there still is one who has it open.
    db.pragma('wal_checkpoint(TRUNCATE)')
    return { isSafe: true, text: 'its WAL was deleted' }
  }

  /** Closes the file; the lock stays. */
  close(): void {
    if (this.#open !== null) closeBoth(this.#open.db, this.#open.fd)
    this.#open = null
  }

  /** Ends a run. */
  releaseLock(): void {
    this.#lock?.release()
  }

  /**
   * Ends a run that could not begin. Only then: while a run lasts, the lock is kept
   * through all troubles, or another one would go between.
   */
  discardLock(): void {
    this.#lock?.discard()
    this.#lock = null
  }

  #acquireLock(): void {
    if (this.#lock?.stands === true) return
    this.#lock?.release()
    this.#lock = null
    // Before the lock: nothing may appear beside a file that is refused.
    isLog(this.#file)
    this.#lock = WriterLock.acquire(this.#file, this.#clock.wallMs())
  }

  /**
   * SQLite leaves the WAL of a file that is gone, and would take it for that of
   * the next file of this name, which ruins it.
   */
  #dropWal(inode: number): void {
    const file = this.#file
    if (inodeOf(`${file}-wal`) !== inode) return
    for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true })
  }
}

function closeBoth(db: Database.Database | null, fd: number | null): void {
  try {
    db?.close()
  } catch {
    // What failed before fails again here; the file is let go all the same.
  }
  if (fd !== null) closeSync(fd)
}
