import { canOpenScreen } from '../../tui/terminal/can-open.ts'
import type { ProcessIo } from '../io.ts'

export type OutputKind = 'tui' | 'plain' | 'ndjson' | 'none'

export interface OutputPlan {
  readonly kind: OutputKind
  /** Draw with ASCII characters only. */
  readonly ascii: boolean
  /** Take the mouse. */
  readonly mouse: boolean
}

/** What was asked for, else the screen where there is a terminal, else plain lines. */
export function chooseOutput(asked: OutputKind | undefined, io: ProcessIo): OutputKind {
  return asked ?? (canOpenScreen(io.stdin, io.stdout, io.env) ? 'tui' : 'plain')
}
