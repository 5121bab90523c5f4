import { Command } from 'commander'
import { withNewLog } from '../../app/failed-start.ts'
import type { ProcessIo } from '../../app/io.ts'
import { chooseOutput } from '../../app/output/choose-output.ts'
import { deviceWordsText } from '../device-words-text.ts'
import { type Example, examplesText } from '../help-text.ts'
import { addMonitorOptions } from '../monitor-options.ts'
import { logPlan, outputPlan, runPlan } from '../monitor-plan.ts'
import { devicePlans } from '../monitor-source.ts'

const EXAMPLES: readonly Example[] = [
  ['ina219 monitor --mock', 'try it without hardware'],
  ['ina219 monitor --port /dev/ttyUSB0', 'watch and log a board (COM3 on Windows)'],
  [
    'ina219 monitor --port /dev/ttyUSB0 --set interval=100 averaging=8',
    'with settings for the board',
  ],
  ['ina219 monitor --port /dev/ttyUSB0 --wait --output none', 'log without a terminal'],
  ['ina219 mock | ina219 monitor --stdin', 'frames from a pipe'],
  ["ina219 monitor --port /dev/ttyUSB0 --alarm 'a > 1.2A for 5s as overload'", 'with an alarm'],
  [
    'ina219 monitor --mock sine --no-log --output ndjson --count 5',
    'five samples as JSON, nothing logged',
  ],
  ['ina219 monitor --mock --duration 1h --summary run.json', 'run for an hour and write a summary'],
]

export function monitorCommand(io: ProcessIo): Command {
  const command = new Command('monitor').description(
    'Reads one device or several, validates, logs and shows what they measure.',
  )
  const read = addMonitorOptions(command)
  return command.addHelpText('after', deviceWordsText() + examplesText(EXAMPLES)).action(() => {
    const options = read()
    const log = logPlan(options, io)
    const run = async (): Promise<void> => {
      // Before what takes time, such as to list the ports.
      const kind = chooseOutput(options.output, io)
      const devices = await devicePlans(options.devices, io)
      const output = outputPlan(options, kind)
      const plan = await runPlan(options, { devices, log, output, serve: null }, io)
      // Loaded only now: other commands need none of it.
      const { runMonitor } = await import('../../app/runtime.ts')
      await runMonitor(plan, io)
    }
    return log === null ? run() : withNewLog(log.file, run)
  })
}
