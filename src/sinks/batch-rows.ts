import type { LogRecord } from '../storage/read/commit-reader.ts'
import type { Batch, Row } from './sink.ts'

export function isRecord(row: Row): row is LogRecord {
  return 'kind' in row
}

/** Of a batch that has samples alone, or records alone. */
export function rowsOf({ samples, records }: Batch): readonly Row[] {
  return samples.length > 0 ? samples : records
}

/** Unix µs; of a run its begin, of a loss the sample before it. */
export function rowTimeUs(row: Row): number {
  if (!isRecord(row)) return row.timeUs
  switch (row.kind) {
    case 'run':
      return row.startedUs
    case 'event':
      return row.timeUs
    case 'loss':
    case 'loss_gone':
      return row.fromUs
  }
}

/** One row of a batch by itself. */
export function only(batch: Batch, row: Row): Batch {
  const none = { ...batch, samples: [], records: [] }
  return isRecord(row) ? { ...none, records: [row] } : { ...none, samples: [row] }
}

/** In order. */
export function halvesOf(batch: Batch): Batch[] {
  const { samples, records } = batch
  const middle = Math.ceil(Math.max(samples.length, records.length) / 2)
  return [
    { ...batch, samples: samples.slice(0, middle), records: records.slice(0, middle) },
    { ...batch, samples: samples.slice(middle), records: records.slice(middle) },
  ]
}
