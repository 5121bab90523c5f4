import type { ConnectPlan } from '../remote/connect-plan.ts'
import type { RemoteView } from '../remote/remote-view.ts'
import { dropLogThread } from '../storage/client/log-thread.ts'
import type { Screen } from '../tui/screen.ts'
import type { ProcessIo } from './io.ts'
import { runAll } from './run-all.ts'
import type { ScreenPlan } from './run-plan.ts'
import { keepHeapSmall } from './small-heap.ts'
import { Stop } from './stop.ts'

export interface RemotePlan {
  readonly connect: ConnectPlan
  readonly output: ScreenPlan
  /** Stop after that long, ms; null: no limit. */
  readonly durationMs: number | null
}

/**
 * Shows the monitor of a running `serve` on this terminal; nothing is read or logged here.
 *
 * @throws InaError device_*: it is not reached, or does not let this viewer in; usage_invalid
 */
export async function runRemote(
  { connect, output, durationMs }: RemotePlan,
  io: ProcessIo,
): Promise<void> {
  // Where the configuration says --connect, it was started.
  dropLogThread()
  const endSmallHeap = keepHeapSmall()
  const stop = new Stop(io.clock, () => screen?.close())
  let view: RemoteView | undefined
  let screen: Screen | undefined
  await runAll([
    async () => {
      // Loaded only now: a monitor of its own devices needs none of it.
      const { RemoteView } = await import('../remote/remote-view.ts')
      // Before the terminal is taken: why it is not reached stands on the screen as it was.
      const remote = await RemoteView.open({ ...connect, clock: io.clock })
      view = remote
      const { openScreen } = await import('../tui/screen.ts')
      screen = await openScreen({
        view: remote,
        onQuit: () => stop.now(),
        input: io.stdin.isTTY ? io.stdin : null,
        output: io.stdout,
        env: io.env,
        ascii: output.ascii,
        theme: output.theme,
        mouse: output.mouse,
        hints: output.hints,
        bell: output.bell,
        save: async (span, form) =>
          (await import('./save-span.ts')).saveFile(
            span,
            form,
            await remote.save({ ...span, form }),
          ),
        savePicture: async (svg, nowUs) => (await import('./save-span.ts')).savePicture(svg, nowUs),
        clock: io.clock,
      })
      stop.onSignals()
      stop.after(durationMs)
      await stop.reached
    },
    () => screen?.hold(),
    () => view?.close(),
    () => screen?.close(),
    () => screen?.ended,
    endSmallHeap,
    () => stop.dispose(),
  ])
}
