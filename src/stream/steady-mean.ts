import type { SampleFrame } from '../protocol/frames.ts'

/** What some readings of one load come to. */
export interface MeanOf {
  /** V or A */
  readonly mean: number
  /** Standard deviation of single samples, V or A. */
  readonly spread: number
  readonly samples: number
}

/** Why readings can't be used. */
export type Unsteady =
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'spread'; readonly of: MeanOf; readonly limit: number }
  | { readonly kind: 'drift'; readonly of: MeanOf; readonly by: number; readonly limit: number }

/** Mean and spread of some values; NaN of none. */
export function meanOf(values: readonly number[]): MeanOf {
  const samples = values.length
  const mean = values.reduce((sum, each) => sum + each, 0) / samples
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  return { mean, spread: samples > 1 ? Math.sqrt(squares / (samples - 1)) : 0, samples }
}

/**
 * Whether readings are steady enough to be compared with a meter: all valid and none at
 * its full scale, spread within the limit, and no drift from the first half to the second.
 *
 * @param limit largest standard deviation, and largest drift, V or A
 * @returns null: they are
 */
export function unsteady(
  frames: readonly SampleFrame[],
  values: readonly number[],
  limit: number,
): Unsteady | null {
  const odd = frames.find(({ status }) => status !== 'ok' && ODD.has(status))
  if (odd !== undefined) return { kind: 'status', status: odd.status }
  const of = meanOf(values)
  if (of.spread > limit) return { kind: 'spread', of, limit }
  const half = Math.floor(values.length / 2)
  const by = meanOf(values.slice(half)).mean - meanOf(values.slice(0, half)).mean
  return Math.abs(by) > limit ? { kind: 'drift', of, by, limit } : null
}

/** PROTOCOL.md 5.1: values that mean nothing, or only that it is at least so much. */
const ODD: ReadonlySet<string> = new Set(['ovf', 'clip', 'nosensor', 'error', 'reset'])
