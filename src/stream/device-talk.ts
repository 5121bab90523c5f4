import type { Frame, HelloFrame, SampleFrame } from '../protocol/frames.ts'
import type { Command, CommandResult } from '../protocol/link/commands.ts'
import { CrcPolicy } from '../protocol/link/crc-policy.ts'
import { Link } from '../protocol/link/link.ts'
import type { LinkEvent } from '../protocol/link/link-event.ts'
import type { Source } from '../sources/source.ts'
import type { Clock } from '../util/clock.ts'
import { InaError } from '../util/errors.ts'
import { HostTime } from '../util/host-time.ts'
import type { Answer, Asked } from './carry-out.ts'

interface Waiting {
  readonly resolve: (answer: Answer) => void
  sample: SampleFrame | null
  hello: HelloFrame | null
  note: string | null
}

/**
 * A device to talk to: commands and what it answers, and samples as it sends them.
 * No log, no time line, no screen, no timer.
 */
export class DeviceTalk implements Asked {
  readonly #source: Source
  readonly #clock: Clock
  readonly #host: HostTime
  readonly #link: Link
  readonly #policy = new CrcPolicy()
  readonly #asked = new Map<number, Waiting>()
  readonly #listeners = new Set<(sample: SampleFrame) => void>()
  #nextId = 1
  #hello: HelloFrame | null = null
  #rejectOpen: (error: Error) => void = () => {}
  #lost: InaError | null = null

  constructor(source: Source, clock: Clock) {
    this.#source = source
    this.#clock = clock
    this.#host = new HostTime(clock, () => {})
    this.#link = new Link({
      duplex: source.duplex,
      bytesPerSecond: source.bytesPerSecond,
      firstCommandSeq: Math.floor(clock.wallMs()),
      resumePoints: () => [],
      names: [],
      source: source.label,
      takesOwnName: false,
    })
  }

  /** What the device has said of itself; null: nothing yet. */
  get hello(): HelloFrame | null {
    return this.#hello
  }

  get firmware(): string | null {
    return this.#hello?.firmware ?? null
  }

  /** @throws InaError why the source can't be opened */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#rejectOpen = reject
      this.#source.start({
        frame: (frame) => this.#frame(frame),
        format: () => {},
        unit: () => {},
        gap: () => {},
        event: () => {},
        bytes: () => {},
        state: (state, reason) => {
          if (state === 'waiting') this.#end(gone(reason))
        },
        connected: () => {
          resolve()
          this.#follow(this.#link.connected(this.#nowMs))
        },
        ended: () => this.#end(gone('the device has ended')),
        failed: (error) => this.#end(error),
      })
    })
  }

  /** Timers of the link; call about every 50 ms. */
  tick(): void {
    this.#follow(this.#link.tick(this.#nowMs))
  }

  /**
   * Sends a command once the device listens; one that does not answer is given up after
   * the repeats of PROTOCOL.md 6.
   *
   * @throws InaError device_silent: the connection was lost
   */
  ask(command: Command): Promise<Answer> {
    if (this.#lost !== null) return Promise.reject(this.#lost)
    const id = this.#nextId++
    return new Promise((resolve) => {
      this.#asked.set(id, { resolve, sample: null, hello: null, note: null })
      this.#follow(this.#link.command(id, command, this.#nowMs))
    })
  }

  /** @returns ends it */
  onSample(listener: (sample: SampleFrame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  stop(): Promise<void> {
    return this.#source.stop()
  }

  get #nowMs(): number {
    return this.#clock.monoMs()
  }

  #frame(received: Frame): void {
    const frame = this.#policy.judge(received, () => {})
    if (frame.kind === 'sample' && !frame.resend) {
      for (const asked of this.#asked.values()) asked.sample = frame
      for (const listener of [...this.#listeners]) listener(frame)
    } else if (frame.kind === 'hello') {
      this.#hello = frame
      for (const asked of this.#asked.values()) asked.hello = frame
    } else if (frame.kind === 'note') {
      for (const asked of this.#asked.values()) asked.note = frame.message
    }
    this.#follow(this.#link.frame(frame, this.#host.nowUs(), this.#nowMs))
  }

  #follow(events: readonly LinkEvent[]): void {
    for (const event of events) {
      if (event.kind === 'send') this.#source.write(event.line)
      else if (event.kind === 'line_rate') this.#source.setBaud?.(event.baud)
      else if (event.kind === 'command_done') this.#done(event.id, event.result)
    }
  }

  #done(id: number, result: CommandResult): void {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    asked?.resolve({ result, sample: asked.sample, hello: asked.hello, note: asked.note })
  }

  #end(error: InaError): void {
    this.#lost ??= error
    this.#rejectOpen(error)
    for (const id of [...this.#asked.keys()]) this.#done(id, { kind: 'unanswered' })
  }
}

function gone(reason: string): InaError {
  return new InaError(
    'device_silent',
    `the device is gone: ${reason}`,
    "look at the cable and at 'ina219 ports', then try again",
  )
}
