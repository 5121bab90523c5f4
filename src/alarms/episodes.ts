/** Events of alarms as episodes: docs/alarms.md. */

import { type AlarmRecord, readEventText } from './event-text.ts'

/** One alarm from its raise to its end. */
export interface Episode {
  readonly device: string
  readonly name: string
  readonly rule: string
  readonly unit: string
  /** Unix µs */
  readonly fromUs: number
  /** null: the log does not say, see `isOn` */
  toUs: number | null
  /** Its end is not in the log, nor can have been folded away, and it was not raised again. */
  isOn: boolean
  /** At the raise; null: none was known, or the raise is not in the log. */
  readonly value: number | null
  peak: number | null
  ackedUs: number | null
}

/** An event as the log has it. */
export interface AlarmRow {
  readonly timeUs: number
  readonly device: string
  readonly kind: string
  readonly detail: string
  /** A row that stands for several events, as older logs have them; null: for itself. */
  readonly storm: {
    readonly count: number
    readonly timeUs: number
    readonly detail: string
  } | null
}

/** A time in an event is that of the device, what has passed since in whole ms: so close are the two of one raise, µs. */
const SAME_RAISE_US = 2000

/** @param rows in the order of their time */
export function episodesOf(rows: Iterable<AlarmRow>): Episode[] {
  const reader = new EpisodeReader()
  for (const row of inOrder(rows)) reader.take(row)
  return reader.episodes.sort((one, other) => one.fromUs - other.fromUs)
}

/** What a row stands for: the last of its events, which is known, and those before it, which are not. */
interface Item {
  readonly timeUs: number
  readonly device: string
  readonly kind: string
  /** null: events of which nothing is known. */
  readonly detail: string | null
}

function inOrder(rows: Iterable<AlarmRow>): Item[] {
  const items = [...rows].flatMap((row): Item[] => {
    const { storm } = row
    if (storm === null) return [row]
    const unknown = { ...row, detail: null }
    return [unknown, { ...row, timeUs: storm.timeUs, detail: storm.detail }]
  })
  return items.sort((one, other) => one.timeUs - other.timeUs)
}

class EpisodeReader {
  readonly episodes: Episode[] = []
  /** Of each device and rule those that wait for their end or for somebody's notice, the newest last. */
  readonly #open = new Map<string, Episode[]>()

  take({ timeUs, device, kind, detail }: Item): void {
    if (detail === null) {
      if (kind === 'alarm_off') this.#doubt(device)
      return
    }
    const record = readEventText(detail)
    if (record === null) return
    const key = JSON.stringify([device, record.name])
    const open = this.#open.get(key) ?? []
    this.#open.set(key, open)
    if (kind === 'alarm_on') {
      lose(open)
      open.push(this.#begin(device, record, timeUs, record.value))
    } else if (kind === 'alarm_off') {
      this.#end(open, device, record, timeUs)
    } else if (kind === 'alarm_ack') {
      acknowledge(open, record, timeUs)
    }
  }

  #begin(device: string, record: AlarmRecord, fromUs: number, value: number | null): Episode {
    const { name, rule, unit, peak } = record
    const episode: Episode = {
      device,
      name,
      rule,
      unit,
      fromUs,
      toUs: null,
      isOn: true,
      value,
      peak,
      ackedUs: null,
    }
    this.episodes.push(episode)
    return episode
  }

  #end(open: Episode[], device: string, record: AlarmRecord, toUs: number): void {
    const fromUs = toUs - record.durationMs * 1000
    let episode = open.findLast((each) => Math.abs(each.fromUs - fromUs) <= SAME_RAISE_US)
    if (episode === undefined) {
      // Its raise was folded away, or is older than what the log keeps.
      lose(open)
      episode = this.#begin(device, record, fromUs, null)
      open.push(episode)
    }
    Object.assign(episode, { toUs, isOn: false, peak: record.peak })
  }

  /** Some alarms of the device ended, and nobody knows which. */
  #doubt(device: string): void {
    for (const open of this.#open.values()) if (open.at(-1)?.device === device) lose(open)
  }
}

/** The monitor ended meanwhile, or the end was folded away: nobody knows when the condition did. */
function lose(open: readonly Episode[]): void {
  const newest = open.at(-1)
  if (newest !== undefined) newest.isOn = false
}

/** One acknowledgement is for all since the first raise that it speaks of. */
function acknowledge(open: Episode[], record: AlarmRecord, timeUs: number): void {
  const newest = open.at(-1)
  if (newest === undefined) return
  const firstUs = (newest.toUs ?? timeUs) - record.durationMs * 1000 - SAME_RAISE_US
  const meant = open.filter((each) => each === newest || each.fromUs >= firstUs)
  for (const each of meant) each.ackedUs ??= timeUs
  if (meant.length === 1 && newest.toUs === null) newest.peak = record.peak
  open.splice(0, open.length, ...(newest.toUs === null ? [newest] : []))
}
