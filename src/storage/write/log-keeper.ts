import type { Clock } from '../../util/clock.ts'
import { InaError } from '../../util/errors.ts'
import { logError, plainReason } from '../file/log-errors.ts'
import { BatchSieve } from './batch-sieve.ts'
import { HeldFile } from './held-file.ts'
import type { KeeperReport, OpenReply } from './keeper-report.ts'
import { EMPTY_BATCH, LAST_RESORT_SAMPLES, type LogBatch } from './log-batch.ts'
import type { LogWriter } from './log-writer.ts'
import { RetryClock } from './retry-clock.ts'
import { RunMark } from './run-mark.ts'
import { RunRecord } from './run-record.ts'
import { drainSpill } from './spill-drain.ts'
import { SpillFile } from './spill-file.ts'
import type { TotalsRequest } from './totals-table.ts'

interface KeeperOptions {
  /** As `logFilePath` gives it. */
  readonly file: string
  readonly retainMs: number
  readonly clock: Clock
  readonly report: (report: KeeperReport) => void
}

/** Samples that wait in memory while the log can't be written; then they go to the spill file. */
export const MEMORY_SAMPLES = 20_000
/** How long they wait there at most, so that a power cut costs no more, ms. */
export const MEMORY_MS = 5000
/** Pause between attempts to write a spill file that can't be written either, ms. */
const SPILL_PAUSE_MS = 2000
/** Batches committed together where they come faster than the disk syncs. */
const BATCHES_PER_COMMIT = 40
/** Time for tidying up between two batches, ms. */
const MAINTENANCE_MS = 20

/**
 * Keeps the log through whatever happens to its file: writes batches, tries again
 * after a failure with growing pauses, and keeps what comes meanwhile: first in
 * memory, then in a spill file, from where it flows back once. Synchronous; belongs
 * in a thread of its own.
 */
export class LogKeeper {
  readonly #options: KeeperOptions
  readonly #spill: SpillFile
  readonly #file: HeldFile
  readonly #sieve: BatchSieve
  readonly #run = new RunRecord()
  readonly #mark = new RunMark()
  #waiting: LogBatch[] = []
  #waitingSamples = 0
  #waitingSinceMs = 0
  #durable = 0
  #reason = ''
  #spillReason = ''
  #failed = false
  readonly #retry = new RetryClock()
  #spillAtMs = 0
  #spilledSamples = 0

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#spill = SpillFile.of(options.file)
    this.#file = new HeldFile(options.file, options.retainMs, options.clock)
    this.#sieve = new BatchSieve(this.#file, options.file)
  }

  /** @throws InaError log_*: the log can't be used from the start */
  open(): OpenReply {
    let writer: LogWriter
    let drained: ReturnType<typeof drainSpill>
    try {
      const { db } = this.#file.open()
      // First of all: what the device is asked for begins behind what was spilled.
      drained = drainSpill(this.#spill, db, this.#sieve)
      writer = this.#file.writer as LogWriter
      // Of someone who has given up waiting: no run was there to hear of it.
      writer.takeTotalsRequests()
    } catch (error) {
      this.#file.close()
      this.#file.discardLock()
      throw logError(error, this.#options.file)
    }
    const reply = {
      nextEpochId: writer.nextEpochId,
      loggedRuns: writer.loggedRuns(),
      begins: writer.begins(),
    }
    const { samples, device } = drained
    if (samples > 0 && device !== null) {
      try {
        this.#log(device, `${samples} samples of an earlier run came from the spill file`)
      } catch (error) {
        // The samples are in the log; it is from here on that it takes nothing.
        this.#fail(error)
      }
    }
    return { ...reply, bytes: this.#file.bytes }
  }

  accept(batches: readonly LogBatch[]): void {
    if (this.#waitingSamples === 0) this.#waitingSinceMs = this.#nowMs
    for (const batch of batches) {
      this.#run.add(batch)
      this.#waiting.push(batch)
      this.#waitingSamples += batch.block.count
    }
    this.#flush()
    this.#report()
  }

  /** False: the log takes nothing just now, and what comes waits. */
  get isWriting(): boolean {
    return this.#file.writer !== null
  }

  /**
   * Retries and tidies up.
   *
   * @returns true: there is more to do, so that it is to be called again a few times a second; else once a second will do
   */
  tick(): boolean {
    this.#lookForFile()
    if (this.#file.writer === null) {
      this.#flush()
      this.#report()
      return true
    }
    const untilMs = this.#nowMs + MAINTENANCE_MS
    let isMore = true
    try {
      while (isMore && this.#nowMs < untilMs) isMore = this.#file.maintain()
      const requests = this.#file.writer.takeTotalsRequests()
      if (requests.length > 0) this.#report(requests)
    } catch (error) {
      this.#fail(error)
      this.#report()
    }
    if (this.#file.hasNotes) this.#report()
    return isMore
  }

  /** @throws InaError where samples could be saved nowhere */
  close(): void {
    this.#lookForFile()
    this.#retry.hurry()
    this.#flush()
    if (this.#file.writer === null) this.#recover()
    if (this.#waiting.length > 0) this.#spillWaiting()
    this.#report()
    try {
      this.#file.writer?.finish()
    } catch {
      // All samples are safe; the roll-ups are marked and made by the next run.
    }
    this.#file.close()
    this.#file.releaseLock()
    if (this.#waitingSamples === 0) return
    throw new InaError(
      'log_unwritable',
      `${this.#waitingSamples} samples could not be saved in ${this.#options.file}: ${this.#reason}${this.#spillReason}`,
      'free some space or name another file with --db',
    )
  }

  get #nowMs(): number {
    return this.#options.clock.monoMs()
  }

  #flush(): void {
    // A second time where the file turned out to be gone: a new one is begun at once.
    for (let attempt = 0; attempt < 2; attempt++) {
      if (this.#file.writer === null && !this.#recover()) break
      if (this.#writeWaiting()) return
      if (!this.#retry.isDue(this.#nowMs)) break
    }
    const isLong = this.#nowMs - this.#waitingSinceMs >= MEMORY_MS
    const isMuch = this.#waitingSamples > MEMORY_SAMPLES
    if ((isMuch || (this.#waitingSamples > 0 && isLong)) && this.#nowMs >= this.#spillAtMs) {
      this.#spillWaiting()
    }
  }

  #writeWaiting(): boolean {
    try {
      while (this.#waiting.length > 0) {
        const group = this.#waiting.slice(0, BATCHES_PER_COMMIT)
        const durable = this.#durable + group.length
        const isWritten = this.#file.isInPlace
        if (isWritten) this.#sieve.write(group, (db) => this.#mark.set(db, durable))
        // Looked at again: what went into a file that had just been deleted is durable nowhere.
        if (!this.#file.isInPlace) {
          if (this.#leave() && isWritten) this.#done(group.length)
          return false
        }
        this.#done(group.length)
      }
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  #lookForFile(): void {
    try {
      if (this.#file.writer !== null && !this.#file.isInPlace) this.#leave()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Lets go of a file that is not in its place any more. @returns true: what is in it is safe */
  #leave(): boolean {
    const { isSafe, text } = this.#file.leave()
    this.#fail(new Error(text))
    this.#retry.hurry()
    return isSafe
  }

  #done(batches: number): void {
    for (const batch of this.#waiting.splice(0, batches)) this.#waitingSamples -= batch.block.count
    this.#waitingSinceMs = this.#nowMs
    this.#durable += batches
    this.#file.writer?.forgetEpochs()
  }

  #fail(error: unknown): void {
    this.#file.close()
    this.#reason = plainReason(error)
    this.#retry.failed(this.#nowMs)
  }

  /** @returns true: the log takes samples again */
  #recover(): boolean {
    if (!this.#retry.isDue(this.#nowMs)) return false
    try {
      const { db } = this.#file.open()
      this.#sieve.write([this.#run.batch], () => {})
      const written = this.#mark.read(db)
      drainSpill(this.#spill, db, this.#sieve)
      this.#logOutage()
      // Some of those that wait may be in the log: what failed may only have been the report of it.
      this.#done(Math.max(0, written - this.#durable))
    } catch (error) {
      this.#fail(error)
      return false
    }
    this.#reason = ''
    this.#spillReason = ''
    this.#failed = false
    this.#retry.recovered()
    this.#spilledSamples = 0
    return true
  }

  /** Leaves a trace of the failure in the log itself. */
  #logOutage(): void {
    const { device } = this.#run
    if (device === null) return
    const seconds = (this.#retry.outageMs(this.#nowMs) / 1000).toFixed(1)
    const detail =
      `the log took no samples for ${seconds} s: ${this.#reason}; ` +
      `${this.#waitingSamples} waited in memory, ${this.#spilledSamples} in the spill file`
    this.#log(device, detail)
  }

  #log(device: string, detail: string): void {
    const timeUs = Math.round(this.#options.clock.wallMs() * 1000)
    const events = [{ timeUs, device, kind: 'spill' as const, detail }]
    this.#file.write([{ ...EMPTY_BATCH, events }], () => {})
  }

  #spillWaiting(): void {
    try {
      this.#spill.append(this.#run.batch, this.#waiting)
      this.#spilledSamples += this.#waitingSamples
      this.#spillReason = ''
      this.#done(this.#waiting.length)
    } catch (error) {
      this.#spillReason = `; nor is the spill file: ${plainReason(error)}`
      this.#spillAtMs = this.#nowMs + SPILL_PAUSE_MS
      this.#failed = this.#waitingSamples > LAST_RESORT_SAMPLES
    }
  }

  #report(totalsRequests: readonly TotalsRequest[] = []): void {
    const { writer, bytes } = this.#file
    this.#options.report({
      kind: this.#failed ? 'failed' : writer === null ? 'spilling' : 'recording',
      reason:
        writer === null ? `the log is not being written: ${this.#reason}${this.#spillReason}` : '',
      durable: this.#durable,
      spilled: this.#spilledSamples,
      bytes,
      notes: this.#file.takeNotes(),
      totalsRequests,
    })
  }
}
