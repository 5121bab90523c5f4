import type { Hub } from '../../monitor/hub.ts'
import type { View } from '../../monitor/view.ts'
import type { SavedSpan, SaveForm, SaveSpan } from '../../tui/saving.ts'
import type { Screen } from '../../tui/screen.ts'
import type { ScreenPlan } from '../run-plan.ts'
import type { Output, OutputContext } from './output.ts'

/** The full screen. Asks the view for what it shows; the bus tells it when to. */
export class ScreenOutput implements Output {
  readonly staysOpen = true
  readonly congested = false
  readonly #plan: ScreenPlan
  readonly #context: OutputContext
  #screen: Screen | null = null

  constructor(plan: ScreenPlan, context: OutputContext) {
    this.#plan = plan
    this.#context = context
  }

  async open(hub: Hub, makeView: () => Promise<View>): Promise<void> {
    const { io, log, onQuit } = this.#context
    const { openScreen } = await import('../../tui/screen.ts')
    this.#screen = await openScreen({
      view: await makeView(),
      onQuit,
      input: io.stdin.isTTY ? io.stdin : null,
      output: io.stdout,
      env: io.env,
      ascii: this.#plan.ascii,
      theme: this.#plan.theme,
      mouse: this.#plan.mouse,
      hints: this.#plan.hints,
      bell: this.#plan.bell,
      ...(log === null ? {} : { save: (span, form) => this.#save(hub, log.file, span, form) }),
      savePicture: async (svg, nowUs) => (await import('../save-span.ts')).savePicture(svg, nowUs),
      clock: io.clock,
    })
  }

  /** Loaded only then. The newest samples that are shown may not be in the log yet. */
  async #save(hub: Hub, file: string, span: SavedSpan, form: SaveForm): ReturnType<SaveSpan> {
    const [{ saveSpan }] = await Promise.all([import('../save-span.ts'), hub.committed()])
    return saveSpan(file, 'this process', span, form)
  }

  sample(): void {
    this.#screen?.sampled()
  }

  async drained(): Promise<void> {}

  hold(): void {
    this.#screen?.hold()
  }

  abandon(): void {
    this.#screen?.abandon()
  }

  async close(): Promise<void> {
    this.#screen?.close()
    await this.#screen?.ended
  }
}
