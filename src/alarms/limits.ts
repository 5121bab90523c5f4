import { ELECTRIC_CHANNELS } from '../domain/channels.ts'
import type { Comparison, Rule } from './rule.ts'

/** Where a channel is meant to stay, in its unit; null: no end on that side. Never both. */
export interface ChannelLimits {
  readonly channel: string
  readonly low: number | null
  readonly high: number | null
}

/**
 * The limits that rules of the form `v > 5.25` or `v outside 4.75..5.25` set, in the order of
 * v, a, w and the others. Of one channel there may be several: the first has its tightest ends,
 * those behind it are the further ones.
 */
export function limitsOf(rules: readonly Rule[]): ChannelLimits[] {
  const ends = new Map<string, { readonly lows: Set<number>; readonly highs: Set<number> }>()
  for (const { when } of rules) {
    if (when.kind !== 'condition' || when.measure.kind !== 'channel') continue
    const { channel } = when.measure
    const own = ends.get(channel) ?? { lows: new Set(), highs: new Set() }
    ends.set(channel, own)
    const { low, high } = endsOf(when.comparison)
    if (low !== null) own.lows.add(low)
    if (high !== null) own.highs.add(high)
  }
  const electric: readonly string[] = ELECTRIC_CHANNELS.map(({ id }) => id)
  const ids = [...electric.filter((id) => ends.has(id)), ...ends.keys()]
  return [...new Set(ids)].flatMap((channel) => {
    const down = [...(ends.get(channel)?.lows ?? [])].sort((one, other) => other - one)
    const up = [...(ends.get(channel)?.highs ?? [])].sort((one, other) => one - other)
    return Array.from({ length: Math.max(down.length, up.length) }, (_, i) => ({
      channel,
      low: down[i] ?? null,
      high: up[i] ?? null,
    }))
  })
}

function endsOf(comparison: Comparison): {
  readonly low: number | null
  readonly high: number | null
} {
  switch (comparison.op) {
    case '>':
    case '>=':
      return { low: null, high: comparison.limit }
    case '<':
    case '<=':
      return { low: comparison.limit, high: null }
    case 'outside':
      return comparison
  }
}
