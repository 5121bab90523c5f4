import { cutCapturePrefix } from '../text/capture-prefix.ts'
import { unitOf } from '../text/decimal.ts'
import { readTime } from '../text/recorded-time.ts'
import { splitCells } from '../text/split-cells.ts'
import { readCell } from './cells.ts'
import { holdsNamedValues, pairsOf } from './labelled-lines.ts'
import { readName } from './names.ts'
import { isRemark, isRule, type LineReader, type ReadingSink, type Verdict } from './reading.ts'
import { namelessColumns } from './table-shape.ts'

/** In order of preference where more than one would do. */
const SEPARATORS: readonly string[] = ['\t', ';', '|', ',', ' ']
const COMMENT = /^\s*(?:#|\/\/)\s*/
/** A row of more cells is none of a sketch. */
const MOST_CELLS = 64
/** Headers and rules that come again are remembered up to here. */
const MOST_SEEN = 64
const MOST_MISFITS = 64

export interface TableOptions {
  /** Separators that rows may have; null: any */
  readonly separators: readonly string[] | null
  /** Rows without names and units that have to be seen before their shape says what they are. */
  readonly shapeRows: number
}

/** What is known of the columns. */
interface Columns {
  readonly separator: string
  /** Empty: the unit of the cell is its name; null: ignored */
  readonly names: readonly (string | null)[]
  /** null: the name or the cell says it, or nobody */
  readonly units: readonly (string | null)[]
}

interface Row {
  readonly line: string
  readonly captureTime: string | null
  readonly atMs: number
}

/**
 * Rows of values set apart by tabs, commas, semicolons or blanks, with a header (that may
 * come again, and may have a line of units below it) or without.
 */
export class TableLines implements LineReader {
  readonly #sink: ReadingSink
  readonly #options: TableOptions
  #columns: Columns | null = null
  /** The newest line that could be a header, until a row says how it is cut. */
  #header: string | null = null
  #units: readonly string[] | null = null
  /** The line before was the header, so that this one may have its units. */
  #isBelowHeader = false
  #misfits = 0
  /** Rows that wait until their shape is known. */
  #rows: Row[] = []
  readonly #seen = new Set<string>()

  constructor(sink: ReadingSink, options: TableOptions) {
    this.#sink = sink
    this.#options = options
  }

  /** Rows wait for rows: a pause says nothing of their shape. */
  readonly isWaiting = false

  take(line: string, nowMs: number): Verdict {
    const cut = cutCapturePrefix(line)
    const rest = cut?.rest ?? line
    if (rest.trim() === '' || isRule(rest)) {
      this.#sink.text()
      return 'text'
    }
    if (this.#seen.has(rest)) {
      // A header that comes again; what stood between two is of one table.
      this.#isBelowHeader = rest === this.#header
      this.#sink.text()
      return 'value'
    }
    if (this.#isUnits(rest)) {
      this.#sink.text()
      return 'value'
    }
    const separator = this.#separatorOf(rest)
    if (separator !== null) {
      return this.#row({ line: rest, captureTime: cut?.time ?? null, atMs: nowMs }, separator)
    }
    if (isHeader(rest)) {
      this.#giveUp()
      if (this.#header !== null || this.#columns !== null) this.#sink.renamed()
      this.#header = rest
      this.#units = null
      this.#columns = null
      this.#isBelowHeader = true
      this.#misfits = 0
      this.#seen.clear()
      this.#remember(rest)
      this.#sink.text()
      return 'value'
    }
    if (holdsNamedValues(rest) || !isRemark(rest)) return 'unknown'
    this.#sink.remark(rest)
    return 'text'
  }

  pause(): void {}

  end(): void {
    if (this.#rows.length > 0) this.#resolve(true)
  }

  #row(row: Row, separator: string): Verdict {
    this.#isBelowHeader = false
    const cells = splitCells(row.line, separator)
    const known = this.#columns
    if (known !== null) {
      const width = known.names.length
      // A separator behind the last cell makes no column.
      const isWide = cells.length === width + 1 && cells.at(-1) === ''
      if (cells.length !== width && !isWide) return 'unknown'
      this.#report(row, known, cells)
      return 'value'
    }
    const named = this.#namedColumns(cells, separator) ?? unitColumns(cells, separator)
    // A header that names other columns: what is in these must not be guessed.
    if (named === null && this.#header !== null) {
      this.#misfit()
      return 'unknown'
    }
    if (named !== null) {
      this.#columns = named
      this.#report(row, named, cells)
      return 'value'
    }
    const first = this.#rows[0]
    if (first !== undefined && splitCells(first.line, separator).length !== cells.length)
      this.#giveUp()
    this.#rows.push(row)
    if (this.#rows.length >= this.#options.shapeRows) this.#resolve(false)
    return 'value'
  }

  /** A header without units that fits none of many rows was none: its names say no more than the rows. */
  #misfit(): void {
    if (++this.#misfits < MOST_MISFITS) return
    this.#misfits = 0
    if (!wordsOf(this.#header ?? '').some((word) => readName(word, null).unit !== null)) {
      this.#header = null
    }
  }

  #report(row: Row, { names, units }: Columns, cells: readonly string[]): void {
    const values = names.flatMap((name, i) =>
      name === null ? [] : [{ name, text: cells[i] ?? '', unit: units[i] ?? null }],
    )
    const { captureTime, atMs } = row
    this.#sink.reading({ values, captureTime, ts: null, part: null, overflow: false, atMs })
  }

  /** Columns by the header, where it has a name for each. */
  #namedColumns(cells: readonly string[], separator: string): Columns | null {
    if (this.#header === null) return null
    const bare = this.#header.replace(COMMENT, '')
    const own = splitCells(bare, separator)
    // A header with the separator of the rows is cut there, and nowhere else.
    const cuts =
      separator !== ' ' && own.length > 1
        ? [own]
        : [own, ...SEPARATORS.map((each) => splitCells(bare, each)), bare.trim().split(/\s{2,}|\t/)]
    const named = (width: number): string[] | undefined =>
      cuts.find((each) => each.length === width)
    // The last cell may be an empty one of a column, or what a separator behind the last leaves.
    const names = named(cells.length) ?? (cells.at(-1) === '' ? named(cells.length - 1) : undefined)
    if (names === undefined) return null
    const width = names.length
    // Flags behind the measured columns have no unit.
    const units = (this.#units ?? []).length <= width ? (this.#units ?? []).map(unitOf) : []
    // Sensors that are numbered and have an address, a row for each of them.
    const isList = names.some((name) => /^adr|^addr/i.test(name))
    const meant = names.map((name) => (isList && /^(?:nr|no|id)$/i.test(name) ? 'channel' : name))
    return { separator, names: meant, units: names.map((_name, i) => units[i] ?? null) }
  }

  /** What rows without names are, by their shape. @param isLast no more rows will come */
  #resolve(isLast: boolean): void {
    const rows = this.#rows
    const separator = this.#separatorOf(rows[0]?.line ?? '') ?? ','
    const cells = rows.map((row) => splitCells(row.line, separator))
    const columns = namelessColumns(cells, this.#options.shapeRows <= 3, isLast)
    if (columns === null) {
      this.#giveUp()
      return
    }
    this.#rows = []
    this.#columns = { separator, ...columns }
    for (const [i, row] of rows.entries()) this.#report(row, this.#columns, cells[i] ?? [])
  }

  #giveUp(): void {
    for (const _row of this.#rows) this.#sink.unread()
    this.#rows = []
  }

  /** How a row is cut: the separator that leaves values; null: it is no row. */
  #separatorOf(line: string): string | null {
    if (pairsOf(line) !== null) return null
    if (this.#columns !== null) {
      const { separator, names } = this.#columns
      const cells = splitCells(line, separator)
      return isRow(cells) || isGappy(cells, names.length) ? separator : null
    }
    const allowed = this.#options.separators ?? SEPARATORS
    const found = allowed.find((each) => isRow(splitCells(line, each)))
    if (found !== undefined || this.#header === null) return found ?? null
    return (
      allowed.find((each) => {
        const cells = splitCells(line, each)
        const columns = this.#namedColumns(cells, each)
        return columns !== null && isGappy(cells, columns.names.length)
      }) ?? null
    )
  }

  /** ` V\t mV\t mA\t mW`: below a header. */
  #isUnits(line: string): boolean {
    const words = wordsOf(line)
    if (!this.#isBelowHeader || this.#header === null || !areUnits(words)) return false
    // A header that is nothing but units, `ms,V,mA`, has none below it: this is the next one.
    if (areUnits(wordsOf(this.#header))) return false
    this.#isBelowHeader = false
    if (this.#columns !== null) this.#sink.renamed()
    this.#columns = null
    this.#units = words
    this.#remember(line)
    return true
  }

  #remember(line: string): void {
    if (this.#seen.size >= MOST_SEEN) this.#seen.clear()
    this.#seen.add(line)
  }
}

/** Names of columns, two quantities or more, or one with its time. */
export function isHeader(line: string): boolean {
  const bare = line.replace(COMMENT, '')
  // Names that bring their values along are those of another form.
  if (/[{}]|[\p{L}\d_"]\s*[:=]\s*[+-]?[.,]?\d/u.test(bare) || pairsOf(bare) !== null) return false
  return SEPARATORS.some((each) => {
    const words = splitCells(bare, each)
    if (
      words.length < 2 ||
      words.length > MOST_CELLS ||
      words.some((word) => readCell(word)?.kind === 'number')
    )
      return false
    // A sentence that speaks of voltage and current is none.
    if (each === ' ' && /[.!?]\s*$|\b(?:and|with|the|using|is)\b/i.test(bare)) return false
    if (each === ',' && words.some((word) => word.split(/\s+/).length > 3)) return false
    return (
      words.filter(isQuantity).length >= 2 ||
      (words.length === 2 && words.some(isQuantity) && words.some(isTime))
    )
  })
}

function wordsOf(line: string): string[] {
  return line
    .replace(COMMENT, '')
    .trim()
    .split(/[\s,;|()[\]]+/)
    .filter((word) => word !== '')
}

function areUnits(words: readonly string[]): boolean {
  return words.length >= 2 && words.every((word) => unitOf(word) !== null)
}

/** Two values or more, or one with its time; and no more words than values. */
function isRow(cells: readonly string[]): boolean {
  if (cells.length < 2 || cells.length > MOST_CELLS) return false
  let numbers = 0
  let times = 0
  let words = 0
  for (const cell of cells) {
    if (cell === '') continue
    if (readCell(cell) !== null) numbers++
    else if (readTime(cell) !== null) times++
    else words++
  }
  return numbers + times >= 2 && numbers >= 1 && words <= numbers
}

/** A row of a table that is known, with cells that are empty or damaged: there is a value in it. */
function isGappy(cells: readonly string[], width: number): boolean {
  const isWide = cells.length === width + 1 && cells.at(-1) === ''
  if (cells.length < 2 || (cells.length !== width && !isWide)) return false
  // A header has names where values are.
  return cells.some((cell) => cell !== '' && readCell(cell) !== null)
}

/** `4.98V,0.24A` needs no header. */
function unitColumns(cells: readonly string[], separator: string): Columns | null {
  const units = cells.map((cell) => {
    const value = readCell(cell)
    return value?.kind === 'number' ? value.unit : null
  })
  const letters = new Set(units.map((unit) => unit?.at(-1)))
  if (!letters.has('V') || !letters.has('A')) return null
  const names = cells.map((cell, i) => {
    if (units[i] !== null) return ''
    return readTime(cell) === null ? null : 'time'
  })
  return { separator, names, units: cells.map(() => null) }
}

function isQuantity(word: string): boolean {
  const { slot, unit } = readName(word, null)
  return (
    slot.kind === 'electric' ||
    (slot.kind === 'channel' && (slot.id === 'shunt_mv' || unit !== null))
  )
}

function isTime(word: string): boolean {
  return readName(word, null).slot.kind === 'time'
}
