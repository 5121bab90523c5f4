import { emptySeries, emptyTrace, type Trace } from '../chart/trace.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import { US_PER_MINUTE, US_PER_SECOND } from '../util/time-units.ts'
import type { HubDevice } from './hub.ts'
import { SLOT_US, type TraceStore } from './trace-store.ts'
import type { TraceRequest } from './view.ts'

/** A commit is never later than that after the sample, unless the log waits, µs. */
const COMMITTED_US = US_PER_SECOND

/** Traces of a device whose begin is kept, each of some 100 kB at most; of others the log is read each time. */
const MOST_FORMS = 16

/** What the log had of the time before the memory. */
interface Before {
  readonly device: string
  readonly logged: Trace
  /** Begin of the memory at that time, Unix µs. */
  readonly heldFromUs: number
  /** Samples in memory of the slot that both have a part of. */
  readonly sharedCount: number
}

/** Answers for any span of a device: the last 15 minutes from memory, what is before from the log. */
export class TraceProvider {
  readonly #history: LogHistory | null
  readonly #isAllHeld: (device: HubDevice) => boolean
  /** By the form of the trace: several viewers, or chart and overview, have one each. */
  readonly #before = new Map<HubDevice, Map<string, Before>>()

  /**
   * @param history null with `--no-log`
   * @param isAllHeld the log has nothing of a device that memory has not: its thread need not be woken
   */
  constructor(history: LogHistory | null, isAllHeld: (device: HubDevice) => boolean) {
    this.#history = history
    this.#isAllHeld = isAllHeld
  }

  async trace(hubDevice: HubDevice, request: TraceRequest): Promise<Trace> {
    const { slotUs, length } = slotsOf(request)
    const form = `${slotUs} ${length}`
    const { stream, state } = hubDevice
    const { trace } = state.keepForView()
    const recent = trace.read(slotUs, length, request.endUs)
    const heldFromUs = trace.oldestUs
    const isRecent = heldFromUs !== null && recent.startUs >= heldFromUs
    if (this.#history === null || isRecent || this.#isAllHeld(hubDevice)) {
      this.#before.get(hubDevice)?.delete(form)
      return recent
    }
    const { device } = stream
    const before = this.#before.get(hubDevice)?.get(form)
    // A frozen chart is asked for once, and may be about marks that were set a moment ago.
    if (request.endUs === null && heldFromUs !== null && before?.device === device) {
      if (holds(before, recent, heldFromUs)) {
        return overlay(movedTo(before.logged, recent), recent, heldFromUs)
      }
    }
    const logged = await this.#history.series(device, recent.startUs, slotUs, length)
    if (heldFromUs === null) return logged
    const sharedCount = countAt(recent, heldFromUs)
    if (request.endUs === null && countAt(logged, heldFromUs) >= sharedCount) {
      const kept = movedTo(logged, logged)
      this.#keep(hubDevice, form, { device, logged: kept, heldFromUs, sharedCount })
    }
    return overlay(logged, recent, heldFromUs)
  }

  #keep(hubDevice: HubDevice, form: string, before: Before): void {
    const kept = this.#before.get(hubDevice) ?? new Map<string, Before>()
    this.#before.set(hubDevice, kept)
    // The newest stands last.
    kept.delete(form)
    kept.set(form, before)
    if (kept.size <= MOST_FORMS) return
    for (const oldest of kept.keys()) {
      kept.delete(oldest)
      break
    }
  }
}

/**
 * Whether what the log had is what it has: of the time before a run nothing changes, so that its
 * thread need not be woken for each step of a running chart.
 */
function holds(
  { logged, heldFromUs, sharedCount }: Before,
  recent: Trace,
  nowHeldFromUs: number,
): boolean {
  const { slotUs, startUs, length } = logged
  const sharedEndUs = (Math.floor(heldFromUs / slotUs) + 1) * slotUs
  return (
    recent.slotUs === slotUs &&
    recent.startUs >= startUs &&
    nowHeldFromUs <= heldFromUs &&
    sharedEndUs + COMMITTED_US <= startUs + (length - 1) * slotUs &&
    countAt(recent, heldFromUs) === sharedCount
  )
}

/** Measured samples of the slot that a time is in; 0 outside of the trace. */
function countAt({ startUs, slotUs, count }: Trace, timeUs: number): number {
  return count[Math.floor((timeUs - startUs) / slotUs)] ?? 0
}

/** What it has of the slots of a later one with the same width. */
function movedTo(trace: Trace, { startUs, slotUs, length }: Trace): Trace {
  const from = Math.min(trace.length, Math.round((startUs - trace.startUs) / slotUs))
  const moved = emptyTrace({ startUs, slotUs, length }, Object.keys(trace.channels))
  moved.count.set(trace.count.subarray(from, from + length))
  moved.broken.set(trace.broken.subarray(from, from + length))
  moved.signs.set(trace.signs.subarray(from, from + length))
  for (const [id, { min, max, last }] of Object.entries(trace.channels)) {
    const into = moved.channels[id]
    into?.min.set(min.subarray(from, from + length))
    into?.max.set(max.subarray(from, from + length))
    into?.last.set(last.subarray(from, from + length))
  }
  return moved
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
  // Whether its first sample goes on from the one before it, memory can't know; what the log has not yet is of a new run.
  const isFirst = recent.startUs + from * recent.slotUs === heldFromUs
  const isBroken = isFirst && (logged.count[from] === 0 || logged.broken[from] === 1)
  logged.count.set(recent.count.subarray(from), from)
  logged.broken.set(recent.broken.subarray(from), from)
  if (isBroken) logged.broken[from] = 1
  logged.signs.set(recent.signs.subarray(from), from)
  // Marks that were set at an earlier time.
  for (let i = 0; i < from; i++) logged.signs[i] = (logged.signs[i] ?? 0) | (recent.signs[i] ?? 0)
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
