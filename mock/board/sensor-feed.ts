import type { SampleFeed } from '../sample-feed.ts'
import type { SensorFeed, SensorInput } from './ina219-model.ts'

/** Samples of a scenario that are told apart by its noise, per second: more than the sensor converts. */
const NOISE_HZ = 4000

/**
 * A scenario or a recording at the pins of the sensor. A recorded value stays
 * until the next one is due, the last one for good. Status and mode are left
 * out: what the board says of itself is its own finding.
 */
export function sensorFeedOf(feed: SampleFeed): SensorFeed {
  const isTimed = feed.length > 0 && feed.offsetUs(0) !== null
  return (timeS) => {
    const timeUs = timeS * 1e6
    const n = isTimed ? indexAt(feed, timeUs) : Math.floor(timeS * NOISE_HZ)
    const { v, a } = feed.read(Math.min(n, feed.length - 1), timeUs, null)
    const untilS = isTimed ? offsetS(feed, n + 1) : (n + 1) / NOISE_HZ
    return { voltage: finite(v), current: finite(a), untilS } satisfies SensorInput
  }
}

/** Infinity after the last one. */
function offsetS(feed: SampleFeed, n: number): number {
  return n < feed.length ? (feed.offsetUs(n) ?? 0) * 1e-6 : Number.POSITIVE_INFINITY
}

/** The last sample that is due, by bisection: offsets never fall. */
function indexAt(feed: SampleFeed, timeUs: number): number {
  let low = 0
  let high = feed.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((feed.offsetUs(middle) ?? 0) <= timeUs) low = middle
    else high = middle - 1
  }
  return low
}

/** A recording may hold what no sensor measures. */
function finite(text: string): number {
  const value = Number(text)
  return Number.isFinite(value) ? value : 0
}
