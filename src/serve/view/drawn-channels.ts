import type { Trace } from '../../chart/trace.ts'
import { type Channel, isElectric } from '../../domain/channels.ts'
import { MOST_EXTRA_SERIES } from '../../monitor/trace-store.ts'

/**
 * A trace with those channels alone that a screen at a distance may draw: of a PLC with a thousand, all of them would be megabytes
 * ten times a second, and hold up what this process is for.
 *
 * @param channels of the device, in their order
 */
export function drawnChannels(trace: Trace, channels: readonly Channel[]): Trace {
  const further = channels.filter((each) => !isElectric(each))
  if (further.length <= MOST_EXTRA_SERIES) return trace
  const kept = new Set([
    ...channels.filter(isElectric).map(({ id }) => id),
    ...further.slice(0, MOST_EXTRA_SERIES).map(({ id }) => id),
  ])
  const drawn = Object.entries(trace.channels).filter(([id]) => kept.has(id))
  return { ...trace, channels: Object.fromEntries(drawn) }
}
