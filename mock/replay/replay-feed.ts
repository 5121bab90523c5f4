import { asciiJson, type SampleText } from '../../src/protocol/codec.ts'
import type { SampleFeed } from '../sample-feed.ts'
import type { RecordedSample, Recording } from './recording.ts'

/** Room above the largest recorded current in `hello`, where that is more than the usual 3.2 A. */
const HEADROOM = 1.25

/** Plays a recording once, with its own values. */
export class ReplayFeed implements SampleFeed {
  readonly name: string
  readonly length: number
  readonly ampsMax: number
  readonly #recording: Recording
  readonly #startUs: number | null

  /** @param keepDate false: times count from the device's start, whatever day the recording was made */
  constructor(recording: Recording, keepDate: boolean) {
    this.#recording = recording
    this.#startUs = keepDate ? recording.startUs : null
    this.name = `replay:${recording.name}`
    this.length = recording.samples.length
    const largest = recording.samples.reduce((max, { a }) => Math.max(max, Math.abs(Number(a))), 0)
    this.ampsMax = largest > 3.2 ? Math.ceil(largest * HEADROOM) : 3.2
  }

  get recording(): Recording {
    return this.#recording
  }

  offsetUs(n: number): number | null {
    return this.#recording.hasTime ? this.#at(n).offsetUs : null
  }

  unixUs(n: number): number | null {
    return this.#startUs === null ? null : this.#startUs + this.#at(n).offsetUs
  }

  read(n: number): SampleText {
    const { v, a, w, status, mode } = this.#at(n)
    return { v, a, w, extras: null, status: asciiJson(status), mode: asciiJson(mode) }
  }

  #at(n: number): RecordedSample {
    return this.#recording.samples[n] as RecordedSample
  }
}
