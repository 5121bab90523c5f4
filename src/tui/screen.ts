import type { ReadStream } from 'node:tty'
import type { Snapshot, View, ViewControl } from '../monitor/view.ts'
import { groundOfAnswer, groundOfEnvironment } from '../theme/ground.ts'
import { THEMES, type Theme, type ThemeChoice, type ThemeName, themeFor } from '../theme/themes.ts'
import type { Clock } from '../util/clock.ts'
import { adviceText } from '../util/errors.ts'
import { Bell } from './bell.ts'
import { Cadence, type Moment } from './cadence.ts'
import { alertMark, changeMark } from './change-mark.ts'
import { DrawLoop } from './draw-loop.ts'
import { isJump, type JumpAction, jumped, jumpRequest } from './jump.ts'
import {
  buildPicture,
  cellUs,
  hasAlarms,
  helpRoom,
  isChartApart,
  momentRequest,
  overviewTraceRequest,
  type Picture,
  type PictureContext,
  p95Windows,
  panelsOf,
  pictureLayout,
  pointerMap,
  statisticsRequest,
  traceRequest,
  waitingPicture,
} from './picture.ts'
import { type SaveForm, type SaveSpan, savedText, spanToSave } from './save-span.ts'
import { type Capabilities, capabilitiesOf } from './terminal/capabilities.ts'
import type { Palette } from './terminal/rendition.ts'
import { ScreenTerminal } from './terminal/screen-terminal.ts'
import { styleOf, themePalette } from './terminal/theme-palette.ts'
import { FigureMemory } from './view/figure-memory.ts'
import { type Action, actionOf, helpStepOf } from './view/keymap.ts'
import type { Rect, Region } from './view/layout.ts'
import { type Look, lookOf } from './view/look.ts'
import {
  completePalette,
  type PaletteContext,
  type PaletteOrder,
  readPalette,
} from './view/palette.ts'
import { type Held, type MouseReport, pointed } from './view/pointer.ts'
import { type Prompt, pasted, promptAfter, remember, withProblem } from './view/prompt.ts'
import { fitSpan } from './view/time-window.ts'
import {
  INITIAL_VIEW,
  noticed,
  reduceView,
  type ViewContext,
  type ViewState,
} from './view/view-state.ts'
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
  /** Writes a picture of the screen to a new file. @returns its name */
  readonly savePicture?: (svg: string, nowUs: number) => Promise<string>
  readonly clock: Clock
}

export interface Screen {
  /** Asks the view for nothing more; the last picture stays, and the keys work. */
  hold(): void
  /** Puts the terminal back: buffer, cursor, mouse, line editing. May be called again. */
  close(): void
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

/** So many lines of help a step of the wheel is. */
const WHEEL_LINES = 3

/** How long an answer of a device or an error stands, ms, unless a key is pressed. */
const ANSWER_MS = 10_000
/** Longer than a command may take: 7.5 s, and as often again where a device has to be asked who it is. */
const WAITING_MS = 60_000

/** How long `n` snoozes alarms. */
const SNOOZE_MIN = 10

/** Where an answer is to be seen. */
const NEWS: Readonly<Record<'trace' | 'statistics' | 'moment' | 'overview', readonly Region[]>> = {
  trace: ['chart'],
  statistics: ['chart', 'table', 'totals'],
  moment: ['values', 'table', 'totals'],
  overview: ['overview'],
}

class MonitorScreen implements Screen {
  readonly ended: Promise<void>
  readonly #options: ScreenOptions
  readonly #feed: ViewFeed
  readonly #percentiles: WindowPercentiles
  readonly #terminal: ScreenTerminal
  readonly #dashboard: Dashboard
  readonly #loop: DrawLoop
  readonly #capabilities: Capabilities
  /** Of the terminal, as far as it says. */
  #ground: Theme['ground']
  #look: Look
  /** null: it is to be silent */
  readonly #bell: Bell | null
  readonly #figures = new FigureMemory()
  #view: ViewState = INITIAL_VIEW
  readonly #cadence = new Cadence()
  /** What the last key was about: on a slow line it is sent before all else. */
  #first: Region | null = null
  /** A button that is held in the chart. */
  #held: Held | null = null
  #isEnded = false
  #retakeTimers: NodeJS.Timeout[] = []
  #quitting = false
  #isFitted: boolean
  #lastJump: { readonly action: JumpAction; readonly times: number } | null = null

  constructor(options: ScreenOptions) {
    this.#options = options
    this.#isFitted = options.showsAll !== true
    const { clock } = options
    const monoMs = (): number => clock.monoMs()
    const capabilities = capabilitiesOf(options.env, options.ascii)
    this.#capabilities = capabilities
    this.#ground = groundOfEnvironment(options.env['COLORFGBG']) ?? 'dark'
    this.#view = { ...INITIAL_VIEW, theme: options.theme, mouse: options.mouse }
    this.#look = this.#lookNow
    this.#bell = options.bell ? new Bell(monoMs) : null
    this.#loop = new DrawLoop({
      ask: () => this.#ask(),
      draw: () => this.#draw(),
      ready: () => this.#terminal.ready,
      isShown: () => this.#terminal.isShown,
      monoMs,
    })
    this.#feed = new ViewFeed({
      view: options.view,
      onSnapshot: (snapshot) => {
        if (!this.#isFitted) this.#fit(snapshot)
        if (hasEnded(snapshot)) this.#inputEnded()
        if (this.#bell?.rings(snapshot.devices)) this.#terminal.ring()
        this.#askTrace()
        this.#loop.news()
      },
      onNews: (what) => {
        for (const region of NEWS[what]) this.#cadence.hurryPart(region)
        this.#loop.news()
      },
      onDropped: () => this.#loop.hurry(),
      monoMs,
    })
    this.#percentiles = new WindowPercentiles({
      view: options.view,
      onNews: () => {
        this.#cadence.hurryPart('table')
        this.#loop.news()
      },
      onDropped: () => {},
      monoMs,
    })
    this.#terminal = new ScreenTerminal({
      ...options,
      capabilities,
      palette: this.#palette,
      onKey: (key, char) => this.#onKey(key, char),
      onMouse: (report) => this.#onMouse(report),
      onPaste: (text) => this.#onPaste(text),
      onBackground: (answer) => this.#onBackground(answer),
      onStale: () => this.#redraw(),
      onGone: () => this.#quit(),
      monoMs,
    })
    this.ended = this.#terminal.ended
    try {
      this.#dashboard = new Dashboard(this.#terminal.screen, () => this.#redraw())
    } catch (error) {
      this.#terminal.close()
      throw error
    }
    this.#loop.start()
  }

  #fit({ oldestUs, sampleUs }: Snapshot): void {
    if (oldestUs === null || sampleUs === null) return
    this.#isFitted = true
    this.#view = fitSpan(this.#view, (sampleUs - oldestUs) / 1000)
  }

  hold(): void {
    this.#loop.stop()
  }

  close(): void {
    this.#loop.stop()
    for (const timer of this.#retakeTimers) clearTimeout(timer)
    this.#terminal.close()
  }

  #onKey(key: string, char: string | null): void {
    // A word back has been read by whoever presses the next key.
    this.#view = { ...this.#view, notice: null, touched: true }
    const { prompt, help } = this.#view
    if (prompt !== null) this.#onPromptKey(prompt, key, char)
    else if (help !== null) this.#onHelpKey(key)
    else {
      const action = actionOf(key)
      if (action) this.#act(action)
    }
  }

  /** Help covers the rest, so a key first takes it away: `q`, too, which closes help in other programs. */
  #onHelpKey(key: string): void {
    const step = helpStepOf(key)
    const { lines, room } = this.#viewContext.help
    if (key === 'C-c') this.#act('quit')
    else if (key === 'C-z') this.#act('suspend')
    else this.#act(step === undefined || lines <= room ? 'dismiss' : `help_${step}`)
  }

  /** Text for a line that is written; never keys, whatever is in it. */
  #onPaste(text: string): void {
    const { prompt } = this.#view
    if (prompt === null) this.#notice('what is pasted is no key: nothing was done')
    else this.#change({ ...this.#view, prompt: pasted(prompt, text) })
  }

  /** What is typed is text, but for Ctrl-Z and Ctrl-L, which are about the terminal. */
  #onPromptKey(prompt: Prompt, key: string, char: string | null): void {
    if (key === 'C-z' || key === 'C-l') {
      this.#act(key === 'C-z' ? 'suspend' : 'redraw')
      return
    }
    const after = promptAfter(prompt, key, char, {
      complete: (line) => completePalette(line, this.#paletteContext),
      said: this.#view.said,
    })
    if (after.kind === 'entered') this.#carryOut(prompt, after.text)
    else this.#change({ ...this.#view, prompt: after.kind === 'open' ? after.prompt : null })
  }

  /** A line with a mistake stays, to be mended. */
  #carryOut(prompt: Prompt, text: string): void {
    const said = remember(this.#view.said, text)
    let order: PaletteOrder
    try {
      order = readPalette(text, this.#paletteContext)
    } catch (error) {
      this.#change({ ...this.#view, said, prompt: withProblem(prompt, adviceText(error)) })
      return
    }
    this.#change({ ...this.#view, said, prompt: null })
    if (order.kind === 'actions') for (const action of order.actions) this.#act(action)
    else if (order.kind === 'control') void this.#control(order.control)
    else this.#change(noticed({ ...this.#view, ...order.change }, order.said, this.#viewContext))
  }

  get #paletteContext(): PaletteContext {
    return { view: this.#view, snapshot: this.#feed.snapshot, clock: this.#options.clock }
  }

  #onMouse(report: MouseReport): void {
    this.#view = { ...this.#view, touched: true }
    const { prompt, help } = this.#view
    const { snapshot } = this.#feed
    if (help !== null) this.#onHelpMouse(report)
    else if (prompt === null && snapshot?.number === this.#view.selected) {
      const map = pointerMap(snapshot, this.#feed.traceOf(snapshot.number), this.#context)
      const { held, actions } = pointed(this.#held, report, map)
      this.#held = held
      for (const action of actions) this.#act(action)
    }
  }

  #onHelpMouse({ kind }: MouseReport): void {
    if (kind === 'press') this.#act('dismiss')
    const step = kind === 'wheel_up' ? 'help_up' : kind === 'wheel_down' ? 'help_down' : null
    for (let i = 0; i < WHEEL_LINES && step !== null; i++) this.#act(step)
  }

  #act(action: Action): void {
    if (isJump(action)) {
      void this.#jump(action)
      return
    }
    this.#lastJump = null
    if (action === 'quit') this.#quit()
    else if (action === 'suspend') this.#terminal.suspend()
    else if (action === 'redraw') this.#terminal.repaint()
    else if (action === 'totals_reset') {
      void this.#control({ kind: action, device: this.#view.selected })
    } else if (action === 'save_csv') void this.#save({ kind: 'csv' })
    else if (action === 'save_chart') void this.#saveChart()
    else if (action === 'save_screen') void this.#saveScreen()
    else if (action === 'alarm_ack' || action === 'alarm_snooze') this.#onAlarms(action)
    else this.#change(reduceView(this.#view, action, this.#viewContext))
  }

  #change(view: ViewState): void {
    const { help, selected } = this.#view
    // Help and another device change everything; most other keys are about the chart.
    this.#first = view.help === help && view.selected === selected ? 'chart' : null
    const hasTheme = view.theme !== this.#view.theme
    this.#view = view
    if (hasTheme) this.#repaint()
    this.#terminal.mouse = view.mouse
    this.#redraw()
  }

  /** The second time, the terminal is given back at once: whatever hangs can then be interrupted. */
  #quit(): void {
    if (this.#quitting) this.close()
    this.#quitting = true
    this.#options.onQuit()
  }

  #onAlarms(kind: 'alarm_ack' | 'alarm_snooze'): void {
    const { snapshot } = this.#feed
    if (snapshot === null || !hasAlarms(snapshot)) return
    const target = { device: this.#view.selected, name: null }
    if (kind === 'alarm_ack') void this.#control({ kind, ...target })
    else void this.#control({ kind, ...target, minutes: SNOOZE_MIN })
  }

  /** What came of it stands on the event line, whole above it where it is longer. */
  async #control(control: ViewControl): Promise<void> {
    if (control.kind === 'send') {
      this.#notice(`${control.words}: sent, the device has not answered yet`, WAITING_MS)
    }
    try {
      const text = await this.#options.view.control(control)
      this.#notice(text, control.kind === 'send' ? ANSWER_MS : undefined)
    } catch (error) {
      this.#notice(adviceText(error), ANSWER_MS)
    }
  }

  #notice(text: string, ms?: number): void {
    this.#change(noticed(this.#view, text, this.#viewContext, ms))
    this.#first = 'events'
  }

  /** Pressed again, the same jump is about the next channel. */
  async #jump(action: JumpAction): Promise<void> {
    const { snapshot } = this.#feed
    const times = this.#lastJump?.action === action ? this.#lastJump.times + 1 : 0
    this.#lastJump = { action, times }
    const request = snapshot && jumpRequest(action, times, this.#view, snapshot)
    if (snapshot === null || request === null) return
    try {
      const moment = await this.#options.view.find(request)
      if (this.#view.selected !== request.device) return
      const after = jumped(this.#view, request, moment, snapshot, this.#viewContext)
      this.#view = after.view
      this.#notice(after.text)
    } catch (error) {
      this.#notice(adviceText(error))
    }
  }

  /** The selection, else what is shown, as a file. */
  async #save(form: SaveForm): Promise<void> {
    const { snapshot } = this.#feed
    const span = snapshot && spanToSave(this.#view, snapshot)
    const { save } = this.#options
    if (save === undefined) this.#notice('there is no log whose samples could be written to a file')
    if (span === null || save === undefined) return
    try {
      this.#notice(savedText(await save(span, form)), ANSWER_MS)
    } catch (error) {
      this.#notice(adviceText(error), ANSWER_MS)
    }
  }

  async #saveChart(): Promise<void> {
    const limits = this.#feed.snapshot?.limits ?? []
    await this.#save({ kind: 'chart', theme: this.#themeName, limits })
  }

  /** As it stands on the terminal, in the colours of its theme. */
  async #saveScreen(): Promise<void> {
    const { savePicture, clock } = this.#options
    if (savePicture === undefined) return
    try {
      const { screenSvg } = await import('./svg/screen-svg.ts')
      const cells = this.#terminal.screen.lines.map((row) =>
        row.map(([attribute, char]) => ({ char, style: styleOf(attribute) })),
      )
      const device = this.#feed.snapshot?.device ?? ''
      const options = { theme: this.#themeName, title: `ina219 ${device}`.trimEnd() }
      const file = await savePicture(screenSvg([cells], options), clock.wallMs() * 1000)
      this.#notice(`the screen is written to ${file}`, ANSWER_MS)
    } catch (error) {
      this.#notice(adviceText(error), ANSWER_MS)
    }
  }

  /** The terminal says what it is; the screen was there before. */
  #onBackground(answer: string): void {
    const ground = groundOfAnswer(answer)
    if (ground === null || ground === this.#ground) return
    this.#ground = ground
    this.#repaint()
    this.#redraw()
  }

  #repaint(): void {
    this.#look = this.#lookNow
    this.#terminal.repaintWith(this.#palette)
  }

  get #themeName(): ThemeName {
    return themeFor(this.#view.theme, this.#ground)
  }

  get #theme(): Theme {
    return THEMES[this.#themeName]
  }

  get #palette(): Palette {
    return themePalette(this.#theme, this.#capabilities.colours)
  }

  /** Without colours, lines and areas differ by how they are drawn. */
  get #lookNow(): Look {
    const { ascii, colours } = this.#capabilities
    return lookOf({ ascii, colour: colours !== 'none' && this.#theme.colours !== null })
  }

  get #viewContext(): ViewContext {
    const { snapshot } = this.#feed
    const selected = snapshot?.number === this.#view.selected ? snapshot : null
    return {
      nowUs: snapshot?.nowUs ?? 0,
      ground: this.#ground,
      hasColours: this.#capabilities.colours !== 'none',
      devices: snapshot?.devices.map(({ number }) => number) ?? [],
      newestUs: selected?.sampleUs ?? null,
      oldestUs: selected?.oldestUs ?? null,
      apart: snapshot !== null && isChartApart(snapshot, this.#context),
      trace: selected && this.#feed.traceOf(selected.number),
      cellUs: selected === null ? 0 : this.#cellUs(selected),
      panels: snapshot === null ? [] : panelsOf(snapshot, this.#context),
      help: helpRoom(snapshot, this.#context),
    }
  }

  #cellUs(snapshot: Snapshot): number {
    return cellUs(snapshot, this.#feed.traceOf(snapshot.number), this.#context)
  }

  #redraw(): void {
    this.#cadence.hurry()
    this.#loop.hurry()
  }

  get #context(): PictureContext {
    const { prompt } = this.#view
    return {
      ...(prompt && { completion: completePalette(prompt.line, this.#paletteContext) }),
      size: this.#terminal.size,
      view: this.#view,
      look: this.#look,
      trouble: this.#feed.trouble,
      figures: this.#figures,
      hints: this.#options.hints,
    }
  }

  /** The trace follows the snapshot's answer; where that is slow, it does not wait for it. */
  #ask(): void {
    if (!this.#feed.askSnapshot(this.#view.selected)) this.#askTrace()
  }

  #askTrace(): void {
    const { snapshot } = this.#feed
    if (snapshot === null || !this.#terminal.isShown) return
    const context = this.#context
    const request = traceRequest(snapshot, context)
    if (this.#cadence.isDue('chart', momentOf(snapshot, context))) {
      this.#feed.askTrace(request, snapshot.sampleUs ?? 0)
    }
    this.#feed.askStatistics(statisticsRequest(snapshot, context))
    this.#percentiles.ask(snapshot.number, p95Windows(snapshot, context))
    this.#feed.askOverview(overviewTraceRequest(snapshot, context))
    this.#feed.askMoment(momentRequest(snapshot, context))
  }

  #draw(): void {
    const { snapshot } = this.#feed
    const context = this.#context
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
    this.#terminal.show(first === undefined ? [] : rowsOf(first))
  }

  #picture(snapshot: Snapshot, context: PictureContext, due: ReadonlySet<Region>): Picture {
    const request = statisticsRequest(snapshot, context)
    const statistics = request && this.#feed.statisticsOf(request)
    const wanted = momentRequest(snapshot, context)
    const moment = wanted === null ? null : this.#feed.momentOf(wanted)
    const trace = this.#feed.traceOf(snapshot.number)
    const p95 = this.#percentiles.of(snapshot.number, p95Windows(snapshot, context))
    const overview = this.#feed.overviewOf(snapshot.number)
    return buildPicture(snapshot, trace, { ...context, p95 }, statistics, due, moment, overview)
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
  const layout = JSON.stringify(pictureLayout(snapshot, context))
  return {
    nowUs: snapshot.nowUs,
    mark: changeMark(snapshot, context),
    alert: `${layout}|${alertMark(snapshot, context)}`,
  }
}

function hasEnded({ source, devices }: Snapshot): boolean {
  return source.state === 'ended' || devices.some((each) => each.source.state === 'ended')
}
