import { InaError } from './errors.ts'

const UNIT_BYTES: Readonly<Record<string, number>> = {
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/**
 * Reads `500MB`, `2 GB`, `1.5GiB`. A bare number has no unit and is refused, but for 0.
 *
 * @returns whole bytes, 0 to 2^53 - 1
 * @throws InaError usage_invalid
 */
export function parseSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? []
  const factor = UNIT_BYTES[unit.toLowerCase()] ?? (Number(digits) === 0 ? 1 : Number.NaN)
  const bytes = Math.round(Number(digits) * factor)
  if (digits !== '' && Number.isSafeInteger(bytes)) return bytes
  throw new InaError(
    'usage_invalid',
    `'${text}' is not a size`,
    'write a number with a unit (kB, MB, GB, TB, or KiB, MiB, GiB, TiB), such as 500MB or 2GB',
  )
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `1.2 GB`, `56 MB`. @param bytes 0 or more */
export function formatSize(bytes: number): string {
  let power = 0
  // What would be rounded up to 1000 is one of the next unit.
  while (power < UNITS.length - 1 && bytes / 1000 ** power >= 999.5) power++
  const value = bytes / 1000 ** power
  return `${value < 9.95 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`
}
