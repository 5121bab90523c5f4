import type { Bucket, MinAvgMax } from '../storage/read/log-query.ts'

/** Three digits more than most devices send; null: of values beyond all measure there may be none. */
export function averageOf({ avg }: MinAvgMax): number | null {
  return Number.isFinite(avg) ? round(avg, 9) : null
}

/** A part of the time, 0 to 1. */
export function coverageOf({ coverage }: Bucket): number {
  return round(coverage, 6)
}

/** A charge in mAh, an energy in mWh. */
export function hourAmount(value: number | null): number | null {
  return value === null ? null : round(value, 9)
}

/** Cuts float noise off. */
function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
