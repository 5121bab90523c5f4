import { advance, distance } from '../../util/serial-number.ts'
import type { MissingRange } from './missing-ranges.ts'
import type { SampleOrder } from './sample-order.ts'

/** Contract 2.3: `{"nack":[first,last]}`, an inclusive range. */
export interface NackRequest {
  readonly first: number
  readonly count: number
}

/** Most samples asked for in one line. */
const MAX_REQUEST = 32
/** How often one sample is asked for before it is given up. */
const MAX_TRIES = 4
/**
 * The device's time to begin with an answer, and between two of its resends: at
 * first where it keeps its samples for long enough, and at least. One that looks at its input once a sample gets two
 * samples' time, up to the longest.
 */
const ANSWER_MS = 300
const ANSWER_MIN_MS = 40
const ANSWER_LONGEST_MS = 3000
/** So long without any line at all: the line is dead, not the request lost. */
const DEAD_LINE_MS = 2000
/** Requests in a row without any answer after which the device is left in peace. */
const DEAF_AFTER = 3
/** Resends take at most this part of the line. */
const RESEND_SHARE = 0.1

/** Conversions a second: at interval 0 a device makes no more samples (PROTOCOL.md 8). */
const MOST_PER_SECOND = 1000

/** What a device can send again. */
export interface Replay {
  /** How many of its newest samples; 0: none. */
  readonly depth: number
  /** Between its samples; 0: every conversion; null: not known. */
  readonly intervalMs: number | null
  /** What the line carries; Infinity where it has no limit. */
  readonly samplesPerSecond: number
}

/** A request under way. */
interface Request extends NackRequest {
  readonly sentMs: number
  deadlineMs: number
  isAnswered: boolean
}

/**
 * Decides when which hole is asked for again (contract 2.3): one request at a
 * time, each with a timer and few tries, inside the device's replay depth, and
 * resends within a tenth of the line. Time is injected; no I/O.
 */
export class Healer {
  readonly #order: SampleOrder
  #depth = 0
  #request: Request | null = null
  /** First number asked for last, and how often; a hole that shrinks is a success. */
  readonly #tries = new Map<number, number>()
  #unanswered = 0
  #deaf = false
  /** Resends that may be asked for now. */
  #budget = 0
  #budgetMs = 0
  #samplesPerSecond = 0
  /** How long an answer is waited for; follows what the device needs. */
  #patienceMs = ANSWER_MS
  #longestMs = ANSWER_MS

  constructor(order: SampleOrder) {
    this.#order = order
  }

  get active(): boolean {
    return this.#depth > 0 && !this.#deaf
  }

  get waiting(): boolean {
    return this.#request !== null
  }

  /** A device introduced itself. */
  begin(replay: Replay, nowMs: number): void {
    this.#deaf = false
    this.#unanswered = 0
    this.#request = null
    this.#tries.clear()
    this.resize(replay)
    // A burst of one replay depth may be healed at once; the tenth holds on average.
    this.#budget = replay.depth
    this.#budgetMs = nowMs
    this.#order.healing = this.active
  }

  /** The same device, with other settings. */
  resize({ depth, intervalMs, samplesPerSecond }: Replay): void {
    this.#depth = depth
    this.#samplesPerSecond = samplesPerSecond
    const wantedMs = 2 * (intervalMs ?? 0)
    this.#longestMs = Math.max(ANSWER_MS, Math.min(ANSWER_LONGEST_MS, wantedMs))
    // So that a request that gets lost can be repeated before the sample is overwritten.
    const fastestMs = 1000 / Math.min(MOST_PER_SECOND, samplesPerSecond)
    const keptMs = depth * Math.max(intervalMs ?? ANSWER_LONGEST_MS, fastestMs)
    this.#patienceMs = Math.max(ANSWER_MIN_MS, Math.min(this.#longestMs, keptMs / MAX_TRIES))
  }

  /** The device is not to be asked any more (gone, replaced, unknown). */
  end(): void {
    this.#depth = 0
    this.#request = null
    this.#tries.clear()
    this.#order.healing = false
  }

  /** The connection broke: what was asked for may never have arrived, and does not count as a try. */
  suspend(): void {
    if (this.#request === null) return
    this.#tries.delete(this.#request.first)
    this.#budget += this.#request.count
    this.#request = null
  }

  /** The device answered: a resend or a `gone` in the range that was asked for. */
  answered(seq: number, nowMs: number): void {
    const request = this.#request
    if (request === null) return
    const place = distance(request.first, seq)
    if (place < 0 || place >= request.count) return
    this.#unanswered = 0
    if (!request.isAnswered) this.#learn(nowMs - request.sentMs)
    request.isAnswered = true
    request.deadlineMs = nowMs + this.#patienceMs
    if (this.#missingOf(request) === 0) this.#request = null
  }

  /** The request did not reach the device whole: no need to wait for an answer. */
  garbled(nowMs: number): void {
    if (this.#request !== null) this.#request.deadlineMs = nowMs
  }

  /**
   * @param mayAsk whether the link has no other host line under way
   * @returns a request to send now, or null
   */
  next(nowMs: number, mayAsk: boolean): NackRequest | null {
    if (!this.active) return null
    this.#dropTooOld()
    if (!mayAsk || this.#request !== null) return null
    const range = this.#order.open[0]
    if (range === undefined) return null
    const allowed = Math.floor(this.#refill(nowMs))
    if (allowed < 1) return null
    const count = Math.min(range.count, MAX_REQUEST, allowed)
    const tries = (this.#tries.get(range.first) ?? 0) + 1
    if (tries > MAX_TRIES) {
      this.#tries.delete(range.first)
      this.#order.giveUp(range.first, count, 'unanswered')
      return this.next(nowMs, mayAsk)
    }
    this.#tries.set(range.first, tries)
    this.#budget -= count
    this.#request = {
      first: range.first,
      count,
      sentMs: nowMs,
      deadlineMs: nowMs + this.#patienceMs,
      isAnswered: false,
    }
    return { first: range.first, count }
  }

  /**
   * Forgets a request whose time is up; call before anything else is sent.
   *
   * @param heardMs when the last line came from the device
   * @returns false: the line is dead, so that nothing should be asked for until it is not
   */
  expire(nowMs: number, heardMs: number): boolean {
    const request = this.#request
    if (request === null || nowMs < request.deadlineMs) return true
    if (heardMs <= request.sentMs) {
      if (nowMs - request.sentMs < DEAD_LINE_MS) return true
      this.suspend()
      return false
    }
    this.#request = null
    this.#countUnanswered(request)
    return true
  }

  #countUnanswered(request: NackRequest): void {
    if (this.#missingOf(request) < request.count) return
    this.#patienceMs = Math.min(this.#longestMs, this.#patienceMs * 2)
    this.#unanswered++
    if (this.#unanswered < DEAF_AFTER * MAX_TRIES) return
    this.#deaf = true
    this.#order.healing = false
    this.#order.giveUpAll('unanswered')
  }

  /** A fast line is asked again sooner, while the device still has what is missing. */
  #learn(answerMs: number): void {
    const wantedMs = 4 * answerMs + ANSWER_MIN_MS / 2
    const nextMs = this.#patienceMs + (wantedMs - this.#patienceMs) / 4
    this.#patienceMs = Math.max(ANSWER_MIN_MS, Math.min(this.#longestMs, nextMs))
  }

  #missingOf(request: NackRequest): number {
    return this.#order.open.reduce((sum, range) => sum + overlap(range, request), 0)
  }

  /** Samples that the device has overwritten by now are not worth a request. */
  #dropTooOld(): void {
    const oldest = advance(this.#order.head, -this.#depth)
    for (const range of this.#order.open) {
      const stale = Math.min(range.count, distance(range.first, oldest))
      if (stale > 0) this.#order.giveUp(range.first, stale, 'too_old')
    }
    if (this.#tries.size > 4 * MAX_REQUEST) this.#tries.clear()
  }

  #refill(nowMs: number): number {
    // A line without a limit gives nothing in no time, and not 0 times infinity.
    if (nowMs > this.#budgetMs) {
      const grown = ((nowMs - this.#budgetMs) / 1000) * this.#samplesPerSecond * RESEND_SHARE
      this.#budget = Math.min(this.#depth, this.#budget + grown)
      this.#budgetMs = nowMs
    }
    return this.#budget
  }
}

function overlap(range: MissingRange, request: NackRequest): number {
  const offset = distance(range.first, request.first)
  const from = Math.max(0, offset)
  const to = Math.min(range.count, offset + request.count)
  return Math.max(0, to - from)
}
