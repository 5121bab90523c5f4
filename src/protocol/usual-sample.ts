import { crc16, hexDigit } from './crc.ts'
import type { SampleFrame, Stamp } from './frames.ts'
import { NO_STAMP, TS_END, US_END } from './members.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

const BEGIN = bytesOf('{"v":')
const A = bytesOf(',"a":')
const W = bytesOf(',"w":')
const TS = bytesOf(',"ts":')
const MS = bytesOf(',"ms":')
const US = bytesOf(',"us":')
const SEQ = bytesOf(',"seq":')
const STATUS = bytesOf(',"status":"')
const MODE = bytesOf(',"mode":"')
const CRC = bytesOf(',"crc":"')

const SPACE = 0x20
const QUOTE = 0x22
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const BACKSLASH = 0x5c
const CLOSE_BRACE = 0x7d
const TILDE = 0x7e

/** Whole numbers of so many digits are exact in a double, and so the quotient of one and a power of ten is right. */
const MOST_DIGITS = 15
const POWERS_OF_TEN = Array.from({ length: MOST_DIGITS + 1 }, (_, exponent) => 10 ** exponent)
const SEQ_END = 2 ** 32

/** Longest status or mode; so the longest line of this form stays far below that of the wire. */
const MOST_TEXT = 64

// Of the line under way; the newest chunk stays alive until the next one.
let bytes: Uint8Array = BEGIN
let at = 0

/**
 * Reads a sample line in the form in which devices print it (PROTOCOL.md 5.1): `v`, `a`, `w`,
 * `ts`, `ms` or `us`, `seq`, `status`, `mode`, `crc` in this order, all but `v` and `a` optional,
 * without blanks, escapes and exponents. Straight from the bytes, which is several times as
 * fast as `JSON.parse`.
 *
 * @param start of the line in `source`; no byte is looked at behind its newline, if it has one
 * @returns the frame that `decodeLine` makes of the bytes up to `usualSampleEnd`; null: not of this form, or not to
 *   be believed
 */
export function readUsualSample(source: Uint8Array, start: number): SampleFrame | null {
  bytes = source
  at = start
  if (!skip(BEGIN)) return null
  const voltage = readNumber()
  if (Number.isNaN(voltage) || !skip(A)) return null
  const current = readNumber()
  if (Number.isNaN(current)) return null
  let power: number | null = null
  if (skip(W)) {
    power = readNumber()
    if (Number.isNaN(power)) return null
  }
  const stamp = readStamp()
  if (stamp === null) return null
  let seq: number | null = null
  if (skip(SEQ)) {
    seq = readNumber()
    if (!isU32(seq)) return null
  }
  let status: string | null = 'ok'
  if (skip(STATUS)) {
    status = readText(statuses)
    if (status === null) return null
  }
  let mode: string | null = null
  if (skip(MODE)) {
    mode = readText(modes)
    if (mode === null) return null
  }
  const bodyEnd = at
  const isProtected = skip(CRC)
  if (isProtected && !isCrc(crc16(source, start, bodyEnd))) return null
  if (source[at++] !== CLOSE_BRACE) return null
  return {
    kind: 'sample',
    electric: true,
    extras: null,
    detail: null,
    leftOut: null,
    voltage,
    current,
    power,
    stamp,
    seq,
    oddSeq: false,
    status,
    mode,
    protected: isProtected,
    resend: false,
  }
}

/** Where the sample that was read last ends: one past its brace. */
export function usualSampleEnd(): number {
  return at
}

function skip(word: Uint8Array): boolean {
  const from = at
  const source = bytes
  for (let i = 0; i < word.length; i++) if (source[from + i] !== word[i]) return false
  at = from + word.length
  return true
}

/** @returns NaN: none, or one whose digits have to be looked at more closely */
function readNumber(): number {
  const source = bytes
  const isNegative = source[at] === MINUS
  const first = isNegative ? at + 1 : at
  let i = first
  let whole = 0
  let digit = (source[i] as number) - ZERO
  while (digit >= 0 && digit <= 9) {
    whole = whole * 10 + digit
    digit = (source[++i] as number) - ZERO
  }
  let digits = i - first
  if (digits === 0 || (digits > 1 && source[first] === ZERO)) return Number.NaN
  let decimals = 0
  if (source[i] === POINT) {
    const point = i
    digit = (source[++i] as number) - ZERO
    while (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit
      digit = (source[++i] as number) - ZERO
    }
    decimals = i - point - 1
    if (decimals === 0) return Number.NaN
    digits += decimals
  }
  at = i
  // A negative zero, and digits beyond those that are exact.
  if (digits > MOST_DIGITS || (isNegative && whole === 0)) return Number.NaN
  const value = decimals === 0 ? whole : whole / (POWERS_OF_TEN[decimals] as number)
  return isNegative ? -value : value
}

/** @returns null: one that can't be a time */
function readStamp(): Stamp | null {
  if (skip(TS)) {
    const value = readNumber()
    return value >= 0 && value < TS_END ? { kind: 'ts', value } : null
  }
  if (skip(MS)) {
    const value = readNumber()
    return isU32(value) ? { kind: 'ms', value } : null
  }
  if (skip(US)) {
    const value = readNumber()
    const isUs = value >= 0 && value < US_END && Number.isInteger(value)
    return isUs ? { kind: 'ms', value: value / 1000 } : null
  }
  return NO_STAMP
}

function isU32(value: number): boolean {
  return value >= 0 && value < SEQ_END && Number.isInteger(value)
}

/** Text that comes again and again: made once. */
interface RepeatedText {
  text: string
  bytes: Uint8Array
}

const statuses: RepeatedText = { text: '', bytes: new Uint8Array(0) }
const modes: RepeatedText = { text: '', bytes: new Uint8Array(0) }

/** Up to its quote, which is skipped. @returns null: with an escape, or with more than ASCII */
function readText(before: RepeatedText): string | null {
  const from = at
  const { length } = before.bytes
  if (bytes[from + length] === QUOTE && skip(before.bytes)) {
    at++
    return before.text
  }
  for (let byte = bytes[at]; byte !== QUOTE; byte = bytes[++at]) {
    if (byte === undefined || byte < SPACE || byte > TILDE || byte === BACKSLASH) return null
    if (at - from >= MOST_TEXT) return null
  }
  before.bytes = bytes.slice(from, at)
  before.text = literal(String.fromCharCode(...before.bytes))
  at++
  return before.text
}

/** The same text as a name of a property has it: V8 keeps one of each, and compares two of them by their addresses. */
function literal(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string
}

/** Reads the rest of the CRC: four digits and a quote. */
function isCrc(crc: number): boolean {
  for (let shift = 12; shift >= 0; shift -= 4) {
    if (hexDigit(bytes[at++] as number) !== ((crc >> shift) & 0xf)) return false
  }
  return bytes[at++] === QUOTE
}
