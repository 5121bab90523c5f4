import { advance, distance } from '../../util/serial-number.ts'
import type { EventList } from './link-event.ts'
import { type LossReason, type MissingRange, MissingRanges } from './missing-ranges.ts'
import { type Arrival, SampleMemory } from './sample-memory.ts'

/** Samples that may wait behind a hole; past it the oldest hole is given up. */
export const MAX_HELD = 4096

/**
 * Puts samples whose numbers are believed in order: hands each on once, finds
 * holes. While `healing`, samples behind a hole wait until it is filled or given
 * up; otherwise a hole is lost at once. Numbers wrap at 2^32.
 */
export class SampleOrder {
  readonly #events: EventList
  readonly #missing = new MissingRanges()
  readonly #held = new Map<number, { readonly arrival: Arrival; readonly healed: boolean }>()
  /** Those held that came as they were measured, in order. */
  #heldLive: Arrival[] = []
  readonly memory = new SampleMemory()
  #expected: number | null = null
  #head = 0
  #delivered = 0
  /** Whether holes can be healed. */
  healing = false

  constructor(events: EventList) {
    this.#events = events
  }

  /** Next number to hand on; null before the first sample. */
  get expected(): number | null {
    return this.#expected
  }

  /** One past the newest number known to have been sent; meaningful once `expected` is. */
  get head(): number {
    return this.#head
  }

  /** Holes still waited for, oldest first. */
  get open(): readonly MissingRange[] {
    return this.#missing.list.filter(({ reason }) => reason === null)
  }

  /** Numbered samples handed on so far. */
  get delivered(): number {
    return this.#delivered
  }

  /** The next sample has this number; what was before it is not waited for. null: any */
  expect(seq: number | null): void {
    this.#expected = seq
    this.#head = seq ?? 0
  }

  /** Takes in a sample that is the next one, ahead, or missing; any other is a duplicate. */
  place(arrival: Arrival, seq: number): void {
    if (seq === this.#expected && seq === this.#head && this.#isInOrder) {
      this.#head = advance(seq)
      this.#deliver(arrival, seq, false)
      return
    }
    if (this.#held.has(seq)) {
      this.#events.push({ kind: 'duplicate', arrival })
      return
    }
    const isNewest = distance(this.#head, seq) >= 0
    if (isNewest) {
      this.knowSentUpTo(seq)
      this.#head = advance(seq)
    } else if (!this.#missing.fill(seq)) {
      this.#events.push({ kind: 'duplicate', arrival })
      return
    }
    if (seq === this.#expected) this.#deliver(arrival, seq, !isNewest)
    else {
      this.#held.set(seq, { arrival, healed: !isNewest })
      if (isNewest && !arrival.frame.resend) this.#heldLive.push(arrival)
    }
    this.drain()
    while (this.#held.size > MAX_HELD) {
      const oldest = this.open[0]
      if (oldest === undefined) break
      this.giveUp(oldest.first, oldest.count, 'overflow')
    }
  }

  /** Numbers from the head up to, but not with, `seq` have been sent; they have not arrived. */
  knowSentUpTo(seq: number): void {
    const count = distance(this.#head, seq)
    if (count <= 0) return
    this.#missing.add(this.#head, count)
    this.#events.push({ kind: 'gap', first: this.#head, count })
    if (!this.healing) this.#missing.giveUp(this.#head, count, 'not_healable')
    this.#head = seq
  }

  /** Nothing waits, nothing is missing. */
  get #isInOrder(): boolean {
    return this.#held.size === 0 && this.#missing.list.length === 0
  }

  /** Nobody will send these again. */
  giveUp(first: number, count: number, reason: LossReason): void {
    if (this.#missing.giveUp(first, count, reason) > 0) this.drain()
  }

  /** Nobody will send anything again that is missing now; what waited behind it is handed on. */
  giveUpAll(reason: LossReason): void {
    for (const range of this.open) this.giveUp(range.first, range.count, reason)
  }

  /** Hands on what is due. */
  drain(): void {
    while (this.#expected !== null) {
      const next = this.#held.get(this.#expected)
      if (next !== undefined) {
        this.#held.delete(this.#expected)
        if (this.#heldLive[0] === next.arrival) this.#heldLive.shift()
        this.#deliver(next.arrival, this.#expected, next.healed)
        continue
      }
      const hole = this.#missing.list[0]
      if (hole === undefined || hole.reason === null || hole.first !== this.#expected) return
      this.#missing.shift()
      const { first, count, reason } = hole
      this.#expected = advance(first, count)
      this.memory.lose(hole)
      this.#events.push({ kind: 'lost', first, count, reason })
    }
  }

  #deliver(arrival: Arrival, seq: number, healed: boolean): void {
    this.memory.remember(seq, arrival)
    this.#expected = advance(seq)
    this.#delivered++
    const next = arrival.frame.resend ? this.#heldLive[0] : undefined
    this.#events.push({ kind: 'sample', arrival, healed, next })
  }
}
