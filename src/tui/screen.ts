import type { ReadStream } from 'node:tty'
import type { Snapshot, View } from '../monitor/view.ts'
import type { ThemeChoice } from '../theme/themes.ts'
import type { Clock } from '../util/clock.ts'
import { Appearance } from './appearance.ts'
import { Bell } from './bell.ts'
import { Cadence, type Moment } from './cadence.ts'
import { alertMark, changeMark } from './change-mark.ts'
import { DrawLoop } from './draw-loop.ts'
import { buildPicture, waitingPicture } from './picture.ts'
import { type PictureContext, pictureLayout } from './picture-context.ts'
import { PictureFeed } from './picture-feed.ts'
import { type SavePicture, type SaveSpan, Saving } from './saving.ts'
import { ScreenActions } from './screen-actions.ts'
import { ScreenState } from './screen-state.ts'
import { ScreenTerminal } from './terminal/screen-terminal.ts'
import { UserInput } from './user-input.ts'
import type { Rect, Region } from './view/layout.ts'
import { INITIAL_VIEW, type ViewState } from './view/view-state.ts'
import { Dashboard } from './widgets/dashboard.ts'

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
  /** The view has a newer sample. Cheap: may be called with each. */
  sampled(): void
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

class MonitorScreen implements Screen {
  readonly ended: Promise<void>
  readonly #options: ScreenOptions
  readonly #feed: PictureFeed
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
      ask: (isFresh) => {
        if (isFresh) this.#cadence.hurryNewest()
        this.#ask()
      },
      draw: () => this.#draw(),
      ready: () => this.#terminal.ready,
      isShown: () => this.#terminal.isShown,
      monoMs,
    })
    this.#feed = new PictureFeed({
      view,
      onSnapshot: (snapshot) => {
        if (!this.#isFitted) this.#isFitted = this.#state.fit(snapshot)
        if (hasEnded(snapshot)) this.#inputEnded()
        if (this.#bell?.rings(snapshot.devices)) this.#terminal.ring()
        this.#askForPicture()
        this.#loop.news()
      },
      onNews: (regions) => {
        for (const region of regions) this.#cadence.hurryPart(region)
        // The table then has the column that the cursor stands in.
        const isRead = this.#state.view.cursorUs !== null && regions.includes('chart')
        if (isRead) this.#cadence.hurryPart('table')
        this.#loop.news()
      },
      onDropped: () => this.#loop.hurry(),
      monoMs,
    })
    this.#state = new ScreenState({
      initial: { ...INITIAL_VIEW, theme, mouse },
      feed: this.#feed.own,
      compare: this.#feed.compare,
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
      onReady: () => this.#loop.becameReady(),
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
    this.#input = new UserInput(this.#state, actions, this.#feed.own)
    this.ended = this.#terminal.ended
    try {
      this.#dashboard = new Dashboard(this.#terminal.screen, () => this.#redraw())
    } catch (error) {
      this.#terminal.close()
      throw error
    }
    this.#loop.start()
  }

  sampled(): void {
    this.#loop.sampled()
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

  /** All else follows the snapshot's answer; where that is slow, it does not wait for it. */
  #ask(): void {
    if (!this.#feed.own.askSnapshot(this.#state.view.selected)) this.#askForPicture()
  }

  #askForPicture(): void {
    const { snapshot } = this.#feed.own
    if (snapshot === null || !this.#terminal.isShown) return
    const context = this.#state.pictureContext
    const isChartDue = this.#cadence.isDue('chart', momentOf(snapshot, context))
    this.#feed.ask(snapshot, context, isChartDue)
  }

  #draw(): void {
    const { snapshot } = this.#feed.own
    const context = this.#state.pictureContext
    if (snapshot === null) {
      this.#dashboard.show(waitingPicture(context))
      this.#terminal.show()
      return
    }
    const due = this.#cadence.take(momentOf(snapshot, context))
    if (due.size === 0) return
    const answers = this.#feed.answersFor(snapshot, context)
    const trace = this.#state.traceOf(snapshot, context)
    const picture = buildPicture(snapshot, trace, context, answers, due)
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
