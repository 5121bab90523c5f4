import { isUtf8 } from 'node:buffer'
import { DEFAULT_RANGE, type DeviceRange } from '../domain/limits.ts'
import { cleanText } from '../domain/sample.ts'
import { crc16 } from './crc.ts'
import type { Frame, HelloFrame, MalformedFrame, SampleFrame, Stamp } from './frames.ts'

/**
 * Reads one line of the wire (PROTOCOL.md 2, 3, 5). Never throws: a line that is
 * no frame is a `malformed` or `crc_error` frame, with the reason as a literal.
 * The CRC is checked before anything else is believed.
 *
 * @param line without its LF
 */
export function decodeLine(line: Uint8Array): Frame {
  const bytes = withoutByteOrderMark(line)
  const begin = bytes.findIndex((byte) => !isBlank(byte))
  if (begin < 0) return { kind: 'blank' }
  const tail = readCrcTail(bytes)
  if (tail === 'wrong') return { kind: 'crc_error', reason: 'mismatch' }
  const isProtected = tail === 'right'
  if (bytes[begin] !== OPEN_BRACE) return malformed('json', isProtected)
  if (!isUtf8(bytes)) return malformed('encoding', isProtected)
  let value: unknown
  try {
    value = JSON.parse(TEXT.decode(bytes))
  } catch {
    return malformed('json', isProtected)
  }
  if (!isObject(value)) return malformed('object', isProtected)
  // A `crc` member that is not the well-formed last one can't be checked, so the line can't be believed.
  if (tail === 'absent' && Object.hasOwn(value, 'crc')) {
    return { kind: 'crc_error', reason: 'mangled' }
  }
  return classify(value, isProtected)
}

/** A capture may begin with one, and so may any line of captures that were joined. */
function withoutByteOrderMark(line: Uint8Array): Uint8Array {
  return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line
}

const TEXT = new TextDecoder('utf-8')
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const QUOTE = 0x22
const CRC_KEY = Buffer.from(',"crc":"')
/** Bytes of `,"crc":"29B1"}`. */
const CRC_TAIL = CRC_KEY.length + 6

/** Looks at the last 14 bytes only; white space in there is not part of the form (PROTOCOL.md 3). */
function readCrcTail(bytes: Uint8Array): 'absent' | 'right' | 'wrong' {
  let end = bytes.length
  while (end > 0 && isBlank(bytes[end - 1] as number)) end--
  const start = end - CRC_TAIL
  if (start < 1 || bytes[end - 1] !== CLOSE_BRACE || bytes[end - 2] !== QUOTE) return 'absent'
  for (let i = 0; i < CRC_KEY.length; i++) if (bytes[start + i] !== CRC_KEY[i]) return 'absent'
  let said = 0
  for (let i = end - 6; i < end - 2; i++) {
    const digit = hexDigit(bytes[i] as number)
    if (digit < 0) return 'wrong'
    said = (said << 4) | digit
  }
  return crc16(bytes, 0, start) === said ? 'right' : 'wrong'
}

/** Upper case only: a bit flip makes `B` a `b`. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37
  return -1
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d
}

type Members = Record<string, unknown>

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(reason: MalformedFrame['reason'], isProtected: boolean): MalformedFrame {
  return { kind: 'malformed', reason, protected: isProtected }
}

function classify(members: Members, isProtected: boolean): Frame {
  if (Object.hasOwn(members, 'hello')) return readHello(members, isProtected)
  if (Object.hasOwn(members, 'v') || Object.hasOwn(members, 'a')) {
    return readSample(members, isProtected)
  }
  if (Object.hasOwn(members, 'ack')) {
    const seq = u32(members['ack'])
    if (seq === null) return malformed('member', isProtected)
    return { kind: 'ack', seq, protected: isProtected }
  }
  if (Object.hasOwn(members, 'nack')) return readNack(members, isProtected)
  if (Object.hasOwn(members, 'gone')) return readGone(members['gone'], isProtected)
  if (members['type'] === 'status' && typeof members['message'] === 'string') {
    return { kind: 'note', message: cleanText(members['message']), protected: isProtected }
  }
  return malformed('object', isProtected)
}

function readSample(members: Members, isProtected: boolean): Frame {
  const voltage = finite(members['v'])
  const current = finite(members['a'])
  const power = optional(members['w'], finite)
  const number = optional(members['seq'], finite)
  const seq = u32(number)
  const stamp = readStamp(members['ts'], members['ms'])
  const status = members['status'] ?? 'ok'
  const mode = members['mode'] ?? null
  const r = members['r']
  if (
    voltage === null ||
    current === null ||
    !Number.isFinite(voltage * current) ||
    power === 'bad' ||
    number === 'bad' ||
    stamp === null ||
    typeof status !== 'string' ||
    (mode !== null && typeof mode !== 'string') ||
    (r !== undefined && typeof r !== 'number')
  ) {
    return malformed('member', isProtected)
  }
  const frame: SampleFrame = {
    kind: 'sample',
    electric: true,
    extras: null,
    voltage,
    current,
    power,
    stamp,
    seq,
    oddSeq: number !== null && seq === null,
    status: cleanText(status),
    mode: mode === null ? null : cleanText(mode),
    protected: isProtected,
    resend: r === 1,
  }
  return frame
}

/** Year 2255 in ms; past it, µs are no longer exact in a double. */
const TS_END = 9e12

function readStamp(ts: unknown, ms: unknown): Stamp | null {
  if (ts !== undefined && ts !== null) {
    const value = finite(ts)
    return value === null || value < 0 || value >= TS_END ? null : { kind: 'ts', value }
  }
  if (ms !== undefined && ms !== null) {
    const value = u32(ms)
    return value === null ? null : { kind: 'ms', value }
  }
  return { kind: 'none' }
}

function readHello(members: Members, isProtected: boolean): HelloFrame | MalformedFrame {
  const model = members['hello']
  if (typeof model !== 'string') return malformed('member', isProtected)
  return {
    kind: 'hello',
    model: cleanText(model),
    name: text(members['name']),
    firmware: text(members['fw']),
    boot: u32(members['boot']),
    nextSeq: u32(members['seq']),
    firstSeq: u32(members['first']) ?? 0,
    depth: u32(members['depth']) ?? 0,
    intervalMs: u32(members['interval']),
    range: readRange(members),
    protected: isProtected,
  }
}

/** A. No shunt of PROTOCOL.md 5.2 lets through as much; sums of what lies below stay finite. */
const CURRENT_END = 1e6

/** `range`: V, `amax`: A; where only `shunt` (Ω) is said, ±320 mV over it. */
function readRange(members: Members): DeviceRange {
  const range = positive(members['range'])
  const shunt = positive(members['shunt'])
  const amax = positive(members['amax']) ?? (shunt === null ? null : 0.32 / shunt)
  return {
    voltageMax: range === null ? DEFAULT_RANGE.voltageMax : Math.min(range, 26),
    currentMax: amax === null ? DEFAULT_RANGE.currentMax : Math.min(amax, CURRENT_END),
  }
}

function readNack(members: Members, isProtected: boolean): Frame {
  const seq = members['nack'] === null ? null : u32(members['nack'])
  if (seq === null && members['nack'] !== null) return malformed('member', isProtected)
  const error = text(members['error']) ?? 'unspecified'
  return { kind: 'nack', seq, error, protected: isProtected }
}

function readGone(value: unknown, isProtected: boolean): Frame {
  if (!Array.isArray(value) || value.length < 1 || value.length > 2) {
    return malformed('member', isProtected)
  }
  const first = u32(value[0])
  const last = u32(value[value.length - 1])
  return first === null || last === null
    ? malformed('member', isProtected)
    : { kind: 'gone', first, last, protected: isProtected }
}

/** A number that can be a measurement; -0 is 0. */
function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value + 0 : null
}

function positive(value: unknown): number | null {
  const number = finite(value)
  return number !== null && number > 0 ? number : null
}

function u32(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff
    ? value
    : null
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? cleanText(value) : null
}

/** An absent or null member is null, one of the wrong type is `bad`. */
function optional<T>(value: unknown, read: (value: unknown) => T | null): T | null | 'bad' {
  if (value === undefined || value === null) return null
  return read(value) ?? 'bad'
}
