import type { ProcessIo } from '../../app/io.ts'

/** Work shorter than this gets no progress line, ms. */
const SILENT_MS = 1000
const EVERY_MS = 250

/** One line on a terminal that says how far an export or an import is. */
export class WorkProgress {
  readonly #io: ProcessIo
  readonly #shown: boolean
  readonly #startedMs: number
  #nextMs: number
  #isVisible = false

  /** @param isShown false: say nothing, such as where the rows go to the same terminal */
  constructor(io: ProcessIo, isShown: boolean) {
    this.#io = io
    this.#shown = isShown && io.stderr.isTTY
    this.#startedMs = io.clock.monoMs()
    this.#nextMs = this.#startedMs + SILENT_MS
  }

  /** @param part what is done of it, 0 to 1 @param rows so far */
  at(part: () => number, rows: number): void {
    if (!this.#shown) return
    const nowMs = this.#io.clock.monoMs()
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs + EVERY_MS
    this.#isVisible = true
    const perSecond = Math.round((rows / (nowMs - this.#startedMs)) * 1000)
    const percent = Math.floor(Math.max(0, Math.min(1, part())) * 100)
    this.#io.stderr.write(`\r\x1b[K${percent} %, ${rows} rows, ${perSecond} rows/s`)
  }

  end(): void {
    if (this.#isVisible) this.#io.stderr.write('\r\x1b[K')
    this.#isVisible = false
  }
}
