import { Command } from 'commander'
import { withNewLog } from '../../app/failed-start.ts'
import type { ProcessIo } from '../../app/io.ts'
import { chooseOutput } from '../../app/output/choose-output.ts'
import type { ConnectPlan } from '../../remote/connect-plan.ts'
import { InaError } from '../../util/errors.ts'
import { addConnectOptions } from '../connect-options.ts'
import { deviceWordsText } from '../device-words-text.ts'
import { type Example, examplesText } from '../help-text.ts'
import { addMonitorOptions, type MonitorOptions } from '../monitor-options.ts'
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
  ['ina219 monitor --connect http://bench:8219', "watch what 'ina219 serve' reads there"],
]

/** Of the screen, whose devices it may be. */
const SCREEN = ['output', 'bell', 'ascii', 'theme', 'mouse', 'hints', 'duration']

export function monitorCommand(io: ProcessIo): Command {
  const command = new Command('monitor').description(
    'Reads one device or several, validates, logs and shows what they measure.',
  )
  const read = addMonitorOptions(command)
  const readConnect = addConnectOptions(command, io, 'show the devices', SCREEN)
  return command.addHelpText('after', deviceWordsText() + examplesText(EXAMPLES)).action(() => {
    const connect = readConnect()
    if (connect !== null) return showRemote(connect, command.opts<MonitorOptions>(), io)
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

/** What is shown is read and logged by the server; only how it is shown is said here. */
async function showRemote(
  connect: ConnectPlan,
  options: MonitorOptions,
  io: ProcessIo,
): Promise<void> {
  const output = outputPlan(options, chooseOutput(options.output, io))
  if (output.kind !== 'tui') {
    throw new InaError(
      'usage_invalid',
      '--connect shows the screen of a running serve, which takes a terminal',
      'for its samples line by line: curl -N <address>/api/v1/live (docs/serve.md)',
    )
  }
  // Loaded only now: other runs need none of it.
  const { runRemote } = await import('../../app/remote-run.ts')
  await runRemote({ connect, output, durationMs: options.duration ?? null }, io)
}
