import { isDeepStrictEqual } from 'node:util'
import { parse } from 'smol-toml'
import { isRecord } from '../util/records.ts'

type Table = Readonly<Record<string, unknown>>

/** A key of a table such as `[device.bench]`, and the text that it is to have. */
export interface KeyChange {
  /** `['device', 'bench']` */
  readonly table: readonly [string, string]
  readonly key: string
  readonly value: string
  /** Keys of a table that is made anew, before that one. */
  readonly withNewTable: Readonly<Record<string, string>>
}

/**
 * A TOML text with one key of one table set, and not a character changed beside it: comments
 * and order stay. What it says is compared with what it should, so that no way of writing TOML
 * that is not understood here can lead to damage.
 *
 * @param text that its parser has accepted
 * @returns null: it can't be changed safely
 */
export function setKey(text: string, change: KeyChange): string | null {
  const wanted = withKey(parse(text), change)
  const said = (candidate: string): boolean => {
    try {
      return isDeepStrictEqual(plain(parse(candidate)), wanted)
    } catch {
      return false
    }
  }
  for (const candidate of candidates(text, change)) if (said(candidate)) return candidate
  return null
}

/** Texts that may be the one that is wanted, the likeliest first. */
function* candidates(
  text: string,
  { table, key, value, withNewTable }: KeyChange,
): Generator<string> {
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = text.split(/\r?\n/)
  const setting = `${key} = ${JSON.stringify(value)}`
  const join = (...parts: readonly (readonly string[])[]): string => parts.flat().join(end)
  for (const [i, line] of lines.entries()) {
    if (!new RegExp(`^\\s*["']?${key}["']?\\s*=`).test(line)) continue
    const [, indent = '', comment = ''] = /^(\s*)[^#]*?((?:\s+#[^"']*)?)$/.exec(line) ?? []
    // A value over several lines goes with all of them.
    for (let last = i; last < Math.min(lines.length, i + MOST_LINES); last++) {
      yield join(lines.slice(0, i), [indent + setting + comment], lines.slice(last + 1))
    }
  }
  for (const [i, line] of lines.entries()) {
    if (/^\s*\[/.test(line)) yield join(lines.slice(0, i + 1), [setting], lines.slice(i + 1))
  }
  const name = table.map((each) => (/^[\w-]+$/.test(each) ? each : JSON.stringify(each))).join('.')
  const keys = Object.entries(withNewTable).map(([each, of]) => `${each} = ${JSON.stringify(of)}`)
  const before = lines.at(-1) === '' ? lines.slice(0, -1) : lines
  const gap = before.length === 0 ? [] : ['']
  yield join(before, gap, [`[${name}]`], keys, [setting, ''])
}

/** Of one value. */
const MOST_LINES = 40

function withKey(
  file: Table,
  { table: [outer, inner], key, value, withNewTable }: KeyChange,
): unknown {
  const tables = file[outer]
  const table = isRecord(tables) ? tables[inner] : undefined
  const keys = isRecord(table) ? table : withNewTable
  return plain({
    ...file,
    [outer]: { ...(isRecord(tables) ? tables : {}), [inner]: { ...keys, [key]: value } },
  })
}

/** Without prototypes and classes, which say nothing of the text. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)),
  )
}
