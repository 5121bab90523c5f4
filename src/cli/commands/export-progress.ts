import type { Clock } from '../../util/clock.ts'

/** Work shorter than this gets no progress line, ms. */
const SILENT_MS = 1000
const EVERY_MS = 250

/** One line on a terminal that says how far an export is. */
export class ExportProgress {
  readonly #stderr: NodeJS.WriteStream
  readonly #clock: Clock
  readonly #shown: boolean
  readonly #startedMs: number
  #nextMs: number
  #isVisible = false

  /** @param shown false: say nothing, such as where the rows go to the same terminal */
  constructor(stderr: NodeJS.WriteStream, clock: Clock, shown: boolean) {
    this.#stderr = stderr
    this.#clock = clock
    this.#shown = shown && stderr.isTTY
    this.#startedMs = clock.monoMs()
    this.#nextMs = this.#startedMs + SILENT_MS
  }

  /** @param part 0 to 1 */
  at(part: number, rows: number): void {
    if (!this.#shown) return
    const nowMs = this.#clock.monoMs()
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs + EVERY_MS
    this.#isVisible = true
    const perSecond = Math.round((rows / (nowMs - this.#startedMs)) * 1000)
    const percent = Math.floor(Math.max(0, Math.min(1, part)) * 100)
    this.#stderr.write(`\r\x1b[K${percent} %, ${rows} rows, ${perSecond} rows/s`)
  }

  end(): void {
    if (this.#isVisible) this.#stderr.write('\r\x1b[K')
    this.#isVisible = false
  }
}
