import { advance, distance } from '../../util/serial-number.ts'
import type { EventList } from './link-event.ts'
import { type Arrival, SampleMemory } from './sample-memory.ts'
import { MAX_HELD, SampleOrder } from './sample-order.ts'

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

/**
 * Decides what the numbers of samples mean: a loss, a repeated line, a restart,
 * one wrong number, or nothing at all. What is believed is put in order by
 * `SampleOrder`.
 */
export class SequenceTracker {
  readonly #events: EventList
  readonly #isExact: boolean
  readonly order: SampleOrder
  /** Of the samples in doubt. */
  readonly #doubtMemory = new SampleMemory()
  /** Newest last; at most one less than `MOST_DOUBTS`. */
  #doubts: Doubt[] = []
  /** Restarts after a single sample each. */
  #restartsInRow = 0
  /** Samples that had been handed on at the newest of them. */
  #deliveredBefore = 0
  #isUnnumbered = false
  #hasRestarted = false

  /** @param isExact see `LinkOptions` */
  constructor(events: EventList, isExact = false) {
    this.#events = events
    this.#isExact = isExact
    this.order = new SampleOrder(events)
  }

  /** Whether the numbering began anew without a `hello` since the last call: who is there is not known then. */
  takeRestarted(): boolean {
    const hasRestarted = this.#hasRestarted
    this.#hasRestarted = false
    return hasRestarted
  }

  accept(arrival: Arrival): void {
    const { seq, oddSeq } = arrival.frame
    if (this.#isUnnumbered) this.#deliverUnnumbered(arrival)
    else if (oddSeq) this.#doubt(arrival, 'implausible')
    else if (seq === null) this.#events.push({ kind: 'sample', arrival, healed: false })
    else this.#acceptNumber(arrival, seq)
  }

  /** Device knowledge: everything before `nextSeq` has been sent. */
  knowSentUpTo(nextSeq: number): void {
    if (this.order.expected === null) this.order.expect(nextSeq)
    this.order.knowSentUpTo(nextSeq)
    this.order.drain()
  }

  /**
   * The device's numbering begins anew at `firstSeq`; what still waits is handed
   * on, its holes are lost.
   *
   * @param firstSeq number of the first sample of the new run; null: not known
   */
  restart(firstSeq: number | null): void {
    this.#settle()
    this.order.giveUpAll('restart')
    // A device that keeps its counter over a reset: the numbers between belong to the run before.
    const { expected } = this.order
    if (firstSeq !== null && expected !== null) {
      const count = distance(expected, firstSeq)
      if (firstSeq !== 0 && count > 0 && count <= MAX_HELD) {
        this.#events.push({ kind: 'gap', first: expected, count })
        this.#events.push({ kind: 'lost', first: expected, count, reason: 'restart' })
      }
    }
    this.order.memory.clear()
    this.order.expect(firstSeq)
    this.#isUnnumbered = false
  }

  /** Goes on behind a number logged earlier by another run of the host. */
  resume(lastSeq: number): void {
    this.order.expect(advance(lastSeq))
    this.#isUnnumbered = false
  }

  /** Another device may be there: numbers that meant nothing get another chance. */
  retryNumbers(): void {
    if (!this.#isUnnumbered) return
    this.#isUnnumbered = false
    this.#restartsInRow = 0
    this.order.memory.clear()
    this.order.expect(null)
  }

  /** The stream is over: what waits is handed on, what is missing is lost. */
  finish(): void {
    this.#settle()
    this.order.giveUpAll('unanswered')
  }

  /** Decides about samples that wait for the next one: there is none. */
  #settle(): void {
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
    else if (isAlone && frame.oddSeq && this.order.expected !== null) this.#reject()
    else if (isAlone && !frame.oddSeq) {
      this.#doubts = []
      this.#believe(first.arrival)
    } else this.#endNumbers()
  }

  /** A number that a few losses explain. */
  #isSoon(seq: number | null): boolean {
    if (seq === null || this.order.expected === null) return false
    const ahead = distance(this.order.expected, seq)
    return ahead >= 0 && ahead <= MOST_DOUBTS
  }

  #acceptNumber(arrival: Arrival, seq: number): void {
    if (this.#doubts.length === 0 && seq === this.order.expected) {
      this.order.place(arrival, seq)
      return
    }
    this.#judgeDoubts(seq, arrival.frame.resend)
    if (this.order.expected === null) this.order.expect(seq)
    const ahead = distance(this.order.expected ?? seq, seq)
    if (ahead < 0) this.#behind(arrival, seq)
    else if (ahead > 0 && !this.#isTrusted(arrival) && !this.#isKnown(seq)) this.#doubtJump(arrival)
    else {
      this.#reject(seq)
      this.order.place(arrival, seq)
      this.#reject(null, true)
    }
  }

  /** A number that is right at once: nothing can have damaged it, or asking for what is missing before it can't wait. */
  #isTrusted({ frame }: Arrival): boolean {
    return this.#isExact || (frame.protected && this.order.healing)
  }

  /** Whether a number is the next one, or before it. */
  #isKnown(seq: number): boolean {
    return distance(this.order.head, seq) <= 0
  }

  /** The same line once more says nothing new about a jump. */
  #doubtJump(arrival: Arrival): void {
    const seq = arrival.frame.seq as number
    if (this.#doubts.length > 0 && this.#doubtMemory.has(seq, arrival))
      this.#events.push({ kind: 'duplicate', arrival })
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
    if (last === undefined || seq === null || this.order.expected === null) return
    const jump = distance(this.order.expected, seq)
    const most = jump > 0 && jump <= NEAR ? NEAR : 1
    const step = distance(seq, nextSeq)
    // What is sent again lies before what was sent.
    const isBefore = isResend && jump > 0 && step < 0
    if (!isBefore && (step < 1 || step > most)) return
    // A number that is due, or that is missing, speaks for the run so far.
    if (nextSeq === this.order.expected) return
    if (last.verdict === 'duplicate' && this.order.memory.isLost(nextSeq)) return
    this.#doubts.pop()
    this.#reject()
    this.#believe(last.arrival)
  }

  /**
   * Doubts end: a sample that is due now was only out of order, the others don't count.
   *
   * @param dueSeq number about to be placed: what comes after it may still be due then
   * @param mayWait the run goes on: a number that nothing can have damaged, a few ahead, waits for its turn
   */
  #reject(dueSeq: number | null = null, mayWait = false): void {
    if (this.#doubts.length === 0) return
    const doubts = this.#doubts.toSorted(byNumber)
    this.#doubts = []
    for (const doubt of doubts) {
      const { seq, protected: isProtected } = doubt.arrival.frame
      if (seq !== null && dueSeq !== null && distance(dueSeq, seq) > 0) this.#doubts.push(doubt)
      else if (seq !== null && seq === this.order.expected && dueSeq === null)
        this.order.place(doubt.arrival, seq)
      else if (mayWait && isProtected && this.#isSoon(seq)) this.#doubts.push(doubt)
      else this.#events.push({ kind: doubt.verdict, arrival: doubt.arrival })
    }
  }

  #believe(arrival: Arrival): void {
    const seq = arrival.frame.seq as number
    const isBehind = this.order.expected !== null && distance(this.order.expected, seq) < 0
    if (isBehind) this.#restartAt(arrival, seq)
    else this.order.place(arrival, seq)
  }

  #behind(arrival: Arrival, seq: number): void {
    const isSame = this.order.memory.has(seq, arrival)
    if (!isSame && this.order.memory.unlose(seq)) {
      this.order.memory.remember(seq, arrival)
      this.#events.push({ kind: 'late', arrival })
    } else if (
      arrival.frame.resend ||
      (isSame && (this.#isExact || arrival.frame.stamp.kind !== 'none'))
    ) {
      this.#events.push({ kind: 'duplicate', arrival })
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
    this.order.giveUpAll('unanswered')
    const doubts = this.#doubts
    this.#doubts = []
    this.#isUnnumbered = true
    this.#events.push({ kind: 'unnumbered' })
    for (const { arrival } of doubts) this.#deliverUnnumbered(arrival)
  }

  #deliverUnnumbered({ frame, arrivalUs }: Arrival): void {
    const arrival = { frame: { ...frame, seq: null }, arrivalUs }
    this.#events.push({ kind: 'sample', arrival, healed: false })
  }

  #restartAt(arrival: Arrival, seq: number): void {
    const { order } = this
    const isShort = order.delivered - this.#deliveredBefore === 1
    this.#restartsInRow = isShort ? this.#restartsInRow + 1 : 0
    this.#deliveredBefore = order.delivered
    if (this.#restartsInRow >= MOST_RESTARTS) {
      this.#doubts.push({ arrival, verdict: 'implausible' })
      this.#endNumbers()
      return
    }
    this.restart(null)
    this.#hasRestarted = true
    // Whether this one can send anything again is not known.
    order.healing = false
    this.#events.push({ kind: 'restarted', boot: null })
    order.expect(seq)
    order.place(arrival, seq)
  }
}

function byNumber(a: Doubt, b: Doubt): number {
  const [first, second] = [a.arrival.frame.seq, b.arrival.frame.seq]
  return first === null || second === null ? 0 : distance(second, first)
}
