import { CAPTURE_TIME, cutCapturePrefix } from './capture-prefix.ts'
import { readNumber } from './decimal.ts'
import { readLabelled } from './labelled-text.ts'
import { readTime } from './recorded-time.ts'

/** A recording as cells, before anybody knows what they mean. */
export interface TextTable {
  /** Names of the columns; null where the file says none. */
  readonly names: readonly string[] | null
  readonly rows: readonly (readonly string[])[]
  /** Lines that are no part of the table: banners, repeated headers, broken lines. */
  readonly otherLines: number
}

/** Separators in order of preference where more than one would do. */
const SEPARATORS: readonly string[] = ['\t', ';', '|', ',', ' ']
/** Lines looked at to find out what kind of file it is. */
const LOOK_AT = 400

/** Cuts a recording into cells: delimited by whatever, labelled values, or JSON lines. */
export function readTextTable(text: string): TextTable {
  const lines = text.split(/\r\n|\n|\r/)
  const filled = lines.filter((line) => line.trim() !== '')
  const look = sampleOf(filled)
  return readLabelled(lines, look) ?? readDelimited(filled, look)
}

/** Lines from all over the file. */
function sampleOf(lines: readonly string[]): readonly string[] {
  const step = Math.max(1, Math.floor(lines.length / LOOK_AT))
  return lines.filter((_line, i) => i % step === 0)
}

function readDelimited(filled: readonly string[], look: readonly string[]): TextTable {
  const isCaptured = look.filter((line) => cutCapturePrefix(line) !== null).length * 2 > look.length
  const bare = (line: string): string => cutCapturePrefix(line)?.rest ?? line
  const separator = findSeparator(isCaptured ? look.map(bare) : look)
  const split = (line: string): string[] => splitCells(isCaptured ? bare(line) : line, separator)

  const width = commonWidth(look.map((line) => split(line).length))
  const rows: string[][] = []
  let names: string[] | null = null
  let otherLines = 0
  for (const line of filled) {
    const cells = split(line)
    const isData = cells.length === width && cells.some((cell) => readNumber(cell) !== null)
    if (isData) {
      rows.push(isCaptured ? [cutCapturePrefix(line)?.time ?? '', ...cells] : cells)
      continue
    }
    otherLines++
    // The last line of words before the first row of numbers is the header.
    if (rows.length > 0) continue
    const words = split(line.replace(/^\s*(?:#|\/\/)\s*/, ''))
    if (words.length === width && words.some(isWord))
      names = isCaptured ? [CAPTURE_TIME, ...words] : words
  }
  return { names, rows, otherLines: names === null ? otherLines : otherLines - 1 }
}

/** The separator whose cells make most sense as numbers and times, in rows of one width. */
function findSeparator(look: readonly string[]): string | null {
  let best: string | null = null
  let bestScore = 0
  for (const separator of SEPARATORS) {
    const rows = look.map((line) => splitCells(line, separator))
    const width = commonWidth(rows.map((row) => row.length))
    if (width < 2) continue
    const regular = rows.filter((row) => row.length === width)
    const cells = regular.flat()
    const known = cells.filter(
      (cell) => cell === '' || readNumber(cell) !== null || readTime(cell) !== null,
    )
    const score = (regular.length / rows.length) * (known.length / cells.length)
    if (score > bestScore + 0.05) {
      best = separator
      bestScore = score
    }
  }
  return best
}

/** A name, not a value that could not be measured. */
function isWord(cell: string): boolean {
  return /[a-z]/i.test(cell) && !/^[+-]?(?:nan|inf(?:inity)?|ovf|null|none|n\/a)$/i.test(cell)
}

function commonWidth(widths: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1)
  let best = 1
  for (const [width, count] of counts) if (count > (counts.get(best) ?? 0)) best = width
  return best
}

/** @param separator a blank: any white space; null: the line is one cell */
function splitCells(line: string, separator: string | null): string[] {
  if (separator === null) return [unquote(line)]
  if (separator === ' ') return splitBlanks(line)
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim())
  return splitQuoted(line, separator)
}

/** RFC 4180: a quoted cell may hold the separator, and quotes as pairs. */
function splitQuoted(line: string, separator: string): string[] {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string
    if (char === '"' && isQuoted && line[i + 1] === '"') {
      cell += '"'
      i++
    } else if (char === '"' && (isQuoted || cell.trim() === '')) {
      if (!isQuoted) cell = ''
      isQuoted = !isQuoted
    } else if (char === separator && !isQuoted) {
      cells.push(cell.trim())
      cell = ''
    } else {
      cell += char
    }
  }
  cells.push(cell.trim())
  return cells
}

/** Columns set apart by blanks: date and time stay together, and so do a number and its unit. */
function splitBlanks(line: string): string[] {
  return line
    .trim()
    .replace(
      /(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4})\s+(?=\d{1,2}:\d{2})/g,
      '$1T',
    )
    .replace(/(\d)\s+([mµμu]?[VAW])(?=\s|$)/g, '$1$2')
    .split(/\s+/)
    .map(unquote)
}

function unquote(cell: string): string {
  const bare = cell.trim()
  return /^"[^"]*"$/.test(bare) ? bare.slice(1, -1).trim() : bare
}
