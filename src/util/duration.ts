import { InaError } from './errors.ts'
import { twoDigits } from './numbers.ts'

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** 200 years, ms. */
const LIMIT_MS = 200 * 365 * 86_400_000

/**
 * Reads `90s`, `15m`, `1h30m`, `48h`, `2d`, `250ms`, `1.5h`.
 * A bare number has no unit and is refused: 48 could mean anything. So is a unit
 * that comes twice or after a smaller one: `5s5s` is a slip of the hand.
 *
 * @returns milliseconds, above 0 and below 200 years
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim().toLowerCase()
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|[smhdw])\s*/g)]
  const consumed = parts.reduce((sum, part) => sum + part[0].length, 0)
  if (parts.length === 0 || consumed !== trimmed.length) {
    throw new InaError(
      'usage_invalid',
      `'${text}' is not a duration`,
      'write a number with a unit (ms, s, m, h, d), such as 90s, 15m, 1h30m or 2d',
    )
  }
  const units = parts.map(([, , unit]) => UNIT_MS[unit ?? ''] ?? 0)
  if (units.some((size, i) => i > 0 && size >= (units[i - 1] ?? 0))) {
    throw new InaError(
      'usage_invalid',
      `the duration '${text}' has its units twice or out of order`,
      'write each unit once, the largest first, such as 1h30m or 1m30s',
    )
  }
  const ms = parts.reduce((sum, [, n], i) => sum + Number(n) * (units[i] ?? 0), 0)
  if (!(ms > 0 && ms < LIMIT_MS)) {
    throw new InaError(
      'usage_invalid',
      `the duration '${text}' is out of range`,
      'use a duration above 0 and below 200 years',
    )
  }
  return Math.round(ms)
}

/** `2d 03:04:05` or `03:04:05`. @param ms milliseconds, 0 or more */
export function formatClockDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const clock = `${twoDigits(Math.floor(seconds / 3600) % 24)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`
  const days = Math.floor(seconds / 86_400)
  return days > 0 ? `${days}d ${clock}` : clock
}

/** Exact form that `parseDuration` reads: `1h30m`, `48h`, `12.038s`, `250ms`. @param ms milliseconds */
export function formatDuration(ms: number): string {
  const all = Math.round(ms)
  const hours = Math.floor(all / 3_600_000)
  const minutes = Math.floor(all / 60_000) % 60
  const restMs = all % 60_000
  const text = `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}`
  if (restMs === 0) return text === '' ? '0s' : text
  return `${text}${restMs < 1000 ? `${restMs}ms` : `${restMs / 1000}s`}`
}
