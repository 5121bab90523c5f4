import { InaError } from './errors.ts'
import { twoDigits } from './numbers.ts'

/** Numbers from here on are Unix milliseconds, as on the wire (contract 2.1). */
const MILLISECONDS_FROM = 1e11
/** The last instant that JavaScript's Date holds, in ms. */
const LAST_MS = 8.64e15

/**
 * Reads a moment: ISO 8601, extended (`2026-11-20`, `2026-11-20T20:13`,
 * `…:00.123Z`, `…+01:00`, a blank for the `T`) or basic (`20261120`,
 * `20261120T2013`), or Unix time in seconds, fractions allowed, from 1e11 on in
 * milliseconds. Eight digits are a date: as seconds they would be in the 1970s.
 * Without a zone it is local time; zones reach from -14:00 to +14:00.
 *
 * @returns Unix time in whole µs
 */
export function parseTime(text: string): number {
  const trimmed = text.trim()
  const isNumber = /^\d+(\.\d+)?$/.test(trimmed) && !/^\d{8}$/.test(trimmed)
  const us = isNumber ? parseEpoch(trimmed) : parseIso(trimmed)
  if (us === null) {
    throw new InaError(
      'usage_invalid',
      `'${text}' is not a time`,
      'write ISO 8601 such as 2026-11-20T20:13:00Z (without Z: local time), or seconds since 1970',
    )
  }
  return us
}

function parseEpoch(text: string): number | null {
  // Four digits are a year to most people, and a second of 1970 to nobody.
  if (/^\d{4}$/.test(text)) return null
  const value = Number(text)
  const ms = value >= MILLISECONDS_FROM ? value : value * 1000
  return ms <= LAST_MS / 1000 ? Math.round(ms * 1000) : null
}

const ZONE = String.raw`\s*(Z|[+-]\d{2}(?::?\d{2})?)?`
const EXTENDED = new RegExp(
  String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?${ZONE}$`,
  'i',
)
const BASIC = new RegExp(
  String.raw`^(\d{4})(\d{2})(\d{2})(?:[T ](\d{2})(\d{2})(?:(\d{2})(?:[.,](\d{1,9}))?)?)?${ZONE}$`,
  'i',
)
/** The farthest zones: UTC+14 (Kiritimati); the other way as far, for good measure. */
const FARTHEST_ZONE_MIN = 14 * 60

function parseIso(text: string): number | null {
  const match = EXTENDED.exec(text) ?? BASIC.exec(text)
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0)) as [number, number, number, number, number, number]
  if (hour > 23 || minute > 59 || second > 60) return null
  const fractionUs = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1e6 + 0.5)
  const utcMs = Date.UTC(year, month - 1, day, hour, minute, second)
  // Date.UTC carries 31 February over into March.
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day || month > 12) return null
  const zone = match[8]
  if (zone === undefined) {
    const local = new Date(year, month - 1, day, hour, minute, second)
    return local.getTime() * 1000 + fractionUs
  }
  const zoneMin = zoneMinutes(zone)
  return zoneMin === null ? null : (utcMs - zoneMin * 60_000) * 1000 + fractionUs
}

/** @returns minutes east of UTC; null: there is no such zone */
function zoneMinutes(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  const minutes = Number(digits.slice(2))
  const all = Number(digits.slice(0, 2)) * 60 + minutes
  if (minutes > 59 || all > FARTHEST_ZONE_MIN) return null
  return zone.startsWith('-') ? -all : all
}

/** `2026-11-20T20:13:00.123Z`, cut (not rounded) to ms. @param us Unix µs */
export function formatIso(us: number): string {
  return new Date(Math.floor(us / 1000)).toISOString()
}

/**
 * `2026-11-20 20:13:00` in local time, with `.123` where asked for.
 *
 * @param us Unix µs
 */
export function formatLocal(us: number, withMs = false): string {
  const at = new Date(Math.floor(us / 1000))
  const date = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`
  const time = `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}:${twoDigits(at.getSeconds())}`
  return `${date} ${time}${withMs ? `.${String(at.getMilliseconds()).padStart(3, '0')}` : ''}`
}

/** The last midnight of the local zone, Unix µs. @param us Unix µs */
export function midnightUs(us: number): number {
  return new Date(Math.floor(us / 1000)).setHours(0, 0, 0, 0) * 1000
}

/** `UTC+01:00`, the local zone at that moment. @param us Unix µs */
export function zoneName(us: number): string {
  const offset = -new Date(Math.floor(us / 1000)).getTimezoneOffset()
  if (offset === 0) return 'UTC'
  const size = Math.abs(offset)
  return `UTC${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`
}
