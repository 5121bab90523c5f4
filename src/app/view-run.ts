import { LogView } from '../monitor/log-view.ts'
import { openLogHistory } from '../storage/client/log-history.ts'
import type { ThemeChoice } from '../theme/themes.ts'
import type { Screen } from '../tui/screen.ts'
import { canOpenScreen } from '../tui/terminal/can-open.ts'
import { InaError } from '../util/errors.ts'
import type { ProcessIo } from './io.ts'
import { runAll } from './run-all.ts'
import { keepHeapSmall } from './small-heap.ts'
import { Stop } from './stop.ts'

export interface ViewPlan {
  /** Path of the log. */
  readonly file: string
  readonly ascii: boolean
  readonly theme: ThemeChoice
  readonly mouse: boolean
}

/**
 * Shows a log on the screen, without a device: read alone, without the writer's lock, so that
 * another process may be writing it.
 *
 * @throws InaError usage_invalid: no terminal; log_*
 */
export async function runView(
  { file, ascii, theme, mouse }: ViewPlan,
  io: ProcessIo,
): Promise<void> {
  if (!canOpenScreen(io.stdin, io.stdout, io.env)) {
    const hint = "'ina219 history' and 'ina219 export' print what is in it"
    throw new InaError('usage_invalid', 'there is no terminal to show the log on', hint)
  }
  const endSmallHeap = keepHeapSmall()
  const history = openLogHistory(file)
  const stop = new Stop(io.clock, () => screen?.abandon())
  let screen: Screen | undefined
  await runAll([
    async () => {
      const view = new LogView({ history, file, clock: io.clock })
      // Before the terminal is taken: why it can't be shown stands on the screen as it was.
      await view.open()
      const { openScreen } = await import('../tui/screen.ts')
      screen = await openScreen({
        view,
        onQuit: () => stop.now(),
        input: io.stdin.isTTY ? io.stdin : null,
        output: io.stdout,
        env: io.env,
        ascii,
        theme,
        mouse,
        hints: false,
        bell: false,
        showsAll: true,
        save: async (span, form) =>
          (await import('./save-span.ts')).saveSpan(file, 'other', span, form),
        savePicture: async (svg, nowUs) => (await import('./save-span.ts')).savePicture(svg, nowUs),
        clock: io.clock,
      })
      stop.onSignals()
      await stop.reached
    },
    () => screen?.hold(),
    () => history.close(),
    () => screen?.close(),
    () => screen?.ended,
    endSmallHeap,
    () => stop.dispose(),
  ])
}
