import type { LiveStatistics } from '../stats/live-statistics.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import type { HubDevice } from './hub.ts'
import { type SpanStatistics, type StatisticsSpan, VIEW_VERSION } from './view.ts'
import { LONGEST_WINDOW_S } from './view-memory.ts'

/** Answers for any span of a device: the last 15 minutes, and since the reset, from memory, what is before from the log. */
export class StatisticsProvider {
  readonly #history: LogHistory | null

  /** @param history null with `--no-log` */
  constructor(history: LogHistory | null) {
    this.#history = history
  }

  async statistics({ stream, state }: HubDevice, span: StatisticsSpan): Promise<SpanStatistics> {
    const live = state.keepForView().statistics
    const newestUs = state.newest?.sample.timeUs ?? stream.nowUs()
    if (span.kind === 'reset') {
      return answer(live.sinceUs ?? newestUs, newestUs, live.sinceReset())
    }
    const isLast = span.kind === 'last'
    const lengthUs = isLast ? span.seconds * US_PER_SECOND : span.toUs - span.fromUs
    const endUs = isLast ? newestUs : span.toUs - 1
    if (this.#history === null || isHeld(live, endUs - lengthUs, newestUs)) {
      return held(live, endUs, lengthUs)
    }
    const [fromUs, toUs] =
      span.kind === 'last' ? [endUs - lengthUs, endUs + 1] : [span.fromUs, endUs]
    const channels = await this.#history.statistics(stream.device, fromUs, toUs)
    return { ...answer(fromUs, toUs, channels ?? {}), isExpired: channels === null }
  }
}

/** Whether memory has all of the seconds from a time on. */
function isHeld(live: LiveStatistics, fromUs: number, newestUs: number): boolean {
  const oldest = Math.floor(newestUs / US_PER_SECOND) - LONGEST_WINDOW_S + 1
  const from = Math.floor(fromUs / US_PER_SECOND) + 1
  return from >= oldest && from * US_PER_SECOND > live.beganUs
}

/** Whole seconds and the one that the end lies in, as in the table. */
function held(live: LiveStatistics, endUs: number, lengthUs: number): SpanStatistics {
  const seconds = Math.max(1, Math.min(LONGEST_WINDOW_S, Math.round(lengthUs / US_PER_SECOND)))
  const fromUs = (Math.floor(endUs / US_PER_SECOND) - seconds + 1) * US_PER_SECOND
  return answer(Math.max(fromUs, live.beganUs), endUs, live.window(seconds, endUs))
}

function answer(
  fromUs: number,
  toUs: number,
  channels: SpanStatistics['channels'],
): SpanStatistics {
  return { version: VIEW_VERSION, fromUs, toUs, channels, isExpired: false }
}
