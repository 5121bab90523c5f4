import type { Trace } from '../../chart/trace.ts'
import type { Burst } from '../../domain/burst.ts'
import { logFilePath } from '../../util/paths.ts'
import type { LogOwner } from '../file/log-file.ts'
import type { HistoryAnswer, HistoryQuestion } from '../read/history-messages.ts'
import type {
  FlowsById,
  LoggedSample,
  LoggedTotals,
  LogOverview,
  Moment,
  MomentWish,
  SpanFigures,
} from '../read/log-query.ts'
import { AskedThread } from './asked-thread.ts'

/** After so long without a question the thread ends. */
const IDLE_MS = 10_000

/** Looks back in a log that may be being written, without holding up who asks. */
export interface LogHistory {
  /**
   * A span of one device folded for a chart, see `LogReader.series`.
   *
   * @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_unwritable
   *   (can't be opened), log_unreadable (the thread ended)
   */
  series(device: string, fromUs: number, slotUs: number, count: number): Promise<Trace>
  /**
   * What each device of the log comes to since its totals were reset, see `LogReader.totalsSince`.
   *
   * @throws InaError as `series`
   */
  totals(): Promise<readonly LoggedTotals[]>
  /**
   * The newest samples of a device, see `newestSamples`.
   *
   * @throws InaError as `series`
   */
  newest(device: string, most: number): Promise<readonly LoggedSample[]>
  /**
   * What a span of one device comes to, see `LogReader.statistics`.
   *
   * @throws InaError as `series`
   */
  statistics(device: string, fromUs: number, toUs: number): Promise<SpanFigures>
  /**
   * A sample or an event of one device, see `LogReader.find`.
   *
   * @throws InaError as `series`
   */
  find(device: string, wish: MomentWish): Promise<Moment | null>
  /**
   * The newest burst of a device; null: the log has none.
   *
   * @throws InaError as `series`
   */
  burst(device: string): Promise<Burst | null>
  /**
   * What the log holds of each of its devices, see `LogReader.overview`.
   *
   * @throws InaError as `series`
   */
  overview(windowsS: readonly number[]): Promise<readonly LogOverview[]>
  /**
   * What the channels of one device come to over time, see `LogReader.flows`.
   *
   * @throws InaError as `series`
   */
  flows(device: string, cuts: readonly number[]): Promise<readonly FlowsById[]>
  /** Whether there is a thread at present. */
  readonly isAwake: boolean
  /** Ends the thread, if there is one; a question under way fails. */
  close(): Promise<void>
}

export interface LogHistoryOptions {
  /** Default: `other`. */
  readonly owner?: LogOwner
  /** Where the bundled worker is; beside the bundled program. */
  readonly workerUrl?: URL
  /** After so long without a question the thread ends, ms. */
  readonly idleMs?: number
}

/**
 * Nothing is opened, and no thread started, before the first question.
 *
 * @throws InaError usage_invalid
 */
export function openLogHistory(file: string, options: LogHistoryOptions = {}): LogHistory {
  return new WorkerHistory(logFilePath(file), options)
}

class WorkerHistory implements LogHistory {
  readonly #thread: AskedThread<HistoryQuestion, HistoryAnswer>

  constructor(file: string, options: LogHistoryOptions) {
    this.#thread = new AskedThread({
      file,
      owner: options.owner ?? 'other',
      workerUrl: options.workerUrl ?? new URL('./log-history-worker.js', import.meta.url),
      idleMs: options.idleMs ?? IDLE_MS,
    })
  }

  async series(device: string, fromUs: number, slotUs: number, count: number): Promise<Trace> {
    return (await this.#thread.ask({ type: 'series', device, fromUs, slotUs, count })).trace
  }

  async totals(): Promise<readonly LoggedTotals[]> {
    return (await this.#thread.ask({ type: 'totals' })).totals
  }

  async newest(device: string, most: number): Promise<readonly LoggedSample[]> {
    return (await this.#thread.ask({ type: 'newest', device, most })).samples
  }

  async statistics(device: string, fromUs: number, toUs: number): Promise<SpanFigures> {
    return (await this.#thread.ask({ type: 'statistics', device, fromUs, toUs })).figures
  }

  async find(device: string, wish: MomentWish): Promise<Moment | null> {
    return (await this.#thread.ask({ type: 'find', device, wish })).moment
  }

  async burst(device: string): Promise<Burst | null> {
    return (await this.#thread.ask({ type: 'burst', device })).burst
  }

  async overview(windowsS: readonly number[]): Promise<readonly LogOverview[]> {
    return (await this.#thread.ask({ type: 'overview', windowsS })).devices
  }

  async flows(device: string, cuts: readonly number[]): Promise<readonly FlowsById[]> {
    return (await this.#thread.ask({ type: 'flows', device, cuts })).flows
  }

  get isAwake(): boolean {
    return this.#thread.isAwake
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}
