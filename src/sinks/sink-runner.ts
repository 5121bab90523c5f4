import { setTimeout as pauseFor } from 'node:timers/promises'
import type { LiveDevice } from '../domain/live-device.ts'
import type { SinkStatus, SinkTraffic } from '../domain/sink-status.ts'
import { Backoff } from '../util/backoff.ts'
import type { Clock } from '../util/clock.ts'
import { errorText } from '../util/errors.ts'
import { Traffic, type TrafficFigures } from '../util/traffic.ts'
import { Attempts, DEADLINE_MS, type Pause } from './attempts.ts'
import { sift } from './sift.ts'
import { type Batch, isSinkFailure, type Refused, type Sink, SinkFailure } from './sink.ts'
import type { SinkClaim } from './sink-claim.ts'
import type { SinkCursor } from './sink-cursor.ts'
import type { SinkPlan } from './sink-plan.ts'
import { UnsentLook } from './unsent-look.ts'
import { type TakenPartly, UntakenRows } from './untaken-rows.ts'

/** Samples of a batch where the sink keeps up (contract, section 8). */
const USUAL_SAMPLES = 500
/** At most this long, samples wait for others, ms. */
const POLL_MS = 500
/** Pauses after failures: 1, 2, 4 … 60 s at most, each of a random length up to that, ms. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** Rows of a batch that may be set aside though nothing else of it was taken, after so many attempts. */
const FEW_ROWS = 2
const LONE_ATTEMPTS = 3
/** A batch that failed after this long was too large for the line or the other side, ms; one that took less than a third may grow. */
const SLOW_MS = DEADLINE_MS / 2
/** Smallest batch that this leads to, samples. */
const LEAST_SAMPLES = 20
/** At most this long, a connection may take to close, ms. */
const CLOSE_MS = 500

export interface RunnerParts {
  readonly plan: SinkPlan
  readonly sink: Sink
  readonly cursor: SinkCursor
  /** Absent: no other process can serve this sink. */
  readonly claim?: SinkClaim
  /** The log, beside which refused rows are set aside. */
  readonly file: string
  /** End as soon as all is sent. */
  readonly isOnce: boolean
  readonly clock: Clock
  readonly pause?: Pause
  readonly random?: () => number
}

/** A batch on its way. */
interface Delivery {
  readonly batch: Batch
  readonly startedMs: number
  readonly partly: TakenPartly[]
  readonly sent: Promise<void>
}

/**
 * Brings what is committed to one sink, batch by batch in the order of the commits, through all that goes wrong on the
 * way: the cursor moves on when the other side has acknowledged.
 */
export class SinkRunner {
  readonly #parts: RunnerParts
  readonly #backoff: Backoff
  readonly #untaken: UntakenRows
  readonly #traffic: Traffic
  readonly #pause: Pause
  readonly #attempts: Attempts
  readonly #look: UnsentLook
  readonly #end = new AbortController()
  readonly #sleep = new AbortController()
  /** In order. */
  #underWay: Delivery[] = []
  #isEnding = false
  #isOpen = false
  #openedMs = 0
  #failures = 0
  /** What the line can carry in time, samples. */
  #most = Number.POSITIVE_INFINITY
  #state: SinkStatus['state'] = 'connecting'
  #samples = 0
  #records = 0
  #lastError: SinkStatus['lastError'] = null
  #retryAtMs: number | null = null

  constructor(parts: RunnerParts) {
    this.#parts = parts
    const { clock, random, pause, cursor } = parts
    this.#traffic = new Traffic(clock.monoMs())
    this.#untaken = new UntakenRows({
      file: parts.file,
      sink: parts.plan.name,
      wallMs: () => clock.wallMs(),
      note: (text) => this.#note(text),
    })
    this.#pause = pause ?? ((ms, signal) => pauseFor(ms, undefined, { signal }))
    this.#attempts = new Attempts(clock, this.#pause)
    this.#look = new UnsentLook(cursor, clock)
    this.#backoff = new Backoff({
      firstMs: FIRST_PAUSE_MS,
      longestMs: LONGEST_PAUSE_MS,
      jitter: 1,
      ...(random && { random }),
    })
  }

  /** Until it is stopped, or all is sent where that is the end. Never fails. */
  async run(): Promise<void> {
    let isMore = true
    while (isMore && !this.#end.signal.aborted) {
      try {
        await this.#parts.claim?.renew(() => this.status)
        isMore = await this.#step()
      } catch (error) {
        await this.#fail(error)
      }
    }
    await this.#close()
    this.#untaken.endSpell()
    this.#look.again()
    this.#state = 'ended'
  }

  /** Sends what there is, at most this long; what is left goes in the next run. @param graceMs 0: nothing any more */
  stop(graceMs: number): void {
    this.#isEnding = true
    this.#sleep.abort()
    const end = (): void => {
      this.#end.abort()
      this.#attempts.end(new SinkFailure('unreachable', 'this run ends'))
    }
    if (graceMs <= 0) end()
    else setTimeout(end, graceMs).unref()
  }

  /** To be called about once a second, since a call to the other side may take longer than the claim lasts. */
  async keepClaim(): Promise<void> {
    try {
      await this.#parts.claim?.renew(() => this.status)
    } catch (error) {
      if (!isSinkFailure(error)) throw error
      this.#attempts.abort(error)
    }
  }

  /** The devices of this process as they are now. */
  live(devices: readonly LiveDevice[]): void {
    this.#parts.sink.live?.(devices)
  }

  get status(): SinkStatus {
    const { plan, clock } = this.#parts
    return {
      name: plan.name,
      kind: plan.kind,
      target: plan.target,
      state: this.#state,
      atMs: clock.wallMs(),
      samples: this.#samples,
      records: this.#records,
      refused: this.#untaken.count,
      ...(this.#state === 'ended' ? this.#look.last : this.#look.unsent),
      traffic: sinkTraffic(this.#traffic.read(clock.monoMs())),
      lastError: this.#lastError,
      retryAtMs: this.#retryAtMs,
      deadLetters: this.#untaken.path,
      ...this.#silence(),
    }
  }

  /** What is said while no answer comes, long before the attempt is given up; nothing otherwise. */
  #silence(): Partial<SinkStatus> {
    const { silence } = this.#attempts
    if (silence === null) return {}
    const text = `no answer for ${Math.floor(silence.ms / 1000)} s`
    return { state: 'waiting', lastError: { text, atMs: silence.sinceMs } }
  }

  /**
   * Sends the next batch, and waits for the oldest that is under way where no further one may be, or there is none.
   *
   * @returns false: this run is over
   */
  async #step(): Promise<boolean> {
    const { sink, cursor } = this.#parts
    const most = sink.mostBatches ?? 1
    const batch = this.#underWay.length < most ? await this.#next() : null
    const [oldest] = this.#underWay
    if (batch === null && oldest !== undefined) {
      await this.#finish(oldest)
      return true
    }
    if (batch === null && (this.#isEnding || this.#parts.isOnce)) return false
    if (!this.#isOpen) await this.#open(batch?.log ?? cursor.identity)
    else if (sink.trouble) throw sink.trouble
    if (batch === null) await this.#rest(POLL_MS)
    else this.#underWay.push(this.#begin(batch))
    return true
  }

  #next(): Promise<Batch | null> {
    const { cursor, sink } = this.#parts
    return cursor.next(Math.min(cursor.isComplete ? USUAL_SAMPLES : sink.mostSamples, this.#most))
  }

  async #open(log: string): Promise<void> {
    await this.#attempts.within(this.#parts.sink.open(log))
    this.#isOpen = true
    this.#openedMs = this.#parts.clock.monoMs()
    this.#retryAtMs = null
    this.#state = 'current'
  }

  #begin(batch: Batch): Delivery {
    this.#state = batch.isNewest ? 'current' : 'sending'
    const startedMs = this.#parts.clock.monoMs()
    const partly: TakenPartly[] = []
    const sent = this.#send(batch, partly)
    // Its failure is found when its turn comes.
    sent.catch(() => {})
    return { batch, startedMs, partly, sent }
  }

  async #finish({ batch, startedMs, partly, sent }: Delivery): Promise<void> {
    const { cursor, clock } = this.#parts
    let refused: readonly Refused[] = []
    try {
      await sent
    } catch (error) {
      this.#fit(batch, clock.monoMs() - startedMs, false)
      if (!isSinkFailure(error) || error.kind !== 'refused') throw error
      await this.#holdBack()
      refused = await this.#sift(batch, (part) => this.#send(part, partly))
    }
    this.#fit(batch, clock.monoMs() - startedMs, true)
    // Not earlier: what is tried again is refused and too old once more.
    const taken = this.#untaken.settle(batch, partly, refused)
    await cursor.accept(batch)
    this.#underWay.shift()
    this.#samples += taken.samples
    this.#records += taken.records
    this.#failures = 0
    this.#traffic.done(batch.samples.length, clock.monoMs() - startedMs, clock.monoMs())
  }

  /** Batches behind the oldest come again after it, whether or not they got there. */
  async #holdBack(): Promise<void> {
    const [, ...later] = this.#underWay
    await Promise.allSettled(later.map(({ sent }) => sent))
    this.#underWay.length = 1
    this.#parts.cursor.rewind(1)
  }

  /** What does not get there in time would not the next time either: a smaller batch may. */
  #fit({ samples }: Batch, tookMs: number, isSent: boolean): void {
    if (!isSent && tookMs >= SLOW_MS) {
      this.#most = Math.max(LEAST_SAMPLES, Math.floor(samples.length / 4))
    } else if (isSent && tookMs < SLOW_MS / 3) this.#most *= 2
  }

  async #sift(batch: Batch, send: (part: Batch) => Promise<void>): Promise<readonly Refused[]> {
    const { refused, isSure } = await sift(batch, send)
    // More may come that is taken, or it is not for what is in these rows.
    if (!isSure && (refused.length > FEW_ROWS || this.#failures < LONE_ATTEMPTS)) {
      throw new SinkFailure('denied', refused[0]?.reason ?? '')
    }
    return refused
  }

  /** @param partly gets what was taken but for something */
  async #send(part: Batch, partly: TakenPartly[]): Promise<void> {
    try {
      await this.#attempts.within(this.#parts.sink.send(part))
    } catch (error) {
      if (!isSinkFailure(error) || error.lacking === null) throw error
      partly.push({ part, reason: error.message, ...error.lacking })
    }
  }

  async #fail(error: unknown): Promise<void> {
    const { clock } = this.#parts
    this.#traffic.failed(clock.monoMs())
    this.#failures++
    if (!this.#end.signal.aborted) this.#note(errorText(error))
    this.#backoff.lost(this.#isOpen ? clock.monoMs() - this.#openedMs : 0)
    this.#isOpen = false
    await this.#close()
    this.#underWay = []
    this.#parts.cursor.rewind()
    if (this.#isEnding) {
      this.#end.abort()
      return
    }
    const pauseMs = this.#backoff.next()
    this.#retryAtMs = clock.wallMs() + pauseMs
    this.#state = 'waiting'
    await this.#rest(pauseMs)
    this.#retryAtMs = null
  }

  /** A connection that can't even be let go of is left to itself. */
  async #close(): Promise<void> {
    const late = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())
    await Promise.race([this.#parts.sink.close().catch(() => {}), late])
  }

  async #rest(ms: number): Promise<void> {
    try {
      await this.#pause(ms, this.#sleep.signal)
    } catch {
      // The run ends.
    }
  }

  #note(text: string): void {
    // One line, whatever a library says.
    this.#lastError = {
      text: text.replaceAll(/\s+/g, ' ').trim(),
      atMs: this.#parts.clock.wallMs(),
    }
  }
}

function sinkTraffic({ seconds, ...figures }: TrafficFigures): SinkTraffic {
  return {
    seconds,
    rowsPerSecond: figures.unitsPerSecond,
    batches: figures.done,
    failures: figures.failures,
    batchMsAvg: figures.msAvg,
    batchMsMax: figures.msMax,
  }
}
