import { type AlarmRow, type Episode, episodesOf } from '../../alarms/episodes.ts'
import { valueText } from '../../alarms/event-text.ts'
import { cleanText } from '../../domain/sample.ts'
import { recordedIn } from '../../export/recorded-range.ts'
import {
  type LoggedEvent,
  type LogRange,
  readStorm,
  wholeLog,
} from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { formatIso, formatLocal, zoneName } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'
import type { Found } from './log-range.ts'
import { align } from './table-text.ts'

/** The alarms of a time, in the order of their raises. */
interface AlarmsOfTime {
  /** Those that were on when it began among them. */
  readonly episodes: readonly Episode[]
  /** Raises that older logs have folded into others, so that nothing else is known of them. */
  readonly folded: number
}

function alarmsIn(events: Iterable<LoggedEvent>, { fromUs, toUs }: LogRange): AlarmsOfTime {
  let folded = 0
  const rows: AlarmRow[] = []
  for (const event of events) {
    if (!isAlarm(event.kind)) continue
    const storm = readStorm(event.detail)
    rows.push({ ...event, storm })
    const isFolded = storm !== null && event.kind === 'alarm_on'
    if (isFolded && event.timeUs < toUs && storm.timeUs >= fromUs) folded += storm.count - 1
  }
  const isIn = (each: Episode): boolean =>
    each.fromUs < toUs && (each.fromUs >= fromUs || each.isOn || (each.toUs ?? 0) >= fromUs)
  return { episodes: episodesOf(rows).filter(isIn), folded }
}

function isAlarm(kind: string): boolean {
  return kind === 'alarm_on' || kind === 'alarm_off' || kind === 'alarm_ack'
}

/** The alarms of a log in that time. */
export function alarmsText(
  reader: LogReader,
  range: LogRange,
  isJson: boolean,
  colour: Colour,
): Found {
  // What was raised before may still have been on, and what ended later has its peak there.
  const alarms = alarmsIn(reader.events(wholeLog(range.device)), range)
  // A silence is an alarm without samples.
  const isNothing = alarms.episodes.length === 0 && recordedIn(range, reader) === null
  if (isJson) return { text: alarmJson(alarms), isNothing }
  return { text: isNothing ? '' : alarmTable(alarms, colour), isNothing }
}

/** For people: local time, a row an episode. */
function alarmTable({ episodes, folded }: AlarmsOfTime, colour: Colour): string {
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
  const more =
    folded === 0
      ? ''
      : `\nUp to ${folded} further raises: this log has them as a number only, see docs/alarms.md\n`
  return `times in ${zone}\n\n${colour.bold(first)}\n${lines.join('\n')}\n${more}`
}

/** For programs; docs/alarms.md. */
function alarmJson({ episodes, folded }: AlarmsOfTime): string {
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
  return `{"version":1,"folded":${folded},"alarms":[${items.map((each) => `\n${each}`).join(',')}]}\n`
}
