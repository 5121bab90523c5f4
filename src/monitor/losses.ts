import type { Epoch } from '../domain/sample.ts'
import type { Stamp } from '../protocol/frames.ts'
import type { LossReason } from '../protocol/missing-ranges.ts'
import { advance, distance } from '../protocol/serial-number.ts'
import type { Entry } from './timeline.ts'

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

  /**
   * The sample behind the holes is here (or none will come), so that their spans are known.
   *
   * @param placed that sample; holes behind it stay open, and begin with it
   * @param record called for each hole, in order
   */
  settle(
    toUs: number,
    placed: Entry | null,
    timeOf: () => Loss['timeOf'],
    record: (loss: Omit<Loss, 'epoch'>) => Epoch,
  ): void {
    if (this.#pending.length === 0) return
    const pending = this.#pending
    this.#pending = []
    for (const each of pending) {
      if (each.behind !== null && each.behind === placed) {
        this.#pending.push({ ...each, fromUs: toUs, behind: null })
        continue
      }
      const { first, count, reason } = each
      const fromUs = each.fromUs === 0 ? toUs : each.fromUs
      const loss = { first, count, reason, fromUs, toUs, timeOf: timeOf() }
      const epoch = record(loss)
      this.#recorded = [...this.#recorded.slice(1 - REMEMBERED), { ...loss, epoch }]
    }
  }

  /** The numbers begin anew. */
  clear(): void {
    this.#recorded = []
  }

  /** The loss that a sample was in; null: none that is remembered. */
  find(seq: number): Loss | null {
    return (
      this.#recorded.findLast(({ first, count }) => {
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

/** `lost 3 (#120-122, gone)` */
export function lossText({ first, count, reason }: Hole): string {
  const range = count === 1 ? `#${first}` : `#${first}-${advance(first, count - 1)}`
  return `lost ${count} (${range}, ${reason.replace('_', ' ')})`
}
