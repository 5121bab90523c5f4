import type { InaError } from '../util/errors.ts'
import type { LineSink } from './lines/line-splitter.ts'

/** How a source is doing, as the screen shows it. */
export type SourceState = 'opening' | 'waiting' | 'live' | 'silent' | 'ended'

/** Where a source puts what it gets. Lines are counted by the pipeline. */
export interface SourceSink extends LineSink {
  /** Raw bytes received, for the ledger. */
  bytes(count: number): void
  /** @param reason plain words for the screen: why, and what to do; empty while live */
  state(state: SourceState, reason: string): void
  /** A fresh connection to the device (the first and each reconnection); may have reset the board. */
  connected(): void
  /** No more lines will come. */
  ended(): void
  /** The source can't go on; ends the command with that error. */
  failed(error: InaError): void
}

/** One device, however it is reached: serial port, standard input, the mock in process. */
export interface Source {
  /** For the screen and as the device's label of last resort: `/dev/ttyUSB0`, `stdin`, `mock:normal`. */
  readonly label: string
  /** True: `write` reaches the device. */
  readonly duplex: boolean
  /** True: lines arrive when they are measured. False: piped in, perhaps faster. */
  readonly live: boolean
  /** Line rate in bytes a second for the resend budget; null where there is none. */
  readonly bytesPerSecond: number | null
  start(sink: SourceSink): void
  /** Sends one line, newline included by the source. Dropped while not connected. */
  write(line: string): void
  /** For sources that can wait (standard input): stop and go on reading. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}
