import { decodeBytes } from '../src/sources/lines/line-decoder.ts'
import type { Simulator, Source, SourceSink } from '../src/sources/source.ts'
import type { Clock } from '../src/util/clock.ts'
import { type Schedule, systemSchedule } from '../src/util/schedule.ts'
import { createDevice, type MockDevice, type MockDeviceOptions } from './device.ts'
import { LiveDevice } from './live-device.ts'

export interface MockSourceOptions extends Partial<MockDeviceOptions> {
  readonly scenario: string
  readonly clock: Clock
  readonly schedule?: Schedule
  /** It begins only when somebody has it begin. */
  readonly isUnplugged?: boolean
}

/** Ten samples a second: enough for a chart to move. */
const DEFAULT_INTERVAL_MS = 100
/** A host may ask for lost samples this long after the last one of a finite run, in ms. */
const LINGER_MS = 1000
const STOPPED = 'the simulator is stopped'

/** The mock device in process, in real time: `monitor --mock`. Nothing but the wire between them. */
export class MockSource implements Source {
  readonly label: string
  readonly duplex = true
  readonly live = true
  readonly mayFail = false
  readonly bytesPerSecond = null
  readonly simulator: Simulator
  readonly #options: MockSourceOptions
  readonly #clock: Clock
  readonly #schedule: Schedule
  #device: MockDevice
  #sink: SourceSink | null = null
  #live: LiveDevice | null = null
  #inbox: string[] = []
  #cancelInbox: (() => void) | null = null

  /** @throws InaError usage_invalid where there is no such scenario */
  constructor(options: MockSourceOptions) {
    const { clock, schedule = systemSchedule } = options
    this.#options = options
    this.#clock = clock
    this.#schedule = schedule
    this.#device = this.#makeDevice(options.startS)
    this.label = options.replay?.name ?? `mock:${options.scenario}`
    const isRunning = (): boolean => this.#live !== null && this.#sink !== null
    this.simulator = {
      get isRunning() {
        return isRunning()
      },
      start: () => this.#plugIn(),
      stop: () => this.#unplug(),
    }
  }

  get device(): MockDevice {
    return this.#device
  }

  start(sink: SourceSink): void {
    this.#sink = sink
    if (this.#options.isUnplugged === true) sink.state('waiting', STOPPED)
    else this.#run(sink)
  }

  #makeDevice(startS: number | undefined): MockDevice {
    return createDevice({
      ...this.#options,
      seed: this.#options.seed ?? 1,
      startS: startS ?? this.#clock.wallMs() / 1000,
      intervalMs: this.#options.intervalMs ?? DEFAULT_INTERVAL_MS,
    })
  }

  #plugIn(): void {
    if (this.#sink === null || this.#live !== null) return
    this.#device = this.#makeDevice(undefined)
    this.#run(this.#sink)
  }

  #unplug(): void {
    if (this.#live === null) return
    this.#end()
    this.#sink?.state('waiting', STOPPED)
  }

  #run(sink: SourceSink): void {
    const decoder = decodeBytes(sink)
    const live = new LiveDevice({
      ...this.device,
      clock: this.#clock,
      schedule: this.#schedule,
      pace: 1,
      lingerMs: LINGER_MS,
      write: (text) => {
        const bytes = Buffer.from(text, 'latin1')
        sink.bytes(bytes.length)
        decoder.push(bytes)
      },
      finished: () => {
        this.#sink = null
        sink.ended()
      },
    })
    this.#live = live
    sink.connected()
    sink.state('live', '')
    live.hello()
    live.start()
  }

  /** The device answers a little later, as any device does: never from within the call. */
  write(line: string): void {
    if (this.#live === null) return
    this.#inbox.push(line)
    this.#cancelInbox ??= this.#schedule(() => {
      this.#cancelInbox = null
      const text = this.#inbox.map((each) => `${each}\n`).join('')
      this.#inbox = []
      this.#live?.receive(Buffer.from(text))
    }, 0)
  }

  pause(): void {
    // A device in real time does not wait for its host.
  }

  resume(): void {
    // See pause.
  }

  async stop(): Promise<void> {
    this.#sink = null
    this.#end()
  }

  #end(): void {
    this.#cancelInbox?.()
    this.#cancelInbox = null
    this.#inbox = []
    this.#live?.pause()
    this.#live = null
  }
}
