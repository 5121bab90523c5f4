import { isRecord } from '../../util/records.ts'
import { cutCapturePrefix } from '../text/capture-prefix.ts'
import { holdsNamedValues } from './labelled-lines.ts'
import {
  isRemark,
  type LineReader,
  type NamedValue,
  type ReadingSink,
  type Verdict,
} from './reading.ts'

/** An object that goes on for longer is none. */
const LONGEST_TEXT = 4096
const MOST_LINES = 64
const DEEPEST = 4
/** What Arduino prints where there is no number, which is no JSON. */
const BARE = /([:[,]\s*)([+-]?(?:nan|inf(?:inity)?|ovf|overflow))(?=\s*[,}\]])/gi

/** JSON objects with names of their own: one a line or over several, text behind them, bare `nan`. */
export class JsonLines implements LineReader {
  readonly #sink: ReadingSink
  /** Lines of the object under way. */
  #lines: string[] = []
  #length = 0
  #depth = 0
  #captureTime: string | null = null

  constructor(sink: ReadingSink) {
    this.#sink = sink
  }

  /** An object ends with its brace, whatever the time. */
  readonly isWaiting = false

  take(line: string, nowMs: number): Verdict {
    const cut = cutCapturePrefix(line)
    const rest = cut?.rest ?? line
    const isOpen = this.#lines.length > 0
    if (rest.trim() === '' && !isOpen) {
      this.#sink.text()
      return 'text'
    }
    const begin = isOpen ? 0 : rest.indexOf('{')
    if (begin < 0 || /[}\]"]/.test(rest.slice(0, begin))) return this.#outside(rest)
    if (
      isOpen &&
      /^\s*\{/.test(rest) &&
      this.#depth === 1 &&
      !/[[,:]\s*$/.test(this.#lines.at(-1) ?? '')
    ) {
      // The one before was cut off.
      this.#drop()
      return this.take(line, nowMs)
    }
    if (!isOpen) this.#captureTime = cut?.time ?? null
    const end = this.#endOf(rest, begin)
    const piece = end === null ? rest.slice(begin) : rest.slice(begin, end)
    this.#lines.push(piece)
    this.#length += piece.length
    if (end !== null) return this.#object(nowMs)
    if (this.#length > LONGEST_TEXT || this.#lines.length > MOST_LINES) this.#drop()
    return 'value'
  }

  pause(): void {}

  end(): void {
    this.#drop()
  }

  /** Words, brackets of an array around objects. */
  #outside(rest: string): Verdict {
    if (/^[\s[\],]*$/.test(rest)) {
      this.#sink.text()
      return 'text'
    }
    if (holdsNamedValues(rest) || !isRemark(rest)) return 'unknown'
    this.#sink.remark(rest)
    return 'text'
  }

  /** @returns where the object ends in a line, behind its brace; null: not in this one */
  #endOf(text: string, from: number): number | null {
    let isText = false
    for (let i = from; i < text.length; i++) {
      const char = text[i]
      if (char === '\\' && isText) i++
      else if (char === '"') isText = !isText
      else if (isText) continue
      else if (char === '{') this.#depth++
      else if (char === '}' && --this.#depth === 0) return i + 1
    }
    return null
  }

  #object(atMs: number): Verdict {
    const values: NamedValue[] = []
    const members = parsed(this.#lines.join('\n'))
    const isRead = members !== null && collect(members, '', values, DEEPEST)
    const lines = this.#lines.length
    this.#lines = []
    this.#length = 0
    this.#depth = 0
    for (let i = 1; i < lines; i++) this.#sink.text()
    if (!isRead || values.length === 0) {
      this.#sink.unread()
      return 'value'
    }
    this.#sink.reading({
      values,
      captureTime: this.#captureTime,
      ts: null,
      part: null,
      overflow: false,
      atMs,
    })
    return 'value'
  }

  /** It will not become an object. */
  #drop(): void {
    for (const _line of this.#lines) this.#sink.unread()
    this.#lines = []
    this.#length = 0
    this.#depth = 0
  }
}

/** @returns null where it is no JSON object */
function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text.replace(BARE, '$1"$2"'))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

/** All members that may be values, those of objects within it, too. @returns false: nested too deep */
function collect(
  members: Readonly<Record<string, unknown>>,
  path: string,
  values: NamedValue[],
  depth: number,
): boolean {
  if (depth === 0) return false
  const number = /(\d)$/.exec(path)?.[1]
  for (const [key, value] of Object.entries(members)) {
    // `ch2: {v, a}`: the channel's number goes with its values.
    const name = number !== undefined && !/\d$/.test(key) ? `${key} ${number}` : key
    if (typeof value === 'number') values.push({ name, text: String(value), unit: null })
    else if (typeof value === 'string') values.push({ name, text: value.trim(), unit: null })
    else if (value === null) values.push({ name, text: 'null', unit: null })
    else if (isRecord(value) && !collect(value, key, values, depth - 1)) return false
  }
  return true
}
