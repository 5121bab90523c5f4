import { US_PER_SECOND } from '../util/time-units.ts'
import { type ChannelFlow, NO_FLOW } from './channel-flow.ts'
import { PICO_PER_MILLI_HOUR } from './figures.ts'

/** What an energy store took in and gave away in a span (docs/energy-store.md). */
export interface EnergyBalance {
  /** Unix µs, the end exclusive. */
  readonly fromUs: number
  readonly toUs: number
  /** What the panel gave, mWh; null: nothing is known. */
  readonly solarMwh: number | null
  /** Time that this is known of, s. */
  readonly coveredS: number
  /** The first and the last state of charge in the span, %; null: none was measured. */
  readonly socFirst: number | null
  readonly socLast: number | null
  /** What the battery holds more at the end of it than at its begin, mWh; null: no capacity in Wh, or nothing to compare. */
  readonly storedMwh: number | null
  /**
   * What the panel gave and the battery has not got: for loads and losses, mWh. Below 0: something else charges it.
   * null where one of the two is not known.
   */
  readonly usedMwh: number | null
  /** The panel was not measured all the while between the two states of charge: `usedMwh` may be more. */
  readonly isLeast: boolean
}

/** Of the time between two states of charge, the part that has to be known of the panel, for its energy to be all of it. */
const ALL = 0.999

/**
 * @param flows of state of charge and panel by what they are
 * @param capacityMwh of the battery; null: not known
 */
export function energyBalance(
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
  { soc = NO_FLOW, solar = NO_FLOW }: { readonly soc?: ChannelFlow; readonly solar?: ChannelFlow },
  capacityMwh: number | null,
): EnergyBalance {
  const { first, last } = soc
  const solarMwh = solar.coveredUs > 0 ? solar.integral / PICO_PER_MILLI_HOUR : null
  const hasTwo = first !== null && last !== null && last.timeUs > first.timeUs
  const storedMwh =
    hasTwo && capacityMwh !== null ? ((last.value - first.value) / 100) * capacityMwh : null
  return {
    fromUs,
    toUs,
    solarMwh,
    coveredS: solar.coveredUs / US_PER_SECOND,
    socFirst: first?.value ?? null,
    socLast: last?.value ?? null,
    storedMwh,
    usedMwh: solarMwh === null || storedMwh === null ? null : solarMwh - storedMwh,
    isLeast: hasTwo && solar.coveredUs < ALL * (last.timeUs - first.timeUs),
  }
}
