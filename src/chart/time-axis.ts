interface TimeTick {
  /** Dot column. */
  readonly column: number
  /** Time before the right edge: `45`, `5m`, `3h`, `1d`. */
  readonly label: string
}

const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

/** Ticks from the span's begin to its end: seconds up to 2 minutes, minutes up to an hour, then hours and days. */
export function timeTicks(spanMs: number, columns: number): readonly TimeTick[] {
  const spanS = spanMs / 1000
  const isWhole = (parts: number): boolean => (spanS / parts) % HOUR_S === 0
  // Labels are whole hours: 3 h are cut into thirds, not quarters.
  const parts = spanS > HOUR_S && !isWhole(4) && isWhole(3) ? 3 : 4
  return Array.from({ length: parts + 1 }, (_, i) => {
    const part = (parts - i) / parts
    const column = Math.max(0, columns - 1 - Math.round(columns * part))
    return { column, label: agoLabel(spanS * part, spanS) }
  })
}

function agoLabel(seconds: number, spanS: number): string {
  if (seconds === 0) return '0'
  if (spanS <= 2 * MINUTE_S) return `${seconds}`
  if (spanS <= HOUR_S) return `${seconds / MINUTE_S}m`
  return seconds % DAY_S === 0 ? `${seconds / DAY_S}d` : `${seconds / HOUR_S}h`
}
