import { closeLine } from '../../src/protocol/crc.ts'
import {
  CAPTURE_TIME,
  cutCapturePrefix,
  cutLeadingTime,
} from '../../src/sources/text/capture-prefix.ts'
import { type BrokenLine, type FoundRows, noRows, type TableReader } from './table-reader.ts'

/** A value with its name in front: `Bus Voltage:   5.02 V`, `V=5.02`, `"v":5.02`. */
type Pair = readonly [label: string, value: string]

const JSON_PAIR =
  /"((?:[^"\\]|\\.)*)"\s*:\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|"(?:[^"\\]|\\.)*"|null|true|false)/g
/** What may stand around the values of pretty-printed JSON. */
const JSON_FRAME = /^[\s[\]{},]*(?:"[^"]*"\s*:[\s[\]{},]*)?$/
const LABEL = String.raw`([A-Za-z](?:[\w ()[\].\/-]{0,60}[\w).\]])?)\s*[:=]\s*`
/** `>name:time:value§unit|flags` (Teleplot), with a time, a unit or flags; else it is a pair as any other. */
const TELEPLOT = /^\s*>([^:|§>]+):(?:(\d+(?:\.\d+)?):)?([^:;|§]+)(?:§([^|]*))?(?:\|([\w,]*))?\s*$/u
const TELEPLOT_TIME = 'timestamp (ms)'
/** A number ends where its cell does, so `5.0x2` is none. */
const VALUE = String.raw`([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?(?:\s*(?:[mµμu]?[VAWs]|[mµμu]?[AW]h|%|°?[CF]|[kM]?Hz|Ohm))?)(?=[\s,;|]|$)`
const TEXT_PAIR = new RegExp(String.raw`[\s,;|>]*${LABEL}${VALUE}`, 'iy')
/** Lines of a record, in the mean. */
const LONGEST_BLOCK = 30
const REST = /[\s,;|]*$/y
/** A line with one label whose value is no number: `Current: nan`. */
const ANY_VALUE = new RegExp(String.raw`^[\s>]*${LABEL}(\S.*)$`)

/** Records of named values; a label that comes again begins a new one. */
class LabelledRows {
  readonly names: string[] = []
  otherLines = 0
  #found = noRows()
  #hasRows = false
  readonly #columns = new Map<string, number>()
  #row: string[] = []
  #line = 0
  #last = -1

  get broken(): BrokenLine[] {
    return this.#found.broken
  }

  get isEmpty(): boolean {
    return !this.#hasRows
  }

  /** Whether a label belongs behind those that the record has: where not, one was lost between. */
  isInOrder(label: string): boolean {
    return (this.#columns.get(label) ?? Number.POSITIVE_INFINITY) > this.#last
  }

  /** Only the time of its first line is a record's. */
  addTime(time: string, line: number): void {
    if (this.#row.length === 0) this.#set(CAPTURE_TIME, time, line)
  }

  add([label, value]: Pair, line: number): void {
    if (this.#row[this.#columnOf(label)] !== undefined) this.flush()
    this.#set(label, value, line)
    this.#last = this.#columnOf(label)
  }

  flush(): void {
    if (this.#row.length > 0) {
      this.#found.rows.push(Array.from(this.#row, (cell) => cell ?? ''))
      this.#found.lineOf.push(this.#line)
      this.#hasRows = true
    }
    this.drop()
  }

  drop(): void {
    this.#row = []
    this.#last = -1
  }

  take(): FoundRows {
    const found = this.#found
    this.#found = noRows()
    return found
  }

  #set(label: string, value: string, line: number): void {
    if (this.#row.length === 0) this.#line = line
    this.#row[this.#columnOf(label)] = value
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

abstract class LabelledReader implements TableReader {
  readonly isLabelled = true
  readonly misfit = null
  protected readonly table = new LabelledRows()

  abstract read(line: string, number: number): void

  end(): void {
    this.table.flush()
  }

  take(): FoundRows {
    return this.table.take()
  }

  get names(): readonly string[] {
    return this.table.names
  }

  get otherLines(): number {
    return this.table.otherLines
  }
}

/**
 * A reader of recordings whose values have names: JSON lines, blocks of
 * `Name: value unit` as Adafruit's getcurrent prints, plotter lines.
 *
 * @param look some lines of it
 * @param start its first lines, with the blank ones
 * @returns null where it is something else
 */
export function labelledReader(
  look: readonly string[],
  start: readonly string[],
): TableReader | null {
  if (
    share(
      look.filter((line) => !JSON_FRAME.test(uncaptured(line))),
      (line) => /^[[\s]*[{"]/.test(uncaptured(line)) && jsonPairs(line).length > 0,
    )
  )
    return new JsonReader(share(look, (line) => isSealed(uncaptured(line))))
  return share(look, (line) => textPairs(split(line).rest) !== null)
    ? new LabelReader(look, start)
    : null
}

/** Objects, one a line or pretty-printed. */
class JsonReader extends LabelledReader {
  readonly #isProtected: boolean

  /** @param isProtected most lines end in their right CRC, so that one without has been damaged */
  constructor(isProtected: boolean) {
    super()
    this.#isProtected = isProtected
  }

  read(line: string, number: number): void {
    const { time, rest } = cutCapturePrefix(line) ?? { time: null, rest: line }
    if (this.#isProtected && rest.trim() !== '' && !isSealed(rest)) {
      if (this.table.isEmpty && !rest.includes('{')) this.table.otherLines++
      else this.table.broken.push({ line: number, reason: 'its CRC is not right' })
      return
    }
    // An array may be written without a line end in it.
    for (const part of rest.split(/(?<=\}\s?),(?=\s?\{)/)) {
      readJsonPart(this.table, part, time, number)
    }
  }
}

function readJsonPart(table: LabelledRows, text: string, time: string | null, line: number): void {
  const pairs = jsonPairs(text)
  const isObject = /^\s*(?:\[\s*)?\{/.test(text) && pairs.length > 0
  if (isObject) table.flush()
  if (isObject ? !isJson(text) : !JSON_FRAME.test(text.replace(JSON_PAIR, ''))) {
    if (isObject || !table.isEmpty) table.broken.push({ line, reason: 'it is no JSON' })
    else table.otherLines++
    table.drop()
    return
  }
  if (time !== null && pairs.length > 0) table.addTime(time, line)
  for (const pair of pairs) table.add(pair, line)
  if (isObject || (pairs.length === 0 && /[}\]]/.test(text))) table.flush()
}

/** An object of a line of its own, or of an array with one on each line. */
function isJson(line: string): boolean {
  const bare = line
    .trim()
    .replace(/^\[(?=.*[^\]]$)/, '')
    .replace(/,$/, '')
  for (const text of [bare, bare.replace(/\]$/, '')]) {
    try {
      JSON.parse(text)
      return true
    } catch {
      // The last object of an array may have the array's end behind it.
    }
  }
  return false
}

/** Lines of labelled values. */
class LabelReader extends LabelledReader {
  readonly #labels: ReadonlySet<string>
  /** Where blank lines set records apart, labels may come in any order. */
  readonly #isInBlocks: boolean
  /** Time of the newest Teleplot line that has one. */
  #stamp: string | null = null

  constructor(look: readonly string[], start: readonly string[]) {
    super()
    this.#labels = new Set(
      look.flatMap((line) => textPairs(split(line).rest) ?? []).map(([label]) => label),
    )
    this.#isInBlocks = blankLinesPartRecords(start)
  }

  read(line: string, number: number): void {
    const { table } = this
    const { time, rest } = split(line)
    const [, , stamp] = TELEPLOT.exec(rest) ?? []
    if (stamp !== undefined && stamp !== this.#stamp) {
      // Values of one moment have one time.
      table.flush()
      table.add([TELEPLOT_TIME, stamp], number)
      this.#stamp = stamp
    }
    const pairs = textPairs(rest) ?? unreadable(rest, this.#labels)
    if (rest.trim() === '') {
      if (this.#isInBlocks) table.flush()
      return
    }
    if (pairs === null) {
      table.otherLines++
      return
    }
    // Several values in a line: it is a record of its own.
    const isRecord = pairs.length > 1
    if (isRecord || (!this.#isInBlocks && pairs.some(([label]) => !table.isInOrder(label)))) {
      table.flush()
    }
    if (time !== null) table.addTime(time, number)
    for (const pair of pairs) table.add(pair, number)
    if (isRecord) table.flush()
  }
}

function split(line: string): { time: string | null; rest: string } {
  return cutLeadingTime(line) ?? { time: null, rest: line }
}

/** A frame that ends in its CRC, firmware/PROTOCOL.md section 3. */
function isSealed(line: string): boolean {
  const body = /^(.*),"crc":"[0-9A-F]{4}"\}$/.exec(line.trim())?.[1]
  return body !== undefined && closeLine(body) === line.trim()
}

function uncaptured(line: string): string {
  return cutCapturePrefix(line)?.rest ?? line
}

function jsonPairs(line: string): Pair[] {
  return Array.from(
    line.matchAll(JSON_PAIR),
    ([, label = '', value = '']): Pair => [label, value.startsWith('"') ? unquoted(value) : value],
  )
}

/** @returns null where the line holds anything but labelled values */
function textPairs(line: string): Pair[] | null {
  const [, name = '', , text, unit = '', flags = ''] = TELEPLOT.exec(line) ?? []
  if (text !== undefined) {
    const pair: Pair = [name.trim(), `${text.trim()}${unit === '' ? '' : ` ${unit.trim()}`}`]
    return /(?:^|,)(?:t|xy)(?:,|$)/.test(flags) ? null : [pair]
  }
  const pairs: Pair[] = []
  TEXT_PAIR.lastIndex = 0
  let end = 0
  for (let match = TEXT_PAIR.exec(line); match !== null; match = TEXT_PAIR.exec(line)) {
    pairs.push([match[1] as string, match[2] as string])
    end = TEXT_PAIR.lastIndex
  }
  REST.lastIndex = end
  return pairs.length > 0 && REST.test(line) ? pairs : null
}

/** @param labels those of the recording: other lines with a colon are no values */
function unreadable(line: string, labels: ReadonlySet<string>): Pair[] | null {
  const [, label = '', value = ''] = ANY_VALUE.exec(line) ?? []
  return labels.has(label) ? [[label, value.trim()]] : null
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

/** A blank line here and there, or after every line, says nothing about where a record ends. */
function blankLinesPartRecords(lines: readonly string[]): boolean {
  let blocks = 0
  let filled = 0
  let wasBlank = true
  for (const line of lines) {
    const isBlank = split(line).rest.trim() === ''
    if (!isBlank) {
      filled++
      if (wasBlank) blocks++
    }
    wasBlank = isBlank
  }
  return blocks > 1 && filled >= blocks * 1.2 && filled <= blocks * LONGEST_BLOCK
}
