import type { BusSubscriber } from '../../monitor/bus.ts'
import type { Hub } from '../../monitor/hub.ts'
import type { View } from '../../monitor/view.ts'
import type { Congestion } from '../../stream/backpressure.ts'
import type { ProcessIo } from '../io.ts'
import type { LogPlan } from '../runtime.ts'
import type { OutputPlan } from './choose-output.ts'
import { LineOutput } from './line-output.ts'
import { ScreenOutput } from './screen-output.ts'

/** Where samples and events of a run are shown. */
export interface Output extends BusSubscriber, Congestion {
  /** The end of the input does not end the run. */
  readonly staysOpen: boolean
  /** Begins; nothing is published before. */
  open(hub: Hub, view: View): Promise<void>
  close(): Promise<void>
}

export interface OutputContext {
  readonly io: ProcessIo
  /** null with `--no-log` */
  readonly log: LogPlan | null
  /** The user wants to end the run. */
  readonly onQuit: () => void
}

export function openOutput(plan: OutputPlan, context: OutputContext): Output {
  const { kind } = plan
  return kind === 'tui' ? new ScreenOutput(plan, context) : new LineOutput(kind, context)
}
