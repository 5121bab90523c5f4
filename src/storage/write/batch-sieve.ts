import type Database from 'better-sqlite3'
import { isOfContent, plainReason } from '../file/log-errors.ts'
import { freeName } from '../file/placing.ts'
import type { HeldFile } from './held-file.ts'
import { countOf, EMPTY_BATCH, halvesOf, type LogBatch } from './log-batch.ts'
import { SpillFile } from './spill-file.ts'

/** Most transactions that are tried to find what can't be written; past them, the rest is set aside as it is. */
const MOST_TRIALS = 200

/**
 * Writes to the log what it takes. What it can't take whatever the disk does (a fault of
 * ours, or a spill file that someone has edited) is set aside in a file of its own, in
 * the form of a spill file, so that it holds up nothing else.
 */
export class BatchSieve {
  readonly #file: HeldFile
  readonly #logFile: string
  #rejects: SpillFile | null = null

  constructor(file: HeldFile, logFile: string) {
    this.#file = file
    this.#logFile = logFile
  }

  /**
   * Commits batches in one transaction, but for what the log can't take.
   *
   * @param alongside further statements of the same transaction
   * @throws where the log can't be written at all, or the file for the rest can't
   */
  write(batches: readonly LogBatch[], alongside: (db: Database.Database) => void): void {
    try {
      this.#file.write(batches, alongside)
    } catch (error) {
      if (!isOfContent(error)) throw error
      this.#file.renewWriter()
      // Nothing can be written, so that it is not for what is written.
      if (!this.#file.takes([])) throw error
      this.#writeSound(batches, alongside, plainReason(error))
    }
  }

  #writeSound(
    batches: readonly LogBatch[],
    alongside: (db: Database.Database) => void,
    why: string,
  ): void {
    const { sound, rejected } = this.#sift(batches)
    const epochs = batches.flatMap((batch) => batch.epochs)
    if (rejected.length > 0) this.#rejectFile.append({ ...EMPTY_BATCH, epochs }, rejected)
    this.#file.write(sound, (db, writer) => {
      alongside(db)
      if (rejected.length === 0) return
      const device = epochs.at(-1)?.device ?? null
      writer.noteRejected(device, textOf(rejected), why, this.#rejectFile.path)
    })
  }

  get #rejectFile(): SpillFile {
    this.#rejects ??= new SpillFile(freeName(this.#logFile, '.rejected-'))
    return this.#rejects
  }

  #sift(batches: readonly LogBatch[]): { sound: LogBatch[]; rejected: LogBatch[] } {
    const sound: LogBatch[] = []
    const rejected: LogBatch[] = []
    let trials = 0
    const sift = (pieces: readonly LogBatch[]): void => {
      if (pieces.length === 0) return
      if (trials++ < MOST_TRIALS && this.#file.takes([...sound, ...pieces])) {
        sound.push(...pieces)
        return
      }
      const parts = trials < MOST_TRIALS ? partsOf(pieces) : null
      if (parts === null) rejected.push(...pieces)
      else for (const part of parts) sift(part)
    }
    sift(batches)
    return { sound, rejected }
  }
}

/** null: it is one record */
function partsOf(pieces: readonly LogBatch[]): (readonly LogBatch[])[] | null {
  const [first] = pieces
  if (first !== undefined && pieces.length === 1) {
    return halvesOf(first)?.map((half) => [half]) ?? null
  }
  const middle = Math.ceil(pieces.length / 2)
  return [pieces.slice(0, middle), pieces.slice(middle)]
}

function textOf(rejected: readonly LogBatch[]): string {
  let samples = 0
  let records = 0
  for (const piece of rejected) {
    samples += piece.block.count
    records += countOf(piece) - piece.block.count
  }
  return records === 0 ? `${samples} samples` : `${samples} samples and ${records} other records`
}
