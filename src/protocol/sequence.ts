import type { SampleFrame } from './frames.ts'
import { type LossReason, type MissingRange, MissingRanges } from './missing-ranges.ts'
import { advance, distance } from './serial-number.ts'

/** A sample on its way through the link. */
export interface Arrival {
  readonly frame: SampleFrame
  /** Host time of its arrival, Unix µs, never going back. */
  readonly arrivalUs: number
}

/** What the tracker makes of the samples; each arrival ends in exactly one of the first four. */
export interface SequenceSink {
  /**
   * The next sample in order. `gapBefore`: samples before it are missing, or the
   * device restarted. `healed`: it fills a hole that was found before.
   */
  deliver(arrival: Arrival, gapBefore: boolean, healed: boolean): void
  duplicate(arrival: Arrival): void
  /** It was told to be lost, and came after all: behind samples that were handed on already. */
  late(arrival: Arrival): void
  /** Unprotected, and its number fits neither the run before nor the one after: not to be believed. */
  implausible(arrival: Arrival): void
  /** A hole was found. */
  gap(first: number, count: number): void
  /** A hole will stay; told in order of sequence, between the samples around it. */
  lost(first: number, count: number, reason: LossReason): void
  /** The numbering began anew without a `hello`. */
  restarted(): void
}

/** An unprotected number that jumps ahead by more than this must be confirmed by the next one. */
const CONFIRM_JUMP = 1000
/** Samples that may wait behind a hole; past it the oldest hole is given up. */
export const MAX_HELD = 4096
/** How many of the newest lost ranges are remembered, in case one comes after all. */
const LOST_KEPT = 64
/** How many delivered samples are remembered to tell a repeated one from a restarted count. */
const MEMORY = 256

/**
 * Puts numbered samples in order: hands each on once, finds holes, duplicates
 * and restarts. While `healing`, samples behind a hole wait until it is filled
 * or given up; otherwise a hole is lost at once. Numbers wrap at 2^32.
 */
export class SequenceTracker {
  readonly #sink: SequenceSink
  readonly #missing = new MissingRanges()
  /** Told to be lost in this run of numbers, newest last. */
  #lost: { readonly first: number; readonly count: number }[] = []
  readonly #held = new Map<number, { readonly arrival: Arrival; readonly healed: boolean }>()
  readonly #memory: (SampleFrame | undefined)[] = new Array(MEMORY)
  /** Next number to hand on; null before the first sample. */
  #expected: number | null = null
  /** One past the newest number known. */
  #head = 0
  #gapBefore = false
  #suspect: Arrival | null = null
  /** Whether holes can be healed; set by the link as it learns about the device. */
  healing = false

  constructor(sink: SequenceSink) {
    this.#sink = sink
  }

  get expected(): number | null {
    return this.#expected
  }

  /** Number after the newest one known to have been sent; meaningful once `expected` is. */
  get head(): number {
    return this.#head
  }

  /** Holes still waited for, oldest first. */
  get open(): readonly MissingRange[] {
    return this.#missing.list.filter((range) => !range.lost)
  }

  get held(): number {
    return this.#held.size
  }

  accept(arrival: Arrival): void {
    const { seq } = arrival.frame
    if (seq === null) {
      this.#sink.deliver(arrival, this.#takeGap(), false)
      return
    }
    this.#judgeSuspect(seq)
    if (this.#expected === null) {
      this.#expected = seq
      this.#head = seq
    }
    const ahead = distance(this.#expected, seq)
    if (ahead < 0) this.#behind(arrival, seq)
    else if (ahead > CONFIRM_JUMP && !arrival.frame.protected) this.#suspect = arrival
    else this.#place(arrival, seq)
  }

  /** Device knowledge: everything before `nextSeq` has been sent. */
  knowSentUpTo(nextSeq: number): void {
    if (this.#expected === null) {
      this.#expected = nextSeq
      this.#head = nextSeq
    }
    this.#openUpTo(nextSeq)
    this.#drain()
  }

  /** Nobody will send these again. */
  giveUp(first: number, count: number, reason: LossReason): void {
    if (this.#missing.giveUp(first, count, reason) > 0) this.#drain()
  }

  /**
   * The device's numbering begins anew at `firstSeq`; what still waits is handed
   * on, its holes are lost.
   *
   * @param firstSeq number of the first sample of the new run; null: not known
   */
  restart(firstSeq: number | null): void {
    this.settle()
    for (const range of this.open) this.#missing.giveUp(range.first, range.count, 'restart')
    this.#drain()
    // A device that keeps its counter over a reset: the numbers between belong to the run before.
    if (firstSeq !== null && this.#expected !== null) {
      const ahead = distance(this.#expected, firstSeq)
      if (firstSeq !== 0 && ahead > 0 && ahead <= MAX_HELD) {
        this.#sink.gap(this.#expected, ahead)
        this.#sink.lost(this.#expected, ahead, 'restart')
      }
    }
    this.#memory.fill(undefined)
    this.#lost = []
    this.#expected = firstSeq
    this.#head = firstSeq ?? 0
    this.#gapBefore = true
  }

  /** Goes on behind a number logged earlier by another run of the host. */
  resume(lastSeq: number): void {
    this.#expected = advance(lastSeq)
    this.#head = this.#expected
  }

  /** The stream is over: what waits is handed on, what is missing is lost. */
  finish(): void {
    this.settle()
    for (const range of this.open) this.giveUp(range.first, range.count, 'unanswered')
  }

  /** Decides about a sample that waits for the next one: there is none. It is believed. */
  settle(): void {
    const suspect = this.#suspect
    this.#suspect = null
    if (suspect !== null) this.#believe(suspect)
  }

  #judgeSuspect(nextSeq: number): void {
    const suspect = this.#suspect
    if (suspect === null) return
    this.#suspect = null
    const isConfirmed = distance(suspect.frame.seq as number, nextSeq) === 1
    if (isConfirmed) this.#believe(suspect)
    else this.#sink.implausible(suspect)
  }

  #believe(suspect: Arrival): void {
    const seq = suspect.frame.seq as number
    if (this.#expected !== null && distance(this.#expected, seq) < 0) this.#restartAt(suspect, seq)
    else this.#place(suspect, seq)
  }

  #behind(arrival: Arrival, seq: number): void {
    const before = this.#memory[seq % MEMORY]
    const isRepeat = before !== undefined && before.seq === seq && sameSample(before, arrival.frame)
    if (!isRepeat && this.#unlose(seq)) {
      this.#memory[seq % MEMORY] = arrival.frame
      this.#sink.late(arrival)
    } else if (arrival.frame.resend || isRepeat) this.#sink.duplicate(arrival)
    else if (arrival.frame.protected) this.#restartAt(arrival, seq)
    else this.#suspect = arrival
  }

  #restartAt(arrival: Arrival, seq: number): void {
    this.restart(null)
    this.#sink.restarted()
    this.#expected = seq
    this.#head = seq
    this.#place(arrival, seq)
  }

  #place(arrival: Arrival, seq: number): void {
    if (this.#held.has(seq)) {
      this.#sink.duplicate(arrival)
      return
    }
    const isNewest = distance(this.#head, seq) >= 0
    if (isNewest) {
      this.#openUpTo(seq)
      this.#head = advance(seq)
    } else if (!this.#missing.fill(seq)) {
      this.#sink.duplicate(arrival)
      return
    }
    this.#held.set(seq, { arrival, healed: !isNewest })
    this.#drain()
    while (this.#held.size > MAX_HELD) {
      const oldest = this.open[0]
      if (oldest === undefined) break
      this.giveUp(oldest.first, oldest.count, 'overflow')
    }
  }

  /** Numbers from the head up to `seq` have been sent but have not arrived. */
  #openUpTo(seq: number): void {
    const count = distance(this.#head, seq)
    if (count <= 0) return
    this.#missing.add(this.#head, count)
    this.#sink.gap(this.#head, count)
    if (!this.healing) this.#missing.giveUp(this.#head, count, 'not_healable')
    this.#head = seq
  }

  #drain(): void {
    while (this.#expected !== null) {
      const next = this.#held.get(this.#expected)
      if (next !== undefined) {
        this.#held.delete(this.#expected)
        this.#memory[this.#expected % MEMORY] = next.arrival.frame
        this.#expected = advance(this.#expected)
        this.#sink.deliver(next.arrival, this.#takeGap(), next.healed)
        continue
      }
      const hole = this.#missing.list[0]
      if (hole === undefined || !hole.lost || hole.first !== this.#expected) return
      this.#missing.shift()
      this.#expected = advance(hole.first, hole.count)
      this.#gapBefore = true
      this.#lost = [...this.#lost.slice(1 - LOST_KEPT), hole]
      this.#sink.lost(hole.first, hole.count, hole.reason ?? 'not_healable')
    }
  }

  /** @returns false where this number was not told to be lost */
  #unlose(seq: number): boolean {
    const range = this.#lost.find(({ first, count }) => {
      const place = distance(first, seq)
      return place >= 0 && place < count
    })
    if (range === undefined) return false
    const place = distance(range.first, seq)
    this.#lost = this.#lost.flatMap((each) => {
      if (each !== range) return [each]
      const before = { first: range.first, count: place }
      const after = { first: advance(seq), count: range.count - place - 1 }
      return [before, after].filter(({ count }) => count > 0)
    })
    return true
  }

  #takeGap(): boolean {
    const gap = this.#gapBefore
    this.#gapBefore = false
    return gap
  }
}

function sameSample(a: SampleFrame, b: SampleFrame): boolean {
  return (
    a.voltage === b.voltage &&
    a.current === b.current &&
    a.power === b.power &&
    a.status === b.status &&
    a.stamp.kind === b.stamp.kind &&
    (a.stamp.kind === 'none' || a.stamp.value === (b.stamp as typeof a.stamp).value)
  )
}
