import type { PlannedSink } from '../plan-sink.ts'
import type { Secret } from '../secret.ts'
import { invalid, type SinkUrl } from '../sink-url.ts'

export interface InfluxSettings {
  /** Where lines are posted, without `precision`. */
  readonly writeUrl: string
  /** What that calls a precision of a microsecond, and of a nanosecond. */
  readonly precisions: readonly [us: string, ns: string]
  /** Of version 1; null: none */
  readonly user: string | null
  readonly password: Secret | null
  /** Of later versions, where there is no user; null: none */
  readonly token: Secret | null
  /** `power` in `power_sample`, `power_event`, … */
  readonly prefix: string
}

/** The query of the write path, but for `precision`. */
type WriteQuery = Readonly<Record<string, string>>

const DEFAULT_PREFIX = 'power'

/**
 * `influx+http://host:8086/?db=lab` writes as version 1 does (`rp=` for a retention policy), `?org=…&bucket=…` as
 * versions 2 and 3 do.
 *
 * @throws InaError usage_invalid
 */
export function influxSettings(url: SinkUrl): PlannedSink {
  if (url.url.host === '') {
    throw invalid('the URL of the influx sink names no host', 'write influx+http://<host>:8086/')
  }
  const first = databaseOf(url)
  const later = bucketOf(url)
  const query = first ?? later
  if (query === null || (first !== null && later !== null)) {
    throw invalid(
      'an influx sink writes to a database (version 1) or to a bucket (2 and 3)',
      'give db=<name> with rp=<name> where there is one, or bucket=<name> with org=<name>',
    )
  }
  const prefix = prefixOf(url)
  const shown = { ...query, ...(prefix !== DEFAULT_PREFIX && { prefix }) }
  const base = url.address.replace(/^influx\+/, '').replace(/\/$/, '')
  const settings: InfluxSettings = {
    writeUrl: `${base}${first !== null ? '/write' : '/api/v2/write'}?${new URLSearchParams(query)}`,
    precisions: first !== null ? ['u', 'n'] : ['us', 'ns'],
    user: url.userName,
    password: url.secret('password', ['INFLUX_PASSWORD'], url.url.password),
    token: url.secret('token', ['INFLUX_TOKEN']),
    prefix,
  }
  return { target: `${url.address}?${queryText(shown)}`, settings }
}

function databaseOf(url: SinkUrl): WriteQuery | null {
  const [db, rp] = [url.parameter('db'), url.parameter('rp')]
  if (db !== null) return { db, ...(rp !== null && { rp }) }
  if (rp === null) return null
  throw invalid('rp= names a retention policy of a database', 'give db=<name> as well')
}

function bucketOf(url: SinkUrl): WriteQuery | null {
  const [org, bucket] = [url.parameter('org'), url.parameter('bucket')]
  if (bucket !== null) return { ...(org !== null && { org }), bucket }
  if (org === null) return null
  throw invalid('org= names whose bucket it is', 'give bucket=<name> as well')
}

/** Readable, as it was written. */
function queryText(query: WriteQuery): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Without anything that the line protocol, or a query, would have to escape. */
function prefixOf(url: SinkUrl): string {
  const prefix = url.parameter('prefix') ?? DEFAULT_PREFIX
  if (/^[A-Za-z]\w{0,63}$/.test(prefix)) return prefix
  throw invalid(
    `prefix=${prefix} can't begin a name`,
    'use up to 64 letters, digits and underlines, a letter first',
  )
}
