import { canOpenScreen } from '../../tui/terminal/can-open.ts'
import type { ProcessIo } from '../io.ts'
import type { OutputKind } from '../run-plan.ts'

/** The output that was requested, else the screen where there is a terminal, else plain lines. */
export function chooseOutput(requested: OutputKind | undefined, io: ProcessIo): OutputKind {
  return requested ?? (canOpenScreen(io.stdin, io.stdout, io.env) ? 'tui' : 'plain')
}
