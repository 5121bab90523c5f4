/** Statistics in whole numbers alone, from their definitions (docs/log.md): nothing is rounded before the very last step, to the nearest double. */

/** Time in µs, value in millionths of its unit. */
export type Point = readonly [timeUs: number, micro: number]

export interface ExactStatistics {
  readonly count: number
  readonly mean: string
  readonly stddev: string | null
  readonly p2p: string
  readonly crest: string | null
  readonly slope: string | null
}

const DIGITS = 40n
const ONE = 10n ** DIGITS

/** @param points 1 or more */
export function exactStatistics(points: readonly Point[], decimals = 9): ExactStatistics {
  const n = BigInt(points.length)
  let [x, xx, t, tt, tx] = [0n, 0n, 0n, 0n, 0n]
  const values: bigint[] = []
  for (const [timeUs, micro] of points) {
    const [time, value] = [BigInt(timeUs), BigInt(micro)]
    values.push(value)
    x += value
    xx += value * value
    t += time
    tt += time * time
    tx += time * value
  }
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const [min, max] = [sorted[0] as bigint, sorted.at(-1) as bigint]
  const peak = max > -min ? max : -min
  const spread = n * xx - x * x
  const times = n * tt - t * t
  const text = (scaled: bigint): string => decimalText(scaled, decimals)
  return {
    count: points.length,
    mean: text((x * ONE) / (n * 1_000_000n)),
    stddev: n < 2n ? null : text(root((spread * ONE * ONE) / (n * (n - 1n))) / 1_000_000n),
    p2p: text(((max - min) * ONE) / 1_000_000n),
    crest: xx === 0n ? null : text(root((peak * peak * n * ONE * ONE) / xx)),
    slope: n < 2n || times === 0n ? null : text(((n * tx - t * x) * ONE) / times),
  }
}

/** By nearest rank, millionths. */
export function exactPercentile(micros: readonly number[], percent: number): number {
  const sorted = [...micros].sort((a, b) => a - b)
  const least = BigInt(percent) * BigInt(sorted.length)
  const place = sorted.findIndex((_, i) => BigInt(i + 1) * 100n >= least)
  return sorted[place] as number
}

/** The largest whole number whose square is not above. */
function root(value: bigint): bigint {
  if (value < 2n) return value
  let guess = 1n << (BigInt(value.toString(2).length + 1) / 2n)
  for (;;) {
    const next = (guess + value / guess) / 2n
    if (next >= guess) return guess
    guess = next
  }
}

/** The double nearest to it, as it is printed. */
function decimalText(scaled: bigint, decimals: number): string {
  const size = scaled < 0n ? -scaled : scaled
  const fraction = String(size % ONE).padStart(Number(DIGITS), '0')
  const value = Number(`${scaled < 0n ? '-' : ''}${size / ONE}.${fraction}`)
  return value.toFixed(decimals).replace(/^-(0\.0*)$/, '$1')
}
