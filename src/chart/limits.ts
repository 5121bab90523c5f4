import { type Axis, roundAxis } from './axis.ts'

/** Where a channel is meant to stay, in its unit; null: no end on that side. */
export interface Limits {
  readonly channel: string
  readonly low: number | null
  readonly high: number | null
}

/** One end of a channel's limits and where it stands on its axis. */
export interface LimitLine {
  readonly value: number
  /** From the top of the axis; of one outside, the row that it is beyond. */
  readonly row: number
  /** 0: on the axis; else it is above (1) or below (-1). */
  readonly beyond: -1 | 0 | 1
}

/** An axis grows so many times at most to reach a limit: beyond, the curve would be too flat to read. */
const REACH = 2

/** The axis of some values, which takes in the limits that are near to them. */
export function axisWith(
  { min, max }: { readonly min: number; readonly max: number },
  ends: readonly number[],
  rows: number,
  finest: number,
): Axis {
  const own = roundAxis(min, max, rows, finest)
  const most = own.perRow * rows * REACH
  let [low, high] = [min, max]
  const distance = (end: number): number => Math.max(min - end, end - max)
  for (const end of [...ends].sort((a, b) => distance(a) - distance(b))) {
    const [lower, higher] = [Math.min(low, end), Math.max(high, end)]
    if (higher - lower <= most) [low, high] = [lower, higher]
  }
  return low === min && high === max ? own : roundAxis(low, high, rows, finest)
}

/** All ends of the limits of a channel. */
export function endsOf(limits: readonly Limits[], channel: string): readonly number[] {
  const own = limits.filter((each) => each.channel === channel)
  const ends = own.flatMap(({ low, high }) => [low, high])
  return [...new Set(ends.filter((end): end is number => end !== null && Number.isFinite(end)))]
}

export function limitLine({ rows, low, perRow }: Axis, value: number): LimitLine {
  // In quarters of a row, as curves are drawn.
  const up = Math.floor(Math.round(((value - low) / perRow) * 4) / 4)
  if (up >= rows) return { value, row: 0, beyond: 1 }
  if (up < 0) return { value, row: rows - 1, beyond: -1 }
  return { value, row: rows - 1 - up, beyond: 0 }
}
