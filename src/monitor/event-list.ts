import { isSingle, type StreamEvent } from '../domain/events.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import type { EventView } from './view.ts'

const MOST = 50
/** Of events that say the same, one that comes within this of the one before is counted with it, µs. */
const FLOOD_US = 60 * US_PER_SECOND

/** The newest events, the newest first; a flood of those that differ only in their numbers is one of them. */
export class EventList {
  #events: readonly EventView[] = []

  get newest(): readonly EventView[] {
    return this.#events
  }

  add(event: StreamEvent): void {
    const before = isSingle(event.kind) ? undefined : this.#events.find((each) => isOf(each, event))
    const others = this.#events.filter((each) => each !== before)
    const flood = before && {
      count: (before.flood?.count ?? 1) + 1,
      sinceUs: before.flood?.sinceUs ?? before.timeUs,
    }
    const shown = flood === undefined ? event : { ...event, flood }
    this.#events = [shown, ...others.slice(0, MOST - 1)]
  }
}

function isOf(before: EventView, event: StreamEvent): boolean {
  if (before.kind !== event.kind || before.about !== event.about) return false
  if (Math.abs(event.timeUs - before.timeUs) > FLOOD_US) return false
  return withoutNumbers(before.text) === withoutNumbers(event.text)
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(?:[.:]\d+)*/g, '#')
}
