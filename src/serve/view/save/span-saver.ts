import { AskedThread } from '../../../storage/client/asked-thread.ts'
import { InaError } from '../../../util/errors.ts'
import type { SaveAnswer, SaveQuestion, SaveRequest } from './save-messages.ts'

/** Nobody saves anything for so long: the thread ends, ms. */
const IDLE_MS = 10_000

/** Makes files of the log for remote screens, which write them where they are. */
export class SpanSaver {
  readonly #thread: AskedThread<SaveQuestion, SaveAnswer> | null

  /** @param file of the log; null: there is none */
  constructor(file: string | null, workerUrl = new URL('./view-save-worker.js', import.meta.url)) {
    this.#thread =
      file === null
        ? null
        : new AskedThread({ file, owner: 'this process', workerUrl, idleMs: IDLE_MS })
  }

  /**
   * @returns a `SavedFile` as it goes over the wire
   * @throws InaError usage_invalid: there is no log; input_invalid: too many samples; log_*
   */
  async save(request: SaveRequest): Promise<string> {
    if (this.#thread === null) {
      throw new InaError(
        'usage_invalid',
        'there is no log whose samples could be written to a file',
        'start serve without --no-log',
      )
    }
    return (await this.#thread.ask({ type: 'save', request })).wire
  }

  async close(): Promise<void> {
    await this.#thread?.close()
  }
}
