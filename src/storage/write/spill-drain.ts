import type Database from 'better-sqlite3'
import type { BatchSieve } from './batch-sieve.ts'
import { EMPTY_BATCH, type LogBatch } from './log-batch.ts'
import type { SpillFile } from './spill-file.ts'

/**
 * Moves what an earlier failure left in the spill file into the log, each
 * sample once, whenever it is interrupted: how far it has got stands in the log.
 * A record that the log can't take is set aside, and holds up none behind it.
 *
 * @returns how many samples that were
 */
export function drainSpill(spill: SpillFile, db: Database.Database, sieve: BatchSieve): number {
  const fileId = spill.readId()
  if (fileId === null) return 0
  let samples = 0
  const known = db.prepare('SELECT offset FROM spill WHERE file_id = ?').pluck().get(fileId)
  let offset = (known as number | undefined) ?? 0
  // They stand at the start; the writer has to know them however far it had got.
  if (offset > 0) sieve.write([runBefore(spill, offset)], () => {})
  const setOffset = db.prepare('INSERT OR REPLACE INTO spill VALUES (?, ?)')
  for (;;) {
    const chunk = spill.readChunk(offset)
    if (chunk === null) break
    offset = chunk.offset
    for (const { block } of chunk.batches) samples += block.count
    // In the same transaction, so that a crash makes it neither twice nor never.
    sieve.write(chunk.batches, () => void setOffset.run(fileId, offset))
  }
  spill.remove()
  db.prepare('DELETE FROM spill').run()
  return samples
}

/** Epochs and channels up to there. */
function runBefore(spill: SpillFile, end: number): LogBatch {
  const batches: LogBatch[] = []
  for (let offset = 0; offset < end; ) {
    const chunk = spill.readChunk(offset)
    if (chunk === null) break
    batches.push(
      ...chunk.batches.map(({ epochs, channels }) => ({ ...EMPTY_BATCH, epochs, channels })),
    )
    offset = chunk.offset
  }
  return {
    ...EMPTY_BATCH,
    epochs: batches.flatMap(({ epochs }) => epochs),
    channels: batches.flatMap(({ channels }) => channels),
  }
}
