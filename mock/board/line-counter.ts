import type { Frame } from '../../src/protocol/frames.ts'
import { decodeBytes } from '../../src/sources/lines/line-decoder.ts'

/** What a board said, for `mock --summary`. */
export interface LineCounts {
  lines: number
  samples: number
  resends: number
  bytes: number
  /** Commands the firmware obeyed and refused. */
  commands: number
  refused: number
  hellos: number
}

const LF = 0x0a

/** Counts the lines of a board as they pass, and lets none pass after the last sample wanted. */
export class LineCounter {
  readonly counts: LineCounts = {
    lines: 0,
    samples: 0,
    resends: 0,
    bytes: 0,
    commands: 0,
    refused: 0,
    hellos: 0,
  }
  readonly #limit: number
  readonly #decoder = decodeBytes({ frame: (frame) => this.#count(frame) })

  /** @param limit samples to let pass, resends not counted */
  constructor(limit: number) {
    this.#limit = limit
  }

  get finished(): boolean {
    return this.counts.samples >= this.#limit
  }

  /** @returns what may pass */
  pass(bytes: Uint8Array): Uint8Array {
    let end = 0
    while (end < bytes.length && !this.finished) {
      const newline = bytes.indexOf(LF, end)
      const next = newline < 0 ? bytes.length : newline + 1
      this.#decoder.push(bytes.subarray(end, next))
      end = next
    }
    this.counts.bytes += end
    return bytes.subarray(0, end)
  }

  /** The rest of an unfinished line will not come. */
  forget(): void {
    this.#decoder.discard()
  }

  #count(frame: Frame): void {
    const { counts } = this
    counts.lines += 1
    if (frame.kind === 'sample') counts[frame.resend ? 'resends' : 'samples'] += 1
    else if (frame.kind === 'hello') counts.hellos += 1
    else if (frame.kind === 'ack') counts.commands += 1
    else if (frame.kind === 'nack') counts.refused += 1
  }
}
