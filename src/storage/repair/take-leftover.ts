import type Database from 'better-sqlite3'
import type { Epoch } from '../../domain/sample.ts'
import { isOfContent } from '../file/log-errors.ts'
import type { LoggedChannel } from '../file/records.ts'
import { fromStored, type StoredValue } from '../file/stored-value.ts'
import { BlockBuilder, EMPTY_BATCH, type LogBatch, samplesOf } from '../write/log-batch.ts'
import type { LogWriter } from '../write/log-writer.ts'
import { SpillFile } from '../write/spill-file.ts'

/** What came of a leftover. */
export interface TakenLeftover {
  readonly path: string
  /** Samples that came into the log. */
  readonly samples: number
  /** Samples that the log had already. */
  readonly known: number
  /** Samples that it does not take. */
  readonly refused: number
}

/** Brings the records of a spill file, or of one of rejected records, into a log; the file stays as it is. */
export function takeLeftover(
  path: string,
  db: Database.Database,
  makeWriter: () => LogWriter,
): TakenLeftover {
  const file = new SpillFile(path)
  const epochs = new Map<number, Epoch>()
  const channels = new Map<string, LoggedChannel>()
  let writer = makeWriter()
  const counts = { samples: 0, known: 0, refused: 0 }
  if (file.readId() === null) return { path, ...counts }
  const isThere = db.prepare('SELECT seq, v, a, w FROM sample WHERE id = ?').raw()
  for (let offset = 0; ; ) {
    const chunk = file.readChunk(offset)
    if (chunk === null) return { path, ...counts }
    offset = chunk.offset
    for (const batch of chunk.batches) {
      for (const epoch of batch.epochs) epochs.set(epoch.id, epoch)
      for (const each of batch.channels) channels.set(`${each.device}\n${each.id}`, each)
      const named = { epochs: [...epochs.values()], channels: [...channels.values()] }
      const { builder, known } = newSamples(batch, isThere)
      const added = builder.count
      counts.known += known
      try {
        writer.write([{ ...EMPTY_BATCH, ...named, block: builder.take() }])
        counts.samples += added
      } catch (error) {
        // A batch is taken as a whole or not at all, and so are its other records.
        if (!isOfContent(error)) throw error
        counts.refused += added
        // After an exception its state no longer matches the file.
        writer = makeWriter()
      }
    }
  }
}

function newSamples(
  { block }: LogBatch,
  isThere: Database.Statement,
): { readonly builder: BlockBuilder; readonly known: number } {
  const builder = new BlockBuilder()
  let known = 0
  for (const { extras, ...sample } of samplesOf(block)) {
    const seq = sample.seq < 0 ? null : sample.seq
    const row = isThere.get(sample.timeUs) as [number | null, ...StoredValue[]] | undefined
    const [before, ...values] = row ?? []
    const wanted = [sample.voltage, sample.current, sample.power]
    const isSame =
      before === seq &&
      values.every((value, i) => Object.is(fromStored(value), (wanted[i] as number) + 0))
    if (row !== undefined && isSame) known++
    else {
      builder.add({ ...sample, seq, extras: extras.length > 0 ? Object.fromEntries(extras) : null })
    }
  }
  return { builder, known }
}
