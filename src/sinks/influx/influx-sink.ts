import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Extras } from '../../domain/channels.ts'
import type { CommittedSample } from '../../storage/read/commit-reader.ts'
import { secretText } from '../secret.ts'
import type { Refused } from '../sink.ts'
import { type Batch, isSinkFailure, type Sink, SinkFailure } from '../sink.ts'
import { Expired, FieldConflict, failureIn, TOO_LONG, unreachable } from './influx-answer.ts'
import type { InfluxSettings } from './influx-settings.ts'
import { fieldOf, recordLine, sampleLine } from './line-protocol.ts'

const pack = promisify(gzip)
/** Shorter bodies gain nothing by compression, bytes. */
const LEAST_PACKED = 1000
/** Lines of a post, where the server takes as many; two posts are under way at once. */
const MOST_LINES = 5000

/** A field of another type is tried again after this long: somebody may have put it right, ms. */
const CONFLICT_MS = 60_000

/** Which of the two precisions a post has; see `InfluxSettings.precisions`. */
const US = 0
const NS = 1

/** InfluxDB from version 1 on, by its line protocol: the same point again changes nothing. */
export class InfluxSink implements Sink {
  readonly mostSamples = 2 * MOST_LINES
  readonly #settings: InfluxSettings
  #requests = new AbortController()
  #mostLines = MOST_LINES
  /** Fields that are left out at the moment, and what the server says of them. */
  readonly #conflicts = new Map<string, { readonly reason: string; readonly sinceMs: number }>()
  /** Value of the header; null: none */
  #authorization: string | null = null

  constructor(settings: InfluxSettings) {
    this.#settings = settings
  }

  /** Nothing to make, and no connection to keep: an empty post says whether we are let in. */
  async open(): Promise<void> {
    this.#authorization = authorizationOf(this.#settings)
    const failure = await this.#post('', US)
    // Versions 2 and 3 look for lines only when all else is well.
    if (isSinkFailure(failure) && failure.kind !== 'refused') throw failure
  }

  async send({ log, samples, records }: Batch): Promise<void> {
    const { prefix } = this.#settings
    const old = await this.#writeSamples(log, samples)
    const oldRecords = await this.#write(records, (each) => recordLine(prefix, log, each), NS)
    const stripped = samples.flatMap((row) => this.#conflictsOf(row))
    const first = (old[0] ?? oldRecords[0])?.message ?? stripped[0]?.reason
    if (first === undefined) return
    const expired = { samples: rowsIn(old), records: rowsIn(oldRecords) }
    throw new SinkFailure('partly', first, undefined, { expired, stripped })
  }

  async close(): Promise<void> {
    this.#requests.abort()
    this.#requests = new AbortController()
  }

  /** Without the channels whose fields have another type there: they would cost the other values of their samples. */
  async #writeSamples(log: string, samples: readonly CommittedSample[]): Promise<Expired[]> {
    const { prefix } = this.#settings
    const nowMs = performance.now()
    for (const [field, { sinceMs }] of this.#conflicts) {
      if (nowMs - sinceMs > CONFLICT_MS) this.#conflicts.delete(field)
    }
    for (;;) {
      try {
        return await this.#write(
          samples,
          (each) => sampleLine(prefix, log, each, this.#conflicts),
          US,
        )
      } catch (error) {
        if (!(error instanceof FieldConflict) || this.#conflicts.has(error.field)) throw error
        const { field, message } = error
        const isChannel = samples.some(({ extras }) => hasField(extras, field))
        if (!isChannel) throw error
        this.#conflicts.set(field, { reason: message, sinceMs: nowMs })
      }
    }
  }

  #conflictsOf(row: CommittedSample): Refused[] {
    if (this.#conflicts.size === 0) return []
    const own = [...this.#conflicts].filter(([field]) => hasField(row.extras, field))
    return own.map(([, { reason }]) => ({ row, reason }))
  }

  /**
   * @param unit of the times
   * @returns what was taken and not kept, for its age
   * @throws SinkFailure of any other kind
   */
  async #write<Row>(
    rows: readonly Row[],
    lineOf: (row: Row) => string,
    unit: 0 | 1,
  ): Promise<Expired[]> {
    const posts: Promise<Expired[]>[] = []
    // The server has the first ones to work on while the next are written.
    for (let from = 0; from < rows.length; from += MOST_LINES) {
      posts.push(this.#writeLines(rows.slice(from, from + MOST_LINES).map(lineOf), unit))
    }
    const results = await Promise.allSettled(posts)
    const failed = results.find((each) => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return results.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  }

  /** The same of lines, in as many posts as the server needs. */
  async #writeLines(lines: readonly string[], unit: 0 | 1): Promise<Expired[]> {
    const expired: Expired[] = []
    let left = lines
    while (left.length > 0) {
      const part = left.slice(0, this.#mostLines)
      const failure = await this.#post(part.join('\n'), unit)
      if (failure === TOO_LONG) {
        if (part.length === 1) throw new SinkFailure('refused', '413 the line is too long')
        this.#mostLines = part.length >> 1
      } else if (failure === null) left = left.slice(part.length)
      else if (failure instanceof Expired) {
        expired.push(failure)
        // Such an answer does not say whether the others are all well: they come again by themselves.
        const kept = [...part].sort((a, b) => timeIn(a) - timeIn(b)).slice(failure.rows)
        left = [...kept, ...left.slice(part.length)]
      } else throw failure
    }
    return expired
  }

  /** @returns null: all of it was taken @throws SinkFailure unreachable */
  async #post(lines: string, unit: 0 | 1): Promise<SinkFailure | typeof TOO_LONG | null> {
    const { writeUrl, precisions } = this.#settings
    const authorization = this.#authorization
    const isPacked = lines.length >= LEAST_PACKED
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...(isPacked && { 'content-encoding': 'gzip' }),
      ...(authorization !== null && { authorization }),
    }
    const { signal } = this.#requests
    try {
      const answer = await fetch(`${writeUrl}&precision=${precisions[unit]}`, {
        method: 'POST',
        headers,
        body: isPacked ? await packed(lines) : lines,
        signal,
        redirect: 'manual',
      })
      return await failureIn(answer)
    } catch (error) {
      throw unreachable(error)
    }
  }
}

function rowsIn(expired: readonly Expired[]): number {
  return expired.reduce((sum, { rows }) => sum + rows, 0)
}

/** Version 1 knows users, later ones tokens. @throws InaError usage_invalid: the file of a secret can't be read */
function authorizationOf({ user, password, token }: InfluxSettings): string | null {
  if (user !== null) {
    const pair = `${user}:${secretText(password) ?? ''}`
    return `Basic ${Buffer.from(pair).toString('base64')}`
  }
  const text = secretText(token)
  return text === null ? null : `Token ${text}`
}

/** The least effort: a tenth more bytes, in a third of the time. */
async function packed(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await pack(text, { level: constants.Z_BEST_SPEED }))
}

/** The time at the end of a line. */
function timeIn(line: string): number {
  return Number(line.slice(line.lastIndexOf(' ') + 1))
}

function hasField(extras: Extras | null, field: string): boolean {
  for (const id in extras) if (fieldOf(id) === field) return true
  return false
}
