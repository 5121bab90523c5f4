import type { Bucket, MinAvgMax } from '../../storage/read/log-query.ts'
import { cutPercent } from '../../util/number-text.ts'

/** Rows of a gap that are shown, and its last one; the rest is counted. */
const EMPTY_ROWS = 3

/** Drops what lies within a long run of empty buckets; @returns each with how many were dropped before it */
export function* withoutSilence<B extends Bucket>(buckets: Iterable<B>): Generator<[B, number]> {
  let empty = 0
  let last: B | undefined
  for (const bucket of buckets) {
    if (bucket.samples === 0) {
      if (++empty <= EMPTY_ROWS) yield [bucket, 0]
      else last = bucket
      continue
    }
    if (last !== undefined) yield [last, empty - EMPTY_ROWS - 1]
    last = undefined
    empty = 0
    yield [bucket, 0]
  }
}

/** Width of the column of local times. */
export function timeCells(withMs: boolean): number {
  return withMs ? 23 : 19
}

/** The line in place of rows that `withoutSilence` drops. */
export function silenceText(skipped: number, withMs: boolean): string {
  return `${' '.repeat(timeCells(withMs))} ... ${skipped} rows without samples`
}

/** Columns to the right, or all to the left. */
export function align(rows: readonly (readonly string[])[], left = false): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((text, i) => {
      widths[i] = Math.max(widths[i] ?? 0, text.length)
    })
  }
  return rows.map((row) =>
    row
      .map((text, i) => {
        const width = widths[i] ?? 0
        return left || i === 0 ? text.padEnd(width) : text.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

export function short(of: MinAvgMax | null, decimals: number): string[] {
  if (of === null) return ['-', '-', '-']
  return [of.min, of.avg, of.max].map((value) => value.toFixed(decimals))
}

/** A charge or an energy; null: none */
export function amount(value: number | null): string {
  return value === null ? '-' : value.toFixed(Math.abs(value) < 100 ? 4 : 2)
}

/** How much of a sum has which direction; nothing where all of it has one, or nobody knows. */
export function directions(forward: number | null, signed: number | null): string {
  if (forward === null || signed === null || forward === 0 || forward === signed) return ''
  return ` (forward ${amount(forward)}, backward ${amount(signed - forward)})`
}

/** `99.9 %` of a part of the whole. */
export function percent(part: number): string {
  return `${cutPercent(part).toFixed(1)} %`
}
