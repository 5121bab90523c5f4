import type { DeviceNumber, SpanStatistics, StatisticsRequest } from '../monitor/view.ts'
import { ownValue } from '../util/records.ts'
import { type FeedOptions, LatestRequest } from './latest-request.ts'

/** One window is asked for once in so long, ms, and rests so many times as long as its answer took. */
const PERIOD_MS = 1000
const REST = 100
/** An older answer is not shown any more, ms. */
const OLD_MS = 15_000

/** The 95th percentile by channel id, by the length of the window in s. */
export type P95ByWindow = ReadonlyMap<number, Readonly<Record<string, number>>>

interface Held {
  readonly statistics: SpanStatistics
  readonly answeredMs: number
  readonly freshUntilMs: number
}

/**
 * Percentiles of the windows of the table, which a snapshot has not: they are costly, so that they are asked
 * for only where they are shown, one window after the other, and take a hundredth of the time each at most.
 */
export class WindowPercentiles {
  readonly #requests: LatestRequest<StatisticsRequest, SpanStatistics>
  readonly #monoMs: () => number
  readonly #held = new Map<string, Held>()

  constructor({ view, onNews, onDropped, monoMs }: FeedOptions) {
    this.#monoMs = monoMs
    let askedMs = 0
    this.#requests = new LatestRequest({
      send: (request) => {
        askedMs = monoMs()
        return view.statistics(request)
      },
      isSame: (one, other) => keyOf(one) === keyOf(other),
      onAnswer: (request, statistics) => {
        const answeredMs = monoMs()
        const freshUntilMs = answeredMs + Math.max(PERIOD_MS, (answeredMs - askedMs) * REST)
        this.#held.set(keyOf(request), { statistics, answeredMs, freshUntilMs })
        onNews()
      },
      onDropped,
      monoMs,
    })
  }

  /** @param seconds of the windows that are shown; none: nothing is asked */
  ask(device: DeviceNumber, seconds: readonly number[]): void {
    const nowMs = this.#monoMs()
    const freshUntil = (request: StatisticsRequest): number =>
      this.#held.get(keyOf(request))?.freshUntilMs ?? 0
    const due = seconds
      .map((each) => requestOf(device, each))
      .filter((request) => freshUntil(request) <= nowMs)
      .sort((one, other) => freshUntil(one) - freshUntil(other))[0]
    if (due === undefined) this.#requests.cancel()
    else if (!this.#requests.isAsking) this.#requests.ask(due)
  }

  /** Those of a device that are not old. */
  of(device: DeviceNumber, seconds: readonly number[]): P95ByWindow {
    const nowMs = this.#monoMs()
    return new Map(
      seconds.flatMap((each) => {
        const held = this.#held.get(keyOf(requestOf(device, each)))
        if (held === undefined || nowMs - held.answeredMs > OLD_MS) return []
        return [[each, p95Of(held.statistics)] as const]
      }),
    )
  }
}

function requestOf(device: DeviceNumber, seconds: number): StatisticsRequest {
  return { device, span: { kind: 'last', seconds } }
}

function keyOf(request: StatisticsRequest): string {
  return JSON.stringify(request)
}

function p95Of({ channels }: SpanStatistics): Record<string, number> {
  return Object.fromEntries(
    Object.keys(channels).flatMap((id) => {
      const p95 = ownValue(channels, id)?.figures.p95
      return p95 === null || p95 === undefined ? [] : [[id, p95] as const]
    }),
  )
}
