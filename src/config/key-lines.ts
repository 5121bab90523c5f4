import { parse } from 'smol-toml'
import { isRecord } from '../util/records.ts'

/** A key with dots between its parts, each of which may be quoted. */
const PART = /(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')/.source
const DOTTED = `${PART}(?:\\s*\\.\\s*${PART})*`
const HEADER = new RegExp(`^\\s*\\[\\[?\\s*(${DOTTED})\\s*\\]`)
const KEY = new RegExp(`^\\s*(${DOTTED})\\s*=`)

type Delimiter = '"' | "'" | '"""' | "'''"

/**
 * In which line of a TOML file a key stands, which its parser does not tell. Reads a text
 * that the parser has accepted: what is not understood here has no line, and nothing else.
 */
export class KeyLines {
  readonly #lines = new Map<string, number>()

  constructor(text: string) {
    let table: readonly string[] = []
    let state = OUTSIDE
    text.split('\n').forEach((line, i) => {
      const isFresh = state.delimiter === null && state.depth === 0
      if (!isFresh) {
        state = after(line, state)
        return
      }
      const header = HEADER.exec(line)?.[1]
      if (header !== undefined) {
        table = pathOf(header)
        this.#add(table, i + 1)
        return
      }
      const [key, name] = KEY.exec(line) ?? []
      if (key === undefined || name === undefined) return
      this.#add([...table, ...pathOf(name)], i + 1)
      state = after(line.slice(key.length), state)
    })
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
}

const OUTSIDE: State = { delimiter: null, depth: 0 }

/** Where a line of the file leaves off. */
function after(line: string, before: State): State {
  let { delimiter, depth } = before
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
    else if (line[at] === '[' || line[at] === '{') depth++
    else if (line[at] === ']' || line[at] === '}') depth--
  }
  // Only texts in three quotes go over a line end.
  return { delimiter: delimiter?.length === 3 ? delimiter : null, depth }
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
