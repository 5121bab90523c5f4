import type { Extras } from '../domain/channels.ts'
import type { EventKind } from '../domain/events.ts'
import type { CrcErrorFrame, MalformedFrame, SampleFrame } from '../protocol/frames.ts'
import type { InaError } from '../util/errors.ts'
import type { FormatSink } from './formats/format-lines.ts'
import type { Polling } from './mc/polling.ts'

/** How a source is doing, as the screen shows it. */
export type SourceState = 'opening' | 'waiting' | 'live' | 'silent' | 'ended'

/**
 * Where a source puts what it gets: frames. A source of bytes has a decoder of
 * lines in front (`lines/`); one that gets its samples otherwise makes frames
 * itself. Each is counted, and judged, by the stream.
 */
export interface SourceSink extends FormatSink {
  /** Raw bytes received, for the ledger; those of a frame may come before or after it. */
  bytes(count: number): void
  /**
   * Told where state or reason changes, and only then: each reason is an event.
   *
   * @param reason plain words for the screen: why, and what to do; empty while live
   */
  state(state: SourceState, reason: string): void
  /** What comes next does not follow on what came before, and no number says so: nothing is integrated over that time. */
  gap(): void
  /** Something happened to the device that is to be on record. @param about see `StreamEvent` */
  event(kind: EventKind, text: string, about?: string): void
  /** A fresh connection to the device (the first and each reconnection); may have reset the board. */
  connected(): void
  /** No more frames will come. */
  ended(): void
  /** The source can't go on; ends the command with that error. */
  failed(error: InaError): void
}

/** A device that is made up, which somebody may have begin and end. */
export interface Simulator {
  readonly isRunning: boolean
  /** It begins as if it were plugged in just now. */
  start(): void
  stop(): void
}

/** A sample of an earlier run, as the log has it. */
export interface KnownSample {
  /** Unix µs */
  readonly timeUs: number
  readonly seq: number | null
  /** V, and A; NaN: it has neither. */
  readonly voltage: number
  readonly current: number
  readonly extras: Extras | null
}

/** Where others put the samples of a device (`serve`), instead of being read. */
export interface Inbox {
  /** Before the start: samples of earlier runs, which may be posted again. */
  remember(samples: readonly KnownSample[]): void
  /** False: nothing can be taken, before the start and after the end. */
  readonly isOpen: boolean
  /**
   * Takes samples that came together. One that was taken before is counted as repeated.
   *
   * @param bytes that they came in
   * @returns how many of them were taken before
   */
  take(frames: readonly SampleFrame[], bytes: number): number
  /** Something came that could not be believed: it is counted. */
  refuse(frame: MalformedFrame | CrcErrorFrame, bytes: number): void
}

/** One device, however it is reached: serial port, standard input, the mock in process. */
export interface Source {
  /** For the screen and as the device's label of last resort: `/dev/ttyUSB0`, `stdin`, `mock:normal`. */
  readonly label: string
  /** True: `write` reaches the device. */
  readonly duplex: boolean
  /** True: frames arrive when they are measured. False: piped in, perhaps faster. */
  readonly live: boolean
  /** True: its start may fail, and says whether it did by its first state other than `opening`. */
  readonly mayFail: boolean
  /** Line rate in bytes a second for the resend budget; null where there is none. */
  readonly bytesPerSecond: number | null
  /** Absent: the device is a real one. */
  readonly simulator?: Simulator
  /** Label of the device that it stands in for while that does not answer. Absent: it is for itself. */
  readonly standsFor?: string
  /** Absent: nobody can post samples to it. */
  readonly inbox?: Inbox
  /** Absent: it is not read in polling groups. */
  readonly polling?: Polling
  /** Its outputs are made up: nothing is switched. Absent: they are as real as the device is. */
  readonly hasVirtualOutputs?: boolean
  /** Why its outputs have not answered, where they are reached by a way of their own; empty: they have. Absent: by that of the device. */
  readonly outputsTrouble?: string
  /** Lines come whole and are told apart: see `LinkOptions`. Absent: they may be damaged on their way. */
  readonly isExact?: boolean
  start(sink: SourceSink): void
  /** Sends one line, newline included by the source. Dropped while not connected. */
  write(line: string): void
  /** The line has another rate from here on, in baud; null: the one at which it was opened. Absent: it has none. */
  setBaud?(baud: number | null): void
  /** For sources that can wait (standard input): stop and go on reading. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}
