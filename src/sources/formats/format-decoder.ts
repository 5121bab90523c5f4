import type { Clock } from '../../util/clock.ts'
import { LineSplitter } from '../lines/line-splitter.ts'
import type { FormatChoice } from './format-choice.ts'
import { FormatLines, type FormatSink } from './format-lines.ts'

/** Bytes into frames, whatever the chunks and whatever prints them. */
export class FormatDecoder {
  readonly #lines: FormatLines
  readonly #splitter: LineSplitter

  /** @param isJoined true: the first line may be the rest of one that was under way */
  constructor(sink: FormatSink, choice: FormatChoice, clock: Clock, isJoined = false) {
    this.#lines = new FormatLines(sink, choice, clock, isJoined)
    this.#splitter = new LineSplitter(this.#lines)
  }

  get isWaiting(): boolean {
    return this.#lines.isWaiting
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk)
  }

  pause(): void {
    this.#lines.pause()
  }

  end(): void {
    // A line without its end shows nothing of what is missing.
    this.#lines.cut()
    this.#splitter.end()
    this.#lines.end()
  }

  /** Nothing more will be read: whole lines that wait are handed on. */
  settle(): void {
    this.#lines.end()
  }
}
