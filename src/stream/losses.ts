import type { Epoch } from '../domain/sample.ts'
import type { Stamp } from '../protocol/frames.ts'
import type { LossReason } from '../protocol/link/missing-ranges.ts'
import { distance, placeIn } from '../util/serial-number.ts'
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

/** A hole with the times of the samples on either side. */
export interface Loss extends Hole {
  readonly epoch: Epoch
  /** Unix µs */
  readonly fromUs: number
  readonly toUs: number
  /** Time of an earlier stamp as the device's clock was then; null where it says nothing. */
  readonly timeOf: (stamp: Stamp) => number | null
}

/** Newest losses remembered, in case one of their samples comes after all. */
const REMEMBERED = 64

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

  record(loss: Loss): void {
    this.#recorded = [...this.#recorded.slice(1 - REMEMBERED), loss]
  }

  /** The numbers begin anew. */
  clear(): void {
    this.#recorded = []
  }

  /** The loss that a sample was in; null: none that is remembered. */
  find(seq: number): Loss | null {
    return (
      this.#recorded.findLast(({ first, count }) => placeIn(first, count, seq) !== null) ?? null
    )
  }
}

/** When a lost sample that came after all was measured: by its stamp, or else by its number. @returns Unix µs */
export function timeWithin(loss: Loss, seq: number, stamp: Stamp): number {
  const { first, count, fromUs, toUs } = loss
  const stampUs = loss.timeOf(stamp)
  if (stampUs !== null && stampUs > fromUs && stampUs < toUs) return stampUs
  const place = distance(first, seq) + 1
  return Math.round(fromUs + ((toUs - fromUs) * place) / (count + 1))
}
