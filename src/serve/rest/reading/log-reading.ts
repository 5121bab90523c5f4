import type { ExportFormat } from '../../../export/format-names.ts'
import type { ChannelRequest } from '../../../export/requested-channels.ts'
import { AskedThread } from '../../../storage/client/asked-thread.ts'
import type { LogRange } from '../../../storage/read/log-query.ts'
import type { ExportPage, ExportPlan } from './export-pages.ts'
import type { HistoryWish } from './history-rows.ts'
import type {
  JsonAnswer,
  LoggedDevice,
  ReadingAnswer,
  ReadingQuestion,
} from './reading-messages.ts'
import type { Rows, RowsWish } from './rows.ts'
import type { SeriesWish } from './series.ts'

/** Nobody asks for so long: the threads end, ms. */
const IDLE_MS = 10_000
/** Questions under way; what comes beyond is turned away, so that nobody waits for long. */
const MOST_QUESTIONS = 32

/** Reads the log for requests, in threads of its own; each method throws InaError log_*. */
export class LogReading {
  readonly #questions: AskedThread<ReadingQuestion, ReadingAnswer>
  /** Apart: a long export holds up nothing else. */
  readonly #exports: AskedThread<ReadingQuestion, ReadingAnswer>
  #underWay = 0

  /** @param file as `logFilePath` gives it */
  constructor(file: string, workerUrl = new URL('./rest-reading-worker.js', import.meta.url)) {
    const options = { file, owner: 'this process', workerUrl, idleMs: IDLE_MS } as const
    this.#questions = new AskedThread(options)
    this.#exports = new AskedThread(options)
  }

  /** So many questions are under way that another one is not to be asked. */
  get isBusy(): boolean {
    return this.#underWay >= MOST_QUESTIONS
  }

  async devices(): Promise<readonly LoggedDevice[]> {
    return (await this.#counted(this.#questions.ask({ type: 'devices' }))).devices
  }

  /** @throws InaError usage_invalid: the device has no such channel */
  async series(wish: SeriesWish): Promise<JsonAnswer> {
    return (await this.#counted(this.#questions.ask({ type: 'series', wish }))).json
  }

  async rows(wish: RowsWish): Promise<Rows> {
    return this.#counted(this.#questions.ask({ type: 'rows', wish }))
  }

  async statistics(range: LogRange): Promise<JsonAnswer> {
    return (await this.#counted(this.#questions.ask({ type: 'statistics', range }))).json
  }

  /** The newest ones of a range, in order of time. */
  async bursts(range: LogRange, limit: number): Promise<JsonAnswer> {
    return (await this.#counted(this.#questions.ask({ type: 'bursts', range, limit }))).json
  }

  /** null: there is none of that number */
  async burst(id: number): Promise<JsonAnswer | null> {
    return (await this.#counted(this.#questions.ask({ type: 'burst', id }))).json
  }

  async history(wish: HistoryWish): Promise<Uint8Array> {
    const { json } = await this.#counted(this.#questions.ask({ type: 'history', wish }))
    return json.bytes
  }

  /** @throws InaError usage_invalid: the log has no such channel */
  async planExport(
    range: LogRange,
    format: ExportFormat,
    channels: ChannelRequest | null,
  ): Promise<{ readonly plan: ExportPlan; readonly header: string }> {
    return this.#exports.ask({ type: 'export_plan', range, format, channels })
  }

  async exportPage(plan: ExportPlan): Promise<ExportPage> {
    return (await this.#exports.ask({ type: 'export_page', plan })).page
  }

  async close(): Promise<void> {
    await Promise.all([this.#questions.close(), this.#exports.close()])
  }

  async #counted<T>(answer: Promise<T>): Promise<T> {
    this.#underWay++
    try {
      return await answer
    } finally {
      this.#underWay--
    }
  }
}
