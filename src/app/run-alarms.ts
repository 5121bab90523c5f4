import { AlarmWatch } from '../monitor/alarm-watch.ts'
import type { Hub } from '../monitor/hub.ts'
import { AlarmActions } from './alarm-actions.ts'
import type { ProcessIo } from './io.ts'
import type { RunPlan } from './run-plan.ts'

/** The alarms of a run, and what is done when something happens to them. */
export interface RunAlarms {
  readonly watch: AlarmWatch
  /** Waits a while for programs that run, then ends them. */
  close(): Promise<void>
}

/** To be subscribed to the bus behind the outputs: a sample is shown before what it raises. */
export function makeAlarms(plan: RunPlan, hub: Hub, io: ProcessIo): RunAlarms {
  const actions = new AlarmActions(plan.onAlarm, hub, io)
  const watch = new AlarmWatch({
    hub,
    clock: io.clock,
    devices: plan.devices.map(({ alarms, channels }) => ({
      rules: alarms,
      channelUnit: (id) => channels.find((each) => each.id === id)?.unit ?? null,
    })),
    onEvent: (number, event, isSnoozed) => actions.notice(number, event, isSnoozed),
  })
  return { watch, close: () => actions.close() }
}
