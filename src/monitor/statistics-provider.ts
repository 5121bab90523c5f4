import type { LiveStatistics } from '../stats/live-statistics.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import { US_PER_SECOND, windowBeginUs } from '../util/time-units.ts'
import type { HubDevice } from './hub.ts'
import { type SpanStatistics, type StatisticsSpan, VIEW_VERSION } from './view.ts'
import { LONGEST_WINDOW_S } from './view-memory.ts'

/**
 * Answers for any span of a device: what ends now and lies within 15 minutes, and since the reset,
 * from memory, all else from the log.
 */
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
    if (span.kind === 'window') return held(live, newestUs, span.seconds)
    if (span.kind === 'last') {
      const fromUs = windowBeginUs(newestUs, span.seconds)
      if (this.#history === null || isHeld(live, fromUs, newestUs)) {
        return held(live, newestUs, span.seconds)
      }
      return logged(this.#history, stream.device, fromUs, newestUs + 1)
    }
    const { fromUs, toUs } = span
    if (this.#history === null) {
      return held(live, toUs - 1, Math.round((toUs - fromUs) / US_PER_SECOND))
    }
    return logged(this.#history, stream.device, fromUs, toUs)
  }
}

async function logged(
  history: LogHistory,
  device: string,
  fromUs: number,
  toUs: number,
): Promise<SpanStatistics> {
  const { channels, total, missing } = await history.statistics(device, fromUs, toUs)
  return {
    ...answer(fromUs, toUs - 1, channels),
    isExpired: missing === 'expired',
    isTooMany: missing === 'too_many',
    total,
  }
}

/** Whether memory has all of the seconds from a time on. @param fromUs begin of a second */
function isHeld(live: LiveStatistics, fromUs: number, newestUs: number): boolean {
  return fromUs >= windowBeginUs(newestUs, LONGEST_WINDOW_S) && fromUs > live.beganUs
}

/** Whole seconds and the one that the end lies in, as in the table. */
function held(live: LiveStatistics, endUs: number, wantedS: number): SpanStatistics {
  const seconds = Math.max(1, Math.min(LONGEST_WINDOW_S, wantedS))
  const fromUs = windowBeginUs(endUs, seconds)
  return answer(Math.max(fromUs, live.beganUs), endUs, live.window(seconds, endUs))
}

function answer(
  fromUs: number,
  toUs: number,
  channels: SpanStatistics['channels'],
): SpanStatistics {
  const none = { isExpired: false, isTooMany: false, total: null }
  return { version: VIEW_VERSION, fromUs, toUs, channels, ...none }
}
