import type { Channel } from '../domain/channels.ts'
import type { Snapshot } from '../monitor/view.ts'
import type { Style } from '../theme/themes.ts'
import { ownValue } from '../util/records.ts'
import type { FormMemory, UnitLook } from './form-memory.ts'
import type { GaugeScale } from './gauge-scale.ts'
import { limitWord } from './limit-word.ts'

/** Places on a bar: 0 is its left end, 1 its right one. */
export interface GaugeBar {
  /** Where it begins: the zero, or the left end. */
  readonly zero: number
  /** null: the value is not of now */
  readonly value: number | null
  /** Smallest and largest of the last minute; null: the bar has no room for that side, or there is none. */
  readonly lowPeak: number | null
  readonly highPeak: number | null
  readonly limits: readonly number[]
}

/** From this share of full scale on, a value is called high: the sensor clips at 1. */
const HIGH = 0.95
/** Where the last scale of a gauge is kept. */
type ScaleMemory = Pick<FormMemory<UnitLook>, 'scale'>

/**
 * V, A and W, and what begins at 0 and has no end: what the limits and the last 15 minutes ask for. Others: their
 * range, where both ends are known.
 */
export function gaugeScaleOf(
  { windows, fullScale, limits, number }: Snapshot,
  channel: Channel,
  value: number | undefined,
  figures: ScaleMemory,
): GaugeScale | null {
  const { range, quantity, id } = channel
  if (quantity === null && !isOpenEnded(channel)) {
    if (range === null || !Number.isFinite(range.min) || !Number.isFinite(range.max)) return null
    return { from: range.min, to: range.max }
  }
  const held = [
    value ?? 0,
    ...windows.flatMap(({ stats }) => {
      const stat = ownValue(stats, id)
      return stat === undefined ? [] : [stat.min, stat.max]
    }),
    ...limits.flatMap(({ channel: of, low, high }) => (of === id ? [low ?? 0, high ?? 0] : [])),
  ]
  const span = { min: Math.min(0, ...held), max: Math.max(0, ...held) }
  return figures.scale(number, channel, { ...span, fullScale: ownValue(fullScale, id) ?? 0 })
}

/** From 0 on, to nobody knows where: the light, the power of a panel. */
export function isOpenEnded({ quantity, range }: Channel): boolean {
  return quantity === null && range?.min === 0 && range.max === Number.POSITIVE_INFINITY
}

export function barOf(
  { windows, limits }: Snapshot,
  { id }: Channel,
  value: number | undefined,
  scale: GaugeScale,
): GaugeBar {
  const { from, to } = scale
  const isTwoSided = from < 0 && to === -from
  const place = (each: number): number => placeOn(scale, each)
  const seen = ownValue(windows[0]?.stats, id)
  const ends = limits.flatMap(({ channel, low, high }) => (channel === id ? [low, high] : []))
  return {
    zero: isTwoSided ? 0.5 : 0,
    value: value === undefined ? null : place(value),
    lowPeak: isTwoSided && seen !== undefined && seen.min < 0 ? place(seen.min) : null,
    highPeak: seen !== undefined && (seen.max > 0 || !isTwoSided) ? place(seen.max) : null,
    limits: ends.flatMap((end) => (end === null || end < from || end > to ? [] : [place(end)])),
  }
}

function placeOn({ from, to }: GaugeScale, value: number): number {
  // Halves first: the height of a range may be no number any more.
  const height = to / 2 - from / 2
  if (!(height > 0)) return 0
  return Math.max(0, Math.min(1, (value / 2 - from / 2) / height))
}

/** How far a value is to what the sensor can measure, or, of an extra channel, within its range; null: not known. */
export function fullRatio(
  { quantity }: Channel,
  value: number | undefined,
  fullScale: number,
  scale: GaugeScale | null,
): number | null {
  if (scale === null || value === undefined) return null
  if (quantity === null) return placeOn(scale, value)
  return fullScale > 0 ? Math.min(1, Math.abs(value) / fullScale) : null
}

/** What the sensor can't measure is graver than a limit. Only its full scale is something to be near to: a battery at 100 % is well. */
export function verdict(
  ratio: number | null,
  { quantity, id }: Channel,
  alarms: Snapshot['alarms'],
): { readonly word: string; readonly style: Style } {
  const share = quantity === null || ratio === null ? 0 : ratio
  if (share >= 1) return { word: 'FULL !', style: 'bad' }
  const beyond = limitWord(alarms, id)
  if (beyond !== null) return beyond
  if (share >= HIGH) return { word: 'HIGH !', style: 'warn' }
  return ratio === null ? { word: '', style: 'plain' } : { word: 'ok', style: 'good' }
}
