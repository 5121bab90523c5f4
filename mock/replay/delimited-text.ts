import { CAPTURE_TIME, cutCapturePrefix } from '../../src/sources/text/capture-prefix.ts'
import { readColumnName } from '../../src/sources/text/column-names.ts'
import { isHole, readNumber } from '../../src/sources/text/decimal.ts'
import { readTime } from '../../src/sources/text/recorded-time.ts'
import { splitCells } from '../../src/sources/text/split-cells.ts'
import { type BrokenLine, type FoundRows, noRows, type TableReader } from './table-reader.ts'

/** Separators in order of preference where more than one would do. */
const SEPARATORS: readonly string[] = ['\t', ';', '|', ',', ' ']
const OTHER_HEADER = 'a header with other columns begins'
const COMMENT = /^\s*(?:#|\/\/)\s*/

/** Reads a table whose rows all have the same number of cells, line by line. */
export class DelimitedReader implements TableReader {
  readonly isLabelled = false
  readonly #isCaptured: boolean
  readonly #separator: string | null
  readonly #header: Header
  #found = noRows()
  #others = 0
  #hasRows = false
  /** All rows so far end in an empty cell. */
  #isOpenEnded = true

  /** @param look some of its lines that are not blank */
  constructor(look: readonly string[]) {
    this.#isCaptured =
      look.filter((line) => cutCapturePrefix(line) !== null).length * 2 > look.length
    this.#separator = findSeparator(look.map((line) => this.#bare(line)))
    this.#header = new Header(widthOfRows(look.map((line) => this.#split(line))), this.#separator)
  }

  read(line: string, number: number): void {
    const header = this.#header
    const split = (each: string): string[] => this.#split(each)
    const cells = split(line)
    if (cells.every((cell) => cell === '')) return
    const isRow = cells.length === header.width && (cells.some(isMeasured) || cells.every(isHole))
    if (isRow && header.isValid) {
      this.#hasRows = true
      if (cells.at(-1) !== '') this.#isOpenEnded = false
      const row = this.#isCaptured ? [cutCapturePrefix(line)?.time ?? '', ...cells] : cells
      this.#found.rows.push(row)
      this.#found.lineOf.push(number)
    } else if (isRow) {
      this.#found.broken.push({ line: number, reason: OTHER_HEADER })
    } else if (this.#hasRows ? header.allows(this.#bare(line), split) : !areMostlyValues(cells)) {
      if (!this.#hasRows) header.see(this.#bare(line), number, split)
      this.#others++
    } else {
      const reason = header.isValid ? widthReason(cells.length, header.width) : OTHER_HEADER
      this.#found.broken.push({ line: number, reason })
    }
  }

  end(): void {}

  take(): FoundRows {
    const found = this.#found
    this.#found = noRows()
    return found
  }

  get names(): readonly string[] | null {
    return this.#header.namesFor(this.#isOpenEnded, this.#isCaptured)
  }

  get misfit(): BrokenLine | null {
    return this.names === null ? this.#header.misfit : null
  }

  get otherLines(): number {
    return this.names === null ? this.#others : this.#others - 1
  }

  #bare(line: string): string {
    return this.#isCaptured ? (cutCapturePrefix(line)?.rest ?? line) : line
  }

  #split(line: string): string[] {
    return splitCells(this.#bare(line), this.#separator)
  }
}

/** What stands before the first row, and may come again. */
class Header {
  readonly width: number
  misfit: BrokenLine | null = null
  /** False: the last header was one with other columns. */
  isValid = true
  readonly #separator: string | null
  readonly #seen = new Set<string>()
  #names: readonly string[] | null = null
  #roles = 0

  constructor(width: number, separator: string | null) {
    this.width = width
    this.#separator = separator
  }

  /** Of the lines before the first row, the one whose words say most is the header; of equals, the last. */
  see(line: string, number: number, split: (line: string) => string[]): void {
    this.#seen.add(line.trim())
    const words = this.#words(line, split)
    const roles = countRoles(words)
    if (!words.some(isWord) || words.some(isMeasured) || roles < this.#roles) return
    // Words set apart by blanks may be a sentence.
    const couldMisfit = roles > 1 && this.#separator !== null && this.#separator !== ' '
    if (words.length === this.width || words.length === this.width - 1) {
      this.#names = words
      this.#roles = roles
    }
    if (couldMisfit && words.length !== this.width) {
      this.misfit = {
        line: number,
        reason: `it names ${words.length} columns, the rows have ${this.width}`,
      }
    }
  }

  /** A line between rows that is none: a comment, or one that stood before the first row, too. */
  allows(line: string, split: (line: string) => string[]): boolean {
    if (this.#seen.has(line.trim())) {
      if (countRoles(this.#words(line, split)) > 1) this.isValid = true
      return true
    }
    const words = this.#words(line, split)
    if (words.length === this.width && countRoles(words) > 1) this.isValid = false
    return COMMENT.test(line)
  }

  /**
   * @param isOpenEnded each row ends in an empty cell
   * @returns null where no line before the rows names as many columns as they have
   */
  namesFor(isOpenEnded: boolean, isCaptured: boolean): readonly string[] | null {
    const names = this.#names
    if (names === null) return null
    // A separator behind the last cell of each row makes no column.
    const isOneShort = names.length === this.width - 1
    if (isOneShort && !isOpenEnded) return null
    const all = isOneShort ? [...names, ''] : names
    return isCaptured ? [CAPTURE_TIME, ...all] : all
  }

  #words(line: string, split: (line: string) => string[]): string[] {
    const bare = line.replace(COMMENT, '')
    const words = split(bare)
    if (words.length === this.width + 1 && words.at(-1) === '') return words.slice(0, -1)
    if (words.length === this.width || this.#separator !== ' ') return words
    // `Bus Voltage   Current`
    const wide = bare.trim().split(/\s{2,}/)
    return wide.length === this.width ? wide : words
  }
}

function countRoles(words: readonly string[]): number {
  return words.filter((word) => {
    const { role } = readColumnName(word)
    return role !== null && role !== 'ignore'
  }).length
}

/** A broken row, not a banner such as `Sample rate,1000`. */
function areMostlyValues(cells: readonly string[]): boolean {
  const values = cells.filter((cell) => isMeasured(cell) || isHole(cell)).length
  return cells.length > 1 && values * 2 > cells.length
}

function widthReason(found: number, wanted: number): string {
  if (found === wanted) return 'it holds no number'
  return `it has ${found} ${found === 1 ? 'cell' : 'cells'} where others have ${wanted}`
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
    const known = cells.filter((cell) => cell === '' || isMeasured(cell))
    const score = (regular.length / rows.length) * (known.length / cells.length)
    if (score > bestScore + 0.05) {
      best = separator
      bestScore = score
    }
  }
  return best
}

function isMeasured(cell: string): boolean {
  return readNumber(cell) !== null || readTime(cell) !== null
}

/** A name, not a value that could not be measured. */
function isWord(cell: string): boolean {
  return /[a-z]/i.test(cell) && !isHole(cell)
}

/** The most cells that a third of the rows have: those with fewer may have lost some. */
function widthOfRows(look: readonly (readonly string[])[]): number {
  const widths = look.filter((cells) => areMostlyValues(cells)).map((cells) => cells.length)
  const fair = Math.max(1, widths.length / 3)
  const wide = [...new Set(widths)].sort((a, b) => b - a)
  const found = wide.find((width) => widths.filter((each) => each === width).length > fair)
  return found ?? commonWidth(look.map((cells) => cells.length))
}

function commonWidth(widths: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1)
  let best = 1
  for (const [width, count] of counts) if (count > (counts.get(best) ?? 0)) best = width
  return best
}
