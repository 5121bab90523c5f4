import type { Epoch } from '../domain/sample.ts'
import type { Stamp } from '../protocol/frames.ts'
import type { LossReason } from '../protocol/link/missing-ranges.ts'
import { advance, distance, placeIn } from '../util/serial-number.ts'
import type { Entry } from './time-entry.ts'

/** Samples that were never received. */
interface Hole {
  readonly first: number
  readonly count: number
  readonly reason: LossReason
}

/** A hole whose sample behind it has no time yet. */
interface PendingLoss extends Hole {
  /** Time of the sample before, Unix µs; 0: there is none. */
  readonly fromUs: number
  /** The sample before, where that has no time yet either. */
  readonly behind: Entry | null
}

/** Where a sample belongs that came after all. */
export interface LatePlace {
  readonly epoch: Epoch
  /** Unix µs */
  readonly timeUs: number
}

/** A hole with the times of the samples on either side. */
export interface Loss extends Hole {
  readonly epoch: Epoch
  /** Unix µs */
  readonly fromUs: number
  readonly toUs: number
  /** Time of an earlier stamp as the device's clock was then; null where it says nothing. */
  readonly timeOf: (stamp: Stamp) => number | null
}

/**
 * Newest losses remembered, in case one of their samples comes after all; more than the link
 * remembers (`SampleMemory`), which says that one has come.
 */
const REMEMBERED = 128

/** The holes of a run of numbers: their spans in time, and where a sample belongs that comes after all. */
export class Losses {
  #pending: PendingLoss[] = []
  #recorded: Loss[] = []

  /**
   * @param lastUs time of the newest sample, Unix µs; 0: none
   * @param held a newer one that has no time yet
   */
  add(hole: Hole, lastUs: number, held: Entry | null): void {
    this.#pending.push({ ...hole, fromUs: lastUs, behind: held })
  }

  /** There are holes whose span in time is not known yet. */
  get arePending(): boolean {
    return this.#pending.length > 0
  }

  /**
   * The sample behind the holes is here (or none will come), so that their spans are known.
   *
   * @param placed that sample; holes behind it stay open, and begin with it
   * @returns the holes with their spans, in order; each is to be recorded
   */
  settle(toUs: number, placed: Entry | null): (Hole & { fromUs: number; toUs: number })[] {
    const pending = this.#pending
    this.#pending = pending
      .filter(({ behind }) => behind !== null)
      .map((each) => (each.behind === placed ? { ...each, fromUs: toUs, behind: null } : each))
    return pending
      .filter(({ behind }) => behind === null)
      .map(({ first, count, reason, fromUs }) => {
        return { first, count, reason, fromUs: fromUs === 0 ? toUs : fromUs, toUs }
      })
  }

  /** Holes that are lost for different reasons between the same two samples share their span. */
  record(loss: Loss): void {
    const last = this.#recorded.at(-1)
    if (last !== undefined && isSameSpan(last, loss)) {
      this.#recorded[this.#recorded.length - 1] = { ...last, count: last.count + loss.count }
    } else this.#recorded = [...this.#recorded.slice(1 - REMEMBERED), loss]
  }

  /** The numbers begin anew. */
  clear(): void {
    this.#recorded = []
  }

  /** Takes a sample that came after all out of the loss that it was in; null: none that is remembered. */
  take(seq: number, stamp: Stamp): LatePlace | null {
    const at = this.#recorded.findLastIndex((each) => placeIn(each.first, each.count, seq) !== null)
    const loss = this.#recorded[at]
    if (loss === undefined) return null
    const place = distance(loss.first, seq)
    const timeUs = timeWithin(loss, place, stamp)
    const before = { ...loss, count: place, toUs: timeUs }
    const behind = {
      ...loss,
      first: advance(seq),
      count: loss.count - place - 1,
      fromUs: timeUs,
    }
    this.#recorded.splice(at, 1, ...[before, behind].filter(({ count }) => count > 0))
    return { epoch: loss.epoch, timeUs }
  }
}

function isSameSpan(before: Loss, loss: Loss): boolean {
  return (
    advance(before.first, before.count) === loss.first &&
    before.epoch.id === loss.epoch.id &&
    before.fromUs === loss.fromUs &&
    before.toUs === loss.toUs
  )
}

/**
 * When a lost sample that came after all was measured: by its stamp, or else by its number; always
 * so that each of the others has a µs of its own on its side.
 *
 * @param place in the loss, from 0 on
 * @returns Unix µs
 */
function timeWithin({ count, fromUs, toUs, timeOf }: Loss, place: number, stamp: Stamp): number {
  const stampUs = timeOf(stamp)
  const isWithin = stampUs !== null && stampUs > fromUs && stampUs < toUs
  const wantedUs = isWithin ? stampUs : fromUs + ((toUs - fromUs) * (place + 1)) / (count + 1)
  // Where the sample behind begins another run, that may be before the end of this one.
  const endUs = Math.max(toUs, fromUs + count + 1)
  return Math.min(Math.max(Math.round(wantedUs), fromUs + place + 1), endUs - (count - place))
}
