import type { Correction } from '../domain/calibration.ts'
import type { Extras } from '../domain/channels.ts'
import type { Detail } from '../domain/detail.ts'
import type { DeviceRange } from '../domain/limits.ts'
import type { Outputs } from '../domain/outputs.ts'

/** What one line of the wire turned out to be. Discarded lines are frames, too. */
export type Frame =
  | SampleFrame
  | HelloFrame
  | AckFrame
  | NackFrame
  | GoneFrame
  | NoteFrame
  | OutputsFrame
  | TriggerFrame
  | BurstFrame
  | BlankFrame
  | TextFrame
  | OverlongFrame
  | RepeatedFrame
  | CrcErrorFrame
  | MalformedFrame

interface Protectable {
  /** The line carried a CRC, and it was right. */
  readonly protected: boolean
}

/** PROTOCOL.md 5.1, one sample. */
export interface SampleFrame extends Protectable {
  readonly kind: 'sample'
  /** False: voltage or current is missing, so that both are NaN, power is null, and `extras` has what was sent. */
  readonly electric: boolean
  /** V */
  readonly voltage: number
  /** A, signed */
  readonly current: number
  /** W; null where the device sends none */
  readonly power: number | null
  /** All further numeric members; null where there are none. */
  readonly extras: Extras | null
  /** What lies between the sample before and this one; null where the device sends none. */
  readonly detail: Detail | null
  /** Name of a numeric member that can't be that of a channel, so that it is left out; null: none. */
  readonly leftOut: string | null
  readonly stamp: Stamp
  /** u32, or null */
  readonly seq: number | null
  /** Its number can't be one (negative, a fraction, beyond 32 bits), so that `seq` is null. */
  readonly oddSeq: boolean
  readonly status: string
  /** Free text (`NORMAL`, …), or null */
  readonly mode: string | null
  /** Sent again after a NACK. */
  readonly resend: boolean
}

/** The time member of a sample as sent (PROTOCOL.md 5.1); `DeviceClock` says what it means. */
export type Stamp =
  | { readonly kind: 'none' }
  /** `ts`: 0..9e12, unit by size: below 1e9 ms since start, below 1e11 Unix s, from there Unix ms */
  | { readonly kind: 'ts'; readonly value: number }
  /** `ms` or `us`: milliseconds since the device's start, below 2^32, of `us` with three decimals */
  | { readonly kind: 'ms'; readonly value: number }

/** PROTOCOL.md 5.2, what a device says of itself. Members it leaves out are null. */
export interface HelloFrame extends Protectable {
  readonly kind: 'hello'
  readonly model: string
  readonly name: string | null
  readonly firmware: string | null
  readonly boot: number | null
  /** Number of the next new sample. */
  readonly nextSeq: number | null
  /** Number of this boot's first sample: 0, unless the device keeps its counter over a reset. */
  readonly firstSeq: number
  /** How many of the newest samples can be sent again; 0 where it can't. */
  readonly depth: number
  /** ms between samples; 0: every conversion */
  readonly intervalMs: number | null
  readonly range: DeviceRange
  /** `stream`, `poll` */
  readonly mode: string | null
  /** What it applies to its current itself; null: it stores no calibration. */
  readonly calibration: Correction | null
  /** States of its switched outputs by name; null: it has none. */
  readonly outputs: Outputs | null
  /** All that is a number, a text or a yes or no, under its name on the wire, in its order. */
  readonly members: Readonly<Record<string, string | number | boolean>>
}

/** PROTOCOL.md 5.6: the switched outputs as they are after a change. */
export interface OutputsFrame extends Protectable {
  readonly kind: 'outputs'
  readonly outputs: Outputs
}

/** PROTOCOL.md 5.3: a command was carried out. */
export interface AckFrame extends Protectable {
  readonly kind: 'ack'
  readonly seq: number
}

/** PROTOCOL.md 5.3: a command was refused; `seq` is null where the device could not read the line. */
export interface NackFrame extends Protectable {
  readonly kind: 'nack'
  readonly seq: number | null
  readonly error: string
}

/** PROTOCOL.md 5.4, an inclusive range. */
export interface GoneFrame extends Protectable {
  readonly kind: 'gone'
  readonly first: number
  readonly last: number
}

/** PROTOCOL.md 5.5, for people. */
export interface NoteFrame extends Protectable {
  readonly kind: 'note'
  readonly message: string
}

/** PROTOCOL.md 5.7: the device waits for its trigger, and measures nothing else; or does so no more, without a burst. */
export interface TriggerFrame extends Protectable {
  readonly kind: 'trigger'
  readonly state: 'armed' | 'off'
}

/** PROTOCOL.md 5.7, some readings of a burst. All lines of one have the same members but for `first` and `counts`. */
export interface BurstFrame extends Protectable {
  readonly kind: 'burst'
  /** Since the device's start, from 1 on. */
  readonly number: number
  /** Index of the first reading in this line. */
  readonly first: number
  /** Readings of the burst, all lines together. */
  readonly total: number
  /** Readings before the trigger, less than `total`. */
  readonly pre: number
  /** Between two readings, µs. */
  readonly dtUs: number
  /** Ω */
  readonly shuntOhm: number
  /** Of the trigger. */
  readonly stamp: Stamp
  /** 10 µV over the shunt, signed, above -32768; one at least, none past `total`. */
  readonly counts: readonly number[]
}

/** An empty line, or one of blanks alone: carries nothing (PROTOCOL.md 2). */
export interface BlankFrame {
  readonly kind: 'blank'
}

/** A line of a sketch with another form of lines, which is no sample of its own: part of a block, a header, a banner. */
export interface TextFrame {
  readonly kind: 'text'
}

/** A line of more than 512 bytes; all of it was skipped (PROTOCOL.md 2). */
export interface OverlongFrame {
  readonly kind: 'overlong'
}

/** A sample that its source has handed on before, and knows it: somebody posted it again. */
export interface RepeatedFrame {
  readonly kind: 'repeated'
}

/** A line that must not be believed (PROTOCOL.md 3). */
export interface CrcErrorFrame {
  readonly kind: 'crc_error'
  /** `mismatch`: wrong CRC, `mangled`: not of its form, `missing`: see `CrcPolicy` */
  readonly reason: 'mismatch' | 'mangled' | 'missing'
}

export interface MalformedFrame extends Protectable {
  readonly kind: 'malformed'
  readonly reason: 'encoding' | 'json' | 'object' | 'member'
}
