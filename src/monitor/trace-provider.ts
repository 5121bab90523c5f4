import { emptySeries, type Trace } from '../chart/trace.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import { US_PER_MINUTE, US_PER_SECOND } from '../util/time-units.ts'
import type { HubDevice } from './hub.ts'
import { SLOT_US, type TraceStore } from './trace-store.ts'
import type { TraceRequest } from './view.ts'

/** Answers for any span of a device: the last 15 minutes from memory, what is before from the log. */
export class TraceProvider {
  readonly #history: LogHistory | null

  /** @param history null with `--no-log` */
  constructor(history: LogHistory | null) {
    this.#history = history
  }

  async trace({ stream, state }: HubDevice, request: TraceRequest): Promise<Trace> {
    const { slotUs, length } = slotsOf(request)
    const { trace } = state.keepForView()
    const recent = trace.read(slotUs, length, request.endUs)
    const heldFromUs = trace.oldestUs
    if (this.#history === null || (heldFromUs !== null && recent.startUs >= heldFromUs)) {
      return recent
    }
    const logged = await this.#history.series(stream.device, recent.startUs, slotUs, length)
    return heldFromUs === null ? logged : overlay(logged, recent, heldFromUs)
  }
}

/** Slots of whole seconds or minutes where they are that long: for these the log has roll-ups. */
export function slotsOf({ spanMs, slots }: TraceRequest): { slotUs: number; length: number } {
  const spanUs = spanMs * 1000
  const finestUs = spanUs / Math.max(1, slots)
  let step = SLOT_US
  if (finestUs > US_PER_MINUTE / 2) step = US_PER_MINUTE
  else if (finestUs > US_PER_SECOND / 2) step = US_PER_SECOND
  const slotUs = Math.max(1, Math.ceil(finestUs / step)) * step
  return { slotUs, length: Math.max(1, Math.ceil(spanUs / slotUs)) }
}

/** What memory holds in full is newer than what the log has committed. */
function overlay(logged: Trace, recent: Trace, heldFromUs: number): Trace {
  const held = Math.ceil((heldFromUs - recent.startUs) / recent.slotUs)
  const from = Math.min(recent.length, Math.max(0, held))
  logged.count.set(recent.count.subarray(from), from)
  logged.broken.set(recent.broken.subarray(from), from)
  logged.signs.set(recent.signs.subarray(from), from)
  const series = new Map(Object.entries(logged.channels))
  for (const [id, newer] of Object.entries(recent.channels)) {
    const into = series.get(id) ?? emptySeries(logged.length)
    into.min.set(newer.min.subarray(from), from)
    into.max.set(newer.max.subarray(from), from)
    into.last.set(newer.last.subarray(from), from)
    series.set(id, into)
  }
  return { ...logged, channels: Object.fromEntries(series) }
}

/** Begin of what a trace of the device can show, Unix µs; null: nothing yet. */
export function oldestUsOf(trace: TraceStore, loggedFromUs: number | null): number | null {
  const held = trace.oldestUs
  if (held === null || loggedFromUs === null) return held ?? loggedFromUs
  return Math.min(held, loggedFromUs)
}
