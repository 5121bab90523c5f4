import { Command } from 'commander'
import { Monitor } from '../../monitor/monitor.ts'
import { openLog } from '../../storage/client/log-client.ts'
import { refuseLogAsStream } from '../../storage/file/output-guard.ts'
import { InaError } from '../../util/errors.ts'
import { logFilePath } from '../../util/paths.ts'
import { logPath } from '../common-options.ts'
import { withNewLog } from '../failed-start.ts'
import { type Example, examplesText } from '../help-text.ts'
import type { CliIo } from '../io.ts'
import { addMonitorOptions, type MonitorOptions } from '../monitor-options.ts'
import { chooseOutput, type Output, openOutput } from '../monitor-output.ts'
import { devicePlans, openSource } from '../monitor-source.ts'
import { Stop } from '../monitor-stop.ts'
import { isReaderGone, outputFailed } from '../reader-gone.ts'
import { runAll } from '../run-all.ts'
import { openSummary } from '../summary.ts'

const TICK_MS = 50

const EXAMPLES: readonly Example[] = [
  ['ina219 monitor --mock', 'try it without hardware'],
  ['ina219 monitor --port /dev/ttyUSB0', 'watch and log a board (COM3 on Windows)'],
  [
    'ina219 monitor --port /dev/ttyUSB0 --set interval=100 averaging=8',
    'with settings for the board',
  ],
  ['ina219 monitor --port /dev/ttyUSB0 --wait --output none', 'log without a terminal'],
  ['ina219 mock | ina219 monitor --stdin', 'frames from a pipe'],
  [
    'ina219 monitor --mock sine --no-log --output ndjson --count 5',
    'five samples as JSON, nothing logged',
  ],
  ['ina219 monitor --mock --duration 1h --summary run.json', 'an hour, and what it came to'],
]

export function monitorCommand(io: CliIo): Command {
  const command = new Command('monitor').description(
    'Reads one device or several, validates, logs and shows what they measure.',
  )
  const read = addMonitorOptions(command)
  return command.addHelpText('after', examplesText(EXAMPLES)).action(() => {
    const options = read()
    const run = (): Promise<void> => runMonitor(options, io)
    const path = logPath(options.db, io.env)
    return options.log ? withNewLog(logFilePath(path), run) : run()
  })
}

async function runMonitor(options: MonitorOptions, io: CliIo): Promise<void> {
  const how = chooseOutput(options.output, io)
  const path = logPath(options.db, io.env)
  const logFile = options.log ? logFilePath(path) : null
  if (logFile !== null) refuseLogAsStream(io.stdout, logFile)
  const writeSummary = openSummary(options.summary, io.stdout, logFile)
  const [plan, ...further] = await devicePlans(options.devices, io)
  if (plan === undefined || further.length > 0) {
    throw new InaError(
      'usage_invalid',
      'several devices come with the next merge',
      'name one source',
    )
  }
  const source = await openSource(plan.source, io)
  const log = logFile === null ? null : await openLog({ file: logFile, retainMs: options.retain })

  const stop = new Stop()
  let output: Output | null = null
  const monitor = new Monitor(
    {
      source,
      log,
      clock: io.clock,
      keepTime: options.keepTime === true,
      device: plan.device,
      range: plan.range,
      maxSamples: options.count ?? null,
      logFile: log === null ? null : { path, retainMs: options.retain },
    },
    {
      sample: (sample, device) => output?.sample(sample, device),
      event: (event) => output?.event(event, ''),
      ended: (reason) => {
        // With a screen, the end of the input leaves the last minute to look at until `q`.
        if (how !== 'tui' || reason === 'limit') stop.now()
      },
      failed: (error) => stop.fail(error),
      quit: () => stop.now(),
    },
  )
  stop.onSignals()
  stop.after(options.duration)
  io.stdout.on('error', (error) => {
    if (isReaderGone(error)) stop.now()
    else stop.fail(outputFailed(error))
  })
  const ticker = setInterval(() => monitor.tick(), TICK_MS)
  const run = async (): Promise<void> => {
    output = await openOutput(how, {
      monitor,
      io,
      ascii: options.ascii === true,
      mouse: options.mouse,
      logPath: log === null ? null : path,
      retainMs: options.retain,
      withDevice: false,
    })
    log?.onState((state) => {
      if (state.kind === 'failed')
        stop.fail(
          new InaError(
            'log_unwritable',
            state.reason,
            'free some space or name another file with --db',
          ),
        )
    })
    monitor.start()
    for (const command of plan.settings) monitor.command(command)
    await stop.reached
  }
  await runAll([
    run,
    () => monitor.settle(),
    () => clearInterval(ticker),
    () => source.stop(),
    () => monitor.finish(),
    () => log?.close(),
    () => output?.close(),
    () => writeSummary(monitor.ledger),
    () => stop.dispose(),
  ])
}
