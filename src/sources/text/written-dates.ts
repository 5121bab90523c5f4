import { twoDigits } from '../../util/numbers.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Zones that dates name: RFC 2822 section 4.3, and those of `date` in Europe. Others are refused. */
const ZONES: ReadonlyMap<string, string> = new Map([
  ...['Z', 'UT', 'UTC', 'GMT', 'WET'].map((name): [string, string] => [name, '+00:00']),
  ...['CET', 'WEST'].map((name): [string, string] => [name, '+01:00']),
  ...['CEST', 'EET'].map((name): [string, string] => [name, '+02:00']),
  ['EEST', '+03:00'],
  ['EDT', '-04:00'],
  ...['EST', 'CDT'].map((name): [string, string] => [name, '-05:00']),
  ...['CST', 'MDT'].map((name): [string, string] => [name, '-06:00']),
  ...['MST', 'PDT'].map((name): [string, string] => [name, '-07:00']),
  ['PST', '-08:00'],
])

const MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?'
const WEEKDAY = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\\.?,?\\s+)?'
const CLOCK = '(?<clock>\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?(?:\\s*[ap]m\\b)?)'
const YEAR = '(?<year>(?:19|20)\\d{2})'
/** Only what is a zone somewhere: a current of -240 mA may stand behind a time, too. */
export const OFFSET = '[+-](?:0\\d|1[0-4]):?(?:00|15|30|45)(?![\\d.])'
/** `+0200`, `CEST`, `GMT+0200`, and the comment behind it. */
const ZONE = `(?:\\s*(?<zone>(?:GMT|UTC)?${OFFSET}|(?:${[...ZONES.keys()].join('|')})(?!\\w))(?:\\s*\\([^()]*\\))?)?`
const THEN_CLOCK = `(?:(?:\\s+|[:T])${CLOCK}${ZONE})?`
/** No date begins or ends inside a word or a number. */
const written = (form: string): RegExp => new RegExp(`(?<![\\w./:-])${form}(?![\\w:])`, 'gi')

const FORMS: readonly RegExp[] = [
  // ctime and date: `Wed Apr  3 21:46:07 CEST 2019`. Any zone's name, so that an unknown one is noticed.
  written(
    `${WEEKDAY}(?<month>${MONTH})\\s+(?<day>\\d{1,2}),?\\s+${CLOCK}(?:\\s+(?<zone>[a-z]{1,5}|${OFFSET}))?\\s+${YEAR}`,
  ),
  // `Apr 3, 2019 21:46:07`
  written(
    `${WEEKDAY}(?<month>${MONTH})\\.?[\\s-]\\s*(?<day>\\d{1,2})(?:,\\s*|\\s+|-)${YEAR}${THEN_CLOCK}`,
  ),
  // RFC 2822 and RFC 850: `Wed, 3 Apr 2019 21:46:07 +0200`, `03-Apr-19 21:46:07`
  written(
    `${WEEKDAY}(?<day>\\d{1,2})(?:\\.?\\s+|[-/.])(?<month>${MONTH})\\.?(?:,?\\s+|[-/.])(?<year>(?:19|20)?\\d{2})${THEN_CLOCK}`,
  ),
  // `2019-Apr-03 21:46:07`
  written(`${YEAR}[-/.\\s](?<month>${MONTH})[-/.\\s]+(?<day>\\d{1,2})${THEN_CLOCK}`),
]
const HAS_MONTH = new RegExp(`(?:${MONTHS.join('|')})`, 'i')

/**
 * Rewrites dates that name the month as ISO 8601, `Wed Apr  3 21:46:07 2019` as
 * `2019-04-03T21:46:07`: one form for all that follows, and without the blanks
 * and commas that separate cells. Whether it is a real date is not looked at here.
 */
export function withIsoDates(line: string): string {
  if (!HAS_MONTH.test(line)) return line
  return FORMS.reduce((text, form) => text.replace(form, rewritten), line)
}

function rewritten(_match: string, ...groups: unknown[]): string {
  const found = groups.at(-1) as Readonly<Record<string, string | undefined>>
  const month = MONTHS.indexOf((found['month'] ?? '').slice(0, 3).toLowerCase()) + 1
  const date = `${fullYear(found['year'] ?? '')}-${twoDigits(month)}-${twoDigits(found['day'] ?? '')}`
  if (found['clock'] === undefined) return date
  const clock = found['clock'].replace(/\s+/, '')
  return `${date}T${clock}${offsetOf(found['zone'] ?? '')}`
}

/** RFC 2822 section 4.3. */
function fullYear(year: string): string {
  if (year.length === 4) return year
  return `${Number(year) < 50 ? '20' : '19'}${year}`
}

/** An unknown zone is kept: such a time can't be read. */
function offsetOf(zone: string): string {
  if (zone === '') return ''
  return ZONES.get(zone.toUpperCase()) ?? zone.replace(/^(?:GMT|UTC)(?=[+-])/i, '')
}
