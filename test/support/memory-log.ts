import Database from 'better-sqlite3'
import type { Epoch, Sample } from '../../src/domain/sample.ts'
import type {
  ChannelInfo,
  Commit,
  LogClient,
  LogEvent,
  LogState,
  LostRange,
  ResumePoint,
} from '../../src/storage/client/log.ts'
import type { LogBatch } from '../../src/storage/client/log-batch.ts'
import { Outbox } from '../../src/storage/client/outbox.ts'
import { migrate } from '../../src/storage/file/new-log.ts'
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
 * thread, which commits when it is asked to. What was handed over stays at hand, too.
 */
export class MemoryLog implements LogClient {
  readonly db: Database.Database
  readonly samples: Sample[] = []
  readonly lostRanges: LostRange[] = []
  readonly events: LogEvent[] = []
  /** Those committed. */
  readonly batches: LogBatch[] = []
  readonly congested = false
  readonly #writer: LogWriter
  readonly #commitEvery: number
  readonly #resumePoints: readonly ResumePoint[]
  readonly #outbox: Outbox
  readonly #pages: Database.Statement
  readonly #pageBytes: number
  readonly #stateListeners: ((state: LogState) => void)[] = []
  readonly #commitListeners: ((commit: Commit) => void)[] = []
  readonly #eventListeners: ((event: LogEvent) => void)[] = []
  #logged = 0

  constructor(options: MemoryLogOptions = {}) {
    this.db = options.db ?? new Database(':memory:')
    migrate(this.db)
    const retainMs = options.retainMs ?? 48 * 3_600_000
    this.#writer = new LogWriter(this.db, retainMs, options.clock ?? systemClock)
    this.#commitEvery = options.commitEvery ?? Number.POSITIVE_INFINITY
    this.#resumePoints = this.#writer.resumePoints()
    this.#pages = this.db.prepare('PRAGMA page_count').pluck()
    this.#pageBytes = this.db.pragma('page_size', { simple: true }) as number
    this.#outbox = new Outbox(this.#writer.nextEpochId)
  }

  get hasResumePoints(): boolean {
    return this.#resumePoints.length > 0
  }

  get state(): LogState {
    return {
      kind: 'recording',
      reason: '',
      queued: this.samples.length - this.#logged,
      logged: this.#logged,
      bytes: (this.#pages.get() as number) * this.#pageBytes,
    }
  }

  resumePoint(device: string): ResumePoint | null {
    return this.#resumePoints.find((point) => point.epoch.device === device) ?? null
  }

  begin(device: string, boot: number | null, startedUs: number): Epoch {
    return this.#outbox.begin(device, boot, startedUs)
  }

  epoch(epoch: Epoch): void {
    this.#outbox.epoch(epoch)
  }

  channel(channel: ChannelInfo): void {
    this.#outbox.channel(channel)
  }

  append(sample: Sample): void {
    if (this.#outbox.isFull) this.#write()
    this.#outbox.append(sample)
    this.samples.push(sample)
    if (this.samples.length - this.#logged >= this.#commitEvery) this.commit()
  }

  lost(range: LostRange): void {
    this.#outbox.lost(range)
    this.lostRanges.push(range)
  }

  event(event: LogEvent): void {
    this.#outbox.event(event)
    this.events.push(event)
  }

  onState(listener: (state: LogState) => void): void {
    this.#stateListeners.push(listener)
  }

  onCommitted(listener: (commit: Commit) => void): void {
    this.#commitListeners.push(listener)
  }

  onEvent(listener: (event: LogEvent) => void): void {
    this.#eventListeners.push(listener)
  }

  async drained(): Promise<void> {}

  async close(): Promise<void> {
    this.commit()
    this.#writer.finish()
  }

  /** Makes all that was handed over durable, and reports it. */
  commit(): void {
    if (!this.#outbox.isEmpty) this.#write()
  }

  /** What any other program would see. */
  query(sql: string): Record<string, unknown>[] {
    return this.db.prepare(sql).all() as Record<string, unknown>[]
  }

  #write(): void {
    const { batch, commit } = this.#outbox.take()
    this.#writer.write([batch])
    this.batches.push(batch)
    this.#logged += batch.block.count
    if (commit.size > 0) for (const listener of this.#commitListeners) listener(commit)
    for (const event of this.#writer.takeNotes()) {
      for (const listener of this.#eventListeners) listener(event)
    }
    for (const listener of this.#stateListeners) listener(this.state)
  }
}
