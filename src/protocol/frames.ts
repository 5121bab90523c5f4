import type { DeviceRange } from '../domain/limits.ts'

/** What one line of the wire turned out to be. Discarded lines are frames, too. */
export type Frame =
  | SampleFrame
  | HelloFrame
  | { readonly kind: 'ack'; readonly seq: number }
  | { readonly kind: 'nack'; readonly seq: number | null; readonly error: string }
  | { readonly kind: 'gone'; readonly first: number; readonly last: number }
  | { readonly kind: 'note'; readonly message: string }
  | CrcErrorFrame
  | MalformedFrame

/** Contract 2.1, one sample. */
export interface SampleFrame {
  readonly kind: 'sample'
  /** V */
  readonly voltage: number
  /** A, signed */
  readonly current: number
  /** W; null where the device sends none */
  readonly power: number | null
  readonly stamp: Stamp
  /** u32, or null */
  readonly seq: number | null
  /** Its number can't be one (negative, a fraction, beyond 32 bits), so that `seq` is null. */
  readonly oddSeq: boolean
  readonly status: string
  /** Free text (`NORMAL`, …), or null */
  readonly mode: string | null
  /** The line carried a CRC, and it was right. */
  readonly protected: boolean
  /** Sent again after a NACK. */
  readonly resend: boolean
}

/** The time member of a sample as sent (contract 2.1); `DeviceClock` says what it means. */
export type Stamp =
  | { readonly kind: 'none' }
  /** `ts`: 0..9e12, unit by size: below 1e9 ms since start, below 1e11 Unix s, from there Unix ms */
  | { readonly kind: 'ts'; readonly value: number }
  /** `ms`: u32, milliseconds since the device's start */
  | { readonly kind: 'ms'; readonly value: number }

/** Contract 2.2, what a device says of itself. Members it leaves out are null. */
export interface HelloFrame {
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
  readonly protected: boolean
}

export interface CrcErrorFrame {
  readonly kind: 'crc_error'
  readonly reason: 'mismatch' | 'mangled'
}

export interface MalformedFrame {
  readonly kind: 'malformed'
  readonly reason: 'empty' | 'encoding' | 'json' | 'object' | 'member'
}
