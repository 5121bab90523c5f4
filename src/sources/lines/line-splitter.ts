/** Longest line of the wire in bytes, without its LF or CRLF (contract 2). */
export const MAX_LINE_BYTES = 512

export interface LineSink {
  /** One line without LF or CRLF. `bytes` is only valid during the call. */
  line(bytes: Uint8Array): void
  /** A line longer than the cap; its bytes were skipped up to the next newline. */
  overlong(): void
  /**
   * Takes a line where it lies in a chunk, if it is one of those that are read quickly; looks for its
   * newline by itself. @returns where the next line begins; -1: the line is for `line`
   */
  quick?(chunk: Uint8Array, start: number): number
}

export const LF = 0x0a
export const CR = 0x0d

/**
 * Cuts a byte stream into lines, whatever the chunks. Holds at most one
 * unfinished line of the cap's length, so memory and time stay linear however
 * long a stream goes without a newline; the line after any rubbish is found.
 */
export class LineSplitter {
  readonly #sink: LineSink
  // One byte more than the cap: a CR that belongs to the line ending may stand there.
  readonly #held = new Uint8Array(MAX_LINE_BYTES + 1)
  #length = 0
  #skipping = false

  constructor(sink: LineSink) {
    this.#sink = sink
  }

  push(chunk: Uint8Array): void {
    // A line that ends in the chunk is never read past the end of the chunk.
    const last = this.#sink.quick === undefined ? -1 : chunk.lastIndexOf(LF)
    let start = 0
    while (start < chunk.length) {
      const isWhole = start < last && !this.#skipping && this.#length === 0
      const next = isWhole ? (this.#sink.quick?.(chunk, start) ?? -1) : -1
      if (next >= 0) {
        start = next
        continue
      }
      const newline = chunk.indexOf(LF, start)
      if (newline < 0) {
        this.#hold(chunk.subarray(start))
        return
      }
      this.#finish(chunk.subarray(start, newline))
      start = newline + 1
    }
  }

  /** The stream is over: an unfinished line counts as a line. */
  end(): void {
    if (this.#skipping || this.#length > 0) this.#finish(new Uint8Array(0))
  }

  /** Forgets an unfinished line, for a port that was closed. @returns true where there was one */
  discard(): boolean {
    const had = this.#skipping || this.#length > 0
    this.#length = 0
    this.#skipping = false
    return had
  }

  #hold(part: Uint8Array): void {
    if (this.#skipping) return
    if (this.#length + part.length > this.#held.length) {
      this.#skipping = true
      this.#length = 0
      return
    }
    this.#held.set(part, this.#length)
    this.#length += part.length
  }

  #finish(part: Uint8Array): void {
    let line = part
    if (this.#skipping || this.#length > 0) {
      this.#hold(part)
      line = this.#held.subarray(0, this.#length)
    }
    const skipped = this.#skipping
    this.#length = 0
    this.#skipping = false
    if (line.length > 0 && line[line.length - 1] === CR) line = line.subarray(0, -1)
    if (skipped || line.length > MAX_LINE_BYTES) this.#sink.overlong()
    else this.#sink.line(line)
  }
}
