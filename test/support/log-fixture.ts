import type Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { Epoch, Sample } from '../../src/domain/sample.ts'
import { openForWriting } from '../../src/storage/file/log-file.ts'
import { wholeLog } from '../../src/storage/read/log-query.ts'
import { BlockBuilder, EMPTY_BATCH, type LogBatch } from '../../src/storage/write/log-batch.ts'
import { LogWriter } from '../../src/storage/write/log-writer.ts'
import { type Clock, systemClock } from '../../src/util/clock.ts'
import { sampleOf } from './samples.ts'

/** The worker as it ships; vitest's global setup builds it. */
export const WORKER_URL = new URL('../../dist/log-worker.js', import.meta.url)
export const HISTORY_WORKER_URL = new URL('../../dist/log-history-worker.js', import.meta.url)

export const HOURS_48_MS = 48 * 3_600_000
/** 2026-11-20T20:13:00Z, a whole minute. */
export const START_US = Date.UTC(2026, 10, 20, 20, 13) * 1000

/** All that a log holds. */
export const ALL = wholeLog()

export const EPOCH: Epoch = { id: 1, device: 'bench', boot: 7, startedUs: START_US }

export function sampleAt(timeUs: number, seq: number | null, more: Partial<Sample> = {}): Sample {
  return sampleOf({ timeUs, seq, voltage: 5.02, current: 0.245, power: 1.23, ...more })
}

/** `count` samples from `START_US` on, `stepUs` apart, with values that go up and down. */
export function series(count: number, stepUs: number, firstSeq = 0): Sample[] {
  return Array.from({ length: count }, (_, i) => {
    const n = firstSeq + i
    return sampleAt(START_US + n * stepUs, n, {
      voltage: (5_000_000 + ((n * 7919) % 100_000)) / 1e6,
      current: (((n * 104_729) % 600_000) - 100_000) / 1e6,
      power: ((n * 1_299_709) % 3_000_000) / 1e6,
    })
  })
}

/** Batches as the client makes them: each names the epochs that it refers to, `EPOCH` where nothing else is said. */
export function batchesOf(samples: readonly Sample[], more: Partial<LogBatch> = {}): LogBatch[] {
  const batches: LogBatch[] = []
  const builder = new BlockBuilder()
  const isOfDefault = samples.length > 0 && samples.every(({ epochId }) => epochId === EPOCH.id)
  const epochs = more.epochs ?? (isOfDefault ? [EPOCH] : [])
  const take = (): void => {
    batches.push({ ...EMPTY_BATCH, epochs, block: builder.take() })
  }
  for (const sample of samples) {
    builder.add(sample)
    if (builder.isFull) take()
  }
  take()
  const [first, ...rest] = batches as [LogBatch, ...LogBatch[]]
  return [{ ...first, ...more }, ...rest]
}

/** Written by a writer of its own, as a run of the program does it. */
export function addTo(file: string, batches: readonly LogBatch[]): void {
  const db = openForWriting(file)
  const writer = new LogWriter(db, HOURS_48_MS, systemClock)
  writer.write([...batches])
  writer.finish()
  db.close()
}

export interface OpenLog {
  readonly db: Database.Database
  readonly writer: LogWriter
  /** Ends as the program does: roll-ups and retention brought up to date. */
  end(): void
}

export function openWriter(
  file: string,
  retainMs = HOURS_48_MS,
  clock: Clock = systemClock,
): OpenLog {
  const db = openForWriting(file)
  const writer = new LogWriter(db, retainMs, clock)
  onTestFinished(() => void db.close())
  return {
    db,
    writer,
    end: () => {
      writer.finish()
      db.close()
    },
  }
}

/** Makes a log with samples of one epoch in it. */
export function makeLog(
  file: string,
  samples: readonly Sample[],
  more: Partial<LogBatch> = {},
): void {
  const log = openWriter(file)
  log.writer.write(batchesOf(samples, { epochs: [EPOCH], ...more }))
  log.end()
}

export { query } from './log-rows.ts'
