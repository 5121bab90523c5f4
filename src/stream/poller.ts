import { type Command, type CommandResult, PAUSES_MS } from '../protocol/link/commands.ts'
import type { SourceState } from '../sources/source.ts'
import { formatDuration } from '../util/duration.ts'
import { resultText } from './command-text.ts'
import type { EventReport } from './event-report.ts'
import type { Ledger } from './ledger.ts'

export interface PollerOptions {
  /** From one request to the next. */
  readonly periodMs: number
  readonly ledger: Ledger
  readonly events: EventReport
  /** As the device has said; null: it has not */
  readonly firmware: () => string | null
  /** Sends a command; `done` is called when it has ended. */
  readonly send: (command: Command, maxTries: number, done: (result: CommandResult) => void) => void
}

/** What the poller does: nothing yet, changing the mode, asking, or it leaves the device alone. */
type Phase = 'waiting' | 'setting' | 'asking' | 'leaving' | 'over'

/**
 * A device that says nothing of itself for so long is told to be silent all the
 * same: longer than the link asks who is there (5 s of silence, three tries).
 */
const HELLO_WAIT_MS = 10_000
const READ: Command = { cmd: 'read' }

/**
 * Poll mode (PROTOCOL.md 6): puts a device into the mode `poll` and asks for each sample,
 * on a grid of the host's clock that no answer shifts. At the end the device gets its
 * own mode back. One that knows no such mode streams on, with an event. Time in ms,
 * monotonic; no timer of its own.
 */
export class Poller {
  readonly #options: PollerOptions
  #phase: Phase = 'waiting'
  /** Counts connections, so that what an earlier one has sent decides nothing. */
  #connection = 0
  #connectedMs = Number.POSITIVE_INFINITY
  /** The device was in that mode before. */
  #wasPolled = false
  #isFirstHello = true
  /** When the next sample is asked for. */
  #dueMs = 0
  #isAsked = false
  /** Of the last input that said it: answers come without. */
  #nowMs = 0
  /** Requests without an answer since the last one with. */
  #missed = 0
  #refused = ''
  /** The device was armed, or is: the mode comes when that is over. */
  #isPutOff = false

  constructor(options: PollerOptions) {
    this.#options = options
  }

  /** The mode of the device is being given back. */
  get isLeaving(): boolean {
    return this.#phase === 'leaving'
  }

  /** Something is due by the clock, or will be soon. */
  get isWaiting(): boolean {
    return this.#phase !== 'over' && this.#connectedMs !== Number.POSITIVE_INFINITY
  }

  connected(nowMs: number): void {
    this.#connection++
    this.#phase = 'waiting'
    this.#connectedMs = nowMs
    this.#isAsked = false
  }

  disconnected(): void {
    this.#connection++
    this.#phase = 'waiting'
    this.#connectedMs = Number.POSITIVE_INFINITY
  }

  /** @param mode as the device says in its `hello`; null: it does not say */
  hello(mode: string | null, nowMs: number): void {
    if (this.#isFirstHello) this.#wasPolled = mode === 'poll'
    this.#isFirstHello = false
    if (this.#phase === 'over' || this.#phase === 'leaving') return
    if (mode === 'poll') {
      if (this.#phase === 'waiting') this.#begin(nowMs)
    } else if (this.#phase !== 'setting') this.#setMode(nowMs)
  }

  tick(nowMs: number): void {
    if (this.#phase === 'waiting' && nowMs - this.#connectedMs >= HELLO_WAIT_MS) {
      this.#setMode(nowMs)
    }
    this.#nowMs = nowMs
    if (this.#phase !== 'asking' || this.#isAsked || nowMs < this.#dueMs) return
    const { periodMs } = this.#options
    // Slots that passed while an answer was due are left out: the grid stays.
    this.#dueMs += periodMs * Math.floor((nowMs - this.#dueMs) / periodMs + 1)
    this.#isAsked = true
    this.#send(READ, triesWithin(periodMs), (result) => {
      this.#isAsked = false
      if (this.#phase === 'asking') this.#answered(result)
    })
  }

  /** Gives the device the mode back that it had. */
  leave(): void {
    const isOurs = this.#phase === 'asking' || this.#phase === 'setting'
    if (!isOurs || this.#wasPolled) {
      if (this.#phase !== 'leaving') this.#phase = 'over'
      return
    }
    this.#phase = 'leaving'
    this.#send({ cmd: 'set_mode', value: 'stream' }, 2, () => {
      this.#phase = 'over'
    })
  }

  /**
   * What the state of the source means here: a polled device is silent where it
   * does not answer, and not between two requests.
   */
  judge(state: SourceState, reason: string): readonly [SourceState, string] {
    if (this.#phase !== 'asking' || (state !== 'live' && state !== 'silent')) return [state, reason]
    if (this.#missed > 0) {
      const every = formatDuration(this.#options.periodMs)
      return ['silent', `the device does not answer (it is asked every ${every})`]
    }
    return ['live', state === 'live' ? reason : '']
  }

  #setMode(nowMs: number): void {
    this.#phase = 'setting'
    this.#nowMs = nowMs
    const command: Command = { cmd: 'set_mode', value: 'poll' }
    this.#send(command, PAUSES_MS.length, (result) => {
      if (this.#phase !== 'setting') return
      if (result.kind === 'ok') {
        this.#begin(this.#nowMs)
        return
      }
      const why = resultText(result, command, this.#options.firmware())
      if (result.kind === 'refused' && result.error === 'busy') {
        this.#phase = 'waiting'
        this.#connectedMs = this.#nowMs
        if (!this.#isPutOff) {
          const text = `poll mode is not to be had yet (${why}): the device is asked again`
          this.#options.events.report('command', text)
        }
        this.#isPutOff = true
        return
      }
      this.#phase = 'over'
      const text = `poll mode is not to be had (${why}): samples are taken as the device sends them`
      this.#options.events.report('command', text)
    })
  }

  #begin(nowMs: number): void {
    this.#phase = 'asking'
    this.#isPutOff = false
    this.#dueMs = nowMs
    this.#missed = 0
    const every = formatDuration(this.#options.periodMs)
    this.#options.events.report('command', `poll mode: a sample is asked for every ${every}`)
  }

  #answered(result: CommandResult): void {
    const { ledger, events, firmware } = this.#options
    if (result.kind === 'unanswered' || result.kind === 'dropped') {
      this.#missed++
      ledger.reads_unanswered++
      return
    }
    if (this.#missed > 0) {
      events.report('command', `the device answers again, after ${this.#missed} requests in vain`)
      this.#missed = 0
    }
    const refused = result.kind === 'refused' ? resultText(result, READ, firmware()) : ''
    if (refused !== '' && refused !== this.#refused) events.report('command', `read: ${refused}`)
    this.#refused = refused
  }

  /** Calls back only in the connection in which it was sent. */
  #send(command: Command, maxTries: number, done: (result: CommandResult) => void): void {
    const connection = this.#connection
    this.#options.send(command, maxTries, (result) => {
      if (connection === this.#connection) done(result)
    })
  }
}

/** How often a request may be repeated before the next one is due; once at least. */
function triesWithin(periodMs: number): number {
  let tries = 0
  for (let totalMs = 0; tries < PAUSES_MS.length; tries++) {
    totalMs += PAUSES_MS[tries] as number
    if (totalMs > periodMs) break
  }
  return Math.max(1, tries)
}
