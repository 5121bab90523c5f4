import type { DeviceCore } from '../../mock/device-core.ts'
import type { FaultInjector } from '../../mock/fault-injector.ts'
import { Outbox } from '../../mock/outbox.ts'
import { decodeBytes } from '../../src/sources/lines/line-decoder.ts'
import type { LineSplitter } from '../../src/sources/lines/line-splitter.ts'
import type { Source, SourceSink } from '../../src/sources/source.ts'
import type { Clock } from '../../src/util/clock.ts'

/** A clock that stands until it is moved. */
export class ManualClock implements Clock {
  #monoMs = 0
  #wallMs: number

  constructor(wallMs: number) {
    this.#wallMs = wallMs
  }

  wallMs(): number {
    return this.#wallMs
  }

  monoMs(): number {
    return this.#monoMs
  }

  advance(ms: number): void {
    this.#monoMs += ms
    this.#wallMs += ms
  }

  /** The wall clock alone: NTP, a user, a summer time rule gone wrong. */
  stepWall(ms: number): void {
    this.#wallMs += ms
  }
}

/** Text on its way. */
interface Underway {
  readonly atMs: number
  readonly toHost: boolean
  readonly text: string
}

export interface SimulatedWireOptions {
  readonly clock: ManualClock
  readonly core: DeviceCore
  /** Faults of lines to the host and to the device. */
  readonly toHost: FaultInjector | null
  readonly toDevice: FaultInjector | null
  /** One way, ms; whole lines arrive that much later. */
  readonly latencyMs: number
}

/** How often the host's timers run, ms. */
const TICK_MS = 50

/**
 * Host and mock device on one wire in simulated time: a source for a stream,
 * and the loop that moves the clock from one event to the next.
 */
export class SimulatedWire implements Source {
  readonly label = 'sim'
  readonly duplex = true
  readonly live = true
  readonly mayFail = false
  readonly bytesPerSecond = 11_520
  readonly #options: SimulatedWireOptions
  readonly #outbox: Outbox
  readonly #decoder: LineSplitter
  /** Text under way, in order of arrival. */
  readonly #underway: Underway[] = []
  #sink: SourceSink | null = null
  /** The newest host lines, those included that did not arrive. */
  sent: string[] = []
  /** False: the cable is pulled, what is sent is lost. */
  plugged = true

  constructor(options: SimulatedWireOptions) {
    this.#options = options
    this.#outbox = new Outbox(options.core, options.toHost, (text) => this.#post(true, text))
    this.#decoder = decodeBytes({ frame: (frame) => this.#sink?.frame(frame) })
  }

  /** Samples made of which no line has left whole, by the device's own account. */
  get lost(): number {
    return this.#outbox.lost
  }

  start(sink: SourceSink): void {
    this.#sink = sink
    sink.connected()
    sink.state('live', '')
    this.#outbox.hello()
  }

  write(line: string): void {
    this.sent = [...this.sent.slice(-99), line]
    const faults = this.#options.toDevice
    this.#post(false, faults === null ? `${line}\n` : faults.pass(line, false).text)
  }

  replug(): void {
    this.plugged = true
    this.#sink?.connected()
  }

  pause(): void {}
  resume(): void {}
  async stop(): Promise<void> {}

  /** Runs until the device has made its last sample and all of it is settled, or for `ms`. */
  run(ms: number, tick: () => void): void {
    const { clock, core } = this.#options
    const endMs = clock.monoMs() + ms
    let tickMs = clock.monoMs() + TICK_MS
    while (clock.monoMs() < endMs) {
      const dueUs = core.nextDueUs
      const nextMs = Math.min(
        endMs,
        tickMs,
        dueUs === null ? Number.POSITIVE_INFINITY : dueUs / 1000,
        this.#underway[0]?.atMs ?? Number.POSITIVE_INFINITY,
      )
      if (nextMs > clock.monoMs()) clock.advance(nextMs - clock.monoMs())
      if (dueUs !== null && dueUs / 1000 <= clock.monoMs()) this.#outbox.sample()
      this.#arrive()
      if (tickMs <= clock.monoMs()) {
        tick()
        tickMs += TICK_MS
      }
    }
  }

  #post(toHost: boolean, text: string): void {
    if (!this.plugged || text === '') return
    const atMs = this.#options.clock.monoMs() + this.#options.latencyMs
    this.#underway.push({ atMs, toHost, text })
  }

  #arrive(): void {
    const { clock } = this.#options
    while (this.#underway[0] !== undefined && this.#underway[0].atMs <= clock.monoMs()) {
      const { toHost, text } = this.#underway.shift() as Underway
      const bytes = Buffer.from(text, 'latin1')
      if (toHost) {
        this.#sink?.bytes(bytes.length)
        this.#decoder.push(bytes)
      } else {
        this.#outbox.receive(bytes, clock.monoMs() * 1000)
      }
    }
  }
}
