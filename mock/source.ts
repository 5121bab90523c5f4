import { decodeBytes } from '../src/sources/lines/line-decoder.ts'
import type { Source, SourceSink } from '../src/sources/source.ts'
import type { Clock } from '../src/util/clock.ts'
import { createDevice, type MockDevice, type MockDeviceOptions } from './device.ts'
import { LiveDevice } from './live-device.ts'
import { type Schedule, systemSchedule } from './schedule.ts'

export interface MockSourceOptions extends Partial<MockDeviceOptions> {
  readonly scenario: string
  readonly clock: Clock
  readonly schedule?: Schedule
}

/** Ten samples a second: enough for a chart to move. */
const DEFAULT_INTERVAL_MS = 100
/** A host may ask for lost samples this long after the last one of a finite run, in ms. */
const LINGER_MS = 1000

/** The mock device in process, in real time: `monitor --mock`. Nothing but the wire between them. */
export class MockSource implements Source {
  readonly label: string
  readonly duplex = true
  readonly live = true
  readonly mayFail = false
  readonly bytesPerSecond = null
  readonly device: MockDevice
  readonly #clock: Clock
  readonly #schedule: Schedule
  #live: LiveDevice | null = null
  #inbox: string[] = []
  #cancelInbox: (() => void) | null = null

  /** @throws InaError usage_invalid where there is no such scenario */
  constructor(options: MockSourceOptions) {
    const { clock, schedule = systemSchedule } = options
    this.device = createDevice({
      ...options,
      seed: options.seed ?? 1,
      startS: options.startS ?? clock.wallMs() / 1000,
      intervalMs: options.intervalMs ?? DEFAULT_INTERVAL_MS,
    })
    this.label = options.replay?.name ?? `mock:${options.scenario}`
    this.#clock = clock
    this.#schedule = schedule
  }

  start(sink: SourceSink): void {
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
      finished: () => sink.ended(),
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
    this.#cancelInbox?.()
    this.#cancelInbox = null
    this.#live?.pause()
    this.#live = null
  }
}
