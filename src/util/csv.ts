/** What a spreadsheet takes for the begin of a formula (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/
const NEEDS_QUOTES = /[",\r\n]/

/**
 * One text cell, RFC 4180. A text that a spreadsheet would run as a formula
 * gets an apostrophe in front, which makes it plain text there.
 */
export function csvText(text: string): string {
  return csvQuoted(FORMULA.test(text) ? `'${text}` : text)
}

/** What `csvText` made a cell of: without the apostrophe. */
export function csvPlain(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell
}

/** One text cell as it is, for files that only we read. */
export function csvQuoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One number cell; empty for null. */
export function csvNumber(value: number | null): string {
  return value === null ? '' : String(value)
}

/** Cells of one record without its line end. Reads what `csvQuoted` writes. */
export function parseCsvRecord(line: string): string[] {
  const cells: string[] = []
  let at = 0
  for (;;) {
    if (line[at] === '"') {
      let cell = ''
      at++
      for (;;) {
        const end = line.indexOf('"', at)
        if (end < 0) return [...cells, cell + line.slice(at)]
        cell += line.slice(at, end)
        at = end + 1
        if (line[at] !== '"') break
        cell += '"'
        at++
      }
      cells.push(cell)
    } else {
      const end = line.indexOf(',', at)
      cells.push(end < 0 ? line.slice(at) : line.slice(at, end))
      at = end < 0 ? line.length : end
    }
    if (at >= line.length) return cells
    at++
  }
}
