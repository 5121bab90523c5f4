import type { AlarmView, ChannelLimits } from '../monitor/view.ts'
import type { Style } from '../theme/themes.ts'

type Side = 'HIGH' | 'LOW'

/**
 * What stands beside a channel that is, or was, beyond one of its limits: `HIGH !` while it is and nobody
 * has taken notice; `HIGH` while somebody has; `was HIGH` after it was, until somebody does, or, with
 * hysteresis, until the value is back far enough.
 *
 * @returns null: it is within, and nothing waits for notice
 */
export function limitWord(
  alarms: readonly AlarmView[],
  channel: string,
): { readonly word: string; readonly style: Style } | null {
  const own = alarms.filter(({ limit }) => limit?.channel === channel)
  const on = own.find(({ state }) => state === 'on')
  if (on && isBeyond(on)) return { word: `${sideOf(on, on.value)} !`, style: 'bad' }
  const known = own.find(({ state }) => state === 'acknowledged')
  if (known && isBeyond(known)) return { word: sideOf(known, known.value), style: 'warn' }
  const back = on ?? known
  if (back) return { word: `was ${sideOf(back, back.value)}`, style: 'warn' }
  const latched = own.find(({ state }) => state === 'latched')
  return latched ? { word: `was ${sideOf(latched, latched.peak)}`, style: 'warn' } : null
}

/** False: back between the limits, though with hysteresis the alarm may go on. */
function isBeyond({ limit, value }: AlarmView): boolean {
  const { low, high } = limit as ChannelLimits
  return value === null || (low !== null && value < low) || (high !== null && value > high)
}

/** Beyond which end a value is, or, with hysteresis not back yet, to which it is nearer. */
function sideOf({ limit }: AlarmView, value: number | null): Side {
  const { low, high } = limit as ChannelLimits
  if (low === null) return 'HIGH'
  if (high === null) return 'LOW'
  return (value ?? high) > (low + high) / 2 ? 'HIGH' : 'LOW'
}
