import { cleanText } from '../domain/sample.ts'
import { isRecord } from '../util/records.ts'
import type { Stamp } from './frames.ts'

/**
 * The members of each line of the wire (PROTOCOL.md 5 and 6): name, type, and the
 * order in which a writer puts them. Decoder, encoder, mock and tests all take
 * them from here.
 */

/** What a member holds. */
export interface MemberType<T> {
  /** The value, cleaned; null: it is not of this type, or out of its range. */
  read(value: unknown): T | null
}

export type MemberTable = Readonly<Record<string, MemberType<unknown>>>

/** Values to write. Undefined: the member is left out; null is written as `null`. */
export type MemberValues<T extends MemberTable> = {
  readonly [K in keyof T]?: (T[K] extends MemberType<infer V> ? V : never) | null | undefined
}

/** A JSON object of the wire, before its members are read. */
export type RawMembers<T extends MemberTable> = { readonly [K in keyof T]?: unknown }

/** A number that can be a measurement; -0 is 0. */
export function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value + 0 : null
}

export function u32(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff
    ? value
    : null
}

const NUMBER: MemberType<number> = { read: finite }
const U32: MemberType<number> = { read: u32 }

const COUNT: MemberType<number> = {
  read: (value) => {
    const number = finite(value)
    return number !== null && Number.isSafeInteger(number) && number >= 0 ? number : null
  },
}

const POSITIVE: MemberType<number> = {
  read: (value) => {
    const number = finite(value)
    return number !== null && number > 0 ? number : null
  },
}

/** An empty text says nothing. */
const TEXT: MemberType<string> = {
  read: (value) => (typeof value === 'string' && value !== '' ? cleanText(value) : null),
}

const ANY_TEXT: MemberType<string> = {
  read: (value) => (typeof value === 'string' ? cleanText(value) : null),
}

/** Inclusive, may wrap; `[n]` is `[n,n]`. */
const RANGE: MemberType<readonly [first: number, last: number]> = {
  read: (value) => {
    if (!Array.isArray(value) || value.length < 1 || value.length > 2) return null
    const first = u32(value[0])
    const last = u32(value[value.length - 1])
    return first === null || last === null ? null : [first, last]
  },
}

/** Year 2255 in ms; past it, µs are no longer exact in a double. */
export const TS_END = 9e12

const TIME: MemberType<number> = {
  read: (value) => {
    const number = finite(value)
    return number === null || number < 0 || number >= TS_END ? null : number
  },
}

/** µs, wraps with a `ms` of 32 bits */
export const US_END = 2 ** 32 * 1000

const MICROSECONDS: MemberType<number> = {
  read: (value) => {
    const number = finite(value)
    return number === null || number < 0 || number >= US_END || !Number.isInteger(number)
      ? null
      : number
  },
}

/** More than a device can have (contract 7: A to D). */
const MAX_OUTPUTS = 16

/** States by name: those that are true or false. */
const OUTPUT_STATES: MemberType<Readonly<Record<string, boolean>>> = {
  read: (value) => {
    if (!isRecord(value)) return null
    const states = Object.entries(value).filter(
      ([name, state]) => typeof state === 'boolean' && isOutputName(name),
    )
    if (states.length === 0 || states.length > MAX_OUTPUTS) return null
    return Object.fromEntries(states) as Record<string, boolean>
  },
}

function isOutputName(name: string): boolean {
  return /^[A-Za-z0-9_]{1,16}$/.test(name) && !(name in Object.prototype)
}

const TRIGGER_STATE: MemberType<'armed' | 'off'> = {
  read: (value) => (value === 'armed' || value === 'off' ? value : null),
}

/** More than any device keeps; what is made room for is bounded. */
const MAX_READINGS = 65_535

const READINGS: MemberType<number> = {
  read: (value) => {
    const number = u32(value)
    return number !== null && number <= MAX_READINGS ? number : null
  },
}

/** Of a signed register of 16 bits; the lowest value is no reading (`HOLE`). */
const COUNTS_END = 32_767

const COUNTS: MemberType<readonly number[]> = {
  read: (value) => {
    const isCount = (each: unknown): boolean =>
      typeof each === 'number' && Number.isInteger(each) && Math.abs(each) <= COUNTS_END
    return Array.isArray(value) && value.length > 0 && value.every(isCount) ? value : null
  },
}

const YES_OR_NO: MemberType<boolean> = {
  read: (value) => (typeof value === 'boolean' ? value : null),
}

/** What is known of a value of any type. */
const ANYTHING: MemberType<unknown> = { read: (value) => value ?? null }

/** 5.1. Every further numeric member is a channel, see `NO_CHANNELS`. */
export const SAMPLE = {
  /** V */
  v: NUMBER,
  /** A, signed */
  a: NUMBER,
  /** W */
  w: NUMBER,
  /** Time, unit by size: see `Stamp` */
  ts: TIME,
  /** ms since the device's start */
  ms: U32,
  /** µs since the device's start, in place of `ms` */
  us: MICROSECONDS,
  seq: U32,
  status: ANY_TEXT,
  mode: ANY_TEXT,
  /** 1: sent again */
  r: NUMBER,
} as const

/** 5.1, with `set_detail`: of a sample with voltage and current that has all of `n` to `amax`. */
export const DETAIL = {
  /** Conversions. */
  n: COUNT,
  /** V */
  vmin: NUMBER,
  vmax: NUMBER,
  /** A */
  amin: NUMBER,
  amax: NUMBER,
  /** mC since the device's start */
  mc: NUMBER,
  /** mJ since the device's start */
  mj: NUMBER,
} as const

/** A sample line with neither `ts` nor `ms`. */
export const NO_STAMP: Stamp = { kind: 'none' }

/** Members of a sample line that are no channels, whatever they hold. */
export const NO_CHANNELS: ReadonlySet<string> = new Set([...Object.keys(SAMPLE), 'crc', 'type'])

/** 5.2 */
export const HELLO = {
  hello: ANY_TEXT,
  fw: TEXT,
  proto: U32,
  boot: U32,
  seq: U32,
  first: U32,
  /** Samples. */
  depth: U32,
  /** ms */
  interval: U32,
  /** Ω */
  shunt: POSITIVE,
  /** V */
  range: POSITIVE,
  /** A */
  amax: POSITIVE,
  avg: U32,
  /** bit */
  bits: U32,
  addr: U32,
  baud: U32,
  mode: TEXT,
  /** Samples say what lay between them. */
  detail: YES_OR_NO,
  us: YES_OR_NO,
  name: TEXT,
  /** A */
  zero: NUMBER,
  gain: POSITIVE,
  /** Outputs stay as they are over a reset. */
  keep: YES_OR_NO,
  outputs: OUTPUT_STATES,
} as const

/** 5.3 */
export const ACK = { ack: U32, result: TEXT } as const
export const NACK = { nack: U32, error: TEXT } as const
/** 5.4 */
export const GONE = { gone: RANGE } as const
/** 5.5 */
export const NOTE = { type: ANY_TEXT, message: ANY_TEXT } as const
/** 5.6 */
export const OUTPUTS = { outputs: OUTPUT_STATES } as const

/** 5.7 */
export const TRIGGER = { trigger: TRIGGER_STATE, ts: TIME, ms: U32, us: MICROSECONDS } as const
/** 5.7, readings of a burst. */
export const BURST = {
  burst: U32,
  /** Index of the first one in the line. */
  i: READINGS,
  /** Readings of the burst. */
  n: READINGS,
  pre: READINGS,
  /** µs */
  dt: POSITIVE,
  /** Ω */
  shunt: POSITIVE,
  /** Of the trigger, as in samples. */
  ts: TIME,
  ms: U32,
  us: MICROSECONDS,
  /** 10 µV */
  c: COUNTS,
} as const

/** 6, a command; which further member goes with which is the command's own. */
export const COMMAND = {
  cmd: ANY_TEXT,
  value: ANYTHING,
  value_ms: ANYTHING,
  shunt_mv: ANYTHING,
  bits: ANYTHING,
  low: ANYTHING,
  amax: ANYTHING,
  quantity: ANYTHING,
  conversions: ANYTHING,
  latch: ANYTHING,
  lost: ANYTHING,
  keep: ANYTHING,
  seq: U32,
} as const
/** 6, samples asked for again. */
export const REPLAY = { nack: RANGE } as const
/** 6, samples that are safe at the host. */
export const SAFE = { ack: U32 } as const

/** One member of a line. @returns null: absent, or not of its type */
export function read<T extends MemberTable, K extends keyof T & string>(
  table: T,
  members: RawMembers<T>,
  name: K,
): (T[K] extends MemberType<infer V> ? V : never) | null {
  const type = table[name] as MemberType<T[K] extends MemberType<infer V> ? V : never>
  return type.read(members[name])
}

/** An absent or null member is null, one of the wrong type undefined. */
export function optional<T>(value: unknown, type: MemberType<T>): T | null | undefined {
  if (value === undefined || value === null) return null
  return type.read(value) ?? undefined
}
