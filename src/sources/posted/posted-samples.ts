import type { SampleFrame } from '../../protocol/frames.ts'

/** Samples that are remembered: more than one request can bring. */
export const MOST_REMEMBERED = 4096
/** Where nothing says when it was measured, an equal sample so much later is another one, ms. */
export const UNSTAMPED_MS = 120_000

/**
 * The newest samples that were posted, so that one whose answer was lost can be posted again.
 * Two samples are the same where all that they say is, and they say which one it is: by a number,
 * or by a time.
 */
export class PostedSamples {
  /** When each was taken first, monotonic ms; the oldest first. */
  readonly #taken = new Map<string, number>()

  /** @param nowMs monotonic */
  has(frame: SampleFrame, nowMs: number): boolean {
    const key = keyOf(frame)
    const sinceMs = key === null ? undefined : this.#taken.get(key)
    if (sinceMs === undefined) return false
    return frame.stamp.kind !== 'none' || nowMs - sinceMs <= UNSTAMPED_MS
  }

  add(frame: SampleFrame, nowMs: number): void {
    const key = keyOf(frame)
    if (key === null) return
    this.#taken.delete(key)
    this.#taken.set(key, nowMs)
    if (this.#taken.size <= MOST_REMEMBERED) return
    const [oldest] = this.#taken.keys()
    this.#taken.delete(oldest as string)
  }
}

/** @returns null: nothing tells it from another one with the same values */
function keyOf(frame: SampleFrame): string | null {
  const { seq, stamp, voltage, current, power, extras, status, mode } = frame
  if (seq === null && stamp.kind === 'none') return null
  const time = stamp.kind === 'none' ? '' : `${stamp.kind} ${stamp.value}`
  const values = Object.entries(extras ?? {}).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([seq, time, voltage, current, power, values, status, mode])
}
