import type { ReadStream } from 'node:tty'
import type { Snapshot, View } from '../monitor/view.ts'
import type { ThemeChoice } from '../theme/themes.ts'
import type { Clock } from '../util/clock.ts'
import { Appearance } from './appearance.ts'
import { Bell } from './bell.ts'
import { Cadence, type Moment } from './cadence.ts'
import { alertMark, changeMark } from './change-mark.ts'
import { CompareFeed } from './compare-feed.ts'
import { DrawLoop } from './draw-loop.ts'
import { buildPicture, type Picture, type PictureAnswers, waitingPicture } from './picture.ts'
import { type PictureContext, pictureLayout } from './picture-context.ts'
import {
  compareMoments,
  compareRequest,
  momentRequest,
  overviewTraceRequest,
  p95Windows,
  selectionRequest,
  statisticsRequest,
  traceRequest,
} from './picture-requests.ts'
import { type SavePicture, type SaveSpan, Saving } from './saving.ts'
import { ScreenActions } from './screen-actions.ts'
import { ScreenState } from './screen-state.ts'
import { ScreenTerminal } from './terminal/screen-terminal.ts'
import { UserInput } from './user-input.ts'
import type { Rect, Region } from './view/layout.ts'
import { INITIAL_VIEW, type ViewState } from './view/view-state.ts'
import { ViewFeed } from './view-feed.ts'
import { Dashboard } from './widgets/dashboard.ts'
import { WindowPercentiles } from './window-percentiles.ts'

export interface ScreenOptions {
  /** What is shown; may be slow, may fail, may be at the other end of a network. */
  readonly view: View
  /** `q` was pressed, or the terminal is gone. Called again where `q` is pressed again. */
  readonly onQuit: () => void
  /** Where keys come from; null, or not a terminal: the process's terminal is opened for them. */
  readonly input: ReadStream | null
  /** Not a terminal: the process's terminal is opened in its place. */
  readonly output: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
  /** Printable ASCII only, whatever the terminal could do. */
  readonly ascii: boolean
  /** First words about the keys for who is new to it. */
  readonly hints: boolean
  /** Take the mouse; off, the terminal's own selection of text works. */
  readonly mouse: boolean
  readonly theme: ThemeChoice
  /** Ring the terminal's bell when an alarm is raised. */
  readonly bell: boolean
  /** Begin with a span that shows all there is, up to the longest. */
  readonly showsAll?: boolean
  /** Writes samples of the log to a file; absent: there is no log. */
  readonly save?: SaveSpan
  readonly savePicture?: SavePicture
  readonly clock: Clock
}

export interface Screen {
  /** Asks the view for nothing more; the last picture stays, and the keys work. */
  hold(): void
  /** Puts the terminal back: buffer, cursor, mouse, line editing. May be called again. */
  close(): void
  /** As `close`, at once: the caller ends the process in the same turn of the event loop. */
  abandon(): void
  /** Resolves when the terminal is restored and has taken all that was written to it. */
  readonly ended: Promise<void>
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

/** Where an answer is to be seen. */
const NEWS: Readonly<
  Record<'trace' | 'statistics' | 'moment' | 'overview' | 'compare', readonly Region[]>
> = {
  trace: ['chart'],
  statistics: ['chart', 'table', 'totals'],
  moment: ['values', 'table', 'totals'],
  overview: ['overview'],
  compare: ['chart', 'table'],
}

class MonitorScreen implements Screen {
  readonly ended: Promise<void>
  readonly #options: ScreenOptions
  readonly #feed: ViewFeed
  readonly #percentiles: WindowPercentiles
  readonly #compare: CompareFeed
  readonly #terminal: ScreenTerminal
  readonly #dashboard: Dashboard
  readonly #loop: DrawLoop
  readonly #appearance: Appearance
  readonly #state: ScreenState
  readonly #input: UserInput
  /** null: it is to be silent */
  readonly #bell: Bell | null
  readonly #cadence = new Cadence()
  /** What the last key was about: on a slow line it is sent before all else. */
  #first: Region | null = null
  #isEnded = false
  #retakeTimers: NodeJS.Timeout[] = []
  #quitting = false
  #isFitted: boolean

  constructor(options: ScreenOptions) {
    this.#options = options
    this.#isFitted = options.showsAll !== true
    const { view, env, ascii, theme, mouse, hints, clock } = options
    const monoMs = (): number => clock.monoMs()
    this.#appearance = new Appearance(env, ascii, theme)
    this.#bell = options.bell ? new Bell(monoMs) : null
    this.#loop = new DrawLoop({
      ask: () => this.#ask(),
      draw: () => this.#draw(),
      ready: () => this.#terminal.ready,
      isShown: () => this.#terminal.isShown,
      monoMs,
    })
    this.#feed = new ViewFeed({
      view,
      onSnapshot: (snapshot) => {
        if (!this.#isFitted) this.#isFitted = this.#state.fit(snapshot)
        if (hasEnded(snapshot)) this.#inputEnded()
        if (this.#bell?.rings(snapshot.devices)) this.#terminal.ring()
        this.#askTrace()
        this.#loop.news()
      },
      onNews: (what) => {
        for (const region of NEWS[what]) this.#cadence.hurryPart(region)
        // The table then has the column that the cursor stands in.
        if (what === 'trace' && this.#state.view.cursorUs !== null) this.#cadence.hurryPart('table')
        this.#loop.news()
      },
      onDropped: () => this.#loop.hurry(),
      monoMs,
    })
    this.#percentiles = new WindowPercentiles({
      view,
      onNews: () => {
        this.#cadence.hurryPart('table')
        this.#loop.news()
      },
      onDropped: () => {},
      monoMs,
    })
    this.#compare = new CompareFeed({
      view,
      onNews: () => {
        for (const region of NEWS.compare) this.#cadence.hurryPart(region)
        this.#loop.news()
      },
      onDropped: () => this.#loop.hurry(),
      monoMs,
    })
    this.#state = new ScreenState({
      initial: { ...INITIAL_VIEW, theme, mouse },
      feed: this.#feed,
      compare: this.#compare,
      appearance: this.#appearance,
      size: () => this.#terminal.size,
      hints,
      clock,
      onChange: (before, after, first) => this.#changed(before, after, first),
    })
    this.#terminal = new ScreenTerminal({
      ...options,
      capabilities: this.#appearance.capabilities,
      palette: this.#appearance.palette,
      onKey: (key, char) => this.#input.key(key, char),
      onMouse: (report) => this.#input.mouse(report),
      onPaste: (text) => this.#input.paste(text),
      onBackground: (answer) => this.#heard(answer),
      onStale: () => this.#redraw(),
      onGone: () => this.#quit(),
      monoMs,
    })
    const actions = new ScreenActions({
      state: this.#state,
      terminal: this.#terminal,
      view,
      saving: new Saving({
        state: this.#state,
        appearance: this.#appearance,
        terminal: this.#terminal,
        save: options.save,
        savePicture: options.savePicture,
        clock,
      }),
      onQuit: () => this.#quit(),
    })
    this.#input = new UserInput(this.#state, actions, this.#feed)
    this.ended = this.#terminal.ended
    try {
      this.#dashboard = new Dashboard(this.#terminal.screen, () => this.#redraw())
    } catch (error) {
      this.#terminal.close()
      throw error
    }
    this.#loop.start()
  }

  hold(): void {
    this.#loop.stop()
  }

  close(): void {
    this.#loop.stop()
    for (const timer of this.#retakeTimers) clearTimeout(timer)
    this.#terminal.close()
  }

  abandon(): void {
    this.#loop.stop()
    this.#terminal.abandon()
  }

  #changed(before: ViewState, after: ViewState, first: Region | null): void {
    this.#first = first
    if (after.theme !== before.theme) {
      this.#appearance.choose(after.theme)
      this.#terminal.repaintWith(this.#appearance.palette)
    }
    this.#terminal.mouse = after.mouse
    this.#redraw()
  }

  /** The second time, the terminal is given back at once: whatever hangs can then be interrupted. */
  #quit(): void {
    if (this.#quitting) this.close()
    this.#quitting = true
    this.#options.onQuit()
  }

  /** The terminal says what it is; the screen was there before. */
  #heard(answer: string): void {
    if (!this.#appearance.hear(answer)) return
    this.#terminal.repaintWith(this.#appearance.palette)
    this.#redraw()
  }

  #redraw(): void {
    this.#cadence.hurry()
    this.#loop.hurry()
  }

  /** The trace follows the snapshot's answer; where that is slow, it does not wait for it. */
  #ask(): void {
    if (!this.#feed.askSnapshot(this.#state.view.selected)) this.#askTrace()
  }

  #askTrace(): void {
    const { snapshot } = this.#feed
    if (snapshot === null || !this.#terminal.isShown) return
    const context = this.#state.pictureContext
    const request = traceRequest(snapshot, context)
    const several = compareRequest(snapshot, context)
    if (this.#cadence.isDue('chart', momentOf(snapshot, context))) {
      const isAmong = several?.devices.includes(snapshot.number) === true
      this.#feed.askTrace(isAmong ? null : request, snapshot.sampleUs ?? 0)
      this.#compare.ask(several)
    }
    this.#compare.askMoments(compareMoments(snapshot, context))
    this.#feed.askStatistics(
      statisticsRequest(snapshot, context),
      selectionRequest(snapshot, context),
    )
    this.#percentiles.ask(snapshot.number, p95Windows(snapshot, context))
    this.#feed.askOverview(overviewTraceRequest(snapshot, context))
    this.#feed.askMoment(momentRequest(snapshot, context))
  }

  #draw(): void {
    const { snapshot } = this.#feed
    const context = this.#state.pictureContext
    if (snapshot === null) {
      this.#dashboard.show(waitingPicture(context))
      this.#terminal.show()
      return
    }
    const due = this.#cadence.take(momentOf(snapshot, context))
    if (due.size === 0) return
    const picture = this.#picture(snapshot, context, due)
    this.#dashboard.show(picture)
    const { layout, overlay } = picture
    const region = this.#first === null ? undefined : layout.regions[this.#first]
    this.#first = null
    const first = overlay?.rect ?? region
    const rows = first === undefined ? [] : rowsOf(first)
    // What is typed stands in the last row of the prompt; what it may be is above, and longer.
    if (context.view.prompt !== null) rows.unshift(...rows.splice(-1))
    this.#terminal.show(rows)
  }

  #picture(snapshot: Snapshot, context: PictureContext, due: ReadonlySet<Region>): Picture {
    const statistics = statisticsRequest(snapshot, context)
    const selected = selectionRequest(snapshot, context)
    const moment = momentRequest(snapshot, context)
    const answers: PictureAnswers = {
      statistics: statistics && this.#feed.statisticsOf(statistics),
      selected: selected && this.#feed.statisticsOf(selected),
      moment: moment && this.#feed.momentOf(moment),
      overview: this.#feed.overviewOf(snapshot.number),
      p95: this.#percentiles.of(snapshot.number, p95Windows(snapshot, context)),
    }
    return buildPicture(snapshot, this.#state.traceOf(snapshot), context, answers, due)
  }

  /** A writer of the pipe that is a Node program gives the terminal back as it found it, while it ends. */
  #inputEnded(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#retakeTimers = RETAKE_MS.map((ms) => setTimeout(() => this.#terminal.retakeKeys(), ms))
  }
}

function rowsOf({ y, height }: Rect): number[] {
  return Array.from({ length: height }, (_, i) => y + i)
}

function momentOf(snapshot: Snapshot, context: PictureContext): Moment {
  return {
    nowUs: snapshot.nowUs,
    mark: changeMark(snapshot, context),
    layout: JSON.stringify(pictureLayout(snapshot, context)),
    alert: alertMark(snapshot, context),
  }
}

function hasEnded({ source, devices }: Snapshot): boolean {
  return source.state === 'ended' || devices.some((each) => each.source.state === 'ended')
}
