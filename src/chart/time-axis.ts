export interface TimeTick {
  /** Dot column. */
  readonly column: number
  /** Time before the right edge: `45`, `5m`. */
  readonly label: string
}

/** Five ticks from the span's begin to its end. Seconds up to 2 minutes, then minutes. */
export function timeTicks(spanMs: number, columns: number): readonly TimeTick[] {
  return [4, 3, 2, 1, 0].map((quarter) => {
    const seconds = (spanMs * quarter) / 4 / 1000
    const label = spanMs <= 120_000 ? `${seconds}` : quarter === 0 ? '0' : `${seconds / 60}m`
    return { column: Math.max(0, columns - 1 - Math.round((columns * quarter) / 4)), label }
  })
}
