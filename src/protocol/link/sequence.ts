import { advance, distance } from '../../util/serial-number.ts'
import { type LossReason, type MissingRange, MissingRanges } from './missing-ranges.ts'
import { type Arrival, SampleMemory } from './sample-memory.ts'

/** What the tracker makes of the samples; each arrival ends in exactly one of the first four. */
export interface SequenceSink {
  /**
   * The next sample in order. `healed`: it fills a hole that was found before.
   */
  deliver(arrival: Arrival, healed: boolean): void
  duplicate(arrival: Arrival): void
  /** It was reported as lost, and came after all: behind samples that were handed on already. */
  late(arrival: Arrival): void
  /** Its number fits neither the run before nor the one after: not to be believed. */
  implausible(arrival: Arrival): void
  /** A hole was found. */
  gap(first: number, count: number): void
  /** A hole will stay; reported in order of sequence, between the samples around it. */
  lost(first: number, count: number, reason: LossReason): void
  /** The numbering began anew without a `hello`. */
  restarted(): void
  /** The numbers don't count up: from here on samples are delivered without them. */
  unnumbered(): void
}

/** A sample whose number fits neither the run so far nor, yet, a new one. */
interface Doubt {
  readonly arrival: Arrival
  /** What it counts as where the next samples don't confirm it. */
  readonly verdict: 'implausible' | 'duplicate'
}

/** A jump ahead by no more than this is confirmed by any number soon after it, a longer one by the next one only. */
const NEAR = 1000
/** So many samples in a row whose numbers fit nothing: the device doesn't number its samples. */
const MOST_DOUBTS = 8
/** So many restarts in a row after a single sample each: the same. */
const MOST_RESTARTS = 8
/** Samples that may wait behind a hole; past it the oldest hole is given up. */
export const MAX_HELD = 4096

/**
 * Puts numbered samples in order: hands each on once, finds holes, duplicates
 * and restarts. While `healing`, samples behind a hole wait until it is filled
 * or given up; otherwise a hole is lost at once. Numbers wrap at 2^32.
 */
export class SequenceTracker {
  readonly #sink: SequenceSink
  readonly #missing = new MissingRanges()
  readonly #held = new Map<number, { readonly arrival: Arrival; readonly healed: boolean }>()
  readonly #memory = new SampleMemory()
  /** Of the samples in doubt. */
  readonly #doubtMemory = new SampleMemory()
  /** Next number to hand on; null before the first sample. */
  #expected: number | null = null
  /** One past the newest number known. */
  #head = 0
  /** Newest last; at most one less than `MOST_DOUBTS`. */
  #doubts: Doubt[] = []
  /** Restarts after a single sample each. */
  #restartsInRow = 0
  #sinceRestart = 0
  #isUnnumbered = false
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
    const { seq, oddSeq } = arrival.frame
    if (this.#isUnnumbered) this.#deliverUnnumbered(arrival)
    else if (oddSeq) this.#doubt(arrival, 'implausible')
    else if (seq === null) this.#sink.deliver(arrival, false)
    else this.#acceptNumber(arrival, seq)
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
    this.#memory.clear()
    this.#expected = firstSeq
    this.#head = firstSeq ?? 0
    this.#isUnnumbered = false
  }

  /** Goes on behind a number logged earlier by another run of the host. */
  resume(lastSeq: number): void {
    this.#expected = advance(lastSeq)
    this.#head = this.#expected
    this.#isUnnumbered = false
  }

  /** Another device may be there: numbers that meant nothing get another chance. */
  retryNumbers(): void {
    if (!this.#isUnnumbered) return
    this.#isUnnumbered = false
    this.#restartsInRow = 0
    this.#memory.clear()
    this.#expected = null
  }

  /** The stream is over: what waits is handed on, what is missing is lost. */
  finish(): void {
    this.settle()
    for (const range of this.open) this.giveUp(range.first, range.count, 'unanswered')
  }

  /** Decides about samples that wait for the next one: there is none. */
  settle(): void {
    const [first] = this.#doubts
    if (first === undefined) return
    const due = this.#doubts.findLast(({ arrival }) => this.#isSoon(arrival.frame.seq))
    if (due !== undefined) {
      this.#doubts = this.#doubts.filter((doubt) => doubt !== due)
      this.#reject()
      this.#believe(due.arrival)
      return
    }
    const { frame } = first.arrival
    const isAlone = this.#doubts.length === 1
    if (this.#doubts.every(({ verdict }) => verdict === 'duplicate')) this.#reject()
    else if (isAlone && frame.oddSeq && this.#expected !== null) this.#reject()
    else if (isAlone && !frame.oddSeq) {
      this.#doubts = []
      this.#believe(first.arrival)
    } else this.#endNumbers()
  }

  /** A number that a few losses explain. */
  #isSoon(seq: number | null): boolean {
    if (seq === null || this.#expected === null) return false
    const ahead = distance(this.#expected, seq)
    return ahead >= 0 && ahead <= MOST_DOUBTS
  }

  #acceptNumber(arrival: Arrival, seq: number): void {
    this.#judgeDoubts(seq, arrival.frame.resend)
    if (this.#expected === null) {
      this.#expected = seq
      this.#head = seq
    }
    const ahead = distance(this.#expected, seq)
    if (ahead < 0) this.#behind(arrival, seq)
    else if (ahead > 0 && !this.#isTrusted(arrival) && !this.#isKnown(seq)) this.#doubtJump(arrival)
    else {
      this.#reject(seq)
      this.#place(arrival, seq)
      this.#reject()
    }
  }

  /** A number that is right at once, since asking for what is missing before it can't wait. */
  #isTrusted({ frame }: Arrival): boolean {
    return frame.protected && this.healing
  }

  /** Whether a number is the next one, or before it. */
  #isKnown(seq: number): boolean {
    return distance(this.#head, seq) <= 0
  }

  /** The same line once more says nothing new about a jump. */
  #doubtJump(arrival: Arrival): void {
    const seq = arrival.frame.seq as number
    if (this.#doubts.length > 0 && this.#doubtMemory.has(seq, arrival))
      this.#sink.duplicate(arrival)
    else {
      this.#doubtMemory.remember(seq, arrival)
      this.#doubt(arrival, 'implausible')
    }
  }

  #doubt(arrival: Arrival, verdict: Doubt['verdict']): void {
    this.#doubts.push({ arrival, verdict })
    if (this.#doubts.length >= MOST_DOUBTS) this.#endNumbers()
  }

  /** The next number may confirm the newest one in doubt: those before it were wrong then. */
  #judgeDoubts(nextSeq: number, isResend: boolean): void {
    const last = this.#doubts.at(-1)
    const seq = last?.arrival.frame.seq ?? null
    if (last === undefined || seq === null || this.#expected === null) return
    const jump = distance(this.#expected, seq)
    const most = jump > 0 && jump <= NEAR ? NEAR : 1
    const step = distance(seq, nextSeq)
    // What is sent again lies before what was sent.
    const isBefore = isResend && jump > 0 && step < 0
    if (!isBefore && (step < 1 || step > most)) return
    // A number that is due, or that is missing, speaks for the run so far.
    if (nextSeq === this.#expected) return
    if (last.verdict === 'duplicate' && this.#memory.isLost(nextSeq)) return
    this.#doubts.pop()
    this.#reject()
    this.#believe(last.arrival)
  }

  /**
   * Doubts end: a sample that is due now was only out of order, the others don't count.
   *
   * @param dueSeq number about to be placed: what comes after it may still be due then
   */
  #reject(dueSeq: number | null = null): void {
    if (this.#doubts.length === 0) return
    const doubts = this.#doubts.toSorted(byNumber)
    this.#doubts = []
    for (const doubt of doubts) {
      const { seq } = doubt.arrival.frame
      if (seq !== null && dueSeq !== null && distance(dueSeq, seq) > 0) this.#doubts.push(doubt)
      else if (seq !== null && seq === this.#expected && dueSeq === null)
        this.#place(doubt.arrival, seq)
      else this.#sink[doubt.verdict](doubt.arrival)
    }
  }

  #believe(arrival: Arrival): void {
    const seq = arrival.frame.seq as number
    const isBehind = this.#expected !== null && distance(this.#expected, seq) < 0
    if (isBehind) this.#restartAt(arrival, seq)
    else this.#place(arrival, seq)
  }

  #behind(arrival: Arrival, seq: number): void {
    const isSame = this.#memory.has(seq, arrival)
    if (!isSame && this.#memory.unlose(seq)) {
      this.#memory.remember(seq, arrival)
      this.#sink.late(arrival)
    } else if (arrival.frame.resend || (isSame && arrival.frame.stamp.kind !== 'none')) {
      this.#sink.duplicate(arrival)
    } else if (isSame) {
      // Equal, but without a time of its own: the first sample of a new count, if the next one follows on it.
      this.#doubt(arrival, 'duplicate')
    } else if (this.#isTrusted(arrival)) {
      this.#restartAt(arrival, seq)
    } else {
      this.#doubt(arrival, 'implausible')
    }
  }

  /** The numbers mean nothing: what waits is handed on, and all that comes, without them. */
  #endNumbers(): void {
    for (const range of this.open) this.giveUp(range.first, range.count, 'unanswered')
    const doubts = this.#doubts
    this.#doubts = []
    this.#isUnnumbered = true
    this.#sink.unnumbered()
    for (const { arrival } of doubts) this.#deliverUnnumbered(arrival)
  }

  #deliverUnnumbered({ frame, arrivalUs }: Arrival): void {
    this.#sink.deliver({ frame: { ...frame, seq: null }, arrivalUs }, false)
  }

  #restartAt(arrival: Arrival, seq: number): void {
    this.#restartsInRow = this.#sinceRestart === 1 ? this.#restartsInRow + 1 : 0
    this.#sinceRestart = 0
    if (this.#restartsInRow >= MOST_RESTARTS) {
      this.#doubts.push({ arrival, verdict: 'implausible' })
      this.#endNumbers()
      return
    }
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
    if (seq === this.#expected) this.#deliver(arrival, seq, !isNewest)
    else this.#held.set(seq, { arrival, healed: !isNewest })
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

  #deliver(arrival: Arrival, seq: number, healed: boolean): void {
    this.#memory.remember(seq, arrival)
    this.#expected = advance(seq)
    this.#sinceRestart++
    this.#sink.deliver(arrival, healed)
  }

  #drain(): void {
    while (this.#expected !== null) {
      const next = this.#held.get(this.#expected)
      if (next !== undefined) {
        this.#held.delete(this.#expected)
        this.#deliver(next.arrival, this.#expected, next.healed)
        continue
      }
      const hole = this.#missing.list[0]
      if (hole === undefined || !hole.lost || hole.first !== this.#expected) return
      this.#missing.shift()
      this.#expected = advance(hole.first, hole.count)
      this.#memory.lose(hole)
      this.#sink.lost(hole.first, hole.count, hole.reason ?? 'not_healable')
    }
  }
}

function byNumber(a: Doubt, b: Doubt): number {
  const [first, second] = [a.arrival.frame.seq, b.arrival.frame.seq]
  return first === null || second === null ? 0 : distance(second, first)
}
