import type { Clock } from '../../src/util/clock.ts'
import type { Schedule } from '../../src/util/schedule.ts'

interface Due {
  readonly atMs: number
  readonly callback: () => void
}

/** Time that passes when the test says so. */
export class ManualTime {
  #nowMs = 0
  readonly #due = new Set<Due>()

  readonly clock: Clock = {
    wallMs: () => 1_700_000_000_000 + this.#nowMs,
    monoMs: () => this.#nowMs,
  }

  readonly schedule: Schedule = (callback, delayMs) => {
    const due = { atMs: this.#nowMs + delayMs, callback }
    this.#due.add(due)
    return () => this.#due.delete(due)
  }

  /** Callbacks that are still to come. */
  get pending(): number {
    return this.#due.size
  }

  advance(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const next = [...this.#due].sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined || next.atMs > endMs) break
      this.#due.delete(next)
      this.#nowMs = next.atMs
      next.callback()
    }
    this.#nowMs = endMs
  }

  /** Nothing could run for so long: what was due in that time is called back after it. */
  jump(ms: number): void {
    this.#nowMs += ms
    for (const due of [...this.#due].sort((a, b) => a.atMs - b.atMs)) {
      if (due.atMs <= this.#nowMs && this.#due.delete(due)) due.callback()
    }
  }

  /** In steps, with time for what goes over real sockets between them. */
  async runUntil(holds: () => boolean, stepMs: number): Promise<void> {
    while (!holds()) {
      this.advance(stepMs)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

/** Time that passes faster: nothing here says how fast things are, only that they happen. */
export class FastTime implements Clock {
  readonly #pace: number
  #pending = 0

  constructor(pace: number) {
    this.#pace = pace
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.monoMs()
  }

  monoMs(): number {
    return performance.now() * this.#pace
  }

  readonly schedule: Schedule = (callback, delayMs) => {
    this.#pending++
    let isOver = false
    const finish = (): boolean => {
      if (isOver) return false
      isOver = true
      this.#pending--
      return true
    }
    const timer = setTimeout(() => {
      if (finish()) callback()
    }, delayMs / this.#pace)
    return () => {
      if (finish()) clearTimeout(timer)
    }
  }

  get pending(): number {
    return this.#pending
  }

  async until(ms: number): Promise<void> {
    const leftMs = ms - this.monoMs()
    await new Promise<void>((resolve) => {
      if (leftMs <= 0) resolve()
      else this.schedule(resolve, leftMs)
    })
  }
}
