import { ReaderRegistry } from '../storage/client/reader-registry.ts'
import { CommitReader } from '../storage/read/commit-reader.ts'

interface OpenFile {
  readonly reader: CommitReader
  readonly registry: ReaderRegistry
}

/** The log as the sinks of a process read it. One that is moved or replaced is opened anew. Belongs in a thread of its own. */
export class SinkLog {
  readonly file: string
  readonly #owner: 'this process' | 'other'
  #open: OpenFile | null = null
  /** Goes up each time a file is opened under that name. */
  generation = 0

  /** @param file as `logFilePath` gives it */
  constructor(file: string, owner: 'this process' | 'other') {
    this.file = file
    this.#owner = owner
  }

  /** @throws InaError log_* */
  use(): OpenFile {
    if (this.#open?.reader.isInPlace === false) this.close()
    if (this.#open !== null) return this.#open
    const reader = CommitReader.open(this.file, this.#owner)
    try {
      // From here on the file is open in this process, whoever writes it (`LogOwner`).
      this.#open = { reader, registry: ReaderRegistry.open(this.file, 'this process') }
    } catch (error) {
      reader.close()
      throw error
    }
    this.generation++
    return this.#open
  }

  close(): void {
    this.#open?.reader.close()
    this.#open?.registry.close()
    this.#open = null
  }
}
