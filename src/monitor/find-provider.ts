import type { Trace } from '../chart/trace.ts'
import { EVENT_SUBJECTS, type EventKind } from '../domain/events.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import { ownValue } from '../util/records.ts'
import type { HubDevice } from './hub.ts'
import type { EventView, EventWish, ExtremeWish, Moment, MomentWish, SampleWish } from './view.ts'

/** Finds samples and events of a device in the log; where there is none, in what memory holds. */
export class FindProvider {
  readonly #history: LogHistory | null

  /** @param history null with `--no-log` */
  constructor(history: LogHistory | null) {
    this.#history = history
  }

  async find({ stream, state }: HubDevice, wish: MomentWish): Promise<Moment | null> {
    if (this.#history !== null) return this.#history.find(stream.device, wish)
    switch (wish.what) {
      case 'sample':
      case 'max':
      case 'min':
        return findInTrace(state.keepForView().trace.all(), wish)
      default:
        return findEvent(state.events, wish)
    }
  }
}

/** As exact as the slots of the trace are. */
function findInTrace(trace: Trace, wish: SampleWish | ExtremeWish): Moment | null {
  const slot = wish.what === 'sample' ? nearestSlot(trace, wish) : extremeSlot(trace, wish)
  if (slot === null) return null
  const values: Record<string, number> = Object.create(null)
  for (const [id, series] of Object.entries(trace.channels)) {
    const isAsked = wish.what !== 'sample' && wish.channel === id
    const value = (isAsked ? series[wish.what] : series.last)[slot] as number
    if (!Number.isNaN(value)) values[id] = value
  }
  const timeUs = trace.startUs + slot * trace.slotUs
  return { timeUs, withinUs: trace.slotUs, kind: 'sample', text: '', values }
}

function nearestSlot(
  { startUs, slotUs, length, count }: Trace,
  { atUs, withinUs }: SampleWish,
): number | null {
  let best: number | null = null
  let bestUs = withinUs
  for (let slot = 0; slot < length; slot++) {
    if (count[slot] === 0) continue
    const distanceUs = Math.abs(startUs + (slot + 0.5) * slotUs - atUs)
    if (distanceUs > bestUs) continue
    best = slot
    bestUs = distanceUs
  }
  return best
}

function extremeSlot(trace: Trace, { what, channel, fromUs, toUs }: ExtremeWish): number | null {
  const values = ownValue(trace.channels, channel)?.[what]
  if (values === undefined) return null
  let best: number | null = null
  for (let slot = 0; slot < trace.length; slot++) {
    const timeUs = trace.startUs + slot * trace.slotUs
    const value = values[slot] as number
    if (Number.isNaN(value) || timeUs + trace.slotUs <= fromUs || timeUs >= toUs) continue
    const before = best === null ? Number.NaN : (values[best] as number)
    const isWorse = what === 'max' ? value <= before : value >= before
    if (!isWorse) best = slot
  }
  return best
}

/** A flood stands where it begins. @param events newest first */
function findEvent(
  events: readonly EventView[],
  { what, direction, atUs }: EventWish,
): Moment | null {
  const kinds: readonly EventKind[] = EVENT_SUBJECTS[what]
  const wanted = events
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, text, timeUs, flood }) => {
      const said = flood === undefined ? text : `${flood.count}x, the newest: ${text}`
      return { kind, text: said, timeUs: flood?.sinceUs ?? timeUs }
    })
  const isAfter = direction === 'after'
  const beyond = wanted.filter(({ timeUs }) => (isAfter ? timeUs > atUs : timeUs < atUs))
  const sorted = beyond.toSorted((one, other) => one.timeUs - other.timeUs)
  const found = isAfter ? sorted[0] : sorted.at(-1)
  if (found === undefined) return null
  return { timeUs: found.timeUs, withinUs: 0, kind: found.kind, text: found.text, values: null }
}
