import { systemCode } from '../../util/errors.ts'
import { isNoTls, isUntrusted, withAdvice } from '../network-advice.ts'
import { SinkFailure, type SinkFailureKind } from '../sink.ts'

/** Of what the other side says, characters. */
const SHOWN = 200

/** It takes shorter bodies only. */
export const TOO_LONG = 'too long'

/** A field has another type there than ours: whatever else is in the post may have been taken. */
export class FieldConflict extends SinkFailure {
  readonly field: string

  constructor(message: string, field: string) {
    super('refused', message)
    this.field = field
  }
}

/** It has taken all of it, and kept none of the oldest rows, for their age. */
export class Expired extends SinkFailure {
  readonly rows: number

  constructor(message: string, rows: number) {
    super('refused', message)
    this.rows = rows
  }
}

/** What to do about an answer, where that is not in its text. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'check the user and INFLUX_PASSWORD, or INFLUX_TOKEN',
  403: 'give this user or token the right to write there',
  404: 'make the database or bucket, or put its name right',
  405: 'put the URL right: there is no InfluxDB at that path',
}

/**
 * What an InfluxDB says about a post of lines.
 *
 * @returns null: it has them all, as 204 without a text says
 */
export async function failureIn(answer: Response): Promise<SinkFailure | typeof TOO_LONG | null> {
  const { status } = answer
  const text = await answer.text()
  if (status === 413) return TOO_LONG
  if (status === 204 || (answer.ok && text.trim() === '')) return null
  // A page to log in at, or of a proxy: nobody has taken a line.
  if (answer.ok) {
    return new SinkFailure(
      'denied',
      `it answers ${status} with a text, which is not what InfluxDB says: ${messageOf(text)}; put the URL right`,
    )
  }
  if (status >= 300 && status < 400) {
    const place = placeOf(answer.headers.get('location'), answer.url)
    return new SinkFailure('denied', `it sends us on to ${place}; name that in the URL`)
  }
  const expired = status === 400 || status === 422 ? expiredIn(text) : 0
  const message = `${status} ${messageOf(text)}`
  const field = status === 400 || status === 422 ? conflictIn(text) : null
  if (field !== null) return new FieldConflict(message, field)
  if (expired > 0) return new Expired(message, expired)
  const advice = ADVICE[status]
  return new SinkFailure(kindOf(status), advice === undefined ? message : `${message}; ${advice}`)
}

/** 400 and 422 are about lines; versions differ in which they send. */
function kindOf(status: number): SinkFailureKind {
  if (status === 400 || status === 422) return 'refused'
  return status >= 500 || status === 429 || status === 408 ? 'unreachable' : 'denied'
}

/**
 * How many points were left out because the retention policy would delete them at once. Nothing but the text tells that
 * from lines that are wrong (PartialWriteError in tsdb/store.go and coordinator/points_writer.go of InfluxDB 1 and 2).
 */
function expiredIn(text: string): number {
  return Number(/beyond retention policy dropped=(\d+)/.exec(text)?.[1] ?? 0)
}

/** Which field has another type (validateSeriesAndFields in tsdb/shard.go of InfluxDB 1 and 2); null: none. */
function conflictIn(text: string): string | null {
  const said = errorIn(text)
  return /field type conflict: input field "(.*)" on measurement "/.exec(said)?.[1] ?? null
}

/** Where a redirection leads, without user and query. */
function placeOf(location: string | null, base: string): string {
  if (location === null) return 'another place'
  try {
    const { origin, pathname } = new URL(location, base)
    return origin + pathname
  } catch {
    return 'another place'
  }
}

/** The text of an answer as one line; of a page its title. */
function messageOf(text: string): string {
  const message = /<title[^>]*>([^<]*)</i.exec(text)?.[1] ?? errorIn(text)
  return message.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN)
}

/** What it says in its JSON; the text itself where that is none. */
function errorIn(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown }
    return String(error ?? message ?? text)
  } catch {
    return text
  }
}

/** fetch says "fetch failed", and why in its cause; of several addresses each has a reason. */
export function unreachable(error: unknown): SinkFailure {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const [first = cause] = cause instanceof AggregateError ? cause.errors : []
  if (isNoTls(first)) {
    const text =
      'the server does not speak TLS at that port; write influx+http://, or the port of TLS'
    return new SinkFailure('denied', text, error)
  }
  const text = first instanceof Error ? first.message : String(first)
  if (isUntrusted(first)) {
    const advice = 'name the authority that signed its certificate in NODE_EXTRA_CA_CERTS'
    return new SinkFailure('denied', `${text}: ${advice}`, error)
  }
  return new SinkFailure('unreachable', withAdvice(text, systemCode(first)), error)
}
