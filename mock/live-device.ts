import type { Clock } from '../src/util/clock.ts'
import type { Schedule } from '../src/util/schedule.ts'
import type { DeviceCore } from './device-core.ts'
import type { FaultInjector } from './fault-injector.ts'
import { Outbox } from './outbox.ts'

export interface LiveOptions {
  readonly core: DeviceCore
  readonly faults: FaultInjector | null
  readonly clock: Clock
  readonly schedule: Schedule
  /** Host ms per ms of the device: 1 is real time, 0.1 ten times as fast. */
  readonly pace: number
  /** After the last sample, how long a host may still ask for lost ones, in ms. */
  readonly lingerMs: number
  /** Takes Latin-1 text. */
  write(text: string): void
  /** The last sample was sent and nobody asked for more. */
  finished(): void
}

/** Samples sent in one go at most, when the process was held up. */
const MAX_AT_ONCE = 2000

/**
 * A device in real time: sends each sample when it is due, reckoned from the
 * start, so that no delay adds up; answers the host at any time.
 */
export class LiveDevice {
  readonly outbox: Outbox
  readonly #options: LiveOptions
  #pending = ''
  #startMs = 0
  #lastActiveMs = 0
  #running = false
  #cancel: (() => void) | null = null

  constructor(options: LiveOptions) {
    this.#options = options
    this.outbox = new Outbox(options.core, options.faults, (text) => {
      this.#pending += text
    })
  }

  start(): void {
    this.#startMs = this.#options.clock.monoMs()
    this.resume()
  }

  /** Stops making samples; what falls due meanwhile is sent after `resume`. */
  pause(): void {
    this.#running = false
    this.#cancel?.()
    this.#cancel = null
  }

  resume(): void {
    this.#running = true
    this.#arm(0)
  }

  hello(): void {
    this.outbox.hello()
    this.#flush()
  }

  /** Bytes from the host. */
  receive(chunk: Uint8Array): void {
    this.#lastActiveMs = this.#options.clock.monoMs()
    this.outbox.receive(chunk, this.#nowUs())
    this.#flush()
    // It may have changed what is due.
    if (this.#running) this.#arm(0)
  }

  #nowUs(): number {
    const { clock, pace } = this.#options
    return ((clock.monoMs() - this.#startMs) * 1000) / pace
  }

  #arm(delayMs: number): void {
    this.#cancel?.()
    this.#cancel = this.#options.schedule(this.#tick, delayMs)
  }

  readonly #tick = (): void => {
    this.#cancel = null
    const { core, pace } = this.#options
    const nowUs = this.#nowUs()
    let dueUs = core.nextDueUs
    for (let n = 0; dueUs !== null && dueUs <= nowUs && n < MAX_AT_ONCE; n++) {
      this.outbox.sample()
      this.#lastActiveMs = this.#options.clock.monoMs()
      dueUs = core.nextDueUs
    }
    this.#flush()
    if (!this.#running) return
    if (dueUs !== null) this.#arm(Math.max(0, ((dueUs - nowUs) / 1000) * pace))
    else if (core.finished) this.#linger()
  }

  #linger(): void {
    const { clock, lingerMs, finished } = this.#options
    const restMs = this.#lastActiveMs + lingerMs - clock.monoMs()
    if (lingerMs > 0 && restMs > 0) {
      this.#arm(restMs)
      return
    }
    this.#running = false
    finished()
  }

  #flush(): void {
    if (this.#pending === '') return
    const text = this.#pending
    this.#pending = ''
    this.#options.write(text)
  }
}
