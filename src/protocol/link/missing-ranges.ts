import { advance, distance } from '../../util/serial-number.ts'

/** Samples `first .. first + count - 1` (numbers wrap) that have not arrived. */
export interface MissingRange {
  readonly first: number
  readonly count: number
  /** Why nobody waits for them any more; null: they are waited for. */
  readonly reason: LossReason | null
}

/** Why samples are missing for good; literal, as kept in the log. */
export type LossReason =
  /** The device knows no resends, or never answered one. */
  | 'not_healable'
  /** Not in a recording that was imported. */
  | 'not_recorded'
  /** In a part of the log that was damaged. */
  | 'damaged'
  /** Asked for several times, no answer. */
  | 'unanswered'
  /** The device said it has them no more. */
  | 'gone'
  /** Older than the device's replay depth when the gap was found. */
  | 'too_old'
  /** More samples waited behind the gap than the host holds. */
  | 'overflow'
  /** The device restarted before they were sent again. */
  | 'restart'
  /** Not lost after all: takes the sample out of a range that was recorded before. */
  | 'found'

/** The holes between the next sample to hand on and the newest one, in order of sequence. */
export class MissingRanges {
  #ranges: MissingRange[] = []

  get list(): readonly MissingRange[] {
    return this.#ranges
  }

  /** Appends a hole ahead of all others. */
  add(first: number, count: number): void {
    this.#ranges.push({ first, count, reason: null })
  }

  /** Takes away the hole at the front. */
  shift(): MissingRange | undefined {
    return this.#ranges.shift()
  }

  /** One sample arrived, waited for or not. @returns false where it was not missing */
  fill(seq: number): boolean {
    return this.#cut(seq, 1, () => false, null) > 0
  }

  /** Gives up what is still waited for in a range. @returns how many samples that were */
  giveUp(first: number, count: number, reason: LossReason): number {
    return this.#cut(first, count, (range) => range.reason !== null, reason)
  }

  /** Cuts a span out of all ranges that are not kept; puts it back as lost where there is a reason. */
  #cut(
    first: number,
    count: number,
    keep: (range: MissingRange) => boolean,
    reason: LossReason | null,
  ): number {
    let cut = 0
    this.#ranges = this.#ranges.flatMap((range) => {
      if (keep(range)) return [range]
      const from = Math.max(0, distance(range.first, first))
      const to = Math.min(range.count, distance(range.first, first) + count)
      if (from >= to) return [range]
      cut += to - from
      const pieces: MissingRange[] = []
      const piece = (start: number, end: number, why: LossReason | null): void => {
        if (start >= end) return
        pieces.push({ first: advance(range.first, start), count: end - start, reason: why })
      }
      piece(0, from, range.reason)
      if (reason !== null) piece(from, to, reason)
      piece(to, range.count, range.reason)
      return pieces
    })
    return cut
  }
}
