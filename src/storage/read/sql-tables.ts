import Database from 'better-sqlite3'
import { errorText, InaError } from '../../util/errors.ts'

export interface SqlTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: number
}

/** Tables and views of a database of another program, as text. */
export class SqlTables {
  readonly #db: Database.Database
  readonly #path: string

  private constructor(db: Database.Database, path: string) {
    this.#db = db
    this.#path = path
  }

  /** @throws InaError input_invalid */
  static open(path: string): SqlTables {
    let db: Database.Database | null = null
    try {
      db = new Database(path, { readonly: true, fileMustExist: true })
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
      return new SqlTables(db, path)
    } catch (error) {
      db?.close()
      throw new InaError(
        'input_invalid',
        `the database '${path}' can't be read: ${errorText(error)}`,
        'check its permissions, and that no other program has it locked',
        error,
      )
    }
  }

  close(): void {
    this.#db.close()
  }

  /**
   * Those with rows.
   *
   * @throws InaError input_invalid: it is damaged
   */
  list(): SqlTable[] {
    try {
      return this.#list()
    } catch (error) {
      throw unreadable(this.#path, error)
    }
  }

  #list(): SqlTable[] {
    const names = this.#db
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')
         AND name NOT LIKE 'sqlite_%' ORDER BY rowid`,
      )
      .pluck()
      .all() as string[]
    return names.flatMap((name) => {
      const columns = this.#db.prepare(`SELECT * FROM ${quoted(name)} LIMIT 0`).columns()
      const rows = this.#db
        .prepare(`SELECT count(*) FROM ${quoted(name)}`)
        .pluck()
        .get() as number
      return rows === 0 ? [] : [{ name, columns: columns.map((each) => each.name), rows }]
    })
  }

  /**
   * Cells as a text file would have them, in the order of the table.
   *
   * @throws InaError input_invalid: it is damaged from some place on
   */
  *cells(table: string): Generator<string[]> {
    try {
      const rows = this.#db.prepare(`SELECT * FROM ${quoted(table)}`).raw()
      for (const row of rows.iterate() as IterableIterator<unknown[]>) {
        yield row.map((cell) => (cell === null ? '' : String(cell).replace(/[\t\r\n]/g, ' ')))
      }
    } catch (error) {
      throw unreadable(this.#path, error)
    }
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  return new InaError(
    'input_invalid',
    `the database '${path}' can't be read to its end: ${errorText(error)}`,
    'mend or copy it with sqlite3 (.recover) and import that',
    error,
  )
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
