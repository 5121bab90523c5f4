import type { Worker } from 'node:worker_threads'
import { systemClock } from '../../util/clock.ts'
import { InaError } from '../../util/errors.ts'
import { logFilePath } from '../../util/paths.ts'
import { estimateLogBytes } from '../file/log-size.ts'
import { errorOf } from '../file/worker-failure.ts'
import type { KeeperReport, OpenReply } from '../write/keeper-report.ts'
import { LAST_RESORT_SAMPLES } from '../write/log-batch.ts'
import type { FromWorker, ToWorker } from '../write/worker-messages.ts'
import type { DeviceCommit, OutboxHost } from './device-outbox.ts'
import { HandOverPace } from './hand-over-pace.ts'
import type {
  DeviceLog,
  LogClient,
  LogEvent,
  LoggedRun,
  LogState,
  OpenLogOptions,
  TotalsRequest,
} from './log.ts'
import { logThread } from './log-thread.ts'
import { Outbox } from './outbox.ts'

/** Uncommitted samples from which on a source that can wait should. */
const CONGESTED_SAMPLES = 50_000
const DRAINED_SAMPLES = 20_000
/** Samples kept while the writer's thread does not answer (a disk that hangs); past it the log has failed. */
const MOST_SAMPLES = LAST_RESORT_SAMPLES + CONGESTED_SAMPLES

/**
 * Opens the log, or makes it, and becomes its only writer.
 *
 * @param workerUrl where the bundled worker is; beside the bundled program
 * @throws InaError log_in_use, log_foreign, log_damaged, log_newer, log_unwritable, usage_invalid
 */
export async function openLog(options: OpenLogOptions, workerUrl?: URL): Promise<LogClient> {
  const file = logFilePath(options.file)
  const worker = logThread(workerUrl)
  worker.postMessage({ type: 'open', file, retainMs: options.retainMs } satisfies ToWorker)
  const reply = await new Promise<OpenReply>((resolve, reject) => {
    const onError = (error: Error): void => reject(threadEnded(file, error))
    const onExit = (): void => reject(threadEnded(file))
    worker.once('error', onError)
    worker.once('exit', onExit)
    worker.once('message', (message: FromWorker) => {
      worker.off('error', onError)
      worker.off('exit', onExit)
      if (message.type === 'open') resolve(message.reply)
      else if (message.type === 'refused') reject(errorOf(message.failure))
    })
  })
  return new WorkerLog(worker, reply, { ...options, file })
}

function threadEnded(file: string, cause?: Error): InaError {
  const reason = cause === undefined ? '' : `: ${cause.message}`
  return new InaError(
    'log_unwritable',
    `the log ${file} can't be opened: its thread ended${reason}`,
    'start again, with more memory where there is little, or watch without a log: --no-log',
    cause,
  )
}

interface InFlight {
  readonly samples: number
  readonly commits: readonly DeviceCommit[]
}

class WorkerLog implements LogClient, OutboxHost {
  readonly file: string
  readonly loggedRuns: readonly LoggedRun[]
  readonly #worker: Worker
  readonly #retainMs: number
  readonly #begins: ReadonlyMap<string, number>
  readonly #outbox: Outbox
  #timer: NodeJS.Timeout | null = null
  readonly #pace = new HandOverPace()
  #inFlight: InFlight[] = []
  #durableBatches = 0
  #appended = 0
  #logged = 0
  #report: KeeperReport
  readonly #stateListeners: ((state: LogState) => void)[] = []
  readonly #eventListeners: ((event: LogEvent) => void)[] = []
  readonly #requestListeners: ((request: TotalsRequest) => void)[] = []
  #drainWaiters: (() => void)[] = []
  /** Who waits until so many samples are logged, in order. */
  #commitWaiters: { readonly appended: number; readonly resolve: () => void }[] = []
  /** In the order in which they asked. */
  readonly #askers: (() => void)[] = []
  #closing: { resolve: () => void; reject: (error: Error) => void } | null = null
  #closed: Promise<void> | null = null
  #dead: InaError | null = null

  constructor(worker: Worker, reply: OpenReply, { file, retainMs }: OpenLogOptions) {
    this.#worker = worker
    this.file = file
    this.#retainMs = retainMs
    this.#begins = reply.begins
    this.#outbox = new Outbox(reply.nextEpochId)
    this.loggedRuns = reply.loggedRuns
    this.#report = {
      kind: 'recording',
      reason: '',
      durable: 0,
      spilled: 0,
      bytes: reply.bytes,
      notes: [],
      totalsRequests: [],
    }
    worker.on('message', (message: FromWorker) => this.#hear(message))
    worker.on('error', (error) => this.#die(error))
    worker.on('exit', () => this.#die(new Error('its thread ended')))
  }

  get state(): LogState {
    return {
      kind: this.#report.kind,
      reason: this.#report.reason,
      queued: this.#queued,
      logged: this.#logged,
      bytes: this.#report.bytes,
    }
  }

  get spilled(): number {
    return this.#report.spilled
  }

  get congested(): boolean {
    return this.#queued >= CONGESTED_SAMPLES
  }

  forDevice(): DeviceLog {
    return this.#outbox.device(this)
  }

  oldestUs(device: string): number | null {
    return this.#begins.get(device) ?? null
  }

  bytesAtRetention(samplesPerSecond: number, valuesPerSecond: number): number {
    return estimateLogBytes(samplesPerSecond, this.#retainMs, valuesPerSecond)
  }

  mayAppend(): boolean {
    return this.#dead === null
  }

  appended(): void {
    this.#appended++
    const isFull = this.#outbox.samples >= this.#pace.fullAt
    if (isFull && this.#pace.isBatch(systemClock.monoMs())) this.#handOver()
    else this.changed()
    if (this.#queued >= MOST_SAMPLES) this.#die(new Error('the disk does not answer'))
  }

  changed(): void {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => this.#handOver(), this.#pace.waitMs(systemClock.monoMs()))
  }

  hasten(isWatched: boolean): void {
    this.#pace.isWatched = isWatched
  }

  onState(listener: (state: LogState) => void): void {
    this.#stateListeners.push(listener)
  }

  onEvent(listener: (event: LogEvent) => void): void {
    this.#eventListeners.push(listener)
  }

  onTotalsRequest(listener: (request: TotalsRequest) => void): void {
    this.#requestListeners.push(listener)
  }

  drained(): Promise<void> {
    if (this.#queued <= DRAINED_SAMPLES || this.#dead !== null) return Promise.resolve()
    return new Promise((resolve) => this.#drainWaiters.push(resolve))
  }

  committed(): Promise<void> {
    const appended = this.#appended
    if (this.#logged >= appended || this.#dead !== null) return Promise.resolve()
    if (this.#report.kind !== 'recording') return Promise.resolve()
    this.#handOver()
    return new Promise((resolve) => this.#commitWaiters.push({ appended, resolve }))
  }

  answer(): Promise<void> {
    return new Promise((resolve) => {
      this.#askers.push(resolve)
      this.#post({ type: 'ask' })
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  get #queued(): number {
    return this.#appended - this.#logged
  }

  async #close(): Promise<void> {
    if (this.#dead !== null) throw this.#dead
    this.#handOver()
    await new Promise<void>((resolve, reject) => {
      this.#closing = { resolve, reject }
      this.#post({ type: 'close' })
    })
    await this.#worker.terminate()
  }

  #handOver(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#outbox.isEmpty || this.#dead !== null) return
    this.#pace.handedOver(systemClock.monoMs())
    const { batch, commits } = this.#outbox.take()
    const { count, fields, extras } = batch.block
    this.#inFlight.push({ samples: count, commits })
    const buffers = extras.length > 0 ? [fields.buffer, extras.buffer] : [fields.buffer]
    this.#post({ type: 'batch', batch }, buffers)
  }

  #post(message: ToWorker, transfer: ArrayBufferLike[] = []): void {
    this.#worker.postMessage(message, transfer as ArrayBuffer[])
  }

  #hear(message: FromWorker): void {
    if (message.type === 'report') this.#hearReport(message.report)
    else if (message.type === 'answer') this.#askers.shift()?.()
    else if (message.type === 'closed') {
      if (message.failure === null) this.#closing?.resolve()
      else this.#closing?.reject(errorOf(message.failure))
      this.#closing = null
    }
  }

  #hearReport(report: KeeperReport): void {
    this.#report = report
    const durable = this.#inFlight.splice(0, report.durable - this.#durableBatches)
    for (const { samples } of durable) this.#logged += samples
    for (const { commits } of durable) for (const each of commits) each.device.committed(each)
    this.#durableBatches = report.durable
    for (const event of report.notes) for (const listener of this.#eventListeners) listener(event)
    for (const request of report.totalsRequests) {
      for (const listener of this.#requestListeners) listener(request)
    }
    for (const listener of this.#stateListeners) listener(this.state)
    if (this.#queued <= DRAINED_SAMPLES) this.#release()
    this.#releaseCommitted()
  }

  #releaseCommitted(): void {
    const isStuck = this.#report.kind !== 'recording'
    const waiters = this.#commitWaiters
    this.#commitWaiters = waiters.filter(({ appended }) => !isStuck && appended > this.#logged)
    for (const { appended, resolve } of waiters) {
      if (isStuck || appended <= this.#logged) resolve()
    }
  }

  #release(): void {
    const waiters = this.#drainWaiters
    this.#drainWaiters = []
    for (const resolve of waiters) resolve()
  }

  /** The worker is gone without having been asked to. */
  #die(cause: Error): void {
    if (this.#dead !== null || (this.#closed !== null && this.#closing === null)) return
    this.#dead = new InaError(
      'log_unwritable',
      `the log ${this.file} can't be written any more: ${cause.message}`,
      'start again; what had been committed is in the log',
      cause,
    )
    this.#report = { ...this.#report, kind: 'failed', reason: this.#dead.message }
    for (const listener of this.#stateListeners) listener(this.state)
    this.#release()
    this.#releaseCommitted()
    this.#closing?.reject(this.#dead)
    this.#closing = null
  }
}
