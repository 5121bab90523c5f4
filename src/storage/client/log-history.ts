import { Worker } from 'node:worker_threads'
import type { Trace } from '../../chart/trace.ts'
import { InaError } from '../../util/errors.ts'
import { logFilePath } from '../../util/paths.ts'
import type { LogOwner } from '../file/log-file.ts'
import { errorOf } from '../file/worker-failure.ts'
import type {
  FromHistory,
  HistoryAnswer,
  HistoryQuestion,
  ToHistory,
} from '../read/history-messages.ts'
import type {
  LoggedTotals,
  LogOverview,
  Moment,
  MomentWish,
  SpanFigures,
} from '../read/log-query.ts'

/** After so long without a question the thread ends. */
const IDLE_MS = 10_000

/** Looks back in a log that may be being written, without holding up who asks. */
export interface LogHistory {
  /**
   * A span of one device folded for a chart, see `LogReader.series`.
   *
   * @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_unwritable
   *   (can't be opened), log_unreadable (the thread ended)
   */
  series(device: string, fromUs: number, slotUs: number, count: number): Promise<Trace>
  /**
   * What each device of the log comes to since its totals were reset, see `LogReader.totalsSince`.
   *
   * @throws InaError as `series`
   */
  totals(): Promise<readonly LoggedTotals[]>
  /**
   * What a span of one device comes to, see `LogReader.statistics`.
   *
   * @throws InaError as `series`
   */
  statistics(device: string, fromUs: number, toUs: number): Promise<SpanFigures>
  /**
   * A sample or an event of one device, see `LogReader.find`.
   *
   * @throws InaError as `series`
   */
  find(device: string, wish: MomentWish): Promise<Moment | null>
  /**
   * What the log holds of each of its devices, see `LogReader.overview`.
   *
   * @throws InaError as `series`
   */
  overview(windowsS: readonly number[]): Promise<readonly LogOverview[]>
  /** Whether there is a thread at present. */
  readonly isAwake: boolean
  /** Ends the thread, if there is one; a question under way fails. */
  close(): Promise<void>
}

export interface LogHistoryOptions {
  /** Default: `other`. */
  readonly owner?: LogOwner
  /** Where the bundled worker is; beside the bundled program. */
  readonly workerUrl?: URL
  /** After so long without a question the thread ends, ms. */
  readonly idleMs?: number
}

interface Waiter {
  readonly resolve: (answer: HistoryAnswer) => void
  readonly reject: (error: Error) => void
}

/**
 * Nothing is opened, and no thread started, before the first question.
 *
 * @throws InaError usage_invalid
 */
export function openLogHistory(file: string, options: LogHistoryOptions = {}): LogHistory {
  return new WorkerHistory(logFilePath(file), options)
}

class WorkerHistory implements LogHistory {
  readonly #file: string
  readonly #owner: LogOwner
  readonly #workerUrl: URL
  readonly #idleMs: number
  readonly #waiters = new Map<number, Waiter>()
  #worker: Worker | null = null
  #timer: NodeJS.Timeout | null = null
  #nextId = 0
  #isClosed = false

  constructor(file: string, options: LogHistoryOptions) {
    this.#file = file
    this.#owner = options.owner ?? 'other'
    this.#workerUrl = options.workerUrl ?? new URL('./log-history-worker.js', import.meta.url)
    this.#idleMs = options.idleMs ?? IDLE_MS
  }

  async series(device: string, fromUs: number, slotUs: number, count: number): Promise<Trace> {
    const answer = await this.#ask({ type: 'series', device, fromUs, slotUs, count })
    return answer.trace
  }

  async totals(): Promise<readonly LoggedTotals[]> {
    const answer = await this.#ask({ type: 'totals' })
    return answer.totals
  }

  async statistics(device: string, fromUs: number, toUs: number): Promise<SpanFigures> {
    const answer = await this.#ask({ type: 'statistics', device, fromUs, toUs })
    return answer.figures
  }

  async find(device: string, wish: MomentWish): Promise<Moment | null> {
    const answer = await this.#ask({ type: 'find', device, wish })
    return answer.moment
  }

  async overview(windowsS: readonly number[]): Promise<readonly LogOverview[]> {
    const answer = await this.#ask({ type: 'overview', windowsS })
    return answer.devices
  }

  get isAwake(): boolean {
    return this.#worker !== null
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#end()
  }

  /** An answer is of the type of its question. */
  async #ask<Type extends HistoryQuestion['type']>(
    question: HistoryQuestion & { readonly type: Type },
  ): Promise<HistoryAnswer & { readonly type: Type }> {
    const answer = await this.#send(question)
    if (answer.type === 'failed') throw errorOf(answer.failure)
    return answer as HistoryAnswer & { readonly type: Type }
  }

  #send(question: HistoryQuestion): Promise<HistoryAnswer> {
    if (this.#isClosed) return Promise.reject(this.#gone('it was closed'))
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const worker = this.#worker ?? this.#start()
    // A thread that nobody waits for must not keep the process.
    worker.ref()
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject })
      const message: ToHistory = { id, file: this.#file, owner: this.#owner, question }
      worker.postMessage(message)
    })
  }

  #start(): Worker {
    const worker = new Worker(this.#workerUrl, {
      // Rows are short-lived; a small young generation saves some MB.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    this.#worker = worker
    worker.on('message', ({ id, answer }: FromHistory) => {
      this.#waiters.get(id)?.resolve(answer)
      this.#waiters.delete(id)
      if (this.#waiters.size === 0) this.#rest(worker)
    })
    worker.on('error', (error) => this.#drop(worker, error.message, error))
    worker.on('exit', () => this.#drop(worker, 'its thread ended'))
    return worker
  }

  #rest(worker: Worker): void {
    worker.unref()
    this.#timer = setTimeout(() => void this.#end(), this.#idleMs)
    this.#timer.unref()
  }

  async #end(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const worker = this.#worker
    if (worker === null) return
    this.#drop(worker, 'it was closed')
    await worker.terminate()
  }

  /** The thread is gone; the next question starts another one. */
  #drop(worker: Worker, reason: string, cause?: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = null
    for (const { reject } of this.#waiters.values()) reject(this.#gone(reason, cause))
    this.#waiters.clear()
  }

  #gone(reason: string, cause?: unknown): InaError {
    return new InaError(
      'log_unreadable',
      `the log ${this.#file} can't be read: ${reason}`,
      'try again, with more memory where there is little',
      cause,
    )
  }
}
