import { type Span, spanOf } from './selection.ts'
import { DEFAULT_WINDOW, LEAST_SPAN_MS, MOST_SPAN_MS, type TimeWindow } from './time-window.ts'

/** What the address of the page says, so that a link shows the same picture. */
export interface Place {
  /** Name of the device; null: the first one. */
  readonly device: string | null
  readonly window: TimeWindow
  readonly selection: Span | null
}

/** A place, and the names of what does not count in the address since it is wrong. */
export interface ReadPlace extends Place {
  readonly wrong: readonly string[]
}

/** `?device=bench-7&span=60000&end=2026-11-20T20:13:00.123Z&from=…&to=…`; what is wrong in it does not count. */
export function placeOf(search: string): ReadPlace {
  const query = new URLSearchParams(search)
  const span = Number(query.get('span') ?? Number.NaN)
  const isSpan = span >= LEAST_SPAN_MS && span <= MOST_SPAN_MS
  const spanMs = isSpan ? Math.round(span) : DEFAULT_WINDOW.spanMs
  const endUs = timeOf(query.get('end'))
  const [from, to] = [timeOf(query.get('from')), timeOf(query.get('to'))]
  const selection = from === null || to === null || from === to ? null : spanOf(from, to)
  const counts = {
    span: isSpan,
    end: endUs !== null,
    from: selection !== null,
    to: selection !== null,
  }
  return {
    device: query.get('device'),
    window: { spanMs, endUs },
    selection,
    wrong: Object.entries(counts).flatMap(([name, does]) =>
      query.has(name) && !does ? [name] : [],
    ),
  }
}

/** What follows the `?`; empty where nothing differs from what the page begins with. */
export function searchOf({ device, window, selection }: Place): string {
  const query = new URLSearchParams()
  if (device !== null) query.set('device', device)
  if (window.spanMs !== DEFAULT_WINDOW.spanMs) query.set('span', String(Math.round(window.spanMs)))
  if (window.endUs !== null) query.set('end', timeText(window.endUs))
  if (selection !== null) {
    query.set('from', timeText(selection.fromUs))
    query.set('to', timeText(selection.toUs))
  }
  return query.toString()
}

/** To the ms, as `history --from` takes it. @param us Unix µs */
export function timeText(us: number): string {
  return new Date(Math.floor(us / 1000)).toISOString()
}

function timeOf(text: string | null): number | null {
  const ms = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : ms * 1000
}
