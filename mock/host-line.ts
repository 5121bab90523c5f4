import { decodeLine } from '../src/protocol/codec.ts'
import { COMMAND, REPLAY, read, SAFE } from '../src/protocol/members.ts'
import { MAX_LINE_BYTES } from '../src/sources/lines/line-splitter.ts'
import { isRecord } from '../src/util/records.ts'

export type Members = Readonly<Record<string, unknown>>

/** What a line of the host turned out to be (PROTOCOL.md 6). */
export type HostLine =
  | { readonly kind: 'blank' }
  | {
      readonly kind: 'bad'
      readonly seq: number | null
      readonly error: 'syntax' | 'crc' | 'overlong'
    }
  | {
      readonly kind: 'command'
      readonly cmd: string
      readonly seq: number
      readonly members: Members
    }
  /** An inclusive range, which may wrap. */
  | { readonly kind: 'replay'; readonly first: number; readonly last: number }
  | { readonly kind: 'ack' }

export const OVERLONG: HostLine = { kind: 'bad', seq: null, error: 'overlong' }

/**
 * Reads a line of the host as the firmware does, in its order: length, form, CRC,
 * then what it asks for. @param bytes without the LF
 */
export function readHostLine(bytes: Uint8Array): HostLine {
  if (bytes.length > MAX_LINE_BYTES) return OVERLONG
  const { kind } = decodeLine(bytes)
  if (kind === 'blank') return { kind }
  const members = membersOf(bytes)
  if (members === null) return { kind: 'bad', seq: null, error: 'syntax' }
  if (kind === 'crc_error' || looksLikeCrc(bytes, members)) {
    return { kind: 'bad', seq: null, error: 'crc' }
  }
  const seq = read(COMMAND, members, 'seq')
  const { cmd } = members
  if (typeof cmd === 'string' && seq !== null) return { kind: 'command', cmd, seq, members }
  if (cmd === undefined) {
    const range = read(REPLAY, members, 'nack')
    if (range !== null) return { kind: 'replay', first: range[0], last: range[1] }
    if (read(SAFE, members, 'ack') !== null) return { kind: 'ack' }
  }
  return { kind: 'bad', seq, error: 'syntax' }
}

/** null: not a JSON object. Texts are not checked for UTF-8. */
function membersOf(bytes: Uint8Array): Members | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString())
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

/** Members that a line of the host may have (PROTOCOL.md 6). */
const KNOWN: ReadonlySet<string> = new Set([COMMAND, REPLAY, SAFE].flatMap(Object.keys))

const LAST_TEXT_OF_FOUR = /[{,]\s*"((?:[^"\\]|\\.)*)"\s*:\s*"[^"\\]{4}"\s*\}\s*$/

/** PROTOCOL.md 3: the last member is unknown and a text of four characters, as a `crc` whose name was hit. */
function looksLikeCrc(bytes: Uint8Array, members: Members): boolean {
  if (Object.hasOwn(members, 'crc')) return false
  const name = LAST_TEXT_OF_FOUR.exec(Buffer.from(bytes).toString('latin1'))?.[1]
  return name !== undefined && !KNOWN.has(name)
}
