/** Which of day and month comes first in dates such as 03/04/2024. */
export type DateOrder = 'dmy' | 'mdy'

export type TimeCell =
  /** Unix µs; local time without a zone is read as UTC, so that no result depends on the machine. */
  | { readonly kind: 'instant'; readonly us: number }
  /** A date without a time of day: Unix µs of its midnight. */
  | { readonly kind: 'date'; readonly us: number }
  /** A time of day without a date: µs since midnight. */
  | { readonly kind: 'clock'; readonly us: number }

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d{1,9}))?)?\s*([ap]m)?/i
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})/
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/
const ZONE = /^(?:z|utc|gmt|([+-])(\d{2}):?(\d{2})?)$/i

/** @returns null where it is no time */
export function readTime(cell: string, order: DateOrder = 'dmy'): TimeCell | null {
  const date = readDate(cell, order)
  const rest = date === null ? cell : cell.slice(date.length).replace(/^[T\s,_]+/, '')
  if (date !== null && rest === '') return { kind: 'date', us: date.us }
  const clock = CLOCK.exec(rest)
  if (clock === null) return null
  const clockUs = microsOf(clock)
  if (clockUs === null) return null
  const zone = rest.slice(clock[0].length).trim()
  const zoneUs = zone === '' ? 0 : readZone(zone)
  if (zoneUs === null) return null
  if (date === null) return { kind: 'clock', us: clockUs }
  return { kind: 'instant', us: date.us + clockUs - zoneUs }
}

/** Whether a date says by itself which of its numbers is the day. Null: it is no such date. */
export function orderOf(cell: string): DateOrder | 'either' | null {
  const match = YEAR_LAST.exec(cell)
  if (match === null) return null
  if (match[2] === '.' || Number(match[1]) > 12) return 'dmy'
  return Number(match[3]) > 12 ? 'mdy' : 'either'
}

function readDate(cell: string, order: DateOrder): { us: number; length: number } | null {
  const first = YEAR_FIRST.exec(cell)
  if (first !== null) return dateOf(first[0], first[1], first[3], first[4])
  const last = YEAR_LAST.exec(cell)
  if (last === null) return null
  const [text, one, , two, year = ''] = last
  const full = year.length === 2 ? `20${year}` : year
  return order === 'dmy' ? dateOf(text, full, two, one) : dateOf(text, full, one, two)
}

function dateOf(
  text: string,
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
): { us: number; length: number } | null {
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const isReal = new Date(ms).getUTCDate() === Number(day)
  return isReal ? { us: ms * 1000, length: text.length } : null
}

function microsOf(clock: RegExpExecArray): number | null {
  const [, hour, minute, second = '0', fraction = '', half] = clock
  let hours = Number(hour)
  if (half !== undefined) hours = (hours % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  if (hours > 24 || Number(minute) > 59 || Number(second) > 60) return null
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'))
  return ((hours * 60 + Number(minute)) * 60 + Number(second)) * 1e6 + micros
}

function readZone(text: string): number | null {
  const match = ZONE.exec(text)
  if (match === null) return null
  const [, sign, hours, minutes = '0'] = match
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60e6
}
