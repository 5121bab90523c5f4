import { setImmediate } from 'node:timers/promises'
import type { ReaderInfo, ReadRows } from '../storage/client/reader-registry.ts'
import { BEGINNING, type CommitReader, type LoggedChannel } from '../storage/read/commit-reader.ts'
import { isInaError } from '../util/errors.ts'
import type { Batch } from './sink.ts'
import type { SinkLog } from './sink-log.ts'
import { USUAL_KEEP_BYTES } from './sink-plan.ts'

/** Changes of events, lost ranges and runs in a batch, at most. */
const MOST_RECORDS = 500

/** Batches that are remembered while the log can't be written; samples of earlier ones that it has deleted stay counted as missed. */
const MOST_UNSTORED = 20

/** What is still to be sent to a sink. */
export interface Unsent {
  readonly queued: number
  readonly isExact: boolean
  readonly unsentUs: readonly [number, number] | null
  readonly missed: number
}

/** A point in the log, behind some samples and some changes of records. */
interface Reached {
  readonly samples: string
  readonly recordN: number
}

/** A batch that was read and not taken yet, and the point behind it. */
interface Ahead {
  readonly batch: Batch
  readonly reached: Reached
}

/** How far one sink has got in the log: what the other side has, and what was read ahead of that. */
export class SinkCursor {
  readonly #log: SinkLog
  readonly #name: string
  readonly #keepBytes: number | null
  readonly #units = new Map<string, string>()
  #generation = -1
  #version = -1
  #taken: Reached = { samples: BEGINNING, recordN: 0 }
  /** In order. */
  #ahead: Ahead[] = []
  /** Batches that were taken while that could not be stored. */
  #unstored: readonly Batch[] = []
  #isComplete = false

  /** @param keepBytes null: as it was said before */
  constructor(log: SinkLog, name: string, keepBytes: number | null) {
    this.#log = log
    this.#name = name
    this.#keepBytes = keepBytes
  }

  /** The random name of the log. @throws InaError log_* */
  get identity(): string {
    return this.#log.use().reader.identity
  }

  /** Whether the newest batch went to the end of the log. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** From now on the retention waits for it. @throws InaError log_* */
  async begin(): Promise<void> {
    this.#log.use()
    if (this.#generation !== this.#log.generation) await this.#register()
  }

  /**
   * The batch behind the one that was read last.
   *
   * @param mostSamples of the batch
   * @returns null: there is nothing new
   * @throws InaError log_*
   */
  async next(mostSamples: number): Promise<Batch | null> {
    for (;;) {
      const found = await this.#look(mostSamples)
      if (found !== 'none yet') return found
      // Rows of other devices or epochs may be many; the other sinks have their turn.
      await setImmediate()
    }
  }

  /** What was read and not taken comes again. @param kept batches that were read first, and stay read */
  rewind(kept = 0): void {
    if (this.#ahead.length <= kept) return
    this.#ahead.length = kept
    this.#isComplete = false
  }

  /** Another process has served the sink meanwhile: what the log says counts. */
  forget(): void {
    this.#generation = -1
  }

  /** The other side has a batch, the oldest that is not taken. Where the log can't be written now, that is stored with the next one. */
  async accept(batch: Batch): Promise<void> {
    const [oldest] = this.#ahead
    // The log was replaced while it was sent: it is none of the new one.
    if (oldest?.batch !== batch) return
    this.#ahead.shift()
    const { reached } = oldest
    this.#taken = reached
    if (this.#generation !== this.#log.generation) return
    try {
      const { registry } = this.#log.use()
      const rows = rowsOf([...this.#unstored, batch])
      await registry.acknowledge(this.#name, reached.samples, reached.recordN, rows)
      this.#unstored = []
    } catch (error) {
      // What is stored too late is sent twice after a kill, which the other side can tell.
      if (!isInaError(error)) throw error
      this.#unstored = [...this.#unstored, batch].slice(-MOST_UNSTORED)
    }
  }

  /** @throws InaError log_* */
  unsent(): Unsent {
    const { reader, registry } = this.#log.use()
    if (this.#generation !== this.#log.generation) {
      return { queued: 0, isExact: false, unsentUs: null, missed: 0 }
    }
    const { samples: cursor } = this.#taken
    const { samples, isExact } = reader.backlog(cursor)
    const underWay = [...this.#unstored, ...this.#ahead.map(({ batch }) => batch)]
    const missed = registry.missed(this.#name, rowsOf(underWay))
    return { queued: samples, isExact, unsentUs: reader.unreadSpan(cursor), missed }
  }

  /** @returns none yet: there may be something behind the rows that were looked at */
  async #look(mostSamples: number): Promise<Batch | null | 'none yet'> {
    await this.begin()
    const { reader } = this.#log.use()
    const { version } = reader
    if (this.#isComplete && version === this.#version) return null
    const { samples: cursor, recordN } = this.#ahead.at(-1)?.reached ?? this.#taken
    const { page, changes } = reader.atOnce(() => ({
      page: reader.since(cursor, mostSamples),
      changes: reader.records(recordN, MOST_RECORDS),
    }))
    this.#version = version
    this.#isComplete = page.isComplete && changes.isComplete
    const reached = { samples: page.cursor, recordN: changes.n }
    const { samples } = page
    const { records } = changes
    if (samples.length === 0 && records.length === 0) {
      // Nothing to send, but rows that were looked at: on to the next ones.
      const newest = this.#ahead.pop()
      if (newest === undefined) this.#taken = reached
      else this.#ahead.push({ ...newest, reached })
      return this.#isComplete ? null : 'none yet'
    }
    const batch: Batch = {
      log: reader.identity,
      samples,
      records,
      isNewest: this.#isComplete,
      unitOf: (device, channel) => this.#unitOf(reader, device, channel),
    }
    this.#ahead.push({ batch, reached })
    return batch
  }

  async #register(): Promise<void> {
    const { registry } = this.#log.use()
    const { generation } = this.#log
    const known = (): ReaderInfo | undefined =>
      registry.list().find(({ name }) => name === this.#name)
    const keepBytes = this.#keepBytes ?? known()?.keepBytes ?? USUAL_KEEP_BYTES
    await registry.register(this.#name, keepBytes)
    const own = known()
    this.#taken = { samples: own?.cursor ?? BEGINNING, recordN: own?.recordN ?? 0 }
    this.#ahead = []
    this.#unstored = []
    this.#isComplete = false
    this.#units.clear()
    this.#generation = generation
  }

  #unitOf(reader: CommitReader, device: string, channel: string): string {
    const key = keyOf({ device, id: channel })
    if (!this.#units.has(key)) {
      for (const each of reader.channels()) this.#units.set(keyOf(each), each.unit)
    }
    return this.#units.get(key) ?? ''
  }
}

function keyOf({ device, id }: Pick<LoggedChannel, 'device' | 'id'>): string {
  return `${device}\n${id}`
}

function rowsOf(batches: readonly Batch[]): ReadRows {
  const timesUs = new Map<string, number[]>()
  const events: number[] = []
  for (const { samples, records } of batches) {
    for (const { device, timeUs } of samples) {
      const times = timesUs.get(device)
      if (times === undefined) timesUs.set(device, [timeUs])
      else times.push(timeUs)
    }
    for (const { kind, id } of records) if (kind === 'event') events.push(id)
  }
  return { timesUs, events }
}
