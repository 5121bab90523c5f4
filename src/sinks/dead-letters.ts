import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeFileSync } from 'node:fs'
import { hashOf } from '../util/hash.ts'
import { formatIso } from '../util/time-text.ts'
import { rowTimeUs } from './batch-rows.ts'
import type { Batch, ExpiredRows, Refused, Row } from './sink.ts'

/**
 * The rows that the other side does not take: one JSON object a line, with the reason, synced before the
 * sink goes on, beside the log. Nothing reads or deletes this file but people. After a kill, or where several
 * attempts were needed, a row may be in it twice.
 */
export class DeadLetters {
  readonly path: string
  readonly #sink: string

  /** @param file the log @param sink its name */
  constructor(file: string, sink: string) {
    this.path = `${file}.refused-${fileName(sink)}.ndjson`
    this.#sink = sink
  }

  /** @param log identity of the log @throws the system's error */
  add(log: string, refused: readonly Refused[], nowMs: number): void {
    this.#append(refused.map(({ row, reason }) => ({ ...this.#head(log, nowMs), reason, row })))
  }

  /** Rows that are older than what the other side keeps: only how many, and of which time, since they may be all of a long log. */
  addExpired(
    { log, samples, records }: Batch,
    expired: ExpiredRows,
    reason: string,
    nowMs: number,
  ): void {
    const times = [...oldest(samples, expired.samples), ...oldest(records, expired.records)]
    times.sort((a, b) => a - b)
    const [from = 0, to = from] = [times[0], times.at(-1)]
    const span = { rows: times.length, from: formatIso(from), to: formatIso(to) }
    this.#append([{ ...this.#head(log, nowMs), reason, ...span }])
  }

  #head(log: string, nowMs: number): object {
    return { at: new Date(nowMs).toISOString(), sink: this.#sink, log }
  }

  /** All or nothing: a full disk leaves no half a line. */
  #append(entries: readonly object[]): void {
    // O_NOFOLLOW is not on Windows; the folder is the user's own.
    const fd = openSync(this.path, 'a', 0o600)
    try {
      const { size } = fstatSync(fd)
      try {
        writeFileSync(fd, entries.map((each) => `${JSON.stringify(each)}\n`).join(''))
        fsyncSync(fd)
      } catch (error) {
        ftruncateSync(fd, size)
        throw error
      }
    } finally {
      closeSync(fd)
    }
  }
}

/** Times of the oldest of some rows, Unix µs. */
function oldest(rows: readonly Row[], count: number): number[] {
  const times = rows.map(rowTimeUs).sort((a, b) => a - b)
  return times.slice(0, count)
}

/** With a sum of what had to be replaced, so that different names stay different. */
function fileName(sink: string): string {
  const plain = sink.replaceAll(/[^\w.-]+/g, '_')
  return plain === sink ? plain : `${plain}~${hashOf(sink)}`
}
