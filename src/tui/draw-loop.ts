/** Least time between pictures, ms: no eye follows more numbers than that. Parts of them rest longer, see `Cadence`. */
const PICTURE_MS = 200
/** Samples that follow sooner on each other, ms, are shown so soon, as long as pictures are no more frequent on average. */
const SOON_MS = 50
/** So far ahead of that average they may go, ms. */
const AHEAD_MS = 400
/** At most this share of the time is spent on drawing on average; the loop slows down to hold it. */
const LOAD = 0.1
/**
 * So far ahead of that average samples may be shown, ms: one slow picture, as where others have the processor,
 * holds up none of them. A picture counts as no slower than that, however long it took.
 */
const LOAD_AHEAD_MS = 1000
/** Keys are answered at once, but a held key does not draw more often than this, ms. */
const KEY_PICTURE_MS = 16
/** A terminal that takes nothing costs a question in so long, ms: whether the input has ended is heard all the same. */
const UNSEEN_MS = 1000

export interface DrawLoopOptions {
  /**
   * Asks for what the next picture shows; `news` says when it has come. Never waits.
   *
   * @param isFresh something was measured since the last question
   */
  readonly ask: (isFresh: boolean) => void
  /** Draws one picture of what is there. */
  readonly draw: () => void
  /** False: the terminal has not taken the last picture yet, so this one is left out, unless it answers a key. */
  readonly ready: () => boolean
  /** False: there is no terminal to draw on, whatever is asked for. */
  readonly isShown: () => boolean
  readonly monoMs: () => number
}

/** Asks and draws as often as time and terminal allow. */
export class DrawLoop {
  readonly #options: DrawLoopOptions
  #timer: NodeJS.Timeout | undefined
  #drawing: NodeJS.Immediate | undefined
  #running = false
  /** Something was asked for by hand and has not been drawn. */
  #isUrgent = false
  #dueMs = 0
  #drawnMs = Number.NEGATIVE_INFINITY
  #askedMs = Number.NEGATIVE_INFINITY
  /** The time that the pictures so far would take where drawing is `LOAD` of it. */
  #loadUntilMs = Number.NEGATIVE_INFINITY
  /** Something was measured that nothing has been asked about. */
  #isFresh = false
  #freshMs = Number.NEGATIVE_INFINITY
  /** A sample was asked about, and no picture has shown the answer. */
  #owesSample = false
  /** The time that the pictures of samples so far would take at `PICTURE_MS` each. */
  #paidUntilMs = 0

  constructor(options: DrawLoopOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = true
    this.#schedule(0)
  }

  stop(): void {
    this.#running = false
    clearTimeout(this.#timer)
    clearImmediate(this.#drawing)
  }

  /** Something was asked for by hand: the next picture comes at once. */
  hurry(): void {
    if (!this.#running) return
    this.#isUrgent = true
    const wait = Math.max(0, this.#drawnMs + KEY_PICTURE_MS - this.#options.monoMs())
    if (this.#options.monoMs() + wait < this.#dueMs) this.#schedule(wait)
  }

  /**
   * Something was measured: it is shown at once where that makes no more than a picture in 200 ms on average,
   * else with the next one. The very first is answered like a key: pictures before it are slow, being
   * the first ones, and show nothing yet.
   */
  sampled(): void {
    if (!this.#running || this.#isFresh) return
    this.#isFresh = true
    if (this.#freshMs === Number.NEGATIVE_INFINITY) {
      this.hurry()
      return
    }
    this.#showSoon()
  }

  /** The terminal has taken the last picture: a sample that had to wait for that is shown. */
  becameReady(): void {
    if (this.#running && (this.#isFresh || this.#owesSample)) this.#showSoon()
  }

  /** An answer has come; what comes within the same turn of the event loop is drawn together. */
  news(): void {
    if (!this.#running || this.#drawing !== undefined) return
    this.#drawing = setImmediate(() => this.#draw())
  }

  #showSoon(): void {
    const nowMs = this.#options.monoMs()
    const apartMs = this.#paidUntilMs - nowMs <= AHEAD_MS ? SOON_MS : PICTURE_MS
    const dueMs = Math.max(nowMs, this.#freshMs + apartMs, this.#restedMs)
    if (dueMs < this.#dueMs) this.#schedule(dueMs - nowMs)
  }

  #schedule(waitMs: number): void {
    clearTimeout(this.#timer)
    this.#dueMs = this.#options.monoMs() + waitMs
    this.#timer = setTimeout(() => this.#tick(), waitMs)
  }

  #tick(): void {
    this.#schedule(PICTURE_MS)
    const { ask, isShown, monoMs } = this.#options
    if (!this.#mayDraw && !(isShown() && monoMs() - this.#askedMs >= UNSEEN_MS)) return
    this.#askedMs = monoMs()
    if (this.#isFresh) {
      this.#freshMs = this.#askedMs
      this.#paidUntilMs = Math.max(this.#paidUntilMs, this.#freshMs) + PICTURE_MS
      this.#owesSample = true
    }
    ask(this.#isFresh)
    this.#isFresh = false
    this.news()
  }

  /** What a key asks for overtakes the picture that is under way. */
  get #mayDraw(): boolean {
    return this.#isUrgent ? this.#options.isShown() : this.#options.ready()
  }

  #draw(): void {
    this.#drawing = undefined
    if (!this.#mayDraw) return
    this.#isUrgent = false
    this.#owesSample = false
    const begin = this.#options.monoMs()
    this.#options.draw()
    if (!this.#running) return
    this.#drawnMs = this.#options.monoMs()
    const loadMs = Math.min(LOAD_AHEAD_MS, (this.#drawnMs - begin) / LOAD)
    const soFarMs = Math.max(this.#loadUntilMs, begin)
    // After many of them, as while a key is held, no longer than after each.
    this.#loadUntilMs = Math.min(soFarMs, this.#drawnMs + LOAD_AHEAD_MS) + loadMs
    this.#schedule(Math.max(PICTURE_MS, loadMs))
    // It came after this picture was asked for.
    if (this.#isFresh) this.#showSoon()
  }

  /** From then on there is time to show a sample. */
  get #restedMs(): number {
    return this.#loadUntilMs - LOAD_AHEAD_MS
  }
}
