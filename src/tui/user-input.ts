import { adviceText } from '../util/errors.ts'
import { pointerMap } from './pointer-map.ts'
import type { ScreenActions } from './screen-actions.ts'
import type { ScreenState } from './screen-state.ts'
import { actionOf, helpStepOf, strangeKey } from './view/keymap.ts'
import { readPalette } from './view/palette.ts'
import { completePalette } from './view/palette-completion.ts'
import type { PaletteOrder } from './view/palette-orders.ts'
import { type Held, type MouseReport, pointed } from './view/pointer.ts'
import { type Prompt, pasted, promptAfter, remember, withProblem } from './view/prompt.ts'
import { noticed } from './view/view-state.ts'
import type { ViewFeed } from './view-feed.ts'

/** So many lines of help a step of the wheel is. */
const WHEEL_LINES = 3

/** What keys, mouse and pasted text mean at the moment: to the prompt, to help, or to the screen. */
export class UserInput {
  readonly #state: ScreenState
  readonly #actions: ScreenActions
  readonly #feed: ViewFeed
  /** A button that is held in the chart. */
  #held: Held | null = null

  constructor(state: ScreenState, actions: ScreenActions, feed: ViewFeed) {
    this.#state = state
    this.#actions = actions
    this.#feed = feed
  }

  /**
   * @param key its full name, such as `q`, `C-c`, `left`
   * @param char what it writes; null: nothing
   */
  key(key: string, char: string | null): void {
    this.#state.touch()
    this.#state.dropNotice()
    const { prompt, help } = this.#state.view
    if (prompt !== null) this.#promptKey(prompt, key, char)
    else if (help !== null) this.#helpKey(key)
    else {
      const action = actionOf(key)
      const strange = action ? null : strangeKey(key, char)
      if (action) this.#actions.act(action)
      else if (strange !== null) this.#state.notice(`${strange} is no key here: ? shows them all`)
    }
  }

  /** Text for a line that is written; never keys, whatever is in it. */
  paste(text: string): void {
    const { view } = this.#state
    if (view.prompt === null) this.#state.notice('what is pasted is no key: nothing was done')
    else this.#state.change({ ...view, prompt: pasted(view.prompt, text) })
  }

  mouse(report: MouseReport): void {
    this.#state.touch()
    const { snapshot } = this.#feed
    const { prompt, help, selected } = this.#state.view
    if (help !== null) this.#helpMouse(report)
    else if (prompt === null && snapshot?.number === selected) {
      const context = this.#state.pictureContext
      const trace = this.#state.traceOf(snapshot, context)
      const overview = this.#feed.overviewOf(snapshot.number)
      const map = pointerMap(snapshot, trace, context, overview)
      const { held, actions } = pointed(this.#held, report, map)
      this.#held = held
      for (const action of actions) this.#actions.act(action)
    }
  }

  /** Help covers the rest, so a key first takes it away: `q`, too, which closes help in other programs. */
  #helpKey(key: string): void {
    const step = helpStepOf(key)
    const { lines, room } = this.#state.viewContext.help
    if (key === 'C-c') this.#actions.act('quit')
    else if (key === 'C-z') this.#actions.act('suspend')
    else this.#actions.act(step === undefined || lines <= room ? 'dismiss' : `help_${step}`)
  }

  #helpMouse({ kind }: MouseReport): void {
    if (kind === 'press') this.#actions.act('dismiss')
    const step = kind === 'wheel_up' ? 'help_up' : kind === 'wheel_down' ? 'help_down' : null
    for (let i = 0; i < WHEEL_LINES && step !== null; i++) this.#actions.act(step)
  }

  /** What is typed is text, but for Ctrl-Z and Ctrl-L, which are about the terminal. */
  #promptKey(prompt: Prompt, key: string, char: string | null): void {
    if (key === 'C-z' || key === 'C-l') {
      this.#actions.act(key === 'C-z' ? 'suspend' : 'redraw')
      return
    }
    const { view, paletteContext } = this.#state
    const after = promptAfter(prompt, key, char, {
      complete: (line) => completePalette(line, paletteContext),
      said: view.said,
    })
    if (after.kind === 'entered') this.#carryOut(prompt, after.text)
    else this.#state.change({ ...view, prompt: after.kind === 'open' ? after.prompt : null })
  }

  /** A line with a mistake stays, to be mended. */
  #carryOut(prompt: Prompt, text: string): void {
    const { view, paletteContext } = this.#state
    const said = remember(view.said, text)
    let order: PaletteOrder
    try {
      order = readPalette(text, paletteContext)
    } catch (error) {
      this.#state.change({ ...view, said, prompt: withProblem(prompt, adviceText(error)) })
      return
    }
    this.#state.change({ ...view, said, prompt: null })
    if (order.kind === 'actions') for (const action of order.actions) this.#actions.act(action)
    else if (order.kind === 'control') void this.#actions.control(order.control)
    else {
      const changed = { ...this.#state.view, ...order.change }
      this.#state.change(noticed(changed, order.said, this.#state.viewContext))
    }
  }
}
