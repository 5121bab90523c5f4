import { Worker } from 'node:worker_threads'
import { InaError } from '../../util/errors.ts'
import type { Answered, Asked, FailedAnswer } from '../file/asked-messages.ts'
import type { LogOwner } from '../file/log-file.ts'
import { errorOf } from '../file/worker-failure.ts'

export interface AskedThreadOptions {
  /** As `logFilePath` gives it. */
  readonly file: string
  readonly owner: LogOwner
  /** Where the bundled worker is. */
  readonly workerUrl: URL
  /** After so long without a question the thread ends, ms. */
  readonly idleMs: number
}

interface Waiter {
  readonly resolve: (answer: { readonly type: string }) => void
  readonly reject: (error: Error) => void
}

/**
 * A thread that reads a log for who asks, so that nobody waits for the disk. Not started
 * before the first question; answers come in the order of the questions.
 */
export class AskedThread<
  Question extends { readonly type: string },
  Answer extends { readonly type: string },
> {
  readonly #options: AskedThreadOptions
  readonly #waiters = new Map<number, Waiter>()
  #worker: Worker | null = null
  #timer: NodeJS.Timeout | null = null
  #nextId = 0
  #isClosed = false

  constructor(options: AskedThreadOptions) {
    this.#options = options
  }

  /** Whether there is a thread at present. */
  get isAwake(): boolean {
    return this.#worker !== null
  }

  /**
   * An answer is of the type of its question.
   *
   * @throws InaError what the thread failed with; log_unreadable: it ended
   */
  async ask<Type extends Question['type'] & Answer['type']>(
    question: Question & { readonly type: Type },
  ): Promise<Answer & { readonly type: Type }> {
    const answer = await this.#send(question)
    if (answer.type === 'failed') throw errorOf((answer as FailedAnswer).failure)
    return answer as Answer & { readonly type: Type }
  }

  /** Ends the thread, if there is one; a question under way fails. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#end()
  }

  #send(question: Question): Promise<{ readonly type: string }> {
    if (this.#isClosed) return Promise.reject(this.#gone('it was closed'))
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const worker = this.#worker ?? this.#start()
    // A thread that nobody waits for must not keep the process.
    worker.ref()
    const id = this.#nextId++
    const { file, owner } = this.#options
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject })
      const message: Asked<Question> = { id, file, owner, question }
      worker.postMessage(message)
    })
  }

  #start(): Worker {
    const worker = new Worker(this.#options.workerUrl, {
      // Rows are short-lived; a small young generation saves some MB.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    this.#worker = worker
    worker.on('message', ({ id, answer }: Answered<Answer>) => {
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
    this.#timer = setTimeout(() => void this.#end(), this.#options.idleMs)
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
      `the log ${this.#options.file} can't be read: ${reason}`,
      'try again, with more memory where there is little',
      cause,
    )
  }
}
