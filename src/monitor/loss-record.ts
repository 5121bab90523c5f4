import type { Epoch } from '../domain/sample.ts'
import type { Stamp } from '../protocol/frames.ts'
import type { LossReason } from '../protocol/missing-ranges.ts'
import { distance } from '../protocol/serial-number.ts'

/** Samples that were never received, with the times of those on either side. */
export interface Loss {
  readonly first: number
  readonly count: number
  readonly reason: LossReason
  /** The run that they belong to. */
  readonly epoch: Epoch
  /** Unix µs */
  readonly fromUs: number
  readonly toUs: number
  /** Time of an earlier stamp as the device's clock was then; null where it says nothing. */
  readonly timeOf: (stamp: Stamp) => number | null
}

/** Newest losses remembered, in case one of their samples comes after all. */
const REMEMBERED = 64

/** Losses of the run of numbers under way, newest last: where a sample belongs that comes late. */
export class LossRecord {
  #losses: Loss[] = []

  add(loss: Loss): void {
    this.#losses = [...this.#losses.slice(1 - REMEMBERED), loss]
  }

  /** The numbers begin anew. */
  clear(): void {
    this.#losses = []
  }

  /** The loss that a sample was in; null: none that is remembered. */
  find(seq: number): Loss | null {
    return (
      this.#losses.findLast(({ first, count }) => {
        const place = distance(first, seq)
        return place >= 0 && place < count
      }) ?? null
    )
  }
}

/** When a lost sample that came after all was measured: its stamp tells, or else its number. @returns Unix µs */
export function timeWithin(loss: Loss, seq: number, stamp: Stamp): number {
  const { first, count, fromUs, toUs } = loss
  const toldUs = loss.timeOf(stamp)
  if (toldUs !== null && toldUs > fromUs && toldUs < toUs) return toldUs
  const place = distance(first, seq) + 1
  return Math.round(fromUs + ((toUs - fromUs) * place) / (count + 1))
}
