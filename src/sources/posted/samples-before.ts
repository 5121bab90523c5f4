import type { Extras } from '../../domain/channels.ts'
import type { SampleFrame } from '../../protocol/frames.ts'
import { scaled } from '../../protocol/time/stamp-scale.ts'
import type { KnownSample } from '../source.ts'
import { UNSTAMPED_MS } from './posted-samples.ts'

/** The log keeps whole µs, and moves samples by some where several have one time, µs. */
const NEAR_US = 1000
/** How far the time of a numbered sample may be off, which the number tells from its neighbours, µs: as much as a start moves it. */
const NEAR_NUMBERED_US = 2_000_000

/** Samples of earlier runs, so that one whose answer was lost with the process can be posted again. */
export class SamplesBefore {
  /** Times of samples that have a number and these values, Unix µs. */
  readonly #timesUs = new Map<string, number[]>()

  constructor(samples: readonly KnownSample[]) {
    for (const each of samples) {
      const key = keyOf(each)
      const times = this.#timesUs.get(key)
      if (times === undefined) this.#timesUs.set(key, [each.timeUs])
      else times.push(each.timeUs)
    }
  }

  /** As `PostedSamples.has`, but for a time since the start of the device, which the log does not keep. @param nowUs Unix µs */
  has(frame: SampleFrame, nowUs: number): boolean {
    if (this.#timesUs.size === 0) return false
    const times = this.#timesUs.get(keyOf(frame)) ?? []
    const { scale, us, grainUs } = scaled(frame.stamp, nowUs, null)
    if (scale === 'unix') {
      const nearUs = frame.seq === null ? NEAR_US : NEAR_NUMBERED_US
      return times.some((timeUs) => timeUs > us - nearUs && timeUs < us + grainUs + nearUs)
    }
    return frame.seq !== null && times.some((timeUs) => nowUs - timeUs <= UNSTAMPED_MS * 1000)
  }
}

interface Valued {
  readonly seq: number | null
  readonly voltage: number
  readonly current: number
  readonly extras: Extras | null
}

function keyOf({ seq, voltage, current, extras }: Valued): string {
  const values = Object.entries(extras ?? {}).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([seq, voltage, current, values])
}
