import type { Board } from './board.ts'

/** Longest stretch the board runs before its bytes are handed out, in ms. */
const STEP_MS = 1

/**
 * A board seen as a device on a line: bytes in, bytes out, time in the hands
 * of the owner.
 */
export class BoardDevice {
  readonly board: Board
  readonly #send: (bytes: Uint8Array) => void
  #pending: number[] = []

  /** @param send gets what arrived at the host, in order, at most `STEP_MS` late */
  constructor(board: Board, send: (bytes: Uint8Array) => void) {
    this.board = board
    this.#send = send
    board.onSerial = (byte) => this.#pending.push(byte)
  }

  /** Bytes from the host. */
  receive(chunk: Uint8Array | string): void {
    this.board.write(chunk)
  }

  advance(ms: number): void {
    this.advanceTo(this.board.timeMs + ms)
  }

  /** @param timeMs on the board's clock, `board.timeMs` */
  advanceTo(timeMs: number): void {
    while (this.board.timeMs < timeMs) {
      this.board.runToMs(Math.min(timeMs, this.board.timeMs + STEP_MS))
      if (this.#pending.length === 0) continue
      const bytes = Uint8Array.from(this.#pending)
      this.#pending = []
      this.#send(bytes)
    }
  }
}
