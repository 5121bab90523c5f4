import type Database from 'better-sqlite3'
import type { Extras } from '../../domain/channels.ts'
import { Damage } from '../file/log-errors.ts'
import { fromStored, type StoredValue } from '../file/stored-value.ts'

/** What the samples of a run have in common. */
export interface CommittedRun {
  readonly device: string
  readonly epochId: number
  readonly boot: number | null
  /** True: committed after samples of its epoch that were measured later. */
  readonly late: boolean
}

export interface CommittedSample extends CommittedRun {
  /** Unix µs; unique in the log: equal times are 1 µs apart. */
  readonly timeUs: number
  readonly seq: number | null
  /** False: the device sent no voltage and current, and these three are NaN. */
  readonly electric: boolean
  /** V */
  readonly voltage: number
  /** A */
  readonly current: number
  /** W */
  readonly power: number
  /** Values of extra channels by id; null where there are none. */
  readonly extras: Extras | null
  readonly status: string
}

/** A row as it was read; the first is its time. */
type Row = [
  id: number,
  seq: number | null,
  v: StoredValue,
  a: StoredValue,
  w: StoredValue,
  status: string | null,
]

/** Values of extra channels by the time of their sample. */
type ExtrasByTime = ReadonlyMap<number, readonly (readonly [string, number])[]>

interface ScannedRows {
  readonly rows: readonly Row[]
  readonly extras: ExtrasByTime | null
  readonly scannedToId: number
}

/** Made at once, member by member: copied by `...`, objects of this size are slow to make and to read. @throws Damage */
export function sampleOf(
  [timeUs, seq, v, a, w, status]: Row,
  extras: ExtrasByTime | null,
  { device, epochId, boot, late }: CommittedRun,
): CommittedSample {
  if (typeof status !== 'string') throw new Damage()
  const values = extras?.get(timeUs)
  return {
    device,
    epochId,
    boot,
    late,
    timeUs,
    seq,
    electric: v !== null,
    voltage: fromStored(v),
    current: fromStored(a),
    power: fromStored(w),
    extras: values === undefined ? null : Object.fromEntries(values),
    status,
  }
}

/** Rows, of any device, looked at in one statement. */
const ROWS_PER_SCAN = 20_000

/**
 * Rows of one epoch in order of time. Names are looked up with each row: ids of states
 * are used again, and who reads on lives longer than they do.
 */
export class CommittedRows {
  readonly #rows: Database.Statement
  readonly #bound: Database.Statement
  readonly #hasChannels: Database.Statement
  readonly #values: Database.Statement

  constructor(db: Database.Database) {
    this.#rows = db
      .prepare(
        `SELECT s.id, s.seq, s.v, s.a, s.w, t.text
         FROM (SELECT * FROM sample WHERE id > ? AND id <= ? ORDER BY id LIMIT ${ROWS_PER_SCAN}) s
         LEFT JOIN status t ON t.id = s.status_id
         WHERE s.epoch_id = ? ORDER BY s.id LIMIT ?`,
      )
      .raw()
    this.#bound = db
      .prepare(
        `SELECT id FROM sample WHERE id > ? AND id <= ? ORDER BY id LIMIT 1 OFFSET ${ROWS_PER_SCAN - 1}`,
      )
      .pluck()
    this.#hasChannels = db.prepare('SELECT 1 FROM channel WHERE device_id = ? LIMIT 1')
    this.#values = db
      .prepare(
        `SELECT x.sample_id, c.name, x.value
         FROM channel_value x CROSS JOIN channel c ON c.id = x.channel_id
         WHERE x.sample_id > ? AND x.sample_id <= ? AND c.device_id = ?`,
      )
      .raw()
  }

  /**
   * Rows with afterId < id <= toId, at most `limit` of them among at most `ROWS_PER_SCAN`
   * rows of the log.
   */
  scan(
    deviceId: number,
    epochId: number,
    afterId: number,
    toId: number,
    limit: number,
  ): ScannedRows {
    const found = this.#rows.all(afterId, toId, epochId, limit) as Row[]
    const lastId = found.length === limit ? found.at(-1)?.[0] : undefined
    const bound = (): number => (this.#bound.get(afterId, toId) as number | undefined) ?? toId
    const scannedToId = lastId ?? bound()
    const extras = found.length === 0 ? null : this.#extras(deviceId, afterId, scannedToId)
    return { rows: found, extras, scannedToId }
  }

  #extras(deviceId: number, afterId: number, toId: number): Map<number, [string, number][]> | null {
    if (this.#hasChannels.get(deviceId) === undefined) return null
    const bySample = new Map<number, [string, number][]>()
    for (const [id, name, value] of this.#values.all(afterId, toId, deviceId) as [
      number,
      string,
      StoredValue,
    ][]) {
      const values = bySample.get(id)
      if (values === undefined) bySample.set(id, [[name, fromStored(value)]])
      else values.push([name, fromStored(value)])
    }
    return bySample
  }
}
