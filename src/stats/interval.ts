import type { Detail } from '../domain/detail.ts'
import { nearestMicro } from '../util/micro.ts'
import { type Figures, forwardPart } from './figures.ts'

/** One electric sample, as what lies between it and the next one is integrated. Measured. */
export interface IntervalEnd {
  /** Unix µs */
  readonly timeUs: number
  /** Current in millionths of A, power in those of W, see `nearestMicro`. */
  readonly currentMicro: number
  readonly powerMicro: number
  /** null: its device sends none */
  readonly detail: Detail | null
}

/** pC in a millionth of a mC, pJ in a millionth of a mJ */
const PICO_PER_NANO = 1000
/** A. What is nothing to a sensor may still add up to a charge of the wrong sign. */
const NO_CURRENT_MICRO = 2000
/** A counter is off where it says more than this many times what the extremes allow ... */
const MOST_TIMES = 10
/** ... in so much more time, µs: a sample's time may be that of its arrival. */
const SLACK_US = 1e6

/**
 * Adds what flowed between two measured samples of one run that have no electric one between them:
 * as the device has counted it, where both say so and neither contradicts it, else by the trapezoid
 * rule, where the later one follows directly on the earlier.
 *
 * @param isLinked whether it does
 * @returns whether anything could be added
 */
export function addInterval(
  into: Figures,
  before: IntervalEnd,
  after: IntervalEnd,
  isLinked: boolean,
): boolean {
  const spanUs = after.timeUs - before.timeUs
  if (before.detail !== null && after.detail?.isWhole === true) {
    if (addCounted(into, before, after, isLinked, spanUs)) return true
  }
  if (!isLinked) return false
  into.integrate(
    spanUs,
    before.currentMicro,
    after.currentMicro,
    before.powerMicro,
    after.powerMicro,
  )
  return true
}

function addCounted(
  into: Figures,
  before: IntervalEnd,
  after: IntervalEnd,
  isLinked: boolean,
  spanUs: number,
): boolean {
  const [from, to] = [before.detail as Detail, after.detail as Detail]
  const charge = (nearestMicro(to.chargeMc) - nearestMicro(from.chargeMc)) * PICO_PER_NANO
  const energy = (nearestMicro(to.energyMj) - nearestMicro(from.energyMj)) * PICO_PER_NANO
  // Also where a counter is not known.
  if (!Number.isFinite(charge + energy)) return false
  // Over a gap nothing is known of what lay in it: the samples at its ends have to do.
  const least = Math.min(to.currentMin, isLinked ? to.currentMin : from.currentMin)
  const most = Math.max(to.currentMax, isLinked ? to.currentMax : from.currentMax)
  // A counter that goes back although all flowed forward has begun again: the device did.
  const slackPc = NO_CURRENT_MICRO * spanUs
  if ((least >= 0 && charge < -slackPc) || (most <= 0 && charge > slackPc)) return false
  if (isLinked) {
    const reach = Math.max(Math.abs(least) * 1e6, Math.abs(most) * 1e6, NO_CURRENT_MICRO)
    if (Math.abs(charge) > MOST_TIMES * reach * (spanUs + SLACK_US)) return false
  }
  into.count(
    spanUs,
    isLinked ? 0 : spanUs,
    charge,
    energy,
    forwardOf(charge, before.currentMicro, after.currentMicro, spanUs),
    forwardOf(energy, before.powerMicro, after.powerMicro, spanUs),
  )
  return true
}

/**
 * The part of a counted sum that flowed forward. A counter says the sum alone: where the samples
 * lie on either side of zero, at least what the trapezoid rule says, else all or nothing, by its sign.
 */
function forwardOf(sum: number, from: number, to: number, spanUs: number): number {
  const isMixed = (from > 0 && to < 0) || (from < 0 && to > 0)
  return Math.max(0, sum, isMixed ? forwardPart(from, to, spanUs) : 0)
}
