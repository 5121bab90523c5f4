import { didYouMean } from '../../util/nearest.ts'
import type { Mistakes } from './mistakes.ts'

/** One record: as a spreadsheet counts, from 1. */
interface CsvRecord {
  readonly row: number
  readonly cells: readonly string[]
  /** A quote that is not closed, or text behind one; null: none. */
  readonly fault: string | null
}

/** A row by the names of its columns; cells that are empty, or not there, are left out. */
export interface CsvRow {
  readonly row: number
  readonly cells: Readonly<Record<string, string>>
}

/** A column that nobody reads, for people. */
const COMMENT = 'comment'
const SEPARATORS = [',', ';', '\t'] as const
type Separator = (typeof SEPARATORS)[number]

/**
 * Reads a table as spreadsheets write it (RFC 4180, separated by `,`, `;` or tabs, perhaps with a byte order mark), its columns
 * in any order, named by a header. Rows that are empty are left out.
 *
 * @param place of the file, for mistakes
 * @param columns that it may have @param required those of them that it must have
 * @returns null: its rows mean nothing, and why is among the mistakes
 */
export function readCsvRows(
  text: string,
  place: string,
  columns: readonly string[],
  required: readonly string[],
  mistakes: Mistakes,
): CsvRow[] | null {
  const bare = text.replace(/^\ufeff/, '')
  const separator = separatorOf(bare)
  const records = recordsOf(bare, separator)
  const header = records.shift()
  if (header === undefined) {
    mistakes.add(place, `it is empty; begin with a header: ${columns.join(',')}`)
    return null
  }
  const names = header.cells.map((cell) => cell.trim().toLowerCase())
  if (!checkHeader(names, header.row, place, columns, required, mistakes)) return null
  return records.flatMap(({ row, cells, fault }) => {
    const where = `${place}, row ${row}`
    if (fault !== null) {
      mistakes.add(where, fault)
      return []
    }
    if (cells.slice(names.length).some((cell) => cell.trim() !== '')) {
      const message = `it has ${cells.length} cells, and the header ${names.length}; put a cell with a '${separator}' into quotes`
      mistakes.add(where, message)
      return []
    }
    const named = names.flatMap((name, at): [string, string][] => {
      const cell = cells[at]?.trim() ?? ''
      return name === COMMENT || cell === '' ? [] : [[name, decimalPoint(name, cell, separator)]]
    })
    return [{ row, cells: Object.fromEntries(named) }]
  })
}

/** `row 3`: the one in which comes what follows on a text. */
export function rowAt(before: string): string {
  const text = `${before.replace(/^\ufeff/, '')}?`
  return `row ${recordsOf(text, separatorOf(text)).at(-1)?.row}`
}

/** @returns false: the rows mean nothing */
function checkHeader(
  names: readonly string[],
  row: number,
  place: string,
  columns: readonly string[],
  required: readonly string[],
  mistakes: Mistakes,
): boolean {
  const where = `${place}, row ${row}`
  const missing = required.filter((each) => !names.includes(each))
  // Where none of them is a column, it is a row, and no header.
  if (!names.some((name) => columns.includes(name))) {
    mistakes.add(where, `there is no header; write one such as ${columns.join(',')}`)
    return false
  }
  for (const [at, name] of names.entries()) {
    if (names.indexOf(name) < at && name !== '' && name !== COMMENT) {
      mistakes.add(where, `the column '${name}' is there twice; leave one out`)
    } else if (name !== '' && name !== COMMENT && !columns.includes(name)) {
      const all = `the columns are ${columns.join(', ')}, and ${COMMENT} for what nobody reads`
      mistakes.add(where, `there is no column '${name}'; ${didYouMean(name, columns, all)}`)
    }
  }
  for (const name of missing) mistakes.add(where, `the column '${name}' is missing`)
  return missing.length === 0
}

/** A spreadsheet that separates by `;` writes numbers with a comma. */
function decimalPoint(name: string, cell: string, separator: Separator): string {
  return name === 'scale' && separator !== ',' && /^[-+]?\d+,\d+$/.test(cell)
    ? cell.replace(',', '.')
    : cell
}

/** The one that its first line has most of. */
function separatorOf(text: string): Separator {
  const line = text.trimStart().split(/[\r\n]/, 1)[0] ?? ''
  const counts = SEPARATORS.map((each) => line.split(each).length)
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ','
}

function recordsOf(text: string, separator: Separator): CsvRecord[] {
  const records: CsvRecord[] = []
  let [at, row] = [0, 0]
  while (at < text.length) {
    row++
    const { cells, fault, end } = recordAt(text, at, separator)
    at = end
    if (cells.some((cell) => cell.trim() !== '')) records.push({ row, cells, fault })
  }
  return records
}

/** @returns end: where the next record begins */
function recordAt(
  text: string,
  from: number,
  separator: Separator,
): { readonly cells: string[]; readonly fault: string | null; readonly end: number } {
  const cells: string[] = []
  let [cell, at] = ['', from]
  let fault: string | null = null
  let isClosed = false
  for (; ; at++) {
    const char = text[at]
    if (char === '"' && cell.trim() === '' && !isClosed) {
      const quoted = quotedAt(text, at)
      if (quoted === null) {
        return { cells: [text.slice(from)], fault: 'a quote is not closed', end: text.length }
      }
      cell = quoted.cell
      at = quoted.end
      isClosed = true
    } else if (char === separator || char === '\n' || char === '\r' || char === undefined) {
      cells.push(cell)
      cell = ''
      isClosed = false
      if (char === separator) continue
      return { cells, fault, end: at + (text.startsWith('\r\n', at) ? 2 : 1) }
    } else {
      if (isClosed && char.trim() !== '') fault = 'there is text behind a closing quote'
      cell += char
    }
  }
}

/** @returns the cell, and where its closing quote is; null: there is none */
function quotedAt(
  text: string,
  from: number,
): { readonly cell: string; readonly end: number } | null {
  let [cell, at] = ['', from + 1]
  for (;;) {
    const end = text.indexOf('"', at)
    if (end < 0) return null
    cell += text.slice(at, end)
    if (text[end + 1] !== '"') return { cell, end }
    cell += '"'
    at = end + 2
  }
}
