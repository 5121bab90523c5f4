import type { Trace } from '../chart/trace.ts'
import type { DeviceNumber, Moment } from '../monitor/view.ts'
import { KeptAnswer } from './kept-answer.ts'
import { type FeedOptions, LatestRequest } from './latest-request.ts'
import type { ComparedTraces } from './view/compare.ts'

/** A running comparison is read again when it has moved so far, however long a slot is. */
const STALE_US = 5e6
/** It rests so many times as long as its answers took. */
const REST = 5

/** The same span of several devices, so that their curves end at one moment. */
export interface CompareRequest {
  readonly devices: readonly DeviceNumber[]
  readonly spanMs: number
  readonly slots: number
  /** Unix µs */
  readonly endUs: number
  /** The end moves on by itself. */
  readonly isRunning: boolean
}

/** The sample next to a moment, of several devices. */
export interface CompareMoments {
  readonly devices: readonly DeviceNumber[]
  readonly atUs: number
  readonly withinUs: number
}

interface HeldTraces {
  readonly request: CompareRequest
  readonly traces: ReadonlyMap<DeviceNumber, Trace>
}

/** The newest answers about several devices: asked for together, and shown when all of them are there. */
export class CompareFeed {
  readonly #traces: LatestRequest<CompareRequest, ReadonlyMap<DeviceNumber, Trace>>
  readonly #moments: KeptAnswer<CompareMoments, ReadonlyMap<DeviceNumber, Moment | null>>
  readonly #monoMs: () => number
  #held: HeldTraces | null = null
  #restsUntilMs = 0

  constructor({ view, onNews, onDropped, monoMs }: FeedOptions) {
    this.#monoMs = monoMs
    let askedMs = 0
    this.#traces = new LatestRequest({
      send: ({ devices, spanMs, slots, endUs }) => {
        askedMs = monoMs()
        return ofEach(devices, (device) => view.trace({ device, spanMs, slots, endUs }))
      },
      isSame: isSameSpan,
      onAnswer: (request, traces) => {
        this.#held = { request, traces }
        this.#restsUntilMs = monoMs() + (monoMs() - askedMs) * REST
        onNews()
      },
      onDropped,
      monoMs,
    })
    this.#moments = new KeptAnswer({
      send: ({ devices, atUs, withinUs }) =>
        ofEach(devices, (device) => view.find({ device, what: 'sample', atUs, withinUs })),
      isSame: (one, other) => JSON.stringify(one) === JSON.stringify(other),
      onNews,
      onDropped,
      monoMs,
    })
  }

  get trouble(): string | null {
    return this.#traces.trouble ?? this.#moments.trouble
  }

  /** Asks for what has moved by a slot; null: nothing is compared, and nothing is kept. */
  ask(request: CompareRequest | null): void {
    if (request === null) this.#held = null
    if (request === null || this.#isFresh(request)) this.#traces.cancel()
    else this.#traces.ask(request)
  }

  /** null: none are wanted */
  askMoments(request: CompareMoments | null): void {
    this.#moments.ask(request)
  }

  /** The newest ones of those devices, maybe of another span; null: there are none yet. */
  of(devices: readonly DeviceNumber[], moments: CompareMoments | null): ComparedTraces | null {
    const held = this.#held
    if (held === null || !devices.every((each) => held.traces.has(each))) return null
    const known = moments && this.#moments.of(moments)
    return { endUs: held.request.endUs, traces: held.traces, moments: known ?? new Map() }
  }

  #isFresh(request: CompareRequest): boolean {
    if (this.#held === null || !isSameSpan(this.#held.request, request)) return false
    if (!request.isRunning) return true
    const slotUs = (request.spanMs * 1000) / request.slots
    const movedUs = Math.abs(request.endUs - this.#held.request.endUs)
    return movedUs < Math.min(slotUs, STALE_US) || this.#monoMs() < this.#restsUntilMs
  }
}

async function ofEach<A>(
  devices: readonly DeviceNumber[],
  ask: (device: DeviceNumber) => Promise<A>,
): Promise<ReadonlyMap<DeviceNumber, A>> {
  const answers = await Promise.all(devices.map(ask))
  return new Map(devices.map((device, i) => [device, answers[i] as A]))
}

/** Where both run, their ends may differ. */
function isSameSpan(one: CompareRequest, other: CompareRequest): boolean {
  return (
    one.spanMs === other.spanMs &&
    one.slots === other.slots &&
    one.isRunning === other.isRunning &&
    (one.isRunning || one.endUs === other.endUs) &&
    one.devices.length === other.devices.length &&
    one.devices.every((device, i) => device === other.devices[i])
  )
}
