import type { DeviceNumber, SpanStatistics, StatisticsRequest } from '../monitor/view.ts'
import { ownValue } from '../util/records.ts'
import { KeptAnswer } from './kept-answer.ts'
import type { FeedOptions } from './latest-request.ts'

/** They are asked for once in so long, ms, and rest so many times as long as the answer took, up to a bound. */
const PERIOD_MS = 1000
const REST = 100
const LONGEST_REST_MS = 10_000
/** An older answer is not shown any more, ms. */
const OLD_MS = 15_000

/** The 95th percentile by channel id, by the length of the window in s. */
export type P95ByWindow = ReadonlyMap<number, Readonly<Record<string, number>>>

interface Windows {
  readonly device: DeviceNumber
  /** Length of each, s. */
  readonly seconds: readonly number[]
}

interface Answer {
  readonly p95: P95ByWindow
  readonly answeredMs: number
}

const NONE: P95ByWindow = new Map()

/**
 * Percentiles of the windows of the table, which a snapshot has not: they are costly, so that they are asked
 * for only where they are shown, and take a hundredth of the time, or one evaluation in ten seconds. All
 * windows are of one moment: those that hold the same samples have the same percentile.
 */
export class WindowPercentiles {
  readonly #answers: KeptAnswer<Windows, Answer>
  readonly #monoMs: () => number

  constructor({ view, onNews, onDropped, monoMs }: FeedOptions) {
    this.#monoMs = monoMs
    this.#answers = new KeptAnswer<Windows, Answer>({
      send: async ({ device, seconds }) => {
        const all = seconds.map((each) => view.statistics(requestOf(device, each)))
        const p95 = (await Promise.all(all)).map(p95Of)
        return {
          p95: new Map(seconds.map((each, i) => [each, p95[i] ?? {}])),
          answeredMs: monoMs(),
        }
      },
      isSame: (one, other) =>
        one.device === other.device && one.seconds.join() === other.seconds.join(),
      restMs: (_windows, tookMs) => Math.min(LONGEST_REST_MS, Math.max(PERIOD_MS, tookMs * REST)),
      onNews,
      onDropped,
      monoMs,
    })
  }

  /** @param seconds of the windows that are shown; none: nothing is asked */
  ask(device: DeviceNumber, seconds: readonly number[]): void {
    this.#answers.ask(seconds.length === 0 ? null : { device, seconds })
  }

  /** Those of a device that are not old. */
  of(device: DeviceNumber, seconds: readonly number[]): P95ByWindow {
    const answer = this.#answers.of({ device, seconds })
    return answer === undefined || this.#monoMs() - answer.answeredMs > OLD_MS ? NONE : answer.p95
  }
}

function requestOf(device: DeviceNumber, seconds: number): StatisticsRequest {
  return { device, span: { kind: 'window', seconds } }
}

function p95Of({ channels }: SpanStatistics): Record<string, number> {
  return Object.fromEntries(
    Object.keys(channels).flatMap((id) => {
      const p95 = ownValue(channels, id)?.figures.p95
      return p95 === null || p95 === undefined ? [] : [[id, p95] as const]
    }),
  )
}
