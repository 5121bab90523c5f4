import { halvesOf, only, rowsOf } from './batch-rows.ts'
import { type Batch, isSinkFailure, type Refused, SinkFailure } from './sink.ts'

export interface Sifted {
  readonly refused: readonly Refused[]
  /** False: of the samples, or of the records, none was taken, so that it may not be for what is in them. */
  readonly isSure: boolean
}

type Send = (part: Batch) => Promise<void>

/** Refused rows in a row, and none taken, before it is asked whether anything is taken at all. */
const DOUBTFUL = 20

/**
 * Sends a batch of which something is refused by halves, until each refused row is found by itself: a bad row costs
 * some 2 log2(n) attempts and holds up nothing else. Samples and records are judged each by themselves.
 *
 * @throws what `send` fails with, but for refused rows; SinkFailure denied: none of many rows is taken
 */
export async function sift(batch: Batch, send: Send): Promise<Sifted> {
  const samples = await siftAlike({ ...batch, records: [] }, send)
  const records = await siftAlike({ ...batch, samples: [] }, send)
  return {
    refused: [...samples.refused, ...records.refused],
    isSure: samples.isSure && records.isSure,
  }
}

/** @param batch of samples alone, or of records alone */
async function siftAlike(batch: Batch, send: Send): Promise<Sifted> {
  const found: Refused[] = []
  let isAnyTaken = false
  const parts = rowsOf(batch).length === 0 ? [] : [batch]
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const reason = await refusal(part, send)
    if (reason === null) {
      isAnyTaken = true
      continue
    }
    const rows = rowsOf(part)
    const [row] = rows
    if (rows.length > 1) parts.unshift(...halvesOf(part))
    else if (row !== undefined) found.push({ row, reason })
    if (found.length === DOUBTFUL && !isAnyTaken) await askLast(batch, send)
  }
  // A second look: the other side may have been put right meanwhile.
  const refused: Refused[] = []
  for (const each of found) {
    const reason = await refusal(only(batch, each.row), send)
    if (reason === null) isAnyTaken = true
    else refused.push({ row: each.row, reason })
  }
  return { refused, isSure: isAnyTaken || refused.length === 0 }
}

/** @throws SinkFailure denied */
async function askLast(batch: Batch, send: Send): Promise<void> {
  const last = rowsOf(batch).at(-1)
  const reason = last === undefined ? null : await refusal(only(batch, last), send)
  if (reason !== null) throw new SinkFailure('denied', `nothing is taken: ${reason}`)
}

/** @returns why, null: it was taken */
async function refusal(part: Batch, send: Send): Promise<string | null> {
  try {
    await send(part)
    return null
  } catch (error) {
    if (!isSinkFailure(error) || error.kind !== 'refused') throw error
    return error.message
  }
}
