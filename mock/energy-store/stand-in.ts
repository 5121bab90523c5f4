import { PostedSource } from '../../src/sources/posted/posted-source.ts'
import type { Inbox, Simulator, Source, SourceSink, SourceState } from '../../src/sources/source.ts'
import type { Clock } from '../../src/util/clock.ts'
import type { Schedule } from '../../src/util/schedule.ts'
import { MockSource } from '../source.ts'
import { STORE_NAME } from './store-feed.ts'

export interface StandInOptions {
  /** Label of the real device. */
  readonly standsFor: string
  readonly clock: Clock
  readonly schedule?: Schedule
}

/** A day of it, s: short, so that it can be watched. */
export const STAND_IN_DAY_S = 1200
const INTERVAL_MS = 1000
const STOPPED = 'a virtual energy store, which is stopped'

/**
 * What can be shown in place of an energy store that does not answer, as a device of its own: the virtual store in
 * process, which somebody begins and ends; or one elsewhere (`ina219 mock --energy-store --post`), which posts.
 */
export class StandIn implements Source {
  readonly label = STORE_NAME
  readonly duplex = true
  readonly live = true
  readonly mayFail = false
  readonly bytesPerSecond = null
  readonly isExact = true
  readonly simulator: Simulator
  readonly inbox: Inbox
  readonly standsFor: string
  readonly #mock: MockSource
  readonly #posted: PostedSource
  #sink: SourceSink | null = null
  #said = ''

  constructor({ standsFor, clock, schedule }: StandInOptions) {
    this.standsFor = standsFor
    const store = { dayS: STAND_IN_DAY_S, zoneS: 0 }
    this.#mock = new MockSource({
      scenario: 'normal',
      store,
      intervalMs: INTERVAL_MS,
      isUnplugged: true,
      clock,
      ...(schedule === undefined ? {} : { schedule }),
    })
    this.#posted = new PostedSource(STORE_NAME, clock)
    const { simulator } = this.#mock
    const { inbox } = this.#posted
    this.simulator = simulator
    this.inbox = {
      get isOpen() {
        return inbox.isOpen && !simulator.isRunning
      },
      remember: (frame) => inbox.remember(frame),
      take: (frames, bytes) => inbox.take(frames, bytes),
      refuse: (frame, bytes) => inbox.refuse(frame, bytes),
    }
  }

  start(sink: SourceSink): void {
    this.#sink = sink
    const says = (state: SourceState, reason: string): void => this.#says(state, reason)
    this.#mock.start({ ...sink, state: says })
    this.#posted.start({
      ...sink,
      // Nobody hears what is posted.
      connected: () => {},
      state: (state) => {
        if (this.simulator.isRunning) return
        if (state === 'live') says('live', '')
        else says('waiting', STOPPED)
      },
    })
  }

  write(line: string): void {
    this.#mock.write(line)
  }

  pause(): void {
    // See MockSource.
  }

  resume(): void {
    // See pause.
  }

  async stop(): Promise<void> {
    this.#sink = null
    await Promise.all([this.#mock.stop(), this.#posted.stop()])
  }

  /** Once each. */
  #says(state: SourceState, reason: string): void {
    const text = state === 'waiting' ? STOPPED : reason
    if (this.#said === `${state} ${text}`) return
    this.#said = `${state} ${text}`
    this.#sink?.state(state, text)
  }
}
