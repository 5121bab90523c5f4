/** Bytes of a piece: at first, and the bounds that it is kept in. */
const FIRST_BYTES = 512
const LEAST_BYTES = 128
/**
 * What is under way always has room in the smallest buffer of a kernel (4 KiB), so that the sequences
 * that give the terminal back still find some, even if it never reads again.
 */
const MOST_BYTES = 2048
/** A piece is to keep the line busy for about so long, ms: a key has to wait for it. */
const PIECE_MS = 150
/** So long a terminal that has never answered may take, ms, before it counts as one that does not. */
const FIRST_ANSWER_MS = 1500
/** The answer of one that counts as mute may still come, so long after the question, ms. */
const MUTE_OWES_MS = 3500
/** One that has answered is asked again after that, and then ever more rarely, ms. */
const ASK_AGAIN_MS = 5000
const ASK_AGAIN_MOST_MS = 300_000
/** Somebody is there: then so soon, ms, or in the time of two of its slowest answers. */
const ASK_FOR_KEY_MS = 1000
/** It is mute after all if so many questions and so much time, ms, have brought no answer, while keys come. */
const MUTE_QUESTIONS = 3
const MUTE_MS = 10_000
/** No answer is worth more time than that, ms, where the terminal is to be given back. */
const MOST_PATIENCE_MS = 10_000
/** After an answer, those to earlier questions come within that, ms, or are lost. */
const LATE_MS = 1000
/** A line's own delay is forgotten as slowly, a share per piece. */
const DELAY_DECAY = 1.003
/** A stall that is over is soon forgotten, a share per answer. */
const SLOWEST_DECAY = 0.8

/**
 * When the next piece of a frame may be sent, and how large it may be. Each piece ends with a
 * question that terminals answer once they have come to it, so that nothing piles up in buffers which
 * no program can see: a kernel's, an SSH connection's, a serial line's. No I/O, no timers.
 */
export class FramePacer {
  readonly #monoMs: () => number
  #limit = FIRST_BYTES
  /** Questions without an answer. */
  #expected = 0
  #answers: 'unknown' | 'yes' | 'no' = 'unknown'
  #bytes = 0
  #sentMs = 0
  /** The first key since the last answer, and how many questions have been sent since then. */
  #unheard: { readonly sinceMs: number; questions: number } | null = null
  /** The slowest answer of late, ms. */
  #slowestMs = 0
  #answeredMs = 0
  /** Of a question alone, ms; infinite before the first answer. */
  #delayMs = Number.POSITIVE_INFINITY
  #patienceMs = ASK_AGAIN_MS

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs
  }

  /** Bytes of the next piece; 0: the terminal has not come to the end of the last one. */
  get room(): number {
    this.#giveUp()
    if (this.#answers === 'no') return Number.POSITIVE_INFINITY
    return this.#expected === 0 ? this.#limit : 0
  }

  /** Whether a piece is to end with a question. */
  get asks(): boolean {
    return this.#answers !== 'no'
  }

  /** Answers that are still to come, from a terminal that gives any. */
  get outstanding(): number {
    return this.#answers === 'no' ? 0 : this.#expected
  }

  /**
   * Answers that may still come, and for how long they are worth waiting for, ms, where a shell would
   * take them for typing. @param leastMs for a terminal that answers at once, or has not yet
   */
  owed(leastMs: number): { readonly count: number; readonly waitMs: number } {
    const sinceMs = this.#monoMs() - this.#sentMs
    const waitMs =
      this.#answers === 'yes'
        ? Math.min(MOST_PATIENCE_MS, leastMs + 2 * this.#slowestMs)
        : Math.min(leastMs, MUTE_OWES_MS - sinceMs)
    const isOver = this.#expected === 0 || waitMs <= 0
    return isOver ? { count: 0, waitMs: 0 } : { count: this.#expected, waitMs }
  }

  /** Whether to ask again without a piece: an answer may have got lost. */
  get isOverdue(): boolean {
    const isWaiting = this.#answers === 'yes' && this.#expected > 0
    return isWaiting && this.#monoMs() - this.#sentMs >= this.#patienceMs
  }

  /** A piece with its question has been sent. @param bytes 0: a question alone, asked again */
  sent(bytes: number): void {
    if (bytes === 0) this.#patienceMs = Math.min(ASK_AGAIN_MOST_MS, this.#patienceMs * 2)
    if (!this.asks) return
    this.#sentMs = this.#monoMs()
    if (this.#unheard !== null) this.#unheard.questions++
    this.#expected++
    this.#bytes = bytes
  }

  /**
   * Keys come, so that there is a terminal, maybe another one than was asked (a session that was taken up
   * again elsewhere): what is missing is asked for soon, and not for ever.
   */
  keyCame(): void {
    if (this.#answers !== 'yes' || this.#expected === 0) return
    this.#patienceMs = Math.min(this.#patienceMs, Math.max(ASK_FOR_KEY_MS, 2 * this.#slowestMs))
    this.#unheard ??= { sinceMs: this.#monoMs(), questions: 0 }
    const { sinceMs, questions } = this.#unheard
    const isLong = this.#monoMs() - sinceMs >= MUTE_MS + 2 * this.#slowestMs
    if (isLong && questions >= MUTE_QUESTIONS) this.#beMute()
  }

  answered(): void {
    const isFirst = this.#answers !== 'yes'
    this.#answers = 'yes'
    this.#patienceMs = ASK_AGAIN_MS
    this.#answeredMs = this.#monoMs()
    this.#unheard = null
    // The terminal was only slow: what it was asked before it counted as mute is not counted.
    if (isFirst && this.#expected > 1) this.#expected = 1
    if (this.#expected === 0) return
    this.#slowestMs = Math.max(this.#slowestMs * SLOWEST_DECAY, this.#answeredMs - this.#sentMs)
    this.#expected--
    if (this.#expected === 0 && this.#bytes > 0) this.#measure(this.#answeredMs - this.#sentMs)
  }

  /** Smaller pieces where they wait on the way, larger ones where they don't. */
  #measure(roundMs: number): void {
    this.#delayMs = Math.min(roundMs, this.#delayMs * DELAY_DECAY)
    const busyMs = roundMs - this.#delayMs
    if (busyMs > PIECE_MS) {
      const fitting = Math.floor((this.#bytes * PIECE_MS) / busyMs)
      this.#limit = Math.max(LEAST_BYTES, Math.min(this.#limit, fitting))
    } else if (busyMs < PIECE_MS / 3 && this.#bytes > this.#limit / 2) {
      this.#limit = Math.min(MOST_BYTES, this.#limit * 2)
    }
  }

  #giveUp(): void {
    if (this.#expected === 0 || this.#answers === 'no') return
    const nowMs = this.#monoMs()
    if (this.#answers === 'unknown' && nowMs - this.#sentMs >= FIRST_ANSWER_MS) {
      this.#beMute()
    } else if (
      this.#answers === 'yes' &&
      this.#answeredMs > this.#sentMs &&
      nowMs - this.#answeredMs >= LATE_MS
    ) {
      this.#expected = 0
    }
  }

  /** What it was asked is still counted, see `owed`. */
  #beMute(): void {
    this.#answers = 'no'
    this.#patienceMs = ASK_AGAIN_MS
  }
}
