import { setTimeout as pauseFor } from 'node:timers/promises'
import type { LiveDevice } from '../domain/live-device.ts'
import type { SinkStatus, SinkTraffic } from '../domain/sink-status.ts'
import { Backoff } from '../util/backoff.ts'
import type { Clock } from '../util/clock.ts'
import { errorText } from '../util/errors.ts'
import { Traffic, type TrafficFigures } from '../util/traffic.ts'
import { isRecord } from './batch-rows.ts'
import { DeadLetters } from './dead-letters.ts'
import { type Refused, sift } from './sift.ts'
import { type Batch, isSinkFailure, type Sink, SinkFailure } from './sink.ts'
import type { SinkBacklog, SinkPlace } from './sink-log.ts'
import type { SinkPlan } from './sink-plan.ts'

/** Samples of a batch where the sink keeps up (contract, section 8). */
const USUAL_SAMPLES = 500
/** So long samples wait for others at most, ms. */
const POLL_MS = 500
/** Pauses after failures: 1, 2, 4 … 60 s, all of it left to chance, ms. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** One attempt takes no longer: what hangs is closed, ms. */
const DEADLINE_MS = 30_000
/** Without an answer for so long it does not count as reached, ms. */
const SILENT_MS = 10_000
/** Rows of a batch that may be set aside though nothing else of it was taken, after so many attempts. */
const FEW_ROWS = 2
const LONE_ATTEMPTS = 3
/** A batch that failed after so long was too large for the line or the other side, ms; one that took less than a third may grow. */
const SLOW_MS = DEADLINE_MS / 2
/** Smallest batch that this leads to, samples. */
const LEAST_SAMPLES = 20
/** So long a connection may take to be let go of, ms. */
const CLOSE_MS = 500
/** Between two looks at how much is still to send, ms; more where a look takes long, so that they are a small part of the time. */
const BACKLOG_MS = 2000
const LOOK_PART = 0.02

export interface RunnerParts {
  readonly plan: SinkPlan
  readonly sink: Sink
  readonly place: SinkPlace
  /** The log, beside which refused rows are set aside. */
  readonly file: string
  /** End as soon as all is sent. */
  readonly isOnce: boolean
  readonly clock: Clock
  /** Rejects, or resolves early, when the signal is given. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
  readonly random?: () => number
}

interface Expired {
  readonly part: Batch
  readonly failure: SinkFailure
}

/**
 * Brings what is committed to one sink, batch by batch in the order of the commits, through all that goes wrong on the
 * way: the place in the log moves on when the other side has acknowledged.
 */
export class SinkRunner {
  readonly #parts: RunnerParts
  readonly #backoff: Backoff
  readonly #letters: DeadLetters
  readonly #traffic: Traffic
  readonly #pause: NonNullable<RunnerParts['pause']>
  readonly #end = new AbortController()
  readonly #sleep = new AbortController()
  #isEnding = false
  #isOpen = false
  #openedMs = 0
  #failures = 0
  /** What the line can carry in time, samples. */
  #most = Number.POSITIVE_INFINITY
  #state: SinkStatus['state'] = 'connecting'
  #samples = 0
  #records = 0
  #refused = 0
  #lastError: SinkStatus['lastError'] = null
  #retryAtMs: number | null = null
  #backlog: SinkBacklog = { queued: 0, isExact: false, unsentUs: null, missed: 0 }
  #nextLookMs = Number.NEGATIVE_INFINITY
  /** Since when an answer is waited for; null: none is. */
  #asked: { readonly monoMs: number; readonly wallMs: number } | null = null

  constructor(parts: RunnerParts) {
    this.#parts = parts
    const { clock, random, pause } = parts
    this.#traffic = new Traffic(clock.monoMs())
    this.#letters = new DeadLetters(parts.file, parts.plan.name)
    this.#pause = pause ?? ((ms, signal) => pauseFor(ms, undefined, { signal }))
    this.#backoff = new Backoff({
      firstMs: FIRST_PAUSE_MS,
      longestMs: LONGEST_PAUSE_MS,
      jitter: 1,
      ...(random && { random }),
    })
  }

  /** Until it is stopped, or all is sent where that is the end. Never fails. */
  async run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      try {
        const batch = await this.#next()
        if (batch === null && (this.#isEnding || this.#parts.isOnce)) break
        if (!this.#isOpen) await this.#open(batch?.log ?? this.#parts.place.identity)
        else if (this.#parts.sink.trouble) throw this.#parts.sink.trouble
        if (batch === null) await this.#rest(POLL_MS)
        else await this.#deliver(batch)
      } catch (error) {
        await this.#fail(error)
      }
    }
    await this.#close()
    this.#nextLookMs = Number.NEGATIVE_INFINITY
    this.#countBacklog()
    this.#state = 'ended'
  }

  /** Sends what there is, for so long at most; what is left goes in the next run. @param graceMs 0: nothing any more */
  stop(graceMs: number): void {
    this.#isEnding = true
    this.#sleep.abort()
    if (graceMs <= 0) this.#end.abort()
    else setTimeout(() => this.#end.abort(), graceMs).unref()
  }

  /** The devices of this process as they are now. */
  live(devices: readonly LiveDevice[]): void {
    this.#parts.sink.live?.(devices)
  }

  get status(): SinkStatus {
    const { plan, clock } = this.#parts
    this.#countBacklog()
    return {
      name: plan.name,
      kind: plan.kind,
      target: plan.target,
      state: this.#state,
      atMs: clock.wallMs(),
      samples: this.#samples,
      records: this.#records,
      refused: this.#refused,
      ...this.#backlog,
      traffic: sinkTraffic(this.#traffic.read(clock.monoMs())),
      lastError: this.#lastError,
      retryAtMs: this.#retryAtMs,
      deadLetters: this.#refused > 0 ? this.#letters.path : null,
      ...this.#silence(),
    }
  }

  /** What is said while no answer comes, long before the attempt is given up; nothing otherwise. */
  #silence(): Partial<SinkStatus> {
    if (this.#asked === null) return {}
    const silentMs = this.#parts.clock.monoMs() - this.#asked.monoMs
    if (silentMs < SILENT_MS) return {}
    const text = `no answer for ${Math.floor(silentMs / 1000)} s`
    return { state: 'waiting', lastError: { text, atMs: this.#asked.wallMs } }
  }

  #next(): Promise<Batch | null> {
    const { place, sink } = this.#parts
    return place.next(Math.min(place.isComplete ? USUAL_SAMPLES : sink.mostSamples, this.#most))
  }

  async #open(log: string): Promise<void> {
    await this.#within(this.#parts.sink.open(log))
    this.#isOpen = true
    this.#openedMs = this.#parts.clock.monoMs()
    this.#retryAtMs = null
    this.#state = 'current'
  }

  async #deliver(batch: Batch): Promise<void> {
    const { place, clock } = this.#parts
    this.#state = batch.isNewest ? 'current' : 'sending'
    const startedMs = clock.monoMs()
    const expired: Expired[] = []
    const send = (part: Batch): Promise<void> => this.#send(part, expired)
    let refused: readonly Refused[] = []
    try {
      await send(batch)
    } catch (error) {
      this.#fit(batch, clock.monoMs() - startedMs, false)
      if (!isSinkFailure(error) || error.kind !== 'refused') throw error
      refused = await this.#sift(batch, send)
    }
    this.#fit(batch, clock.monoMs() - startedMs, true)
    // Not earlier: what is tried again is refused and too old once more.
    for (const each of expired) this.#countExpired(each)
    if (refused.length > 0) this.#setAside(batch.log, refused)
    await place.accept()
    const lone = refused.filter(({ row }) => !isRecord(row)).length
    const old = expired.reduce((sum, { failure }) => sum + failure.rows, 0)
    this.#samples += Math.max(0, batch.samples.length - lone - old)
    this.#records += batch.records.length - (refused.length - lone)
    this.#failures = 0
    this.#traffic.done(batch.samples.length, clock.monoMs() - startedMs, clock.monoMs())
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

  #setAside(log: string, refused: readonly Refused[]): void {
    this.#letters.add(log, refused, this.#parts.clock.wallMs())
    this.#refused += refused.length
    this.#note(`${refused.length} rows refused: ${refused[0]?.reason ?? ''}`)
  }

  #countExpired({ part, failure }: Expired): void {
    this.#letters.addExpired(part, failure, this.#parts.clock.wallMs())
    this.#refused += failure.rows
    this.#note(`${failure.rows} rows are too old for it: ${failure.message}`)
  }

  /** @param expired gets what is taken, but not kept */
  async #send(part: Batch, expired: Expired[]): Promise<void> {
    try {
      await this.#within(this.#parts.sink.send(part))
    } catch (error) {
      if (!isSinkFailure(error) || error.kind !== 'expired') throw error
      expired.push({ part, failure: error })
    }
  }

  /** What hangs is a failure as well. */
  async #within(work: Promise<void>): Promise<void> {
    const timer = new AbortController()
    const { signal } = this.#end
    const { clock } = this.#parts
    this.#asked = { monoMs: clock.monoMs(), wallMs: clock.wallMs() }
    const onEnd = (): void => timer.abort()
    signal.addEventListener('abort', onEnd)
    if (signal.aborted) timer.abort()
    const deadline = this.#pause(DEADLINE_MS, timer.signal).then(
      () => 'late' as const,
      () => 'ended' as const,
    )
    try {
      const first = await Promise.race([work.then(() => 'done' as const), deadline])
      if (first === 'done') return
      // Its end, when it is closed, is nobody's any more.
      work.catch(() => {})
      const text = first === 'late' ? `no answer within ${DEADLINE_MS / 1000} s` : 'this run ends'
      throw new SinkFailure('unreachable', text)
    } finally {
      this.#asked = null
      signal.removeEventListener('abort', onEnd)
      timer.abort()
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

  #countBacklog(): void {
    const { clock, place } = this.#parts
    const startMs = clock.monoMs()
    if (startMs < this.#nextLookMs || this.#state === 'ended') return
    try {
      this.#backlog = place.backlog()
    } catch {
      // The log can't be read at the moment, which `run` finds out as well.
    }
    const endMs = clock.monoMs()
    this.#nextLookMs = endMs + Math.max(BACKLOG_MS, (endMs - startMs) / LOOK_PART)
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
