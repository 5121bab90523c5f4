import Database from 'better-sqlite3'
import type { OutboxHost } from '../../src/storage/client/device-outbox.ts'
import type {
  DeviceLog,
  LogClient,
  LogEvent,
  LoggedRun,
  LogState,
} from '../../src/storage/client/log.ts'
import { Outbox } from '../../src/storage/client/outbox.ts'
import { migrate } from '../../src/storage/file/new-log.ts'
import { BLOCK_SAMPLES, type LogBatch } from '../../src/storage/write/log-batch.ts'
import { LogWriter } from '../../src/storage/write/log-writer.ts'
import { type Clock, systemClock } from '../../src/util/clock.ts'

export interface MemoryLogOptions {
  /** A log of an earlier run to go on with; without it, a new one. */
  readonly db?: Database.Database
  readonly retainMs?: number
  readonly clock?: Clock
  /** Commits by itself with each sample that makes it so many; without it, on demand alone. */
  readonly commitEvery?: number
}

/**
 * The in-memory twin of the log: the real writer over a database in memory, in one
 * thread, which commits when it is asked to.
 */
export class MemoryLog implements LogClient, OutboxHost {
  readonly file = ':memory:'
  readonly db: Database.Database
  readonly loggedRuns: readonly LoggedRun[]
  /** Those committed. */
  readonly batches: LogBatch[] = []
  readonly congested = false
  readonly spilled = 0
  readonly #writer: LogWriter
  readonly #commitEvery: number
  readonly #begins: ReadonlyMap<string, number>
  readonly #outbox: Outbox
  readonly #pages: Database.Statement
  readonly #pageBytes: number
  readonly #stateListeners: ((state: LogState) => void)[] = []
  readonly #eventListeners: ((event: LogEvent) => void)[] = []
  #appended = 0
  #logged = 0

  constructor(options: MemoryLogOptions = {}) {
    this.db = options.db ?? new Database(':memory:')
    migrate(this.db)
    const retainMs = options.retainMs ?? 48 * 3_600_000
    this.#writer = new LogWriter(this.db, retainMs, options.clock ?? systemClock)
    this.#commitEvery = options.commitEvery ?? Number.POSITIVE_INFINITY
    this.loggedRuns = this.#writer.loggedRuns()
    this.#begins = this.#writer.begins()
    this.#pages = this.db.prepare('PRAGMA page_count').pluck()
    this.#pageBytes = this.db.pragma('page_size', { simple: true }) as number
    this.#outbox = new Outbox(this.#writer.nextEpochId)
  }

  get state(): LogState {
    return {
      kind: 'recording',
      reason: '',
      queued: this.#appended - this.#logged,
      logged: this.#logged,
      bytes: (this.#pages.get() as number) * this.#pageBytes,
    }
  }

  forDevice(): DeviceLog {
    return this.#outbox.device(this)
  }

  oldestUs(device: string): number | null {
    return this.#begins.get(device) ?? null
  }

  bytesAtRetention(): number {
    return 0
  }

  mayAppend(): boolean {
    return true
  }

  appended(): void {
    this.#appended++
    if (this.#outbox.samples >= BLOCK_SAMPLES) this.#write()
    else if (this.#appended - this.#logged >= this.#commitEvery) this.commit()
  }

  hasten(): void {
    // It commits on demand, or with a number of samples.
  }

  changed(): void {}

  onState(listener: (state: LogState) => void): void {
    this.#stateListeners.push(listener)
  }

  onEvent(listener: (event: LogEvent) => void): void {
    this.#eventListeners.push(listener)
  }

  onTotalsRequest(): void {
    // No other process writes here.
  }

  async drained(): Promise<void> {}

  async committed(): Promise<void> {
    this.commit()
  }

  async answer(): Promise<void> {}

  async close(): Promise<void> {
    this.commit()
    this.#writer.finish()
  }

  /** Makes all that was handed over durable, and reports it. */
  commit(): void {
    if (!this.#outbox.isEmpty) this.#write()
  }

  /** Roll-ups and retention, as between two batches. */
  maintain(): void {
    while (this.#writer.maintain());
  }

  /** What any other program would see. */
  query(sql: string): Record<string, unknown>[] {
    return this.db.prepare(sql).all() as Record<string, unknown>[]
  }

  #write(): void {
    const { batch, commits } = this.#outbox.take()
    this.#writer.write([batch])
    this.batches.push(batch)
    this.#logged += batch.block.count
    for (const each of commits) each.device.committed(each)
    for (const event of this.#writer.takeNotes()) {
      for (const listener of this.#eventListeners) listener(event)
    }
    for (const listener of this.#stateListeners) listener(this.state)
  }
}
