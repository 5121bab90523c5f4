import type { Trace } from '../chart/trace.ts'
import type { DeviceNumber, Snapshot, TraceWish, View } from '../monitor/view.ts'
import { Question } from './question.ts'

/** A running chart is read again when it has moved so far, however long a slot of it is. */
const STALE_US = 5e6

export interface ViewFeedOptions {
  readonly view: View
  readonly onSnapshot: (snapshot: Snapshot) => void
  readonly onTrace: () => void
  /** An answer was of no use, or an error: something else may be asked. */
  readonly onDropped: () => void
  readonly monoMs: () => number
}

/** A trace, or what it is asked for. */
interface TraceQuestion {
  readonly wish: TraceWish
  /** Newest sample at the time of the question. */
  readonly sampleUs: number
}

/**
 * The newest answers of a view. At most one question for a snapshot and one for
 * a trace are under way, so that a slow or hanging view costs nothing but news.
 */
export class ViewFeed {
  readonly #snapshots: Question<DeviceNumber, Snapshot>
  readonly #traces: Question<TraceQuestion, Trace>
  #snapshot: Snapshot | null = null
  #held: (TraceQuestion & { readonly trace: Trace }) | null = null

  constructor({ view, onSnapshot, onTrace, onDropped, monoMs }: ViewFeedOptions) {
    this.#snapshots = new Question({
      send: (device) => view.snapshot(device),
      isSame: (one, other) => one === other,
      onAnswer: (_, snapshot) => {
        this.#snapshot = snapshot
        onSnapshot(snapshot)
      },
      onDropped,
      monoMs,
    })
    this.#traces = new Question({
      send: ({ wish }) => view.trace(wish),
      isSame: (one, other) => isSameWish(one.wish, other.wish),
      onAnswer: (question, trace) => {
        this.#held = { ...question, trace }
        onTrace()
      },
      onDropped,
      monoMs,
    })
  }

  /** The newest one, of whichever device was selected when it was asked for. */
  get snapshot(): Snapshot | null {
    return this.#snapshot
  }

  /** The newest trace of that device, maybe of another span; null: there is none yet. */
  traceOf(device: DeviceNumber): Trace | null {
    return this.#held?.wish.device === device ? this.#held.trace : null
  }

  /** Why an answer is missing; null: none is. */
  get trouble(): string | null {
    return this.#snapshots.trouble ?? this.#traces.trouble
  }

  /** @returns false: the answer to an earlier question is still under way */
  askSnapshot(device: DeviceNumber): boolean {
    const isFree = !this.#snapshots.isAsking
    this.#snapshots.ask(device)
    return isFree
  }

  /**
   * Asks for a trace, unless the one held will do: a frozen one for good, a
   * running one until it has moved by a slot.
   *
   * @param sampleUs newest sample of the device
   */
  askTrace(wish: TraceWish | null, sampleUs: number): void {
    if (wish === null || this.#isFresh(wish, sampleUs)) this.#traces.cancel()
    else this.#traces.ask({ wish, sampleUs })
  }

  #isFresh(wish: TraceWish, sampleUs: number): boolean {
    if (this.#held === null || !isSameWish(this.#held.wish, wish)) return false
    if (wish.endUs !== null) return true
    const slotUs = (wish.spanMs * 1000) / wish.slots
    return Math.abs(sampleUs - this.#held.sampleUs) < Math.min(slotUs, STALE_US)
  }
}

function isSameWish(one: TraceWish, other: TraceWish): boolean {
  return (
    one.device === other.device &&
    one.spanMs === other.spanMs &&
    one.slots === other.slots &&
    one.endUs === other.endUs
  )
}
