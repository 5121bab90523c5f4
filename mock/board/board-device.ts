import type { Board } from './board.ts'
import { CLOCK_HZ } from './mcu.ts'

const CYCLES_PER_MS = CLOCK_HZ / 1000
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
    const { board } = this
    const endCycle = board.cycles + Math.round(ms * CYCLES_PER_MS)
    while (board.cycles < endCycle) {
      board.runToCycle(Math.min(endCycle, board.cycles + STEP_MS * CYCLES_PER_MS))
      if (this.#pending.length === 0) continue
      const bytes = Uint8Array.from(this.#pending)
      this.#pending = []
      this.#send(bytes)
    }
  }
}
