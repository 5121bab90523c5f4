import { AskedThread } from '../../storage/client/asked-thread.ts'
import type { FeedAnswer, FeedPages, FeedQuestion, FormState } from './feed-messages.ts'

/** Nobody watches for so long: the thread ends, ms. */
const IDLE_MS = 10_000
/** Samples of one page: some 150 kB of text. */
const PAGE_SAMPLES = 1000

/** The commits of a log, as viewers get them. */
export class LiveFeed {
  readonly #thread: AskedThread<FeedQuestion, FeedAnswer>

  /** @param file as `logFilePath` gives it */
  constructor(file: string, workerUrl = new URL('./live-feed-worker.js', import.meta.url)) {
    this.#thread = new AskedThread({ file, owner: 'this process', workerUrl, idleMs: IDLE_MS })
  }

  /** Behind all that has been committed. @throws InaError log_* */
  async head(): Promise<string> {
    return (await this.#thread.ask({ type: 'head' })).cursor
  }

  /** @throws InaError input_invalid: not a cursor of this log; log_* */
  async since(cursor: string, forms: readonly FormState[]): Promise<FeedPages> {
    const answer = await this.#thread.ask({ type: 'since', cursor, limit: PAGE_SAMPLES, forms })
    return answer.pages
  }

  /** See `FeedQuestion`. @throws as `since` */
  join(
    cursor: string,
    form: FormState,
    tail: string,
    forms: readonly FormState[],
  ): Promise<Extract<FeedAnswer, { type: 'join' }>> {
    return this.#thread.ask({ type: 'join', cursor, limit: PAGE_SAMPLES, form, tail, forms })
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}
