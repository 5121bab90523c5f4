import type Database from 'better-sqlite3'
import type { Epoch } from '../../domain/sample.ts'
import { systemClock } from '../../util/clock.ts'
import { logError } from '../file/log-errors.ts'
import { openForWriting } from '../file/log-file.ts'
import type { LogEvent, LoggedChannel, LostRange } from '../file/records.ts'
import { BlockBuilder, EMPTY_BATCH, type PackedSample } from '../write/log-batch.ts'
import { LogWriter } from '../write/log-writer.ts'

/** Nothing goes for its age, ms. */
const FOR_EVER_MS = 1e14

/**
 * A log made from what another place knows, to be read and then deleted: the same rows give the same figures. Belongs to
 * one process, so there is no lock, and nothing is synced. Synchronous.
 */
export class LogCopy {
  readonly #file: string
  readonly #db: Database.Database
  readonly #writer: LogWriter
  readonly #block = new BlockBuilder()

  /** @param file that is not there yet @throws InaError log_unwritable */
  constructor(file: string) {
    this.#file = file
    this.#db = openForWriting(file)
    this.#db.pragma('synchronous = OFF')
    this.#writer = new LogWriter(this.#db, FOR_EVER_MS, systemClock)
  }

  /** What samples and lost ranges refer to, in the order in which it came about. @throws InaError log_unwritable */
  begin(epochs: readonly Epoch[], channels: readonly LoggedChannel[]): void {
    this.#do(() => this.#writer.write([{ ...EMPTY_BATCH, epochs, channels }]))
  }

  /** @param samples in order of time @throws InaError log_unwritable */
  add(samples: readonly PackedSample[]): void {
    for (const sample of samples) this.#block.add(sample)
    const block = this.#block.take()
    this.#do(() => this.#writer.write([{ ...EMPTY_BATCH, block }]))
  }

  /**
   * The end of it: lost ranges and events in the order of their ids. Events are kept as they are: what there were too
   * many of has been put together already.
   *
   * @throws InaError log_unwritable
   */
  end(lost: readonly LostRange[], events: readonly LogEvent[]): void {
    this.#do(() => {
      this.#writer.write([{ ...EMPTY_BATCH, lost }])
      this.#writer.finish()
      const device = this.#db.prepare('INSERT OR IGNORE INTO device(name) VALUES (?)')
      const event = this.#db.prepare(
        `INSERT INTO event(time_us, device_id, kind, detail)
         VALUES (?, (SELECT id FROM device WHERE name = ?), ?, ?)`,
      )
      this.#db.transaction(() => {
        for (const { timeUs, device: name, kind, detail } of events) {
          device.run(name)
          event.run(timeUs, name, kind, detail)
        }
      })()
    })
    this.close()
  }

  close(): void {
    this.#db.close()
  }

  #do(work: () => void): void {
    try {
      work()
    } catch (error) {
      throw logError(error, this.#file)
    }
  }
}
