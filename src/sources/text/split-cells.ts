import { OFFSET } from './written-dates.ts'

/** @param separator a blank: any white space; null: the line is one cell */
export function splitCells(line: string, separator: string | null): string[] {
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

const DATE_BLANK =
  /((?<!\S)"?(?:\d{4}([-/.])\d{1,2}\2\d{1,2}|\d{1,2}([-/.])\d{1,2}\3(?:\d{4}|\d{2})|\d{8})),?\s+(?=\d{1,2}:\d{2})/g
const HALF_DAY = /(\d:\d{2}(?:[.,]\d+)?)\s+(?=[ap]m\b)/gi
const ZONE_BLANK = new RegExp(
  String.raw`(T\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:[ap]m)?)\s+(?=(?:${OFFSET}|Z|UTC?|GMT)(?:\s|$))`,
  'gi',
)

/** Columns set apart by blanks: date and time stay together, and so do a number and its unit. */
function splitBlanks(line: string): string[] {
  return line
    .trim()
    .replace(DATE_BLANK, '$1T')
    .replace(HALF_DAY, '$1')
    .replace(ZONE_BLANK, '$1')
    .replace(/(\d)\s+([mµμu]?[VAW])(?=\s|$)/g, '$1$2')
    .split(/\s+/)
    .map(unquote)
}

function unquote(cell: string): string {
  const bare = cell.trim()
  return /^"[^"]*"$/.test(bare) ? bare.slice(1, -1).trim() : bare
}
