import { type Channel, ELECTRIC, powerDecimals } from '../domain/channels.ts'
import { cleanText } from '../domain/sample.ts'
import { type ScaledUnit, scaledUnit, sentDecimals } from '../util/scaled-unit.ts'
import { extent } from './columns.ts'
import type { Trace } from './trace.ts'

/** How near an axis comes to its values, and what its labels are written in. */
export interface AxisForm {
  /** Smallest height, in the bare unit. */
  readonly finest: number
  /** @param magnitude of the largest label, in the bare unit */
  readonly unit: (magnitude: number) => ScaledUnit
}

/** The form of the axis of a channel. @param magnitude of the largest value shown, in the bare unit */
export type AxisFormOf = (channel: Channel, magnitude: number) => AxisForm

/** Last digits that the smallest axis is high, so that noise of one does not fill it. */
const DIGITS = 10
/** Nor is it smaller than this part of the values: further digits would make labels that nobody reads. */
const SMALLEST_PART = 1e-3
/** The same for steps of the sensor, which are real. */
const SMALLEST_STEPS = 1e-4

/**
 * The smallest height of an axis: some steps of the sensor, or some last digits where the device
 * sends finer ones.
 *
 * @param decimals that its values have in the bare unit
 * @param magnitude of the largest value shown
 */
export function finestHeight(channel: Channel, decimals: number, magnitude: number): number {
  const steps = Math.max(channel.finest, magnitude * SMALLEST_STEPS)
  if (decimals <= channel.decimals) return steps
  return Math.min(steps, Math.max(DIGITS * 10 ** -decimals, magnitude * SMALLEST_PART))
}

/**
 * Forms of a trace that nothing else is known of: units by size, and as near to the values as the digits
 * of the lowest and the highest carry.
 *
 * @param ascii `uA` in place of `µA`
 */
export function tracedForms(
  trace: Trace,
  channels: readonly Channel[],
  { ascii }: { readonly ascii: boolean },
): AxisFormOf {
  const sentBy = ({ id, decimals }: Channel): number => {
    const { min = 0, max = 0 } = extent(trace, id) ?? {}
    return Math.max(decimals, sentDecimals(min), sentDecimals(max))
  }
  const decimalsBy = new Map(channels.map((channel) => [channel.id, sentBy(channel)]))
  const { current, power } = ELECTRIC
  decimalsBy.set(power.id, powerDecimals(decimalsBy.get(current.id) ?? 0))
  return (channel, magnitude) => {
    const decimals = decimalsBy.get(channel.id) ?? channel.decimals
    const unit = cleanText(channel.unit)
    return {
      finest: finestHeight(channel, decimals, magnitude),
      unit: (largest) => scaledUnit(unit, largest, null, { ascii, decimals }),
    }
  }
}
