import type { SpanStatistics, StatisticsRequest, View } from '../monitor/view.ts'
import { LatestRequest } from './latest-request.ts'

/** Statistics are asked for once in so long, ms, and rest so many times as long as an answer took. */
const STATISTICS_MS = 1000
const STATISTICS_REST = 10

export interface SpanFeedOptions {
  readonly view: View
  readonly onAnswer: () => void
  readonly onDropped: () => void
  readonly monoMs: () => number
}

interface HeldStatistics {
  readonly request: StatisticsRequest
  readonly statistics: SpanStatistics
  readonly freshUntilMs: number
}

/** The newest statistics of one span, asked for again once they are old. */
export class SpanFeed {
  readonly #requests: LatestRequest<StatisticsRequest, SpanStatistics>
  readonly #monoMs: () => number
  #held: HeldStatistics | null = null

  constructor({ view, onAnswer, onDropped, monoMs }: SpanFeedOptions) {
    this.#monoMs = monoMs
    let askedMs = 0
    this.#requests = new LatestRequest({
      send: (request) => {
        askedMs = monoMs()
        return view.statistics(request)
      },
      isSame: isSameSpan,
      onAnswer: (request, statistics) => {
        const nowMs = monoMs()
        const restMs = Math.max(STATISTICS_MS, (nowMs - askedMs) * STATISTICS_REST)
        this.#held = { request, statistics, freshUntilMs: nowMs + restMs }
        onAnswer()
      },
      onDropped,
      monoMs,
    })
  }

  get trouble(): string | null {
    return this.#requests.trouble
  }

  /** null: there are none yet. */
  of(request: StatisticsRequest): SpanStatistics | null {
    const held = this.#held
    return held !== null && isSameSpan(held.request, request) ? held.statistics : null
  }

  /** @param request null: none are wanted */
  ask(request: StatisticsRequest | null): void {
    const held = this.#held
    const isFresh =
      request !== null &&
      held !== null &&
      isSameSpan(held.request, request) &&
      this.#monoMs() < held.freshUntilMs
    if (request === null || isFresh) this.#requests.cancel()
    else this.#requests.ask(request)
  }
}

/** Whether the answer to one is an answer to the other. */
export function isSameSpan(one: StatisticsRequest, other: StatisticsRequest): boolean {
  return one.device === other.device && JSON.stringify(one.span) === JSON.stringify(other.span)
}
