import { readEventText, valueText } from '../../alarms/event-text.ts'
import { cleanText } from '../../domain/sample.ts'
import type { LoggedEvent, LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { formatIso, formatLocal, zoneName } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'
import { align } from './table-text.ts'

/** One alarm from its raise to its end. */
interface Episode {
  readonly device: string
  readonly name: string
  readonly rule: string
  readonly unit: string
  readonly fromUs: number
  /** null: the log does not say, see `isOn` */
  toUs: number | null
  /** Its end is not in the log, and it was not raised again: it is on, or was when the monitor ended. */
  isOn: boolean
  /** At the raise; null: none was known. */
  readonly value: number | null
  peak: number | null
  ackedUs: number | null
}

/** The alarms of that time in the order of their raises, those that were on when it began among them. */
function episodesOf(events: Iterable<LoggedEvent>, { fromUs, toUs }: LogRange): Episode[] {
  const episodes: Episode[] = []
  /** The newest of each device and rule. */
  const newest = new Map<string, Episode>()
  for (const { timeUs, device, kind, detail } of events) {
    if (kind !== 'alarm_on' && kind !== 'alarm_off' && kind !== 'alarm_ack') continue
    const record = readEventText(detail)
    if (record === null) continue
    const key = JSON.stringify([device, record.name])
    const before = newest.get(key)
    if (kind !== 'alarm_on') {
      if (before === undefined) continue
      before.peak = record.peak
      if (kind === 'alarm_ack') before.ackedUs ??= timeUs
      else if (before.isOn) Object.assign(before, { toUs: timeUs, isOn: false })
      continue
    }
    // The monitor ended meanwhile, and nobody knows when the condition did.
    if (before !== undefined) before.isOn = false
    const { name, rule, unit, value, peak } = record
    const episode: Episode = {
      device,
      name,
      rule,
      unit,
      fromUs: timeUs,
      toUs: null,
      isOn: true,
      value,
      peak,
      ackedUs: null,
    }
    newest.set(key, episode)
    episodes.push(episode)
  }
  const isIn = (each: Episode): boolean =>
    each.fromUs < toUs && (each.fromUs >= fromUs || each.isOn || (each.toUs ?? 0) >= fromUs)
  return episodes.filter(isIn)
}

/**
 * The alarms of a log in that time.
 *
 * @throws InaError usage_invalid: there is no plot of them
 */
export function alarmsText(
  reader: LogReader,
  range: LogRange,
  format: 'table' | 'plot' | 'json',
  colour: Colour,
): string {
  if (format === 'plot') {
    const hint = 'use --format table or json'
    throw new InaError('usage_invalid', 'there is no plot of alarms', hint)
  }
  // What was raised before may still have been on, and what ended later has its peak there.
  const all = { ...range, fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }
  const episodes = episodesOf(reader.events(all), range)
  return format === 'json' ? alarmJson(episodes) : alarmTable(episodes, colour)
}

/** For people: local time, a row an episode. */
function alarmTable(episodes: readonly Episode[], colour: Colour): string {
  if (episodes.length === 0) return 'no alarms in that time\n'
  const zone = zoneName(episodes[0]?.fromUs ?? 0)
  const head = ['from', 'to', 'lasted', 'device', 'alarm', 'value', 'peak', 'acknowledged']
  const rows = episodes.map((each) => [
    formatLocal(each.fromUs),
    each.toUs !== null ? formatLocal(each.toUs) : each.isOn ? 'still on' : 'not known',
    each.toUs === null ? '-' : formatClockDuration(Math.max(0, each.toUs - each.fromUs) / 1000),
    cleanText(each.device),
    cleanText(each.name),
    valueText(each.value, each.unit),
    valueText(each.peak, each.unit),
    each.ackedUs === null ? '-' : formatLocal(each.ackedUs),
  ])
  const [first = '', ...lines] = align([head, ...rows], true)
  return `times in ${zone}\n\n${colour.bold(first)}\n${lines.join('\n')}\n`
}

/** For programs; docs/alarms.md. */
function alarmJson(episodes: readonly Episode[]): string {
  const items = episodes.map((each) =>
    JSON.stringify({
      device: each.device,
      name: each.name,
      rule: each.rule,
      from: formatIso(each.fromUs),
      to: each.toUs === null ? null : formatIso(each.toUs),
      on: each.isOn,
      duration_s: each.toUs === null ? null : Math.max(0, each.toUs - each.fromUs) / 1e6,
      value: each.value,
      peak: each.peak,
      unit: each.unit,
      acknowledged: each.ackedUs === null ? null : formatIso(each.ackedUs),
    }),
  )
  return `{"version":1,"alarms":[${items.map((each) => `\n${each}`).join(',')}]}\n`
}
