import { connect, type Socket } from 'node:net'
import { encodeRequest, type McRequest } from '../../protocol/mc3e/request.ts'
import { AnswerReader, type McAnswer } from '../../protocol/mc3e/response.ts'
import type { Clock } from '../../util/clock.ts'
import type { Schedule } from '../../util/schedule.ts'
import {
  closed,
  garbled,
  noConnection,
  type PlcFailure,
  type PlcOutcome,
  refused,
  silent,
  unreachable,
} from './plc-failure.ts'
import { type PlcTarget, placeOf } from './plc-url.ts'

/** To open a connection, ms. */
const CONNECT_MS = 3000
/** TCP looks whether the other side is still there after so long without traffic, ms. */
const KEEP_ALIVE_MS = 10_000
/** The PLC itself gives up after its monitoring timer, in units of 250 ms, and says so: its word has this time to come, ms. */
const TIMER_UNIT_MS = 250
const MARGIN_MS = 1000
/** Where it would wait without end, ms. */
const ENDLESS_MS = 30_000

interface Pending {
  readonly reader: AnswerReader
  readonly settle: (outcome: PlcOutcome) => void
}

/**
 * One TCP connection to a PLC, with one request at a time: a 3E frame has no number by which an answer could be matched. So
 * whatever leaves a doubt whose answer comes next (no answer in time, bytes that fit nothing) ends the connection for good; the
 * pool opens another one.
 */
export class PlcConnection {
  readonly #target: PlcTarget
  readonly #clock: Clock
  readonly #schedule: Schedule
  readonly #onEnd: (connection: PlcConnection) => void
  readonly #onBytes: (count: number) => void
  readonly #socket: Socket
  #pending: Pending | null = null
  #isOpen = false
  #ended: PlcFailure | null = null
  #usedMs = 0
  #answers = 0

  /** @param onEnd called once an open connection has ended, whoever ended it @param onBytes gets what was received */
  constructor(
    target: PlcTarget,
    clock: Clock,
    schedule: Schedule,
    onEnd: (connection: PlcConnection) => void,
    onBytes: (count: number) => void = () => {},
  ) {
    this.#target = target
    this.#clock = clock
    this.#schedule = schedule
    this.#onEnd = onEnd
    this.#onBytes = onBytes
    this.#socket = connect({ host: target.host, port: target.port, noDelay: true })
    this.#socket.setKeepAlive(true, KEEP_ALIVE_MS)
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Answers that came, refusals included. */
  get answers(): number {
    return this.#answers
  }

  /** Since the last answer, or since it was opened, ms. */
  idleMs(nowMs: number): number {
    return nowMs - this.#usedMs
  }

  /** To be called once. @returns null: it is open */
  open(): Promise<PlcFailure | null> {
    const place = placeOf(this.#target)
    return new Promise((resolve) => {
      const cancel = this.#schedule(() => {
        this.#end(noConnection(place, CONNECT_MS))
        resolve(this.#ended)
      }, CONNECT_MS)
      this.#socket.once('connect', () => {
        cancel()
        this.#isOpen = this.#ended === null
        this.#usedMs = this.#clock.monoMs()
        resolve(this.#ended)
      })
      this.#socket.on('error', (error) => {
        cancel()
        this.#end(unreachable(place, error))
        resolve(this.#ended)
      })
      // The other side has said all: an answer that is still missing won't come.
      this.#socket.on('end', () => this.#end(unreachable(place)))
      this.#socket.on('close', () => {
        cancel()
        this.#end(unreachable(place))
        resolve(this.#ended)
      })
      this.#socket.on('data', (chunk) => this.#data(chunk))
    })
  }

  /** Only when no other request is under way. Never rejects. */
  ask(request: McRequest): Promise<PlcOutcome> {
    if (this.#ended !== null) return Promise.resolve(this.#ended)
    const { code, route, timer } = this.#target
    const deadlineMs = timer === 0 ? ENDLESS_MS : timer * TIMER_UNIT_MS + MARGIN_MS
    const bytes = encodeRequest(code, route, timer, request)
    return new Promise((resolve) => {
      const reader = new AnswerReader(code, route, request)
      const cancel = this.#schedule(() => {
        // A late answer would be taken for that to the next request.
        this.#end(silent(placeOf(this.#target), deadlineMs, reader.received))
      }, deadlineMs)
      this.#pending = {
        reader,
        settle: (outcome) => {
          cancel()
          this.#pending = null
          resolve(outcome)
        },
      }
      this.#socket.write(bytes)
    })
  }

  /** Its request, where one is under way, has failed with it. */
  close(): void {
    this.#end(closed(placeOf(this.#target)))
  }

  #data(chunk: Uint8Array): void {
    if (this.#ended !== null) return
    this.#onBytes(chunk.length)
    if (this.#pending === null) {
      this.#end(garbled(placeOf(this.#target), 'it spoke without being asked'))
      return
    }
    const answer = this.#pending.reader.push(chunk)
    if (answer !== null) this.#answered(answer, this.#pending)
  }

  #answered(answer: McAnswer, { settle }: Pending): void {
    const place = placeOf(this.#target)
    if (answer.kind === 'garbled') {
      this.#end(garbled(place, answer.reason))
      return
    }
    this.#answers++
    this.#usedMs = this.#clock.monoMs()
    settle(answer.kind === 'cells' ? answer : refused(place, answer.endCode))
  }

  #end(failure: PlcFailure): void {
    if (this.#ended !== null) return
    this.#ended = failure
    const wasOpen = this.#isOpen
    this.#isOpen = false
    this.#socket.destroy()
    this.#pending?.settle(failure)
    if (wasOpen) this.#onEnd(this)
  }
}
