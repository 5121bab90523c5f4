import { CAPTURE_TIME, cutCapturePrefix } from './capture-prefix.ts'
import type { TextTable } from './text-table.ts'

/** A value with its name in front: `Bus Voltage:   5.02 V`, `V=5.02`, `"v":5.02`. */
type Pair = readonly [label: string, value: string]

const JSON_PAIR =
  /"((?:[^"\\]|\\.)*)"\s*:\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|"(?:[^"\\]|\\.)*"|null|true|false)/g
/** A line of pretty-printed JSON without a value. */
const JSON_FRAME = /^[\s[\]{},]*(?:"[^"]*"\s*:)?[\s[\]{},]*$/
const TEXT_PAIR =
  /(?<![\w-])([A-Za-z][\w ().-]*?)\s*[:=]\s*([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*[mµμu]?(?:[VAWvaws]\b)?)/g
/** A time in front of labelled values. */
const LEADING_TIME =
  /^\s*\[?((?:\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?)\]?\s*(?:->|[,;|-])?\s*/

/**
 * Reads a recording whose values have names: JSON lines, blocks of
 * `Name: value unit` as Adafruit's getcurrent prints, plotter lines.
 *
 * @param look some lines of it
 * @returns null where it is something else
 */
export function readLabelled(lines: readonly string[], look: readonly string[]): TextTable | null {
  const isJson = share(
    look.filter((line) => !JSON_FRAME.test(line)),
    (line) => /^[[\s]*[{"]/.test(line) && pairsOf(line, JSON_PAIR).length > 0,
  )
  const pattern = isJson ? JSON_PAIR : TEXT_PAIR
  if (!isJson && !share(look, (line) => pairsOf(stripTime(line).rest, TEXT_PAIR).length > 0))
    return null

  const table = new LabelledRows()
  const isDoubleSpaced = !isJson && blocksHaveOneLine(lines)
  for (const line of lines) {
    const { time, rest } = isJson ? { time: null, rest: line } : stripTime(line)
    const pairs = pairsOf(rest, pattern)
    // Several values in a line, or a whole object: the line is a record of its own.
    const isRecord = isJson ? /^\s*\[?\s*\{.*\}/.test(line) : pairs.length > 1
    if (isRecord) table.flush()
    if (pairs.length === 0) {
      if (rest.trim() === '' ? !isDoubleSpaced : isJson && /[}\]]/.test(rest)) table.flush()
      else if (rest.trim() !== '' && !isJson) table.otherLines++
      continue
    }
    for (const pair of pairs) table.add(pair, time)
    if (isRecord) table.flush()
  }
  table.flush()
  return { names: table.names, rows: table.rows, otherLines: table.otherLines }
}

/** Records whose labels come in any order; a label that comes again begins a new one. */
class LabelledRows {
  readonly names: string[] = []
  readonly rows: string[][] = []
  otherLines = 0
  readonly #columns = new Map<string, number>()
  #row: string[] = []

  add([label, value]: Pair, time: string | null): void {
    const column = this.#columnOf(label)
    if (this.#row[column] !== undefined) this.flush()
    if (time !== null && this.#row.length === 0) this.#row[this.#columnOf(CAPTURE_TIME)] = time
    this.#row[column] = value
  }

  flush(): void {
    if (this.#row.length === 0) return
    this.rows.push(Array.from(this.#row, (cell) => cell ?? ''))
    this.#row = []
  }

  #columnOf(label: string): number {
    let column = this.#columns.get(label)
    if (column === undefined) {
      column = this.names.length
      this.names.push(label)
      this.#columns.set(label, column)
    }
    return column
  }
}

function stripTime(line: string): { time: string | null; rest: string } {
  const captured = cutCapturePrefix(line)
  if (captured !== null) return captured
  const match = LEADING_TIME.exec(line)
  if (match === null) return { time: null, rest: line }
  return { time: match[1] as string, rest: line.slice(match[0].length) }
}

function pairsOf(line: string, pattern: RegExp): Pair[] {
  return Array.from(
    line.matchAll(pattern),
    ([, label = '', value = '']): Pair => [
      label.trim(),
      value.startsWith('"') ? unquoted(value) : value.trim(),
    ],
  )
}

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted.slice(1, -1)
  }
}

function share(look: readonly string[], test: (line: string) => boolean): boolean {
  return look.filter(test).length * 2 > look.length
}

/** A blank line after every line says nothing about where a record ends. */
function blocksHaveOneLine(lines: readonly string[]): boolean {
  let blocks = 0
  let filled = 0
  let wasBlank = true
  for (const line of lines) {
    const isBlank = stripTime(line).rest.trim() === ''
    if (!isBlank) {
      filled++
      if (wasBlank) blocks++
    }
    wasBlank = isBlank
  }
  return blocks > 1 && filled < blocks * 1.2
}
