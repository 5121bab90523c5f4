import type { CrcErrorFrame, MalformedFrame, SampleFrame } from '../../protocol/frames.ts'
import { type Clock, systemClock } from '../../util/clock.ts'
import { SilenceWatch } from '../silence.ts'
import type { Inbox, Source, SourceSink } from '../source.ts'
import { PostedSamples } from './posted-samples.ts'
import type { Relays } from './relays.ts'
import { SamplesBefore } from './samples-before.ts'

/** How often it is looked whether something still comes, in ms. */
const WATCH_MS = 500

const REPEATED = { kind: 'repeated' } as const

/** A device that posts its samples, or has somebody post them (docs/ingest.md). All that it can be told is to switch relays. */
export class PostedSource implements Source {
  readonly label: string
  readonly duplex: boolean
  readonly live = true
  readonly mayFail = false
  readonly bytesPerSecond = null
  readonly isExact = true
  readonly inbox: Inbox
  readonly #relays: Relays | null
  readonly #clock: Clock
  readonly #recent = new PostedSamples()
  #before = new SamplesBefore([])
  /** null: not started, or over */
  #sink: SourceSink | null = null
  #silence: SilenceWatch | null = null
  #isSilent = true
  #timer: NodeJS.Timeout | undefined

  /** @param name of the device @param relays its outputs; null: it has none */
  constructor(name: string, clock: Clock = systemClock, relays: Relays | null = null) {
    this.label = `ingest:${name}`
    this.#clock = clock
    this.#relays = relays
    this.duplex = relays !== null
    const isOpen = (): boolean => this.#sink !== null
    this.inbox = {
      get isOpen() {
        return isOpen()
      },
      remember: (samples) => {
        this.#before = new SamplesBefore(samples)
      },
      take: (frames, bytes) => this.#take(frames, bytes),
      refuse: (frame, bytes) => this.#refuse(frame, bytes),
    }
  }

  get hasVirtualOutputs(): boolean {
    return this.#relays?.areVirtual === true
  }

  get outputsTrouble(): string {
    return this.#relays?.trouble ?? ''
  }

  start(sink: SourceSink): void {
    this.#sink = sink
    sink.connected()
    sink.state('silent', 'no sample has been posted yet')
    this.#timer = setInterval(() => this.#look(), WATCH_MS)
    this.#relays?.start((frame) => this.#sink?.frame(frame))
  }

  write(line: string): void {
    this.#relays?.hear(line)
  }

  pause(): void {
    // Whoever posts waits for the answer.
  }

  resume(): void {
    // See pause.
  }

  async stop(): Promise<void> {
    this.#sink = null
    clearInterval(this.#timer)
    this.#relays?.stop()
  }

  #take(frames: readonly SampleFrame[], bytes: number): number {
    const nowMs = this.#clock.monoMs()
    this.#heard(bytes, nowMs)
    const nowUs = 1000 * this.#clock.wallMs()
    const isKnown = (frame: SampleFrame): boolean =>
      this.#recent.has(frame, nowMs) || this.#before.has(frame, nowUs)
    // Without a number, several samples of one request may well be equal.
    const wereThere = frames.map((frame) => frame.seq === null && isKnown(frame))
    let repeated = 0
    for (const [i, frame] of frames.entries()) {
      const isSame = frame.seq === null ? wereThere[i] : isKnown(frame)
      if (isSame) repeated++
      else this.#recent.add(frame, nowMs)
      this.#sink?.frame(isSame ? REPEATED : frame)
    }
    return repeated
  }

  #refuse(frame: MalformedFrame | CrcErrorFrame, bytes: number): void {
    this.#sink?.bytes(bytes)
    this.#sink?.frame(frame)
  }

  #heard(bytes: number, nowMs: number): void {
    this.#silence ??= new SilenceWatch(nowMs)
    this.#silence.bytes(nowMs)
    this.#silence.line(nowMs)
    this.#look()
    this.#sink?.bytes(bytes)
  }

  #look(): void {
    const isSilent = this.#silence?.silent(this.#clock.monoMs()) ?? true
    if (isSilent === this.#isSilent) return
    this.#isSilent = isSilent
    if (isSilent) this.#sink?.state('silent', 'no sample is posted any more')
    else this.#sink?.state('live', '')
  }
}
