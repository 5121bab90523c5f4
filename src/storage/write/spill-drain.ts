import type Database from 'better-sqlite3'
import type { Epoch } from '../../domain/sample.ts'
import type { LoggedChannel } from '../file/records.ts'
import type { BatchSieve } from './batch-sieve.ts'
import { EMPTY_BATCH, type LogBatch } from './log-batch.ts'
import type { SpillFile } from './spill-file.ts'

/** What came out of a spill file. */
interface Drained {
  readonly samples: number
  /** The device of the newest epoch in it; null where it names none. */
  readonly device: string | null
}

/**
 * Moves what an earlier failure left in the spill file into the log, each
 * sample once, whenever it is interrupted: how far it has got stands in the log.
 * A record that the log can't take is set aside, and holds up none behind it.
 */
export function drainSpill(spill: SpillFile, db: Database.Database, sieve: BatchSieve): Drained {
  const run = new SpilledRun()
  let samples = 0
  const fileId = spill.readId()
  if (fileId === null) return { samples, device: null }
  const known = db.prepare('SELECT offset FROM spill WHERE file_id = ?').pluck().get(fileId)
  const start = (known as number | undefined) ?? 0
  for (let offset = 0; offset < start; ) {
    const chunk = spill.readChunk(offset)
    if (chunk === null) break
    run.add(chunk.batches)
    offset = chunk.offset
  }
  const setOffset = db.prepare('INSERT OR REPLACE INTO spill VALUES (?, ?)')
  for (let offset = start; ; ) {
    const chunk = spill.readChunk(offset)
    if (chunk === null) break
    offset = chunk.offset
    for (const { block } of chunk.batches) samples += block.count
    // A chunk ends anywhere: what its first records refer to may be named in an earlier one
    // alone. In the same transaction as the offset, so that a crash makes it neither twice nor never.
    sieve.write([run.batch, ...chunk.batches], () => void setOffset.run(fileId, offset))
    run.add(chunk.batches)
  }
  spill.remove()
  db.prepare('DELETE FROM spill').run()
  return { samples, device: run.device }
}

/** Epochs and channels that a spill file has named so far; a writer may have been made since that knows none. */
class SpilledRun {
  readonly #epochs = new Map<number, Epoch>()
  readonly #channels = new Map<string, LoggedChannel>()
  #device: string | null = null

  add(batches: readonly LogBatch[]): void {
    for (const { epochs, channels } of batches) {
      for (const epoch of epochs) {
        // One that someone has edited was set aside with its chunk, and is not to be with each later one.
        if (!isSound(epoch)) continue
        this.#epochs.set(epoch.id, epoch)
        this.#device = epoch.device
      }
      for (const each of channels) this.#channels.set(`${each.device}\n${each.id}`, each)
    }
  }

  get batch(): LogBatch {
    return {
      ...EMPTY_BATCH,
      epochs: [...this.#epochs.values()],
      channels: [...this.#channels.values()],
    }
  }

  get device(): string | null {
    return this.#device
  }
}

function isSound({ id, boot, startedUs }: Epoch): boolean {
  return [id, boot ?? 0, startedUs].every(Number.isSafeInteger)
}
