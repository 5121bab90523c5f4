import type { ProcessIo } from '../../app/io.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { countText } from '../../util/number-text.ts'

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

  /** @param part what is done of it, 0 to 1 @param rows so far @param bytes written so far; 0: not known */
  at(part: () => number, rows: number, bytes = 0): void {
    if (!this.#shown) return
    const nowMs = this.#io.clock.monoMs()
    if (nowMs < this.#nextMs) return
    this.#nextMs = nowMs + EVERY_MS
    this.#isVisible = true
    const tookMs = nowMs - this.#startedMs
    const text = progressText(Math.max(0, Math.min(1, part())), rows, bytes, tookMs)
    // A line that is broken could not be rewritten.
    const shown = text.slice(0, (this.#io.stderr.columns ?? 80) - 1)
    this.#io.stderr.write(`\r\x1b[K${shown}`)
  }

  end(): void {
    if (this.#isVisible) this.#io.stderr.write('\r\x1b[K')
    this.#isVisible = false
  }
}

/** `42 %, 720 000 rows, 43.1 MB, 1 250 000 rows/s, 00:00:01 left`. */
function progressText(part: number, rows: number, bytes: number, tookMs: number): string {
  const figures = [`${Math.floor(part * 100)} %`, `${countText(rows)} rows`]
  if (bytes > 0) figures.push(`${(bytes / 1e6).toFixed(1)} MB`)
  figures.push(`${countText(Math.round((rows / tookMs) * 1000))} rows/s`)
  // Of the first hundredth nobody can tell.
  if (part >= 0.01) {
    figures.push(`${formatClockDuration(Math.ceil((tookMs / part - tookMs) / 1000) * 1000)} left`)
  }
  return figures.join(', ')
}
