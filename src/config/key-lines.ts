import { parse } from 'smol-toml'
import { isRecord } from '../util/records.ts'

/** A key with dots between its parts, each of which may be quoted. */
const PART = /(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')/.source
const DOTTED = `${PART}(?:\\s*\\.\\s*${PART})*`
const HEADER = new RegExp(`^\\s*\\[(\\[?)\\s*(${DOTTED})\\s*\\]`)
const KEY = new RegExp(`^\\s*(${DOTTED})\\s*=`)

type Delimiter = '"' | "'" | '"""' | "'''"

/**
 * In which line of a TOML file a key stands, which its parser does not tell. Reads a text
 * that the parser has accepted: what is not understood here has no line, and nothing else.
 * Parts of a list have their places, from 0, as parts of the path: `plc`, `press1`, `group`, `0`.
 */
export class KeyLines {
  readonly #lines = new Map<string, number>()
  /** Tables of each list so far, by the path of the list. */
  readonly #tables = new Map<string, number>()

  constructor(text: string) {
    let table: readonly string[] = []
    let key: readonly string[] = []
    let state = OUTSIDE
    text.split('\n').forEach((line, i) => {
      const within = (rest: string): void => {
        state = after(rest, state, (element) => this.#add([...key, String(element)], i + 1))
      }
      const isFresh = state.delimiter === null && state.depth === 0
      if (!isFresh) {
        within(line)
        return
      }
      const [header, second, tableName] = HEADER.exec(line) ?? []
      if (header !== undefined && tableName !== undefined) {
        table = this.#tableAt(pathOf(tableName), second === '[', i + 1)
        return
      }
      const [begin, name] = KEY.exec(line) ?? []
      if (begin === undefined || name === undefined) return
      key = [...table, ...pathOf(name)]
      this.#add(key, i + 1)
      state = OUTSIDE
      within(line.slice(begin.length))
    })
  }

  /** @param isInList one of several tables of that name @returns the path of its keys */
  #tableAt(path: readonly string[], isInList: boolean, line: number): readonly string[] {
    this.#add(path, line)
    if (!isInList) return path
    const list = JSON.stringify(path)
    const place = this.#tables.get(list) ?? 0
    this.#tables.set(list, place + 1)
    const table = [...path, String(place)]
    this.#add(table, line)
    return table
  }

  /** Of the key, or of the value that it is within; null where it is not known. */
  lineOf(...path: readonly string[]): number | null {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(JSON.stringify(path.slice(0, length)))
      if (line !== undefined) return line
    }
    return null
  }

  #add(path: readonly string[], line: number): void {
    const key = JSON.stringify(path)
    if (path.length > 0 && !this.#lines.has(key)) this.#lines.set(key, line)
  }
}

interface State {
  /** Of the text that a line end falls into. */
  readonly delimiter: Delimiter | null
  /** Brackets that are open. */
  readonly depth: number
  /** Tables so far that are elements of the list that the value is. */
  readonly elements: number
}

const OUTSIDE: State = { delimiter: null, depth: 0, elements: 0 }

/** Where a line of the file leaves off. @param element told the place of each table of a list that begins in it */
function after(line: string, before: State, element: (place: number) => void): State {
  let { delimiter, depth, elements } = before
  for (let at = 0; at < line.length; at++) {
    if (delimiter !== null) {
      if (delimiter.startsWith('"') && line[at] === '\\') at++
      else if (line.startsWith(delimiter, at)) {
        at += delimiter.length - 1
        delimiter = null
      }
      continue
    }
    const opened = (['"""', "'''", '"', "'"] as const).find((each) => line.startsWith(each, at))
    if (opened !== undefined) {
      delimiter = opened
      at += opened.length - 1
    } else if (line[at] === '#') break
    else if (line[at] === '[' || line[at] === '{') {
      if (line[at] === '{' && depth === 1) element(elements++)
      depth++
    } else if (line[at] === ']' || line[at] === '}') depth--
  }
  // Only texts in three quotes go over a line end.
  return { delimiter: delimiter?.length === 3 ? delimiter : null, depth, elements }
}

/** The parts of a dotted key, as the parser reads them. */
function pathOf(key: string): string[] {
  const path: string[] = []
  try {
    let value: unknown = parse(`${key} = 0`)
    while (isRecord(value)) {
      const [name] = Object.keys(value)
      if (name === undefined) break
      path.push(name)
      value = value[name]
    }
    return path
  } catch {
    return []
  }
}
