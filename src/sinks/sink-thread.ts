import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { LiveDevice } from '../domain/live-device.ts'
import type { SinkKind, SinkStatus } from '../domain/sink-status.ts'
import { errorOf } from '../storage/file/worker-failure.ts'
import { asInaError, type InaError } from '../util/errors.ts'
import type { ForwarderOptions } from './forwarder.ts'
import { noOrders, type Orders } from './orders.ts'
import type { FromSinks, ToSinks } from './sink-messages.ts'

/** Kinds that show devices as they are now. */
const LIVE_KINDS: readonly SinkKind[] = ['mqtt']
/** A thread that died is started again after that long, ms. */
const RESTART_MS = 10_000
/** The thread answers within that long more than it was given to stop, or is ended, ms. */
const PATIENCE_MS = 1000

/** What is said of each sink while their thread is away. */
type Trouble = Pick<SinkStatus, 'state' | 'lastError' | 'retryAtMs'>

/** The sinks of a run, as the main thread sees them: all work is in a thread behind it. */
export class SinkThread {
  readonly #options: ForwarderOptions
  readonly #workerUrl: URL
  #worker: Worker | null = null
  #statuses: readonly SinkStatus[] = []
  #restart: NodeJS.Timeout | null = null
  #trouble: Trouble | null = null
  #isClosing = false
  #carryOut: Orders = noOrders
  #listener: (statuses: readonly SinkStatus[]) => void = () => {}
  #resolveEnded: () => void = () => {}
  /** Resolves when all is sent (with `isOnce`), or it was closed. */
  readonly ended = new Promise<void>((resolve) => {
    this.#resolveEnded = resolve
  })

  private constructor(options: ForwarderOptions, workerUrl: URL) {
    this.#options = options
    this.#workerUrl = workerUrl
  }

  /** Resolves when the log keeps what the sinks have not taken. @throws InaError log_*, internal_fault: the thread can't start */
  static async start(
    options: Omit<ForwarderOptions, 'run'>,
    workerUrl = new URL('./sink-worker.js', import.meta.url),
  ): Promise<SinkThread> {
    // The same for a thread that is started again: its claims are those of this process.
    const thread = new SinkThread({ ...options, run: randomUUID() }, workerUrl)
    const failure = await thread.#spawn()
    if (failure !== null) throw failure
    return thread
  }

  /** As of the last second. */
  get statuses(): readonly SinkStatus[] {
    return this.#statuses
  }

  /** Called about once a second. */
  onStatus(listener: (statuses: readonly SinkStatus[]) => void): void {
    this.#listener = listener
  }

  /** Whether a sink has a use for `live`. */
  get wantsLive(): boolean {
    return this.#options.plans.some(({ kind }) => LIVE_KINDS.includes(kind))
  }

  /** The devices of the run as they are now; to be called about once a second where that is wanted. */
  live(devices: readonly LiveDevice[]): void {
    this.#post({ type: 'live', devices })
  }

  /** Who carries out what is asked for on the other side of a sink; without one, it is refused. */
  onOrder(carryOut: Orders): void {
    this.#carryOut = carryOut
  }

  /** Sends what is committed already, at most this long; the rest goes in the next run. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true
    if (this.#restart !== null) clearTimeout(this.#restart)
    const worker = this.#worker
    if (worker !== null) {
      this.#post({ type: 'stop', graceMs })
      const timer = setTimeout(() => void worker.terminate(), graceMs + PATIENCE_MS)
      await new Promise((resolve) => worker.once('exit', resolve))
      clearTimeout(timer)
    }
    this.#resolveEnded()
  }

  /** @returns null: it has begun */
  #spawn(): Promise<InaError | null> {
    const worker = new Worker(this.#workerUrl, {
      workerData: this.#options,
      // Rows are short-lived; a small young generation saves some MB.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    })
    this.#worker = worker
    let hasBegun = false
    return new Promise((resolve) => {
      const failed = (error: InaError): void => {
        if (hasBegun) this.#died(error.message)
        else resolve(error)
      }
      worker.on('message', (message: FromSinks) => {
        if (message.type === 'begun') {
          hasBegun = true
          resolve(null)
        } else if (message.type === 'refused') failed(errorOf(message.failure))
        else if (message.type === 'order') void this.#order(message, worker)
        else this.#take(message)
      })
      worker.on('error', (error) => failed(asInaError(error)))
      worker.on('exit', () => {
        this.#worker = null
        resolve(null)
      })
    })
  }

  #post(message: ToSinks): void {
    this.#worker?.postMessage(message)
  }

  /** @param worker whose order it is: one that was started later counts its own from 1 */
  async #order(
    { id, order }: Extract<FromSinks, { type: 'order' }>,
    worker: Worker,
  ): Promise<void> {
    const answer = await this.#carryOut(order)
    worker.postMessage({ type: 'answer', id, answer } satisfies ToSinks)
  }

  #take({ type, statuses }: Extract<FromSinks, { statuses: unknown }>): void {
    // What a thread said before it died may come after its death.
    this.#statuses = this.#trouble === null ? statuses : troubled(statuses, this.#trouble)
    this.#listener(this.#statuses)
    if (type === 'ended') this.#resolveEnded()
  }

  /** A fault of ours, or no memory: sampling goes on, and so do the sinks from where they were. */
  #died(reason: string): void {
    const atMs = Date.now()
    const lastError = { text: `its thread ended: ${reason}`, atMs }
    this.#trouble = { state: 'waiting', lastError, retryAtMs: atMs + RESTART_MS }
    this.#statuses = troubled(this.#statuses, this.#trouble)
    this.#listener(this.#statuses)
    if (this.#isClosing) return
    // Nothing else may keep the process: `forward` has no other work.
    this.#restart = setTimeout(() => void this.#revive(), RESTART_MS)
  }

  /** Until it begins: the log may be busy, or away, for a while. */
  async #revive(): Promise<void> {
    this.#trouble = null
    const failure = await this.#spawn()
    if (failure !== null) this.#died(failure.message)
  }
}

function troubled(statuses: readonly SinkStatus[], trouble: Trouble): SinkStatus[] {
  return statuses.map((each) => ({ ...each, ...trouble }))
}
