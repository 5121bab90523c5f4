import type { EventKind } from '../../domain/events.ts'
import type { LogRecord } from '../../storage/read/commit-reader.ts'
import { InaError } from '../../util/errors.ts'
import { SinkUrl } from '../sink-url.ts'
import { type Connection, connect } from './connect.ts'
import { FleetQuery, textsOf, timesOf, unreadable, us } from './fleet-query.ts'
import { type FleetChannel, FleetSamples } from './fleet-samples.ts'
import { type PostgresSettings, postgresSettings } from './postgres-settings.ts'

export interface FleetRun {
  readonly log: string
  readonly run: number
  readonly device: string
  readonly boot: number | null
  readonly startedUs: number
}

type LossReason = Extract<LogRecord, { kind: 'loss' }>['reason']

export interface FleetLoss {
  readonly log: string
  readonly run: number
  readonly device: string
  readonly boot: number | null
  readonly firstSeq: number
  readonly count: number
  readonly fromUs: number
  readonly toUs: number
  readonly reason: LossReason
}

export interface FleetEvent {
  readonly timeUs: number
  readonly device: string
  readonly kind: EventKind
  readonly detail: string
}

const OF_FLEET = { of: '--from-db', example: 'postgres://user@host/database' }

/** Reads what loggers have written into PostgreSQL, all of one moment. */
export class FleetReader {
  readonly #connection: Connection
  readonly #query: FleetQuery
  /** Those that are read. */
  #logs: readonly string[] = []

  private constructor({ tables }: PostgresSettings, connection: Connection) {
    this.#connection = connection
    this.#query = new FleetQuery(connection.client, tables)
  }

  /** @param text URL as of the sink @throws InaError usage_invalid, log_unreadable */
  static async open(text: string, env: NodeJS.ProcessEnv): Promise<FleetReader> {
    const url = new SinkUrl(text, env, OF_FLEET)
    if (url.scheme !== 'postgres' && url.scheme !== 'postgresql') {
      throw new InaError(
        'usage_invalid',
        `there is no history in a database of the scheme '${url.scheme}'`,
        'write postgres://user@host/database',
      )
    }
    const settings = postgresSettings(url).settings as PostgresSettings
    url.parameter('name')
    url.end()
    try {
      const connection = await connect(settings)
      const reader = new FleetReader(settings, connection)
      await connection.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      return reader
    } catch (error) {
      throw unreadable(error)
    }
  }

  close(): void {
    this.#connection.destroy()
  }

  /** Of all logs, in the order in which they began. @throws InaError log_unreadable */
  async runs(): Promise<FleetRun[]> {
    const rows = await this.#query.rows(
      `SELECT log, run, device, boot, ${us('time')} FROM ${this.#query.table('run')}
       ORDER BY min(time) OVER (PARTITION BY log), log, run`,
    )
    return rows.map(([log, run, device, boot, startedUs]) => ({
      log: log as string,
      run: Number(run),
      device: device as string,
      boot: boot == null ? null : Number(boot),
      startedUs: Number(startedUs),
    }))
  }

  /** What is asked for from here on. */
  choose(logs: readonly string[]): void {
    this.#logs = logs
  }

  get samples(): FleetSamples {
    return new FleetSamples(this.#query, this.#logs)
  }

  /** The extra channels of some devices, in the order in which they came. @throws InaError log_unreadable */
  async channels(devices: readonly string[]): Promise<FleetChannel[]> {
    const table = this.#query.table('channel')
    // From one channel to the next by the key, however many rows they have.
    const rows = await this.#query.rows(
      `WITH RECURSIVE named AS (
         SELECT d AS device, (SELECT min(channel) FROM ${table} WHERE device = d) AS channel FROM unnest($1::text[]) d
         UNION ALL
         SELECT device, (SELECT min(c.channel) FROM ${table} c WHERE c.device = n.device AND c.channel > n.channel)
         FROM named n WHERE channel IS NOT NULL)
       SELECT n.device, n.channel, newest.unit
       FROM named n
       CROSS JOIN LATERAL (SELECT time, place FROM ${table} c WHERE c.device = n.device AND c.channel = n.channel
         AND log = ANY ($2::uuid[]) ORDER BY time LIMIT 1) oldest
       CROSS JOIN LATERAL (SELECT unit FROM ${table} c WHERE c.device = n.device AND c.channel = n.channel
         AND log = ANY ($2::uuid[]) ORDER BY time DESC LIMIT 1) newest
       ORDER BY oldest.time, oldest.place`,
      [textsOf(devices), this.#logs],
    )
    return rows.map(([device, id, unit]) => ({
      device: device as string,
      id: id as string,
      unit: unit as string,
    }))
  }

  /** Those that reach into a span, in the order in which they came. @throws InaError log_unreadable */
  async losses(fromUs: number, toUs: number): Promise<FleetLoss[]> {
    const rows = await this.#query.rows(
      `SELECT log, run, device, boot, first_seq, count, ${us('time')}, ${us('time_to')}, reason
       FROM ${this.#query.table('loss')} WHERE log = ANY ($1::uuid[])
         AND time_to >= ($2::timestamptz[])[1] AND time < ($2::timestamptz[])[2] ORDER BY log, id`,
      [this.#logs, timesOf([fromUs, toUs])],
    )
    return rows.map(([log, run, device, boot, firstSeq, count, from, to, reason]) => ({
      log: log as string,
      run: Number(run),
      device: device as string,
      boot: boot == null ? null : Number(boot),
      firstSeq: Number(firstSeq),
      count: Number(count),
      fromUs: Number(from),
      toUs: Number(to),
      reason: reason as LossReason,
    }))
  }

  /** In the order in which they came. @throws InaError log_unreadable */
  async events(fromUs: number, toUs: number): Promise<FleetEvent[]> {
    const rows = await this.#query.rows(
      `SELECT ${us('time')}, device, kind, detail FROM ${this.#query.table('event')} WHERE log = ANY ($1::uuid[])
         AND time >= ($2::timestamptz[])[1] AND time < ($2::timestamptz[])[2] ORDER BY log, id`,
      [this.#logs, timesOf([fromUs, toUs])],
    )
    return rows.map(([timeUs, device, kind, detail]) => ({
      timeUs: Number(timeUs),
      device: device as string,
      kind: kind as EventKind,
      detail: detail as string,
    }))
  }
}
