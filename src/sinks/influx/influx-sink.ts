import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { type Batch, type Sink, SinkFailure } from '../sink.ts'
import { failureIn, unreachable } from './influx-answer.ts'
import type { InfluxSettings } from './influx-settings.ts'
import { recordLine, sampleLine } from './line-protocol.ts'

const pack = promisify(gzip)
/** Shorter bodies gain nothing by compression, bytes. */
const LEAST_PACKED = 1000
/** Lines of a post, where the server takes as many, and where it takes only short bodies. */
const MOST_SAMPLES = 5000
const LEAST_SAMPLES = 500

/** Status of an answer to a body that is too long. */
const TOO_LARGE = 413

/** Which of the two precisions a post has; see `InfluxSettings.precisions`. */
const US = 0
const NS = 1

/** InfluxDB from version 1 on, by its line protocol: the same point again changes nothing. */
export class InfluxSink implements Sink {
  readonly #settings: InfluxSettings
  #requests = new AbortController()
  #mostSamples = MOST_SAMPLES

  constructor(settings: InfluxSettings) {
    this.#settings = settings
  }

  get mostSamples(): number {
    return this.#mostSamples
  }

  /** Nothing to make, and no connection to keep: an empty post says whether we are let in. */
  async open(): Promise<void> {
    const failure = await this.#post('', US)
    // Versions 2 and 3 look for lines only when all else is well.
    if (failure !== null && failure.kind !== 'rejected') throw failure
  }

  async send({ log, samples, records }: Batch): Promise<void> {
    const { prefix } = this.#settings
    const expired = [
      ...(await this.#write(
        samples.map((each) => sampleLine(prefix, log, each)),
        US,
      )),
      ...(await this.#write(
        records.map((each) => recordLine(prefix, log, each)),
        NS,
      )),
    ]
    const [first] = expired
    if (first === undefined) return
    const rows = expired.reduce((sum, each) => sum + each.rows, 0)
    throw new SinkFailure('expired', first.message, undefined, rows)
  }

  async close(): Promise<void> {
    this.#requests.abort()
    this.#requests = new AbortController()
  }

  /**
   * @param unit of the times
   * @returns what was taken and not kept, for its age
   * @throws SinkFailure of any other kind
   */
  async #write(lines: string[], unit: 0 | 1): Promise<SinkFailure[]> {
    const expired: SinkFailure[] = []
    let left = lines
    while (left.length > 0) {
      const failure = await this.#post(left.join('\n'), unit)
      if (failure === null) return expired
      if (failure.kind !== 'expired') throw failure
      expired.push(failure)
      // Such an answer does not say whether the others are all well: they come again by themselves.
      left = left.sort((a, b) => timeIn(a) - timeIn(b)).slice(failure.rows)
    }
    return expired
  }

  /** @returns null: all of it was taken @throws SinkFailure unreachable */
  async #post(lines: string, unit: 0 | 1): Promise<SinkFailure | null> {
    const { writeUrl, precisions, authorization } = this.#settings
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
      if (answer.status === TOO_LARGE) this.#shorten()
      return await failureIn(answer)
    } catch (error) {
      throw unreachable(error)
    }
  }

  /** From the next batch on. */
  #shorten(): void {
    this.#mostSamples = Math.max(LEAST_SAMPLES, this.#mostSamples >> 1)
  }
}

/** The least effort: a tenth more bytes, in a third of the time. */
async function packed(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await pack(text, { level: constants.Z_BEST_SPEED }))
}

/** The time at the end of a line. */
function timeIn(line: string): number {
  return Number(line.slice(line.lastIndexOf(' ') + 1))
}
