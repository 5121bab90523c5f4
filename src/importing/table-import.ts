import { planRows } from '../../mock/replay/row-plan.ts'
import { type SqlTable, SqlTables } from '../storage/read/sql-tables.ts'
import { InaError, isInaError } from '../util/errors.ts'
import type { FileImport } from './file-import.ts'
import type { ImportPlan } from './import-run.ts'
import type { InputFile, Lines, RecordingInput } from './input-file.ts'
import { planRecording } from './recording-import.ts'

/** Rows looked at to find out what a table is. */
const LOOK_ROWS = 5000
const LINES_AT_ONCE = 1000

/** The log of another program in SQLite: the one of its tables that names time, voltage or current. */
export function planTable(file: InputFile, plan: ImportPlan): FileImport {
  const tables = SqlTables.open(file.path)
  const all = tables.list()
  const looks = all.map((table) => ({ table, lines: linesOf(tables, table, LOOK_ROWS) }))
  tables.close()
  const known = looks.filter(({ table, lines }) => isRecording(table, lines, plan))
  const [first, ...others] = known
  if (first === undefined || others.length > 0) {
    const names = known.map(({ table }) => table.name).join(', ')
    throw new InaError(
      'input_invalid',
      first === undefined
        ? `none of the tables of '${file.path}' has a time, and a voltage or a current`
        : `several tables of '${file.path}' could be meant: ${names}`,
      'write the table as CSV (sqlite3 -header -csv) and import that',
    )
  }
  const { table, lines } = first
  const input = new TableInput(file, table)
  return { ...planRecording(input, lines, plan), kind: `table ${table.name} of an SQLite database` }
}

function isRecording(table: SqlTable, lines: readonly string[], plan: ImportPlan): boolean {
  try {
    return planRows(lines, table.name, plan.columns).time !== 'none'
  } catch (error) {
    if (isInaError(error)) return false
    throw error
  }
}

function linesOf(tables: SqlTables, table: SqlTable, most: number): string[] {
  const lines = [header(table)]
  for (const cells of tables.cells(table.name)) {
    lines.push(cells.join('\t'))
    if (lines.length > most) break
  }
  return lines
}

function header({ columns }: SqlTable): string {
  return columns.map((name) => name.replace(/[\t\r\n]/g, ' ')).join('\t')
}

/** A table as the lines that a text file would have. */
class TableInput implements RecordingInput {
  readonly path: string
  readonly name: string
  readonly stem: string
  readonly #table: SqlTable
  #read = 0
  fault: InaError | null = null

  constructor({ path, name, stem }: InputFile, table: SqlTable) {
    this.path = path
    this.name = name
    this.stem = stem
    this.#table = table
  }

  get progress(): number {
    return this.#read / this.#table.rows
  }

  async *lines(): AsyncGenerator<Lines> {
    const tables = SqlTables.open(this.path)
    try {
      let lines = [header(this.#table)]
      let first = 1
      for (const cells of tables.cells(this.#table.name)) {
        lines.push(cells.join('\t'))
        this.#read++
        if (lines.length < LINES_AT_ONCE) continue
        yield { lines, first }
        first += lines.length
        lines = []
      }
      yield { lines, first }
    } catch (error) {
      if (!isInaError(error)) throw error
      this.fault = error
    } finally {
      tables.close()
    }
  }
}
