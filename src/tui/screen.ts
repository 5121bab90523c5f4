import type { ReadStream } from 'node:tty'
import type { MonitorControls, Snapshot, Trace } from '../monitor/snapshot.ts'
import type { Clock } from '../util/clock.ts'
import { FrameLoop } from './frame-loop.ts'
import { capabilitiesOf } from './terminal/capabilities.ts'
import { ScreenTerminal } from './terminal/screen-terminal.ts'
import { buildFrame, type FrameContext, isChartApart, traceWish } from './view/frame.ts'
import { type Action, actionOf } from './view/keymap.ts'
import type { Size } from './view/layout.ts'
import { type Look, lookOf } from './view/look.ts'
import {
  INITIAL_VIEW,
  reduceView,
  SPANS_MS,
  type ViewAction,
  type ViewContext,
  type ViewState,
} from './view/view-state.ts'
import { Dashboard } from './widgets/dashboard.ts'

export { canOpenScreen } from './terminal/can-open.ts'

export interface ScreenOptions {
  readonly controls: MonitorControls
  /** Where keys come from; null, or not a terminal: the process's terminal is opened for them. */
  readonly input: ReadStream | null
  /** Not a terminal: the process's terminal is opened in its place. */
  readonly output: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
  /** Printable ASCII only, whatever the terminal could do. */
  readonly ascii: boolean
  /** Take the wheel; off, the terminal's own selection of text works. */
  readonly mouse: boolean
  readonly clock: Clock
}

export interface Screen {
  /** Puts the terminal back: buffer, cursor, mouse, line editing. May be called again. */
  close(): void
  /** Resolves when the terminal is restored and has taken all that was written to it. */
  readonly ended: Promise<void>
}

const SCROLLS: ReadonlySet<ViewAction> = new Set([
  'back',
  'forward',
  'page_back',
  'page_forward',
  'oldest',
])
/** Slots in which the oldest sample that can still be shown is looked for. */
const OLDEST_SLOTS = 900

interface HeldTrace {
  /** What it was asked for. */
  readonly key: string
  /** Newest sample at that time. */
  readonly sampleUs: number
  readonly trace: Trace
}

/**
 * Takes the terminal and shows the monitor on it until `close`.
 *
 * @throws InaError `usage_invalid` where there is no terminal
 */
export async function openScreen(options: ScreenOptions): Promise<Screen> {
  return new MonitorScreen(options)
}

/** When the keys are taken again after the end of the input, ms. */
const RETAKE_MS: readonly number[] = [0, 100, 500, 2000]

class MonitorScreen implements Screen {
  readonly ended: Promise<void>
  readonly #controls: MonitorControls
  readonly #terminal: ScreenTerminal
  readonly #dashboard: Dashboard
  readonly #loop: FrameLoop
  readonly #look: Look
  #view: ViewState = INITIAL_VIEW
  #drawn = ''
  #isEnded = false
  #retakeTimers: NodeJS.Timeout[] = []
  #heldTrace: HeldTrace | null = null
  #quitting = false

  constructor(options: ScreenOptions) {
    this.#controls = options.controls
    const capabilities = capabilitiesOf(options.env, options.ascii)
    this.#look = lookOf(capabilities)
    this.#loop = new FrameLoop({
      draw: () => this.#draw(),
      ready: () => this.#terminal.ready,
      monoMs: () => options.clock.monoMs(),
    })
    this.#terminal = new ScreenTerminal({
      ...options,
      capabilities,
      onKey: (key) => this.#onKey(key),
      onWheel: (up) => this.#act(up ? 'zoom_in' : 'zoom_out'),
      onResize: () => this.#redraw(),
      onResumed: () => this.#redraw(),
      onGone: () => this.#quit(),
    })
    this.ended = this.#terminal.ended
    try {
      this.#dashboard = new Dashboard(this.#terminal.screen, capabilities.colour)
    } catch (error) {
      this.#terminal.close()
      throw error
    }
    this.#loop.start()
  }

  close(): void {
    this.#loop.stop()
    for (const timer of this.#retakeTimers) clearTimeout(timer)
    this.#terminal.close()
  }

  #onKey(key: string): void {
    const action = actionOf(key)
    // Help covers the rest, so a key first takes it away; quitting still quits.
    if (this.#view.help && action !== 'quit' && action !== 'suspend') {
      this.#act('dismiss')
    } else if (action) this.#act(action)
  }

  #act(action: Action): void {
    if (action === 'quit') this.#quit()
    else if (action === 'suspend') this.#terminal.suspend()
    else if (action === 'redraw') this.#terminal.repaint()
    else this.#change(action)
  }

  #change(action: ViewAction): void {
    if (action === 'totals_reset') this.#controls.resetTotals()
    this.#view = reduceView(this.#view, action, this.#viewContext(action))
    this.#redraw()
  }

  /** The second time, the terminal is given back at once: whatever hangs can then be interrupted. */
  #quit(): void {
    if (this.#quitting) this.close()
    this.#quitting = true
    this.#controls.quit()
  }

  #viewContext(action: ViewAction): ViewContext {
    const { nowUs, sampleUs } = this.#controls.snapshot()
    const oldestUs = SCROLLS.has(action) ? this.#oldestUs() : null
    const apart = isChartApart(this.#context)
    return { nowUs, newestUs: sampleUs, oldestUs, apart }
  }

  #oldestUs(): number | null {
    const trace = this.#controls.trace(SPANS_MS.at(-1) ?? 0, OLDEST_SLOTS)
    const slot = trace.count.findIndex((count) => count > 0)
    return slot < 0 ? null : trace.startUs + slot * trace.slotUs
  }

  #redraw(): void {
    this.#drawn = ''
    this.#loop.hurry()
  }

  get #context(): FrameContext {
    return { size: this.#terminal.size, view: this.#view, look: this.#look }
  }

  #draw(): void {
    const snapshot = this.#controls.snapshot()
    if (snapshot.source.state === 'ended') this.#inputEnded()
    const size = this.#terminal.size
    const state = changeMark(snapshot, size)
    if (state === this.#drawn) return
    this.#drawn = state
    const context = this.#context
    this.#dashboard.show(buildFrame(snapshot, this.#trace(snapshot, context), context))
  }

  /** A writer of the pipe that is a Node program gives the terminal back as it found it, while it ends. */
  #inputEnded(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#retakeTimers = RETAKE_MS.map((ms) => setTimeout(() => this.#terminal.retakeKeys(), ms))
  }

  /**
   * A frozen chart keeps its trace, even when the samples have left the
   * monitor's memory; a running one is read again only when it has moved by a
   * slot, since reading 15 minutes costs more than drawing them.
   */
  #trace(snapshot: Snapshot, context: FrameContext): Trace | null {
    const wish = traceWish(context)
    if (!wish) return null
    const key = JSON.stringify(wish)
    const sampleUs = snapshot.sampleUs ?? 0
    const movedUs = Math.abs(sampleUs - (this.#heldTrace?.sampleUs ?? 0))
    const current = wish.endUs !== undefined || movedUs < (wish.spanMs * 1000) / wish.slots
    if (this.#heldTrace?.key === key && current) return this.#heldTrace.trace
    const trace = this.#controls.trace(wish.spanMs, wish.slots, wish.endUs)
    this.#heldTrace = { key, sampleUs, trace }
    return trace
  }
}

/** Differs whenever a frame could look different for another reason than a key. */
function changeMark(snapshot: Snapshot, size: Size): string {
  const { nowUs, sampleUs, source, events, log, ledger } = snapshot
  return [
    Math.floor(nowUs / 1e6),
    sampleUs,
    source.state,
    source.reason,
    events[0]?.timeUs,
    events.length,
    log?.kind,
    ledger.lines,
    size.columns,
    size.rows,
  ].join('|')
}
