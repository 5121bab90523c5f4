import type { Sample } from '../../domain/sample.ts'
import type { Hub } from '../../monitor/hub.ts'
import type { CommittedSample } from '../../storage/read/commit-reader.ts'
import { encodePage } from './sample-pages.ts'
import { pageText, type Viewer } from './viewer.ts'
import { lookAfter, type ViewerTail } from './viewer-tail.ts'

/** Between two messages, ms. */
const SPACING_MS = 100
/** Samples of one message; where more come in that time, the oldest are for nobody. */
const MOST_SAMPLES = 5000

/**
 * Brings viewers the samples of a run without a log: from now on, and without a cursor to resume
 * from. Who falls behind misses what comes meanwhile.
 */
export class BusTail implements ViewerTail {
  readonly #viewers = new Set<Viewer>()
  readonly #hub: Hub
  #waiting: CommittedSample[] = []
  #timer: NodeJS.Timeout | null = null
  #sentMs = Number.NEGATIVE_INFINITY

  constructor(hub: Hub) {
    this.#hub = hub
    hub.bus.subscribe({ sample: (number, sample) => this.#sample(number, sample) })
  }

  get viewers(): number {
    return this.#viewers.size
  }

  async head(): Promise<string> {
    return ''
  }

  add(viewer: Viewer): void {
    this.#viewers.add(viewer)
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer)
  }

  acknowledged(): void {
    // The next message goes to whoever has room.
  }

  *behind(): Generator<Viewer> {
    for (const viewer of this.#viewers) if (viewer.isBehind) yield viewer
  }

  tick(): void {
    lookAfter(this, [...this.#viewers], this.#hub.clock.monoMs())
  }

  #sample(number: number, sample: Sample): void {
    if (this.#viewers.size === 0) return
    const stream = this.#hub.devices[number]?.stream
    if (stream === undefined) return
    this.#waiting.push({
      ...sample,
      device: stream.device,
      boot: stream.boot,
      late: sample.origin === 'late',
    })
    if (this.#waiting.length > MOST_SAMPLES) this.#waiting.shift()
    const sinceMs = this.#hub.clock.monoMs() - this.#sentMs
    this.#timer ??= setTimeout(() => this.#send(), Math.max(0, SPACING_MS - sinceMs))
  }

  #send(): void {
    this.#timer = null
    const nowMs = this.#hub.clock.monoMs()
    this.#sentMs = nowMs
    const samples = this.#waiting
    this.#waiting = []
    for (const viewer of this.#viewers) {
      if (viewer.isBehind) continue
      const page = encodePage(samples, viewer.form, viewer.taken)
      viewer.taken = page.taken
      if (page.samples !== null) viewer.message(pageText(page.samples, ''), '', nowMs)
    }
  }
}
