import { setImmediate } from 'node:timers/promises'
import { ReaderRegistry } from '../storage/client/reader-registry.ts'
import { BEGINNING, CommitReader, type LoggedChannel } from '../storage/read/commit-reader.ts'
import { isInaError } from '../util/errors.ts'
import type { Batch } from './sink.ts'

/** Changes of events, lost ranges and runs in a batch, at most. */
const MOST_RECORDS = 500

interface OpenFile {
  readonly reader: CommitReader
  readonly registry: ReaderRegistry
}

/** The log as the sinks of a process read it. One that is moved or replaced is opened anew. Belongs in a thread of its own. */
export class SinkLog {
  readonly file: string
  readonly #owner: 'this process' | 'other'
  #open: OpenFile | null = null
  /** Rises with each file that stands in that place. */
  generation = 0

  /** @param file as `logFilePath` gives it */
  constructor(file: string, owner: 'this process' | 'other') {
    this.file = file
    this.#owner = owner
  }

  /** @throws InaError log_* */
  use(): OpenFile {
    if (this.#open?.reader.isInPlace === false) this.close()
    if (this.#open !== null) return this.#open
    const reader = CommitReader.open(this.file, this.#owner)
    try {
      // From here on the file is open in this process, whoever writes it (`LogOwner`).
      this.#open = { reader, registry: ReaderRegistry.open(this.file, 'this process') }
    } catch (error) {
      reader.close()
      throw error
    }
    this.generation++
    return this.#open
  }

  close(): void {
    this.#open?.reader.close()
    this.#open?.registry.close()
    this.#open = null
  }
}

/** What is still to be sent to a sink. */
export interface SinkBacklog {
  readonly queued: number
  readonly isExact: boolean
  readonly unsentUs: readonly [number, number] | null
  readonly missed: number
}

interface Place {
  readonly cursor: string
  readonly recordN: number
}

/** How far one sink has got in the log. */
export class SinkPlace {
  readonly #log: SinkLog
  readonly #name: string
  readonly #keepBytes: number
  readonly #units = new Map<string, string>()
  #generation = -1
  #version = -1
  #taken: Place = { cursor: BEGINNING, recordN: 0 }
  #next: Place | null = null
  #isComplete = false

  constructor(log: SinkLog, name: string, keepBytes: number) {
    this.#log = log
    this.#name = name
    this.#keepBytes = keepBytes
  }

  /** The random name of the log. @throws InaError log_* */
  get identity(): string {
    return this.#log.use().reader.identity
  }

  /** Whether the newest page went to the end of the log. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  /** From now on the retention waits for it. @throws InaError log_* */
  async begin(): Promise<void> {
    this.#log.use()
    if (this.#generation !== this.#log.generation) await this.#register()
  }

  /**
   * What comes next; the same again until it was accepted.
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

  /** @returns none yet: there may be something behind the rows that were looked at */
  async #look(mostSamples: number): Promise<Batch | null | 'none yet'> {
    await this.begin()
    const { reader } = this.#log.use()
    const { version } = reader
    if (this.#isComplete && this.#next === null && version === this.#version) return null
    const { cursor, recordN } = this.#taken
    const { page, changes } = reader.atOnce(() => ({
      page: reader.since(cursor, mostSamples),
      changes: reader.records(recordN, MOST_RECORDS),
    }))
    this.#version = version
    this.#isComplete = page.isComplete && changes.isComplete
    this.#next = { cursor: page.cursor, recordN: changes.n }
    const { samples } = page
    const { records } = changes
    if (samples.length === 0 && records.length === 0) {
      // Nothing to send, but rows that were looked at: on to the next ones.
      this.#taken = this.#next
      this.#next = null
      return this.#isComplete ? null : 'none yet'
    }
    return {
      log: reader.identity,
      samples,
      records,
      isNewest: this.#isComplete,
      unitOf: (device, channel) => this.#unitOf(reader, device, channel),
    }
  }

  /** The other side has what `next` gave. Where the log can't be written now, it is stored with the next one. */
  async accept(): Promise<void> {
    if (this.#next === null) return
    this.#taken = this.#next
    this.#next = null
    if (this.#generation !== this.#log.generation) return
    try {
      const { registry } = this.#log.use()
      await registry.acknowledge(this.#name, this.#taken.cursor, this.#taken.recordN)
    } catch (error) {
      // What is stored too late is sent twice after a kill, which the other side can tell.
      if (!isInaError(error)) throw error
    }
  }

  /** @throws InaError log_* */
  backlog(): SinkBacklog {
    const { reader, registry } = this.#log.use()
    if (this.#generation !== this.#log.generation) {
      return { queued: 0, isExact: false, unsentUs: null, missed: 0 }
    }
    const { cursor } = this.#taken
    const { samples, isExact } = reader.backlog(cursor)
    const own = registry.list().find(({ name }) => name === this.#name)
    const missed = (own?.missed ?? 0) + (own?.missedEvents ?? 0)
    return { queued: samples, isExact, unsentUs: reader.unreadSpan(cursor), missed }
  }

  /** Says for others how it is doing. @throws InaError log_* */
  async report(text: string): Promise<void> {
    await this.#log.use().registry.report(this.#name, text)
  }

  /** From now on this process serves it. @returns what the one that does says of itself; null: none did @throws InaError log_* */
  async claim(text: string, isFree: (report: string | null) => boolean): Promise<string | null> {
    return this.#log.use().registry.claim(this.#name, text, isFree)
  }

  async #register(): Promise<void> {
    const { registry } = this.#log.use()
    const { generation } = this.#log
    await registry.register(this.#name, this.#keepBytes)
    const own = registry.list().find(({ name }) => name === this.#name)
    this.#taken = { cursor: own?.cursor ?? BEGINNING, recordN: own?.recordN ?? 0 }
    this.#next = null
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
