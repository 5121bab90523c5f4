import type { BusSubscriber } from '../../monitor/bus.ts'
import type { Hub } from '../../monitor/hub.ts'
import type { View } from '../../monitor/view.ts'
import type { Congestion } from '../../stream/backpressure.ts'
import type { ProcessIo } from '../io.ts'
import type { LogPlan, OutputPlan } from '../run-plan.ts'
import { LineOutput } from './line-output.ts'
import { ScreenOutput } from './screen-output.ts'

/** Where samples and events of a run are shown. */
export interface Output extends BusSubscriber, Congestion {
  /** The end of the input does not end the run. */
  readonly staysOpen: boolean
  /** Begins; nothing is published before. @param makeView for one that needs a view: it costs work and memory */
  open(hub: Hub, makeView: () => Promise<View>): Promise<void>
  /** The run is over: nothing more is asked of the view, and what is shown stays. */
  hold(): void
  close(): Promise<void>
  /** The process is about to be ended: the terminal is given back at once. */
  abandon(): void
}

export interface OutputContext {
  readonly io: ProcessIo
  /** null with `--no-log` */
  readonly log: LogPlan | null
  /** The user wants to end the run. */
  readonly onQuit: () => void
}

export function makeOutput(plan: OutputPlan, context: OutputContext): Output {
  return plan.kind === 'tui' ? new ScreenOutput(plan, context) : new LineOutput(plan.kind, context)
}
