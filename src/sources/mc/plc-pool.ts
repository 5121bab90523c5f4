import { deviceOf, type PlcDevice } from '../../protocol/mc3e/devices.ts'
import { cellsOf, type McRequest } from '../../protocol/mc3e/request.ts'
import { Backoff } from '../../util/backoff.ts'
import { type Clock, systemClock } from '../../util/clock.ts'
import { type Schedule, systemSchedule } from '../../util/schedule.ts'
import { Traffic, type TrafficFigures } from '../../util/traffic.ts'
import { PlcConnection } from './plc-connection.ts'
import {
  closed,
  PLC_PROBLEMS,
  type PlcFailure,
  type PlcOutcome,
  type PlcProblem,
} from './plc-failure.ts'
import { type PlcTarget, placeOf } from './plc-url.ts'

/** Connections of one PLC (contract, section 8). */
export const MOST_CONNECTIONS = 5
/** Pauses after failed attempts to connect, ms. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000
const JITTER = 0.5
/** A connection that was not used for so long is asked for a word, so that a lost one is found before it is needed, ms. */
const CHECK_MS = 30_000

/** Any word will do: a refusal is a sign of life, too. */
const CHECK: McRequest = {
  kind: 'words',
  from: { device: deviceOf('D') as PlcDevice, number: 0 },
  points: 1,
}

export interface PlcPoolOptions {
  /** 1 to 5. */
  readonly connections?: number
  readonly clock?: Clock
  readonly schedule?: Schedule
  /** 0 to 1, for the pauses. */
  readonly random?: () => number
}

/** How a PLC is doing, for screens and status pages. */
export interface PlcStatus {
  readonly place: string
  /** Connections: open, of these with a request under way, and how many there may be. */
  readonly open: number
  readonly busy: number
  readonly most: number
  /** Requests that wait for a connection. */
  readonly waiting: number
  /** Since the start: `requests` are those that have ended, `answers` and all `failures`. */
  readonly requests: number
  readonly answers: number
  readonly failures: Readonly<Record<PlcProblem, number>>
  /** Connections opened since the start. */
  readonly connects: number
  /** Idle connections that were asked whether they are still there. */
  readonly checks: number
  /** The last five minutes: units are words and bits read. */
  readonly traffic: TrafficFigures
  /** It stays when all is well again; null: none in this run. */
  readonly lastFailure: { readonly failure: PlcFailure; readonly atMs: number } | null
  /** Unix ms before which nobody tries to connect again; null: no pause. */
  readonly retryAtMs: number | null
}

type Waiting = (connection: PlcConnection | PlcFailure) => void

/**
 * Up to five connections to one PLC, opened as they are needed. Each request gets one for itself, the one that was used longest ago,
 * and gives it back whatever happens; without a free one it waits for its turn.
 */
export class PlcPool {
  readonly target: PlcTarget
  readonly #most: number
  readonly #clock: Clock
  readonly #schedule: Schedule
  readonly #newBackoff: () => Backoff
  readonly #traffic: Traffic
  readonly #idle: PlcConnection[] = []
  readonly #busy = new Set<PlcConnection>()
  readonly #opening = new Set<PlcConnection>()
  readonly #waiting: Waiting[] = []
  readonly #failures = Object.fromEntries(PLC_PROBLEMS.map((each) => [each, 0])) as Record<
    PlcProblem,
    number
  >
  #answers = 0
  #connects = 0
  #checks = 0
  #received = 0
  #lastFailure: PlcStatus['lastFailure'] = null
  /** Of the monotonic clock; null: no attempt has failed. */
  #pauseUntilMs: number | null = null
  #pauseFor: PlcFailure | null = null
  /** null: the pauses begin small. */
  #backoff: Backoff | null = null
  #cancelCheck: (() => void) | null = null
  #isClosed = false

  constructor(target: PlcTarget, options: PlcPoolOptions = {}) {
    const { connections = MOST_CONNECTIONS, clock = systemClock, random } = options
    this.target = target
    this.#most = connections
    this.#clock = clock
    this.#schedule = options.schedule ?? systemSchedule
    this.#traffic = new Traffic(clock.monoMs())
    this.#newBackoff = () =>
      new Backoff({
        firstMs: FIRST_PAUSE_MS,
        longestMs: LONGEST_PAUSE_MS,
        jitter: JITTER,
        ...(random && { random }),
      })
  }

  /**
   * Reads. Never rejects; how long it takes at most follows from the monitoring timer, for each request that waits before it. While
   * no connection is to be had it fails at once, until the pause is over.
   */
  async ask(request: McRequest): Promise<PlcOutcome> {
    const startedMs = this.#clock.monoMs()
    const outcome = await this.#attempt(request)
    const nowMs = this.#clock.monoMs()
    if (outcome.kind === 'cells') {
      this.#answers++
      this.#traffic.done(cellsOf(request), nowMs - startedMs, nowMs)
      return outcome
    }
    this.#failures[outcome.problem]++
    if (outcome.problem !== 'closed') {
      this.#traffic.failed(nowMs)
      this.#lastFailure = { failure: outcome, atMs: this.#clock.wallMs() }
    }
    return outcome
  }

  /** Bytes since the start. */
  get received(): number {
    return this.#received
  }

  get status(): PlcStatus {
    const failed = Object.values(this.#failures).reduce((sum, each) => sum + each, 0)
    const nowMs = this.#clock.monoMs()
    const pauseMs = this.#pauseUntilMs === null ? 0 : this.#pauseUntilMs - nowMs
    return {
      place: placeOf(this.target),
      open: this.#idle.length + this.#busy.size,
      busy: this.#busy.size,
      most: this.#most,
      waiting: this.#waiting.length,
      requests: this.#answers + failed,
      answers: this.#answers,
      failures: { ...this.#failures },
      connects: this.#connects,
      checks: this.#checks,
      traffic: this.#traffic.read(nowMs),
      lastFailure: this.#lastFailure,
      retryAtMs: pauseMs > 0 ? this.#clock.wallMs() + pauseMs : null,
    }
  }

  /** All connections end at once; what was asked fails with `closed`. */
  close(): void {
    this.#isClosed = true
    this.#cancelCheck?.()
    for (const connection of [...this.#idle, ...this.#busy, ...this.#opening]) connection.close()
    this.#idle.length = 0
    this.#failWaiting(closed(placeOf(this.target)))
  }

  async #attempt(request: McRequest): Promise<PlcOutcome> {
    for (;;) {
      const connection = await this.#take()
      if (!(connection instanceof PlcConnection)) return connection
      const wasUsed = connection.answers > 0
      const outcome = await this.#askOn(connection, request)
      // A used one may have been closed meanwhile, which nobody can know before a request fails: another one decides.
      const isWorthAnother = wasUsed || this.#idle.length + this.#busy.size > 0
      if (!isLost(outcome) || !isWorthAnother || this.#isClosed) return outcome
    }
  }

  async #askOn(connection: PlcConnection, request: McRequest): Promise<PlcOutcome> {
    try {
      const outcome = await connection.ask(request)
      // Where new ones are answered, the pauses begin small again.
      if (connection.answers === 1) this.#backoff = null
      // One that is taken and given up without a word is one too many for the PLC: as if it had not been to be had.
      if (connection.answers === 0 && isLost(outcome)) this.#pause(outcome)
      return outcome
    } finally {
      this.#giveBack(connection)
    }
  }

  #take(): Promise<PlcConnection | PlcFailure> {
    if (this.#isClosed) return Promise.resolve(closed(placeOf(this.target)))
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#serve()
    })
  }

  #giveBack(connection: PlcConnection): void {
    this.#busy.delete(connection)
    if (connection.isOpen) this.#idle.push(connection)
    this.#serve()
  }

  /** Connections to those who wait, as far as there are some. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#idle.shift()
      if (connection === undefined) break
      this.#busy.add(connection)
      this.#waiting.shift()?.(connection)
    }
    while (this.#mayOpen()) void this.#open()
    const isHopeless = this.#busy.size + this.#opening.size === 0
    if (isHopeless && this.#pauseFor !== null) this.#failWaiting(this.#pauseFor)
  }

  #mayOpen(): boolean {
    const there = this.#idle.length + this.#busy.size
    const opening = this.#opening.size
    if (this.#isClosed || this.#waiting.length <= opening || there + opening >= this.#most) {
      return false
    }
    if (this.#pauseUntilMs !== null && this.#clock.monoMs() < this.#pauseUntilMs) return false
    // Where the PLC is away, one attempt is enough to know.
    return there > 0 || opening === 0
  }

  async #open(): Promise<void> {
    const connection = new PlcConnection(
      this.target,
      this.#clock,
      this.#schedule,
      (ended) => this.#ended(ended),
      (count) => {
        this.#received += count
      },
    )
    this.#opening.add(connection)
    const failure = await connection.open()
    this.#opening.delete(connection)
    if (failure === null) {
      this.#connects++
      this.#idle.push(connection)
      this.#watch()
    } else if (!this.#isClosed) this.#pause(failure)
    this.#serve()
  }

  #pause(failure: PlcFailure): void {
    const nowMs = this.#clock.monoMs()
    this.#pauseFor = failure
    if (this.#pauseUntilMs !== null && nowMs < this.#pauseUntilMs) return
    this.#backoff ??= this.#newBackoff()
    this.#pauseUntilMs = nowMs + this.#backoff.next()
  }

  /** One that was open is no more. */
  #ended(connection: PlcConnection): void {
    const at = this.#idle.indexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
  }

  #failWaiting(failure: PlcFailure): void {
    for (const waiting of this.#waiting.splice(0)) waiting(failure)
  }

  /** Looks after connections that nobody uses. */
  #watch(): void {
    if (this.#cancelCheck !== null || this.#isClosed) return
    this.#cancelCheck = this.#schedule(() => {
      this.#cancelCheck = null
      const nowMs = this.#clock.monoMs()
      const unused = this.#idle.filter((each) => each.idleMs(nowMs) >= CHECK_MS)
      for (const connection of unused) void this.#check(connection)
      if (this.#idle.length + this.#busy.size > 0) this.#watch()
    }, CHECK_MS)
  }

  async #check(connection: PlcConnection): Promise<void> {
    this.#idle.splice(this.#idle.indexOf(connection), 1)
    this.#busy.add(connection)
    this.#checks++
    await this.#askOn(connection, CHECK)
  }
}

function isLost(outcome: PlcOutcome): outcome is PlcFailure {
  return outcome.kind === 'failed' && outcome.problem === 'unreachable'
}
