import { twoDigits } from '../util/numbers.ts'

export interface TimeTick {
  /** The cell that the moment lies in. */
  readonly cell: number
  /** `14:03:15`, `14:03`, at midnight of a span of many hours `11-21`. */
  readonly label: string
}

const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400
const DAY_MS = 86_400_000
/** Whole units of the clock. */
const STEPS_S: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_S),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_S),
  ...[1, 2, 5, 10, 20, 50, 100].map((days) => days * DAY_S),
]
/** From this step on, and wherever a time may be there twice, midnight is the date. */
const DATES_FROM_S = 3 * HOUR_S
/** Tick and border beside a label, in cells. */
const SPACING_CELLS = 5

/**
 * Whole clock times (the host's local time) along a picture. They stand at their own moment,
 * so that they move with what is drawn.
 *
 * @param startUs left edge, Unix µs
 * @param cellUs time of a cell
 * @param cellOf the cell that a moment lies in, Unix µs; default: as if all were equally long
 */
export function timeTicks(
  startUs: number,
  cellUs: number,
  cells: number,
  cellOf = (timeUs: number): number => Math.floor((timeUs - startUs) / cellUs),
): readonly TimeTick[] {
  const step = STEPS_S.find((s) => (s * 1e6) / cellUs >= labelCells(s) + SPACING_CELLS)
  const start = new Date(startUs / 1000)
  if (step === undefined || Number.isNaN(start.getTime())) return []
  const [year, month, today] = [start.getFullYear(), start.getMonth(), start.getDate()]
  // Steps of several days are counted from 1970, not from where the picture begins.
  const day = today - ((Date.UTC(year, month, today) / DAY_MS) % Math.max(1, step / DAY_S))
  const daySeconds = start.getHours() * HOUR_S + start.getMinutes() * MINUTE_S + start.getSeconds()
  const hasDates = step >= DATES_FROM_S || cells * cellUs > DAY_S * 1e6
  const ticks: TimeTick[] = []
  // One more than fits, since an hour may be there twice when the clock is set back.
  const most = Math.ceil((cells * cellUs) / 1e6 / step) + Math.ceil(HOUR_S / step) + 1
  for (let i = 0; i <= most; i++) {
    const seconds = (Math.floor(daySeconds / step) + i) * step
    // By the calendar, so that hours stay whole where the clock is changed.
    const at = new Date(year, month, day, 0, 0, seconds)
    const cell = cellOf(at.getTime() * 1000)
    if (cell >= cells) break
    if (cell >= 0 && cell !== ticks.at(-1)?.cell)
      ticks.push({ cell, label: labelOf(at, step, hasDates) })
  }
  return ticks
}

function labelCells(stepS: number): number {
  return stepS < MINUTE_S ? 8 : 5
}

function labelOf(at: Date, stepS: number, hasDates: boolean): string {
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits)
  if (stepS < MINUTE_S) return `${hours}:${minutes}:${seconds}`
  const isMidnight = hours === '00' && minutes === '00'
  if (hasDates && isMidnight) {
    return `${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`
  }
  return `${hours}:${minutes}`
}
