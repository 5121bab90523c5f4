import { isUtf8 } from 'node:buffer'
import type { Correction } from '../domain/calibration.ts'
import { haveDetail } from '../domain/detail.ts'
import { DEFAULT_RANGE, type DeviceRange } from '../domain/limits.ts'
import { cleanText } from '../domain/sample.ts'
import { isRecord } from '../util/records.ts'
import { checkCrc, isBlank } from './crc.ts'
import { readDetail } from './detail.ts'
import { isChannelId, readExtras, withElectric } from './extras.ts'
import type { BurstFrame, Frame, HelloFrame, MalformedFrame, Stamp } from './frames.ts'
import {
  ACK,
  BURST,
  GONE,
  HELLO,
  type MemberTable,
  type MemberValues,
  NACK,
  NO_STAMP,
  NOTE,
  OUTPUTS,
  optional,
  type RawMembers,
  read,
  SAMPLE,
  TRIGGER,
  u32,
} from './members.ts'
import { readUsualSample, usualSampleEnd } from './usual-sample.ts'

/**
 * Reads one line of the wire (PROTOCOL.md 2, 3, 5). Never throws: a line that is
 * no frame is a `malformed` or `crc_error` frame, with the reason as a literal.
 * The CRC is checked before anything else is believed.
 *
 * @param line without its LF
 */
export function decodeLine(line: Uint8Array): Frame {
  const usual = readUsualSample(line, 0)
  return usual !== null && usualSampleEnd() === line.length ? usual : decodeAnyLine(line)
}

/** The same without the short way for the usual samples. */
export function decodeAnyLine(line: Uint8Array): Frame {
  const bytes = withoutByteOrderMark(line)
  const begin = bytes.findIndex((byte) => !isBlank(byte))
  if (begin < 0) return { kind: 'blank' }
  const crc = checkCrc(bytes)
  if (crc === 'wrong') return { kind: 'crc_error', reason: 'mismatch' }
  const isProtected = crc === 'right'
  if (bytes[begin] !== OPEN_BRACE) return malformed('json', isProtected)
  if (!isUtf8(bytes)) return malformed('encoding', isProtected)
  let value: unknown
  try {
    value = JSON.parse(UTF8.decode(bytes))
  } catch {
    return malformed('json', isProtected)
  }
  if (!isRecord(value)) return malformed('object', isProtected)
  // A `crc` member that is not the well-formed last one can't be checked, so the line can't be believed.
  if (crc === 'absent' && Object.hasOwn(value, 'crc')) {
    return { kind: 'crc_error', reason: 'mangled' }
  }
  return classify(value, isProtected)
}

/** A capture may begin with one, and so may any line of captures that were joined. */
function withoutByteOrderMark(line: Uint8Array): Uint8Array {
  return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line
}

const UTF8 = new TextDecoder('utf-8')
const OPEN_BRACE = 0x7b

type Members = Readonly<Record<string, unknown>>

function malformed(reason: MalformedFrame['reason'], isProtected: boolean): MalformedFrame {
  return { kind: 'malformed', reason, protected: isProtected }
}

function classify(members: Members, isProtected: boolean): Frame {
  if (Object.hasOwn(members, 'hello')) return readHello(members, isProtected)
  if (Object.hasOwn(members, 'v') || Object.hasOwn(members, 'a')) {
    return readSample(members, isProtected) ?? malformed('member', isProtected)
  }
  if (Object.hasOwn(members, 'ack')) {
    const seq = read(ACK, members, 'ack')
    if (seq === null) return malformed('member', isProtected)
    return { kind: 'ack', seq, protected: isProtected }
  }
  if (Object.hasOwn(members, 'nack')) return readNack(members, isProtected)
  if (Object.hasOwn(members, 'gone')) return readGone(members, isProtected)
  if (Object.hasOwn(members, 'outputs')) {
    const outputs = read(OUTPUTS, members, 'outputs')
    if (outputs !== null) return { kind: 'outputs', outputs, protected: isProtected }
  }
  if (Object.hasOwn(members, 'burst') && Object.hasOwn(members, 'c')) {
    return readBurst(members, isProtected) ?? malformed('member', isProtected)
  }
  const state = read(TRIGGER, members, 'trigger')
  if (state !== null) return { kind: 'trigger', state, protected: isProtected }
  if (members['type'] === 'status') {
    const message = read(NOTE, members, 'message')
    if (message !== null) return { kind: 'note', message, protected: isProtected }
  }
  // A line of the host that comes back is not a sample, whatever its members.
  if (Object.hasOwn(members, 'cmd')) return malformed('object', isProtected)
  return readSample(members, isProtected) ?? malformed('object', isProtected)
}

/** @returns null where it is no sample, or one of its members is not what it must be */
function readSample(members: RawMembers<typeof SAMPLE>, isProtected: boolean): Frame | null {
  const voltage = optional(members.v, SAMPLE.v)
  const current = optional(members.a, SAMPLE.a)
  const power = optional(members.w, SAMPLE.w)
  // Any number: one that can't be a sequence number is odd, not wrong.
  const number = optional(members.seq, SAMPLE.v)
  const stamp = readStamp(members)
  const status = optional(members.status, SAMPLE.status)
  const mode = optional(members.mode, SAMPLE.mode)
  const { r } = members
  if (
    voltage === undefined ||
    current === undefined ||
    power === undefined ||
    number === undefined ||
    stamp === null ||
    status === undefined ||
    mode === undefined ||
    (r !== undefined && typeof r !== 'number')
  ) {
    return null
  }
  const isElectric = voltage !== null && current !== null
  const detail = isElectric && haveDetail(members) ? readDetail(members, status ?? 'ok') : null
  if (detail === undefined) return null
  const { extras, leftOut } = readExtras(members, detail !== null)
  if (isElectric ? !Number.isFinite(voltage * current) : extras === null) return null
  const seq = u32(number)
  return {
    kind: 'sample',
    electric: isElectric,
    extras: isElectric ? extras : withElectric(extras, voltage, current, power),
    detail,
    leftOut,
    voltage: isElectric ? voltage : Number.NaN,
    current: isElectric ? current : Number.NaN,
    power: isElectric ? power : null,
    stamp,
    seq,
    oddSeq: number !== null && seq === null,
    status: status ?? 'ok',
    mode,
    protected: isProtected,
    resend: r === 1,
  }
}

function readStamp({ ts, ms, us }: RawMembers<typeof SAMPLE>): Stamp | null {
  if (ts !== undefined && ts !== null) {
    const value = SAMPLE.ts.read(ts)
    return value === null ? null : { kind: 'ts', value }
  }
  if (ms !== undefined && ms !== null) {
    const value = SAMPLE.ms.read(ms)
    return value === null ? null : { kind: 'ms', value }
  }
  if (us !== undefined && us !== null) {
    const value = SAMPLE.us.read(us)
    return value === null ? null : { kind: 'ms', value: value / 1000 }
  }
  return NO_STAMP
}

function readHello(members: Members, isProtected: boolean): HelloFrame | MalformedFrame {
  const model = read(HELLO, members, 'hello')
  if (model === null) return malformed('member', isProtected)
  return {
    kind: 'hello',
    model,
    name: read(HELLO, members, 'name'),
    firmware: read(HELLO, members, 'fw'),
    boot: read(HELLO, members, 'boot'),
    nextSeq: read(HELLO, members, 'seq'),
    firstSeq: read(HELLO, members, 'first') ?? 0,
    depth: read(HELLO, members, 'depth') ?? 0,
    intervalMs: read(HELLO, members, 'interval'),
    range: readRange(members),
    mode: read(HELLO, members, 'mode'),
    calibration: readCalibration(members),
    outputs: read(HELLO, members, 'outputs'),
    members: plainMembers(members),
    protected: isProtected,
  }
}

/** A. No shunt of PROTOCOL.md 5.2 lets through as much; sums of what lies below stay finite. */
const CURRENT_END = 1e6

/** `range`: V, `amax`: A; where only `shunt` (Ω) is said, ±320 mV over it. */
function readRange(members: Members): DeviceRange {
  const range = read(HELLO, members, 'range')
  const shunt = read(HELLO, members, 'shunt')
  const amax = read(HELLO, members, 'amax') ?? (shunt === null ? null : 0.32 / shunt)
  return {
    voltageMax: range === null ? DEFAULT_RANGE.voltageMax : Math.min(range, 26),
    currentMax: amax === null ? DEFAULT_RANGE.currentMax : Math.min(amax, CURRENT_END),
  }
}

/** A device that stores one says at least one half of it. */
function readCalibration(members: Members): Correction | null {
  const offset = read(HELLO, members, 'zero')
  const gain = read(HELLO, members, 'gain')
  return offset === null && gain === null ? null : { offset: offset ?? 0, gain: gain ?? 1 }
}

function plainMembers(members: Members): Record<string, string | number | boolean> {
  const plain: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(members)) {
    if (name === 'crc' || !isChannelId(name)) continue
    if (typeof value === 'string') plain[name] = cleanText(value)
    else if (typeof value === 'number' || typeof value === 'boolean') plain[name] = value
  }
  return plain
}

function readNack(members: Members, isProtected: boolean): Frame {
  const seq = read(NACK, members, 'nack')
  if (seq === null && members['nack'] !== null) return malformed('member', isProtected)
  const error = read(NACK, members, 'error') ?? 'unspecified'
  return { kind: 'nack', seq, error, protected: isProtected }
}

function readGone(members: Members, isProtected: boolean): Frame {
  const range = read(GONE, members, 'gone')
  if (range === null) return malformed('member', isProtected)
  return { kind: 'gone', first: range[0], last: range[1], protected: isProtected }
}

/** @returns null: one of its members is not what it must be */
function readBurst(members: Members, isProtected: boolean): BurstFrame | null {
  const number = read(BURST, members, 'burst')
  const first = read(BURST, members, 'i')
  const total = read(BURST, members, 'n')
  const pre = read(BURST, members, 'pre')
  const dtUs = read(BURST, members, 'dt')
  const shuntOhm = read(BURST, members, 'shunt')
  const stamp = readStamp(members)
  const counts = read(BURST, members, 'c')
  if (number === null || first === null || total === null || pre === null) return null
  if (dtUs === null || shuntOhm === null || stamp === null || counts === null) return null
  if (pre >= total || first + counts.length > total) return null
  const of = { number, first, total, pre, dtUs, shuntOhm, stamp, counts }
  return { kind: 'burst', ...of, protected: isProtected }
}

/** Writes a line of the given members, in the order of their table; without CRC and newline. */
export function encodeLine<T extends MemberTable>(table: T, values: MemberValues<T>): string {
  let body = ''
  for (const name in table) {
    const value = values[name]
    if (value !== undefined) body += `${body === '' ? '' : ','}"${name}":${asciiJson(value)}`
  }
  return `{${body}}`
}

/** A sample's members as JSON text, so that digits stay what they are. */
export interface SampleText {
  /** V */
  readonly v: string
  /** A */
  readonly a: string
  /** W; null: not sent, the host multiplies */
  readonly w: string | null
  /** Further channels by name, behind `w`; null: none */
  readonly extras: Readonly<Record<string, string>> | null
  /** Quoted. */
  readonly status: string
  /** Quoted. */
  readonly mode: string
}

/**
 * Writes a sample but for its closing brace: `closeLine` or `}` follows.
 *
 * @param ts as text, like the values
 */
export function sampleBody(text: SampleText, ts: string, seq: number): string {
  const { v, a, w, extras, status, mode } = text
  const power = w === null ? '' : `${KEY.w}${w}`
  let further = ''
  for (const id in extras) further += `,${asciiJson(id)}:${extras[id]}`
  return `${FIRST_KEY}${v}${KEY.a}${a}${power}${further}${KEY.ts}${ts}${KEY.seq}${seq}${KEY.status}${status}${KEY.mode}${mode}`
}

/** A sample that was sent before, as it is sent again (PROTOCOL.md 7); both without closing brace. */
export function resendBody(body: string): string {
  return `${body}${KEY.r}1`
}

const KEY = Object.fromEntries(
  Object.keys(SAMPLE).map((name) => [name, `,"${name}":`]),
) as Readonly<Record<keyof typeof SAMPLE, string>>

/** The key that begins the line. */
const FIRST_KEY = `{${KEY.v.slice(1)}`

/** Writes a command (PROTOCOL.md 6); without CRC and newline. @param seq its number, u32 */
export function encodeCommand(command: Readonly<Record<string, unknown>>, seq: number): string {
  return JSON.stringify({ ...command, seq })
}

/** JSON in ASCII alone, so that a character is a byte. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
