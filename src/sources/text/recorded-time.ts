/** Which of day, month and year comes first in dates such as 03/04/2024 and 19-04-03. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'

export type TimeCell =
  /** Unix µs; local time without a zone is read as UTC, so that no result depends on the machine. */
  | { readonly kind: 'instant'; readonly us: number }
  /** A date without a time of day: Unix µs of its midnight. */
  | { readonly kind: 'date'; readonly us: number }
  /** A time of day without a date: µs since midnight. */
  | { readonly kind: 'clock'; readonly us: number }

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d{1,9}))?)?\s*([ap]m)?/i
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/
const YEAR_SHORT_OR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/
/** ISO 8601's basic format, and what is left of it without its letters: `20190403T214607`. */
const COMPACT =
  /^((?:19|20)\d{2})(\d{2})(\d{2})(?:[T_\s-]?(\d{2})(\d{2})(\d{2})(?:[.,]?(\d{1,9}))?(z|[+-]\d{2}:?\d{2})?)?$/i
const ZONE = /^(?:z|utc?|gmt|([+-])(\d{2}):?(\d{2})?)$/i

/** @returns null where it is no time. `20190403` is one: ask `readNumber` first where it could be a number */
export function readTime(cell: string, order: DateOrder = 'dmy'): TimeCell | null {
  const compact = COMPACT.exec(cell)
  if (compact !== null) return readCompact(compact)
  const date = readDate(cell, order)
  if (date === null && YEAR_FIRST.test(cell)) return null
  const rest = date === null ? cell : cell.slice(date.length).replace(/^[T\s,_]+/, '')
  if (date !== null && rest === '') return { kind: 'date', us: date.us }
  const clock = CLOCK.exec(rest)
  if (clock === null) return null
  const clockUs = microsOf(clock)
  const zone = rest.slice(clock[0].length).trim()
  const zoneUs = zone === '' ? 0 : readZone(zone)
  if (clockUs === null || zoneUs === null) return null
  if (date === null) return { kind: 'clock', us: clockUs }
  return { kind: 'instant', us: date.us + clockUs - zoneUs }
}

/** The orders in which a date of three short numbers is one. Null: it is no such date. */
export function ordersOf(cell: string): readonly DateOrder[] | null {
  if (!YEAR_SHORT_OR_LAST.test(cell)) return null
  return (['dmy', 'mdy', 'ymd'] as const).filter((order) => readDate(cell, order) !== null)
}

function readCompact([, year, month, day, ...clock]: RegExpExecArray): TimeCell | null {
  const date = dateOf('', year, month, day)
  if (date === null) return null
  const [hour, minute, second, fraction, zone] = clock
  if (hour === undefined) return { kind: 'date', us: date.us }
  const clockUs = clockOf(hour, minute, second, fraction)
  const zoneUs = zone === undefined ? 0 : readZone(zone)
  if (clockUs === null || zoneUs === null) return null
  return { kind: 'instant', us: date.us + clockUs - zoneUs }
}

function readDate(cell: string, order: DateOrder): { us: number; length: number } | null {
  const first = YEAR_FIRST.exec(cell)
  if (first !== null) return dateOf(first[0], first[1], first[3], first[4])
  const last = YEAR_SHORT_OR_LAST.exec(cell)
  if (last === null) return null
  const [text, one = '', separator, two, three = ''] = last
  // Nobody writes 19.04.03 for the third of April.
  if (order === 'ymd') {
    const isShort = one.length === 2 && three.length === 2 && separator !== '.'
    return isShort ? dateOf(text, `20${one}`, two, three) : null
  }
  if (order === 'mdy' && separator === '.') return null
  const year = three.length === 2 ? `20${three}` : three
  return order === 'dmy' ? dateOf(text, year, two, one) : dateOf(text, year, one, two)
}

function dateOf(
  text: string,
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
): { us: number; length: number } | null {
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const date = new Date(ms)
  const isReal = date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1
  return isReal ? { us: ms * 1000, length: text.length } : null
}

function microsOf([, hour, minute, second, fraction, half]: RegExpExecArray): number | null {
  if (half === undefined) return clockOf(hour, minute, second, fraction)
  if (Number(hour) < 1 || Number(hour) > 12) return null
  const hours = (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  return clockOf(String(hours), minute, second, fraction)
}

/** @returns µs since midnight, at most 24:00:00 or a leap second; null where it is no time of day */
function clockOf(
  hour: string | undefined,
  minute: string | undefined,
  second = '0',
  fraction = '',
): number | null {
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)]
  if (hours > 24 || minutes > 59 || seconds > 60) return null
  if (hours === 24 && minutes + seconds > 0) return null
  const micros = Number(fraction.slice(0, 6).padEnd(6, '0'))
  return ((hours * 60 + minutes) * 60 + seconds) * 1e6 + micros
}

function readZone(text: string): number | null {
  const match = ZONE.exec(text)
  if (match === null) return null
  const [, sign, hours, minutes = '0'] = match
  if (sign === undefined) return 0
  if (Number(hours) > 14 || Number(minutes) > 59) return null
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60e6
}
