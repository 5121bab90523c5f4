/** A running logger in simulated time on a full log, of which as much passes the retention as comes, or all at once. */
import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { BlockBuilder, EMPTY_BATCH, type LogBatch } from '../../src/storage/write/log-batch.ts'
import { LogKeeper } from '../../src/storage/write/log-keeper.ts'
import { BOOT, DEVICE, newestUs, sampleAt } from './full-log.ts'

/** Hand-overs a second; the thread tidies up about as often. */
const BATCHES_PER_S = 5

export interface AgingOptions {
  readonly hz: number
  /** The retention. */
  readonly hours: number
  /** How much later than the newest sample of the log the first one comes. */
  readonly aheadHours: number
  /** Simulated time of it all. */
  readonly seconds: number
}

/** Times in ms, of each call. */
export interface Aging {
  readonly opened: number
  /** With the checkpoints in them. */
  readonly commits: readonly number[]
  readonly ticks: readonly number[]
  readonly closed: number
  /** The largest that it was. */
  readonly walBytes: number
  readonly fromBytes: number
  readonly toBytes: number
  readonly deleted: number
}

/** @param file a log of `fill`, which is changed */
export function age(file: string, { hz, hours, aheadHours, seconds }: AgingOptions): Aging {
  const stepUs = 1e6 / hz
  let nowUs = newestUs(file) + aheadHours * 3_600_000_000 + stepUs
  const { started, lastSeq, id, oldestSeq } = stateOf(file)
  const clock = { wallMs: () => nowUs / 1000, monoMs: () => performance.now() }
  const retainMs = hours * 3_600_000
  const keeper = new LogKeeper({ file, retainMs, clock, report: () => {} })
  const timed = (work: () => void): number => {
    const beganMs = performance.now()
    work()
    return performance.now() - beganMs
  }
  const opened = timed(() => keeper.open())
  const fromBytes = statSync(file).size
  const epoch = { id, device: DEVICE, boot: BOOT, startedUs: started }
  const block = new BlockBuilder()
  const commits: number[] = []
  const ticks: number[] = []
  let seq = lastSeq + 1
  let walBytes = 0
  for (let i = 0; i < seconds * BATCHES_PER_S; i++) {
    const batches: LogBatch[] = []
    const take = (): void => {
      batches.push({ ...EMPTY_BATCH, epochs: [epoch], block: block.take() })
    }
    for (let n = 0; n < hz / BATCHES_PER_S; n++, nowUs += stepUs) {
      block.add(sampleAt(seq++, Math.round(nowUs), epoch.id))
      if (block.isFull) take()
    }
    if (block.count > 0) take()
    commits.push(timed(() => keeper.accept(batches)))
    ticks.push(timed(() => keeper.tick()))
    walBytes = Math.max(walBytes, statSync(`${file}-wal`).size)
  }
  const closed = timed(() => keeper.close())
  const toBytes = statSync(file).size
  const deleted = stateOf(file).oldestSeq - oldestSeq
  return { opened, commits, ticks, closed, walBytes, fromBytes, toBytes, deleted }
}

function stateOf(file: string): {
  readonly id: number
  readonly started: number
  readonly lastSeq: number
  readonly oldestSeq: number
} {
  const db = new Database(file, { readonly: true })
  try {
    const sql = `SELECT id, started_us AS started, last_seq AS lastSeq,
      (SELECT seq FROM sample ORDER BY id LIMIT 1) AS oldestSeq FROM epoch ORDER BY id DESC LIMIT 1`
    return db.prepare(sql).get() as ReturnType<typeof stateOf>
  } finally {
    db.close()
  }
}
