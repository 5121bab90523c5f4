import type { Frame } from '../../protocol/frames.ts'

/** Bytes looked at before a verdict: some lines, more than the boot noise of a board. */
export const WINDOW_BYTES = 400
/**
 * Shares of bytes that ASCII text has not (a scatter has some 0.6, names in UTF-8 up to 0.2):
 * above the first, the rate is doubted; below the second, trusted.
 */
const DOUBT_ABOVE = 0.35
const TRUST_BELOW = 0.2
/**
 * A frame proves the rate for as many bytes behind it: no text comes through at a
 * wrong one, but on a bad line garbage of more than 512 bytes stands between frames.
 */
const PROOF_BYTES = 2000

/** Rates that boards and sketches use, the usual ones first. */
const USUAL_BAUDS: readonly number[] = [115_200, 9600, 57_600, 250_000, 500_000, 1_000_000]

/**
 * A wrong baud rate turns text into a scatter of bytes that text doesn't have:
 * the wire's own lines are ASCII but for names (contract 2).
 */
export class BaudDoubt {
  #seen = 0
  #odd = 0
  #doubted = false
  #sinceProof = Number.POSITIVE_INFINITY

  get doubted(): boolean {
    return this.#doubted
  }

  /** A line that was read, before the bytes that come behind it. */
  frame({ kind }: Frame): void {
    if (kind === 'malformed' || kind === 'crc_error' || kind === 'overlong') return
    this.#sinceProof = 0
    this.#doubted = false
  }

  /** @param chunk at most `WINDOW_BYTES`, or lines within it would prove too little */
  push(chunk: Uint8Array): void {
    this.#sinceProof += chunk.length
    for (const byte of chunk) {
      if (!isText(byte)) this.#odd++
      if (++this.#seen === WINDOW_BYTES) this.#judge()
    }
  }

  #judge(): void {
    const share = this.#odd / this.#seen
    if (share > DOUBT_ABOVE && this.#sinceProof > PROOF_BYTES) this.#doubted = true
    else if (share < TRUST_BELOW) this.#doubted = false
    this.#seen = 0
    this.#odd = 0
  }
}

function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/** What to tell the user. @param baud the rate in use */
export function baudAdvice(baud: number): string {
  const others = USUAL_BAUDS.filter((usual) => usual !== baud).slice(0, 4)
  return `most of what comes is not text: ${baud} baud is probably the wrong rate, try --baud ${others.join(', ')}`
}
