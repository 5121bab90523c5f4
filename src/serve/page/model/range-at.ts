import type { Trace } from '../../../chart/trace.ts'

/** What a slot of a trace holds. */
export interface SlotRange {
  /** Measured samples. */
  readonly count: number
  of(id: string): { readonly min: number; readonly max: number; readonly last: number } | undefined
}

/** Slots on either side that a cursor still means: at a high zoom most are empty. */
const NEAR = 4

/** The slot with samples next to a moment; null: there is none near it. @param timeUs Unix µs */
export function rangeAt(trace: Trace, timeUs: number): SlotRange | null {
  const at = Math.floor((timeUs - trace.startUs) / trace.slotUs)
  for (let distance = 0; distance <= NEAR; distance++) {
    for (const slot of [at - distance, at + distance]) {
      const count = trace.count[slot] ?? 0
      if (count === 0) continue
      return {
        count,
        of: (id) => {
          const series = trace.channels[id]
          const min = series?.min[slot] ?? Number.NaN
          if (series === undefined || Number.isNaN(min)) return undefined
          return { min, max: series.max[slot] ?? min, last: series.last[slot] ?? min }
        },
      }
    }
  }
  return null
}
