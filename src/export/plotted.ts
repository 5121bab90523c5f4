import { type Channel, ELECTRIC_CHANNELS, extraChannel } from '../domain/channels.ts'
import type { Bucket, MinAvgMax } from '../storage/read/log-query.ts'
import type { LogReader } from '../storage/read/log-reader.ts'
import { decimalsOf } from '../util/scaled-unit.ts'
import { US_PER_MINUTE } from '../util/time-units.ts'

/** Voltage, current and power where there are some, then the extra channels that have values. */
export function plottedChannels(total: Bucket, reader: LogReader): Channel[] {
  const { device, channels } = total
  const extra = reader
    .channels(device)
    .map(({ id, unit }, place) => extraChannel(id, place, unit))
    .filter(({ id }) => channels.has(id))
  return showsElectric(total) ? [...ELECTRIC_CHANNELS, ...extra] : extra
}

/** Voltage, current and power have a place: there are some, or nothing else. */
export function showsElectric({ voltage, channels }: Bucket): boolean {
  return voltage !== null || channels.size === 0
}

/** Long slots are whole minutes, for which the roll-ups serve. @returns µs */
export function slotLength(spanUs: number, slots: number, everyMs: number | undefined): number {
  // One slot more than the span has, for the begin of the first lies before it.
  const finest = Math.max(1000, Math.ceil(spanUs / (slots - 1) / 1000) * 1000)
  const wanted = Math.max(finest, (everyMs ?? 0) * 1000)
  return wanted <= US_PER_MINUTE ? wanted : Math.ceil(wanted / US_PER_MINUTE) * US_PER_MINUTE
}

/** min, mean and max with as many decimals as the device sends, 3 to 6. */
export function figureTexts({ min, avg, max }: MinAvgMax): [string, string, string] {
  const decimals = Math.min(6, Math.max(3, decimalsOf(min), decimalsOf(max)))
  return [min.toFixed(decimals), avg.toFixed(decimals), max.toFixed(decimals)]
}
