/** How many of the newest samples a rate is taken over. */
export const RATE_KEPT = 256
/** And at most this long back. */
const SPAN_US = 5e6

/**
 * Samples a second over the newest 256 samples or 5 s, whichever is less; of a slow device over its
 * newest interval, however long that is.
 *
 * @param timesUs times of the samples, newest first, Unix µs; no more of them are read than needed
 * @returns 0 where there are fewer than two, or all of them lie 1 µs apart: they came at once, without times, and how
 *   often such come nobody knows yet
 */
export function sampleRate(timesUs: Iterable<number>): number {
  let newestUs: number | null = null
  let back = 0
  let spanUs = 0
  for (const timeUs of timesUs) {
    if (newestUs === null) newestUs = timeUs
    else {
      back++
      spanUs = newestUs - timeUs
      if (spanUs >= SPAN_US || back === RATE_KEPT - 1) break
    }
  }
  return spanUs > back ? (back / spanUs) * 1e6 : 0
}
