import { SNOOZE_MIN, type View, type ViewControl } from '../monitor/view.ts'
import { adviceText } from '../util/errors.ts'
import { isJump, type JumpAction, jumped, jumpRequest } from './jump.ts'
import type { Saving } from './saving.ts'
import type { ScreenState } from './screen-state.ts'
import type { ScreenTerminal } from './terminal/screen-terminal.ts'
import { answered } from './view/key-answers.ts'
import type { Action } from './view/key-bindings.ts'

/** How long an answer of a device, the name of a file or an error stands, ms, unless a key is pressed. */
const ANSWER_MS = 10_000
/** Longer than a command may take: 7.5 s, and as often again where a device has to be asked who it is. */
const WAITING_MS = 60_000

/** How one gets one. */
const NO_BURST = 'this device has sent no burst yet: :trigger=1.5 arms it, where it knows that'

export interface ScreenActionsOptions {
  readonly state: ScreenState
  readonly terminal: ScreenTerminal
  readonly view: View
  readonly saving: Saving
  readonly onQuit: () => void
}

/** Carries out what keys, mouse and commands ask for: in the view on the screen, the monitor, the terminal or a file. */
export class ScreenActions {
  readonly #options: ScreenActionsOptions
  #lastJump: { readonly action: JumpAction; readonly times: number } | null = null

  constructor(options: ScreenActionsOptions) {
    this.#options = options
  }

  act(action: Action): void {
    if (isJump(action)) {
      void this.#jump(action)
      return
    }
    this.#lastJump = null
    const { state, terminal, saving, onQuit } = this.#options
    const device = state.view.selected
    if (action === 'quit') onQuit()
    else if (action === 'suspend') terminal.suspend()
    else if (action === 'redraw') terminal.repaint()
    else if (action === 'totals_reset') void this.control({ kind: action, device })
    else if (action === 'burst') void this.#burst()
    else if (action === 'save_csv') void this.#save(() => saving.samples())
    else if (action === 'save_chart') void this.#save(() => saving.chart())
    else if (action === 'save_screen') void this.#save(() => saving.screen())
    else if (action === 'alarm_ack' || action === 'alarm_snooze') this.#onAlarms(action)
    else state.change(answered(state.view, action, state.viewContext))
  }

  /** What came of it stands on the event line, whole above it where it is longer. */
  async control(control: ViewControl): Promise<void> {
    const { state, view } = this.#options
    if (control.kind === 'send') {
      state.notice(`${control.words}: sent, the device has not answered yet`, WAITING_MS)
    }
    try {
      const text = await view.control(control)
      state.notice(text, control.kind === 'send' ? ANSWER_MS : undefined)
    } catch (error) {
      state.notice(adviceText(error), ANSWER_MS)
    }
  }

  #onAlarms(kind: 'alarm_ack' | 'alarm_snooze'): void {
    const { view } = this.#options.state
    const target = { device: view.selected, name: null }
    if (kind === 'alarm_ack') void this.control({ kind, ...target })
    else void this.control({ kind, ...target, minutes: SNOOZE_MIN.usual })
  }

  /** Pressed again, the same jump is about the next channel. */
  async #jump(action: JumpAction): Promise<void> {
    const { state, view } = this.#options
    const { snapshot } = state
    const times = this.#lastJump?.action === action ? this.#lastJump.times + 1 : 0
    this.#lastJump = { action, times }
    const request = snapshot && jumpRequest(action, times, state.view, snapshot)
    if (snapshot === null || request === null) {
      state.notice('there are no samples yet')
      return
    }
    try {
      const moment = await view.find(request)
      if (state.view.selected !== request.device) return
      const after = jumped(state.view, request, moment, snapshot, state.viewContext)
      state.notice(after.text, undefined, after.view)
    } catch (error) {
      state.notice(adviceText(error))
    }
  }

  /** Shows the newest one, or takes it away. */
  async #burst(): Promise<void> {
    const { state, view } = this.#options
    const device = state.view.selected
    if (state.view.burst?.device === device) {
      state.change({ ...state.view, burst: null })
      return
    }
    try {
      const burst = await view.burst(device)
      if (burst === null) state.notice(NO_BURST, ANSWER_MS)
      else if (state.view.selected === device) {
        state.change({ ...state.view, burst: { device, burst } })
      }
    } catch (error) {
      state.notice(adviceText(error), ANSWER_MS)
    }
  }

  /** @param save what it says stands */
  async #save(save: () => Promise<string>): Promise<void> {
    const { state } = this.#options
    try {
      state.notice(await save(), ANSWER_MS)
    } catch (error) {
      state.notice(adviceText(error), ANSWER_MS)
    }
  }
}
