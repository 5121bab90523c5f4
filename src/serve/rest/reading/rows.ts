import { eventMembers, lossMembers } from '../../../export/total-members.ts'
import type { LogRange } from '../../../storage/read/log-query.ts'
import type { LogReader } from '../../../storage/read/log-reader.ts'

/** What is asked of the records of a log. */
export interface RowsWish {
  readonly of: 'events' | 'losses'
  readonly range: LogRange
  /** Kinds of events, reasons of losses; null: all */
  readonly kinds: readonly string[] | null
  readonly isNewestFirst: boolean
  /** Most rows. */
  readonly limit: number
  /** Where an earlier answer left off; null: at the begin */
  readonly place: RowPlace | null
}

/** A row: its time, Unix µs, and its number among those of that time. */
export interface RowPlace {
  readonly timeUs: number
  readonly number: number
}

export interface Rows {
  readonly rows: readonly object[]
  /** null: that was all */
  readonly next: RowPlace | null
}

interface Row extends RowPlace {
  readonly members: object
}

/** A page of events or losses. */
export function rowsOf(reader: LogReader, wish: RowsWish): Rows {
  const { limit, place, isNewestFirst } = wish
  const page: Row[] = []
  let isMore = false
  for (const row of numbered(reader, wish)) {
    const isBefore = place !== null && isBeforePlace(row, place)
    if (isNewestFirst) {
      // Those before the place, the newest of them: they come last.
      if (place !== null && !isBefore) break
      page.push(row)
      if (page.length > limit) {
        page.shift()
        isMore = true
      }
    } else if (!isBefore) {
      isMore = page.length === limit
      if (isMore) break
      page.push(row)
    }
  }
  if (isNewestFirst) page.reverse()
  const last = page.at(-1)
  const rows = page.map(({ members }) => members)
  if (!isMore || last === undefined) return { rows, next: null }
  // Oldest first, the place is that of the next row; newest first, that of the last one.
  const { timeUs, number } = last
  return { rows, next: { timeUs, number: isNewestFirst ? number : number + 1 } }
}

function isBeforePlace({ timeUs, number }: RowPlace, place: RowPlace): boolean {
  return timeUs < place.timeUs || (timeUs === place.timeUs && number < place.number)
}

function* numbered(reader: LogReader, { of, range, kinds }: RowsWish): Generator<Row> {
  let beforeUs = Number.NaN
  let number = 0
  for (const { timeUs, kind, members } of of === 'events'
    ? eventRows(reader, range)
    : lossRows(reader, range)) {
    if (kinds !== null && !kinds.includes(kind)) continue
    number = timeUs === beforeUs ? number + 1 : 0
    beforeUs = timeUs
    yield { timeUs, number, members: members() }
  }
}

interface Found {
  readonly timeUs: number
  readonly kind: string
  readonly members: () => object
}

function* eventRows(reader: LogReader, range: LogRange): Generator<Found> {
  for (const event of reader.events(range)) {
    yield { timeUs: event.timeUs, kind: event.kind, members: () => eventMembers(event) }
  }
}

function* lossRows(reader: LogReader, range: LogRange): Generator<Found> {
  for (const loss of reader.losses(range)) {
    yield { timeUs: loss.fromUs, kind: loss.reason, members: () => lossMembers(loss) }
  }
}
