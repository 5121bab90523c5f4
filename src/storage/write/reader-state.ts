import type Database from 'better-sqlite3'

export interface ReaderState {
  /** Number of the newest change of a record that it has taken; see `record-journal.ts`. */
  readonly recordN: number
  /** What it last said of itself; null: nothing yet. */
  readonly report: string | null
  /** Events that were deleted before it had taken them. */
  readonly missed: number
}

/** How far registered readers have got with events, lost ranges and runs, and how they are doing. Within a transaction. */
export class ReaderStates {
  readonly #all: Database.Statement
  readonly #advance: Database.Statement
  readonly #missed: Database.Statement
  readonly #gone: Database.Statement
  readonly #arrived: Database.Statement
  readonly #report: Database.Statement
  readonly #remove: Database.Statement
  readonly #forgetGone: Database.Statement

  constructor(db: Database.Database) {
    this.#all = db.prepare('SELECT name, record_n, report, missed FROM reader_state').raw()
    const own = 'SELECT name, ? FROM reader WHERE name = ?'
    this.#advance = db.prepare(
      `INSERT INTO reader_state(name, record_n) ${own}
       ON CONFLICT DO UPDATE SET record_n = excluded.record_n WHERE excluded.record_n > record_n`,
    )
    this.#missed = db.prepare('SELECT missed FROM reader_state WHERE name = ?').pluck()
    this.#gone = db
      .prepare(
        'SELECT count(*) FROM json_each(?) AS j WHERE NOT EXISTS (SELECT 1 FROM event WHERE id = j.value)',
      )
      .pluck()
    this.#arrived = db.prepare('UPDATE reader_state SET missed = missed - ? WHERE name = ?')
    this.#report = db.prepare(
      `INSERT INTO reader_state(name, report) ${own} ON CONFLICT DO UPDATE SET report = excluded.report`,
    )
    this.#remove = db.prepare('DELETE FROM reader_state WHERE name = ?')
    // Who has not read anything yet has nothing to take back.
    this.#forgetGone = db.prepare(
      `DELETE FROM record_change WHERE gone_from_us IS NOT NULL
       AND n <= (SELECT coalesce(min(s.record_n), 9e18) FROM reader r JOIN reader_state s ON s.name = r.name)`,
    )
  }

  all(): Map<string, ReaderState> {
    const rows = this.#all.all() as [string, number, string | null, number][]
    return new Map(
      rows.map(([name, recordN, report, missed]) => [name, { recordN, report, missed }]),
    )
  }

  /** A number below the known one changes nothing. */
  advance(name: string, recordN: number): void {
    const { changes } = this.#advance.run(recordN, name)
    if (changes > 0) this.#forgetGone.run()
  }

  /** As `ReaderTable.arrived`, for events by their ids. */
  arrived(name: string, events: readonly number[]): void {
    const gone = this.underWay(name, events)
    if (gone > 0) this.#arrived.run(gone, name)
  }

  /** As `ReaderTable.underWay`. */
  underWay(name: string, events: readonly number[]): number {
    const missed = (this.#missed.get(name) as number | undefined) ?? 0
    if (missed === 0 || events.length === 0) return 0
    return Math.min(missed, this.#gone.get(JSON.stringify(events)) as number)
  }

  report(name: string, text: string): void {
    this.#report.run(text, name)
  }

  remove(name: string): void {
    this.#remove.run(name)
    this.#forgetGone.run()
  }
}
