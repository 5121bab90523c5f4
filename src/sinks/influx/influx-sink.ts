import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { errorText } from '../../util/errors.ts'
import { type Batch, type Sink, SinkFailure, type SinkFailureKind } from '../sink.ts'
import type { InfluxSettings } from './influx-settings.ts'
import { recordLine, sampleLine } from './line-protocol.ts'

const pack = promisify(gzip)
/** Shorter bodies gain nothing by compression, bytes. */
const LEAST_PACKED = 1000
/** Of an answer that is shown, characters. */
const SHOWN = 200

/** InfluxDB from version 1 on, by its line protocol: the same point again changes nothing. */
export class InfluxSink implements Sink {
  readonly mostSamples = 5000
  readonly #settings: InfluxSettings
  #requests = new AbortController()

  constructor(settings: InfluxSettings) {
    this.#settings = settings
  }

  /** Nothing to make, and no connection to keep: an empty post says whether we are let in. */
  async open(): Promise<void> {
    await this.#post('', 0)
  }

  async send({ log, samples, records }: Batch): Promise<void> {
    const { prefix } = this.#settings
    if (samples.length > 0) {
      await this.#post(samples.map((each) => sampleLine(prefix, log, each)).join('\n'), 0)
    }
    if (records.length > 0) {
      await this.#post(records.map((each) => recordLine(prefix, log, each)).join('\n'), 1)
    }
  }

  async close(): Promise<void> {
    this.#requests.abort()
    this.#requests = new AbortController()
  }

  /** @param unit of the times, its place in `precisions` */
  async #post(lines: string, unit: 0 | 1): Promise<void> {
    const { writeUrl, precisions, authorization } = this.#settings
    const isPacked = lines.length >= LEAST_PACKED
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...(isPacked && { 'content-encoding': 'gzip' }),
      ...(authorization !== null && { authorization }),
    }
    const body = isPacked ? new Uint8Array(await pack(lines)) : lines
    let status: number
    let text: string
    try {
      const answer = await fetch(`${writeUrl}&precision=${precisions[unit]}`, {
        method: 'POST',
        headers,
        body,
        signal: this.#requests.signal,
        redirect: 'error',
      })
      status = answer.status
      text = await answer.text()
    } catch (error) {
      throw new SinkFailure('unreachable', reasonOf(error), error)
    }
    if (status >= 200 && status < 300) return
    // An empty body is no line; that it was read at all is what counts.
    const kind = kindOf(status)
    if (lines === '' && kind === 'rejected') return
    throw new SinkFailure(kind, `${status} ${messageOf(text)}`)
  }
}

/** 400 and 422 are about lines, 413 about too many of them; versions differ in which they send. */
function kindOf(status: number): SinkFailureKind {
  if (status === 400 || status === 413 || status === 422) return 'rejected'
  return status >= 500 || status === 429 || status === 408 ? 'unreachable' : 'refused'
}

function messageOf(text: string): string {
  let message = text
  try {
    const parsed = JSON.parse(text) as { error?: unknown; message?: unknown }
    message = String(parsed.error ?? parsed.message ?? text)
  } catch {
    // Not JSON: as it is.
  }
  return message.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN)
}

/** fetch says "fetch failed", and why in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return errorText(cause) === '' ? String((cause as { code?: unknown }).code) : errorText(cause)
}
