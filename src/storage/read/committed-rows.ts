import type Database from 'better-sqlite3'
import type { Extras } from '../../domain/channels.ts'
import { Damage } from '../file/log-errors.ts'
import { fromStored, type StoredValue } from '../file/stored-value.ts'

/** A row of the log as it came, without what it has in common with its run. */
interface CommittedRow {
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

export interface CommittedSample extends CommittedRow {
  readonly device: string
  readonly epochId: number
  readonly boot: number | null
  /** True: committed after samples of its epoch that were measured later. */
  readonly late: boolean
}

type Row = [
  id: number,
  seq: number | null,
  v: StoredValue,
  a: StoredValue,
  w: StoredValue,
  status: string | null,
]

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
   *
   * @throws Damage
   */
  scan(
    deviceId: number,
    epochId: number,
    afterId: number,
    toId: number,
    limit: number,
  ): { readonly rows: CommittedRow[]; readonly scannedToId: number } {
    const found = this.#rows.all(afterId, toId, epochId, limit) as Row[]
    const lastId = found.length === limit ? found.at(-1)?.[0] : undefined
    const bound = (): number => (this.#bound.get(afterId, toId) as number | undefined) ?? toId
    const scannedToId = lastId ?? bound()
    const extras = found.length === 0 ? null : this.#extras(deviceId, afterId, scannedToId)
    const rows = found.map(([id, seq, v, a, w, status]) => {
      const values = extras?.get(id)
      if (typeof status !== 'string') throw new Damage()
      return {
        timeUs: id,
        seq,
        electric: v !== null,
        voltage: fromStored(v),
        current: fromStored(a),
        power: fromStored(w),
        extras: values === undefined ? null : Object.fromEntries(values),
        status,
      }
    })
    return { rows, scannedToId }
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
