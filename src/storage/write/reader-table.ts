import type Database from 'better-sqlite3'
import type { Position, Positions } from '../file/commit-cursor.ts'

/** Who reads on in the log, and is waited for by the retention. */
export interface RegisteredReader {
  readonly name: string
  /** Bytes of samples past the retention that are kept for it. */
  readonly keepBytes: number
  readonly positions: Positions
  /** Samples that were deleted before it had taken them, by id of the device. */
  readonly missed: ReadonlyMap<number, number>
}

/** Samples that were deleted before a reader had taken them. */
export interface SkippedByRetention {
  readonly reader: string
  readonly device: string
  readonly samples: number
}

/** Times of samples, Unix µs, by name of the device. */
export type TimesUs = ReadonlyMap<string, readonly number[]>

type PositionRow = [name: string, deviceId: number, run: number, sampleId: number, missed: number]

/** Registered readers and how far they have got. */
export class ReaderTable {
  readonly #readers: Database.Statement
  readonly #positions: Database.Statement
  readonly #register: Database.Statement
  readonly #advance: Database.Statement
  readonly #remove: Database.Statement[]
  readonly #miss: Database.Statement
  readonly #missedOf: Database.Statement
  readonly #gone: Database.Statement
  readonly #arrived: Database.Statement
  readonly #unreported: Database.Statement
  readonly #reported: Database.Statement

  constructor(db: Database.Database) {
    this.#readers = db.prepare('SELECT name, keep_bytes FROM reader ORDER BY name').raw()
    this.#positions = db
      .prepare('SELECT name, device_id, run, sample_id, missed FROM reader_position')
      .raw()
    this.#register = db.prepare(
      'INSERT INTO reader VALUES (?, ?) ON CONFLICT DO UPDATE SET keep_bytes = excluded.keep_bytes',
    )
    this.#advance = db.prepare(
      `INSERT INTO reader_position(name, device_id, run, sample_id)
       SELECT name, ?, ?, ? FROM reader WHERE name = ?
       ON CONFLICT DO UPDATE SET run = excluded.run, sample_id = excluded.sample_id
       WHERE (excluded.run, excluded.sample_id) > (run, sample_id)`,
    )
    this.#remove = ['reader_position', 'reader'].map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE name = ?`),
    )
    this.#miss = db.prepare(
      `INSERT INTO reader_position(name, device_id, run, sample_id, missed) VALUES (?, ?, 0, -1, ?)
       ON CONFLICT DO UPDATE SET missed = missed + excluded.missed`,
    )
    this.#missedOf = db
      .prepare(
        `SELECT p.device_id, p.missed FROM reader_position p CROSS JOIN device d ON d.id = p.device_id
         WHERE p.name = ? AND d.name = ? AND p.missed > 0`,
      )
      .raw()
    this.#gone = db
      .prepare(
        'SELECT count(*) FROM json_each(?) AS j WHERE NOT EXISTS (SELECT 1 FROM sample WHERE id = j.value)',
      )
      .pluck()
    this.#arrived = db.prepare(
      'UPDATE reader_position SET missed = missed - ? WHERE name = ? AND device_id = ?',
    )
    this.#unreported = db.prepare(
      `SELECT p.name AS reader, d.name AS device, p.missed - p.reported AS samples
       FROM reader_position p CROSS JOIN device d ON d.id = p.device_id
       WHERE p.missed > p.reported`,
    )
    this.#reported = db.prepare('UPDATE reader_position SET reported = missed')
  }

  all(): RegisteredReader[] {
    const readers = this.#readers.all() as [string, number][]
    if (readers.length === 0) return []
    const rows = this.#positions.all() as PositionRow[]
    return readers.map(([name, keepBytes]) => {
      const positions = new Map<number, Position>()
      const missed = new Map<number, number>()
      for (const [of, deviceId, run, id, count] of rows) {
        if (of !== name) continue
        // A row that stands for missed samples alone is no position.
        if (run > 0) positions.set(deviceId, { run, id })
        missed.set(deviceId, count)
      }
      return { name, keepBytes, positions, missed }
    })
  }

  register(name: string, keepBytes: number): void {
    this.#register.run(name, keepBytes)
  }

  /** Positions that lie behind the known ones change nothing; nor does a reader that is not registered. */
  advance(name: string, positions: Positions): void {
    for (const [deviceId, { run, id }] of positions) this.#advance.run(deviceId, run, id, name)
  }

  remove(name: string): void {
    for (const statement of this.#remove) statement.run(name)
  }

  /** Samples were deleted before a reader had taken them. */
  miss(name: string, deviceId: number, samples: number): void {
    this.#miss.run(name, deviceId, samples)
  }

  /**
   * It has taken samples that it read before: those that were deleted meanwhile were counted as missed, and are not.
   * In the transaction that moves its position past them.
   */
  arrived(name: string, timesUs: TimesUs): void {
    for (const [deviceId, samples] of this.#goneOf(name, timesUs)) {
      this.#arrived.run(samples, name, deviceId)
    }
  }

  /** How many of the samples that a reader is taking count as missed so far. */
  underWay(name: string, timesUs: TimesUs): number {
    return this.#goneOf(name, timesUs).reduce((sum, [, samples]) => sum + samples, 0)
  }

  #goneOf(name: string, timesUs: TimesUs): [deviceId: number, samples: number][] {
    return [...timesUs].flatMap(([device, times]): [number, number][] => {
      const found = this.#missedOf.get(name, device) as [number, number] | undefined
      if (found === undefined) return []
      const [deviceId, missed] = found
      return [[deviceId, Math.min(missed, this.#gone.get(JSON.stringify(times)) as number)]]
    })
  }

  /** What has been missed since this was asked last, to be reported. */
  takeUnreported(): SkippedByRetention[] {
    const rows = this.#unreported.all() as SkippedByRetention[]
    if (rows.length > 0) this.#reported.run()
    return rows
  }
}
