import type { Trace } from '../chart/trace.ts'
import type {
  DeviceNumber,
  FindRequest,
  Moment,
  Snapshot,
  SpanStatistics,
  StatisticsRequest,
  TraceRequest,
} from '../monitor/view.ts'
import { KeptAnswer } from './kept-answer.ts'
import { type FeedOptions, LatestRequest } from './latest-request.ts'

/** A running chart is read again when it has moved so far, however long a slot of it is. */
const STALE_US = 5e6
/** What is costly rests so many times as long as its answer took. */
const REST = 10
/** Statistics are asked for once in so long at most, ms. */
const STATISTICS_MS = 1000
/** An overview of all of the log: as seldom as it moves by a hundredth, but within these bounds, ms. */
const OVERVIEW_MS = 2000
const OVERVIEW_MOST_MS = 60_000

export interface ViewFeedOptions extends Omit<FeedOptions, 'onNews'> {
  readonly onSnapshot: (snapshot: Snapshot) => void
  /** An answer has come. */
  readonly onNews: (what: 'trace' | 'statistics' | 'moment' | 'overview') => void
}

/** A trace, or what it is asked for. */
interface TimedRequest {
  readonly request: TraceRequest
  /** Newest sample at the time of the request. */
  readonly sampleUs: number
}

interface HeldTrace extends TimedRequest {
  readonly trace: Trace
}

/**
 * The newest answers of a view. At most one request of each kind is under way, so that a slow or
 * hanging view costs nothing but news.
 */
export class ViewFeed {
  readonly #snapshots: LatestRequest<DeviceNumber, Snapshot>
  readonly #traces: LatestRequest<TimedRequest, Trace>
  /** Of what stands in the chart's place, and of the selection: both may be on the screen. */
  readonly #statistics: KeptAnswer<StatisticsRequest, SpanStatistics>
  readonly #selected: KeptAnswer<StatisticsRequest, SpanStatistics>
  readonly #moments: KeptAnswer<FindRequest, Moment | null>
  readonly #overviews: KeptAnswer<TraceRequest, Trace>
  #snapshot: Snapshot | null = null
  #held: HeldTrace | null = null

  constructor({ view, onSnapshot, onNews, onDropped, monoMs }: ViewFeedOptions) {
    this.#snapshots = new LatestRequest({
      send: (device) => view.snapshot(device),
      isSame: (one, other) => one === other,
      onAnswer: (_, snapshot) => {
        this.#snapshot = snapshot
        onSnapshot(snapshot)
      },
      onDropped,
      monoMs,
    })
    this.#traces = new LatestRequest({
      send: ({ request }) => view.trace(request),
      isSame: (one, other) => isSameRequest(one.request, other.request),
      onAnswer: (timed, trace) => {
        const isLess = this.#held !== null && hasLost(this.#held, timed.request, trace)
        this.#held = { ...timed, trace: isLess ? (this.#held as HeldTrace).trace : trace }
        onNews('trace')
      },
      onDropped,
      monoMs,
    })
    this.#moments = new KeptAnswer({
      send: (request) => view.find(request),
      isSame: isSameFind,
      onNews: () => onNews('moment'),
      onDropped,
      monoMs,
    })
    this.#overviews = new KeptAnswer({
      send: (request) => view.trace(request),
      isSame: isSameRequest,
      covers: (kept, wanted) => kept.device === wanted.device && kept.slots === wanted.slots,
      restMs: ({ spanMs }, tookMs) => {
        const stepMs = Math.max(OVERVIEW_MS, Math.min(OVERVIEW_MOST_MS, spanMs / 100))
        return Math.max(stepMs, tookMs * REST)
      },
      onNews: () => onNews('overview'),
      onDropped,
      monoMs,
    })
    const ofSpan = (): KeptAnswer<StatisticsRequest, SpanStatistics> =>
      new KeptAnswer({
        send: (request) => view.statistics(request),
        isSame: isSameSpan,
        restMs: (_, tookMs) => Math.max(STATISTICS_MS, tookMs * REST),
        onNews: () => onNews('statistics'),
        onDropped,
        monoMs,
      })
    this.#statistics = ofSpan()
    this.#selected = ofSpan()
  }

  /** The newest one, of whichever device was selected when it was asked for. */
  get snapshot(): Snapshot | null {
    return this.#snapshot
  }

  /** The newest trace of that device, maybe of another span; null: there is none yet. */
  traceOf(device: DeviceNumber): Trace | null {
    return this.#held?.request.device === device ? this.#held.trace : null
  }

  /** Whether what `traceOf` has is of another moment or span. */
  isReading(request: TraceRequest): boolean {
    return this.#held === null || !isSameRequest(this.#held.request, request)
  }

  /** The newest overview of that device's log; null: there is none yet. */
  overviewOf(device: DeviceNumber): Trace | null {
    return this.#overviews.where((request) => request.device === device) ?? null
  }

  /** null: none is wanted */
  askOverview(request: TraceRequest | null): void {
    this.#overviews.ask(request)
  }

  /** The newest statistics of that span; null: there are none yet. */
  statisticsOf(request: StatisticsRequest): SpanStatistics | null {
    return this.#selected.of(request) ?? this.#statistics.of(request) ?? null
  }

  /**
   * null: none are wanted
   *
   * @param selected of the selection, whatever the others are of
   */
  askStatistics(
    request: StatisticsRequest | null,
    selected: StatisticsRequest | null = null,
  ): void {
    const isOne = request !== null && selected !== null && isSameSpan(request, selected)
    this.#statistics.ask(isOne ? null : request)
    this.#selected.ask(selected)
  }

  /** What was found for that request; null: there is nothing, undefined: no answer yet. */
  momentOf(request: FindRequest): Moment | null | undefined {
    return this.#moments.of(request)
  }

  /** null: none is wanted */
  askMoment(request: FindRequest | null): void {
    this.#moments.ask(request)
  }

  /** Why an answer is missing; null: none is. */
  get trouble(): string | null {
    const spans = this.#statistics.trouble ?? this.#selected.trouble
    const late = spans ?? this.#moments.trouble ?? this.#overviews.trouble
    return this.#snapshots.trouble ?? this.#traces.trouble ?? late
  }

  /** @returns false: the answer to an earlier request is still under way */
  askSnapshot(device: DeviceNumber): boolean {
    const isFree = !this.#snapshots.isAsking
    this.#snapshots.ask(device)
    return isFree
  }

  /**
   * Asks for a trace, unless the one held will do: a frozen one for good, a
   * running one until it has moved by a slot.
   *
   * @param sampleUs newest sample of the device
   */
  askTrace(request: TraceRequest | null, sampleUs: number): void {
    if (request === null || this.#isFresh(request, sampleUs)) this.#traces.cancel()
    else this.#traces.ask({ request, sampleUs })
  }

  #isFresh(request: TraceRequest, sampleUs: number): boolean {
    if (this.#held === null || !isSameRequest(this.#held.request, request)) return false
    if (request.endUs !== null) return true
    const slotUs = (request.spanMs * 1000) / request.slots
    return Math.abs(sampleUs - this.#held.sampleUs) < Math.min(slotUs, STALE_US)
  }
}

/**
 * Whether an answer lacks what is still on the screen: the begin of a frozen span, which memory or
 * log no longer has. The old trace, folded again, then shows more than the new one.
 */
function hasLost(held: HeldTrace, request: TraceRequest, answer: Trace): boolean {
  const { request: before, trace } = held
  if (request.endUs === null || before.endUs === null || before.device !== request.device) {
    return false
  }
  const fromUs = request.endUs - request.spanMs * 1000
  const heldUs = firstFilledUs(trace, fromUs)
  if (heldUs > request.endUs) return false
  return firstFilledUs(answer, fromUs) > heldUs + Math.max(trace.slotUs, answer.slotUs)
}

/** Begin of the first slot with samples that does not begin before a time, Unix µs; infinite: there is none. */
function firstFilledUs({ startUs, slotUs, length, count }: Trace, fromUs: number): number {
  for (let slot = Math.max(0, Math.ceil((fromUs - startUs) / slotUs)); slot < length; slot++) {
    if ((count[slot] as number) > 0) return startUs + slot * slotUs
  }
  return Number.POSITIVE_INFINITY
}

function isSameFind(one: FindRequest, other: FindRequest): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function isSameSpan(one: StatisticsRequest, other: StatisticsRequest): boolean {
  return one.device === other.device && JSON.stringify(one.span) === JSON.stringify(other.span)
}

function isSameRequest(one: TraceRequest, other: TraceRequest): boolean {
  return (
    one.device === other.device &&
    one.spanMs === other.spanMs &&
    one.slots === other.slots &&
    one.endUs === other.endUs
  )
}
