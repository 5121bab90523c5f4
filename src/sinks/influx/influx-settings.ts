import type { PlannedSink } from '../plan-sink.ts'
import { invalid, type SinkUrl } from '../sink-url.ts'

export interface InfluxSettings {
  /** Where lines are posted, without `precision`. */
  readonly writeUrl: string
  /** What that calls a precision of a microsecond, and of a nanosecond. */
  readonly precisions: readonly [us: string, ns: string]
  /** Value of the header; null: none */
  readonly authorization: string | null
  /** `power` in `power_sample`, `power_event`, … */
  readonly prefix: string
}

/**
 * `influx+http://host:8086/?db=lab` writes as version 1 does (`rp=` for a retention policy), `?org=…&bucket=…` as
 * versions 2 and 3 do.
 *
 * @throws InaError usage_invalid
 */
export function influxSettings(url: SinkUrl): PlannedSink {
  const base = `${url.place.replace(/^influx\+/, '')}`.replace(/\/$/, '')
  const [db, rp] = [url.parameter('db'), url.parameter('rp')]
  const [org, bucket] = [url.parameter('org'), url.parameter('bucket')]
  const prefix = url.parameter('prefix') ?? 'power'
  if ((db === null) === (bucket === null)) {
    throw invalid(
      'an influx sink writes to a database (version 1) or to a bucket (2 and 3)',
      'give db=<name>, or org=<name>&bucket=<name>',
    )
  }
  const query = new URLSearchParams(
    db !== null
      ? { db, ...(rp !== null && { rp }) }
      : { ...(org !== null && { org }), bucket: bucket ?? '' },
  )
  const isFirst = db !== null
  const target = `${url.place}?${isFirst ? `db=${db}` : `bucket=${bucket}`}${prefix === 'power' ? '' : `&prefix=${prefix}`}`
  const settings: InfluxSettings = {
    writeUrl: `${base}${isFirst ? '/write' : '/api/v2/write'}?${query}`,
    precisions: isFirst ? ['u', 'n'] : ['us', 'ns'],
    authorization: authorization(url),
    prefix,
  }
  return { target, settings }
}

/** Version 1 knows users, later ones tokens. */
function authorization(url: SinkUrl): string | null {
  const user = url.userName
  const password = url.secret('password', ['INFLUX_PASSWORD'], url.url.password)
  const token = url.secret('token', ['INFLUX_TOKEN'])
  if (user !== null) return `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`
  return token === null ? null : `Token ${token}`
}
