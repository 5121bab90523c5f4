import { Command } from 'commander'
import { Monitor } from '../../monitor/monitor.ts'
import { openLog } from '../../storage/client/log-client.ts'
import { refuseLogAsStream } from '../../storage/file/output-guard.ts'
import { parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { numberIn } from '../../util/numbers.ts'
import { defaultLogPath, logFilePath } from '../../util/paths.ts'
import { parseSetting } from '../device-settings.ts'
import { withNewLog } from '../failed-start.ts'
import { type Example, examplesText } from '../help-text.ts'
import type { CliIo } from '../io.ts'
import { chooseOutput, type Output, openOutput } from '../monitor-output.ts'
import { openSource, type SourceChoice } from '../monitor-source.ts'
import { Stop } from '../monitor-stop.ts'
import { option } from '../option.ts'
import { keepHighest } from '../precedence.ts'
import { isReaderGone, outputFailed } from '../reader-gone.ts'
import { runAll } from '../run-all.ts'
import { openSummary } from '../summary.ts'

interface MonitorCliOptions extends SourceChoice {
  output?: 'tui' | 'plain' | 'ndjson' | 'none'
  db?: string
  log: boolean
  retain: number
  keepTime?: boolean
  device?: string
  duration?: number
  count?: number
  summary?: string
  set?: string | string[]
  maxVoltage?: number
  maxCurrent?: number
  ascii?: boolean
  mouse: boolean
}

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
  return new Command('monitor')
    .description('Reads one device, validates, logs and shows what it measures.')
    .addOption(
      option(
        '--port <path>',
        'serial port: COM3, /dev/ttyUSB0, /dev/serial/by-id/..., a pseudo-terminal',
      ),
    )
    .addOption(
      option('--baud <n>', 'line rate in baud, 300 to 4000000', {
        default: 115_200,
        parse: numberIn({ min: 300, max: 4_000_000, unit: 'baud', integer: true }),
      }),
    )
    .addOption(
      option('--stdin', 'frames from standard input, one way; keys come from the terminal itself'),
    )
    .addOption(option('--mock [scenario]', 'the built-in mock device (see: ina219 mock --list)'))
    .addOption(option('--wait', 'wait for a port that is absent or refused at the start'))
    .addOption(
      option('--output <how>', 'tui, plain (one line a sample), ndjson or none', {
        choices: ['tui', 'plain', 'ndjson', 'none'],
        defaultText: 'tui on a terminal, else plain',
      }),
    )
    .addOption(
      option('--db <file>', 'the log, an SQLite file', { defaultText: 'in the user data folder' }),
    )
    .addOption(option('--no-log', 'write no log'))
    .addOption(
      option('--retain <duration>', 'how long samples stay in the log, 1m or more', {
        default: 48 * 3_600_000,
        defaultText: '48h',
        parse: retention,
      }),
    )
    .addOption(option('--keep-time', "take the device's time stamps as they are, however old"))
    .addOption(
      option('--device <name>', 'label in the log', {
        defaultText: 'what the device says of itself, else the port',
      }),
    )
    .addOption(
      option('--duration <duration>', 'stop after that long, such as 90s, 15m, 1h30m', {
        parse: parseDuration,
      }),
    )
    .addOption(
      option('--count <n>', 'stop after n samples, 1 or more', {
        parse: numberIn({ min: 1, max: Number.MAX_SAFE_INTEGER, unit: '', integer: true }),
      }),
    )
    .addOption(
      option(
        '--summary <file>',
        'on exit, write the ledger of the run as one JSON object; - is stdout',
      ),
    )
    .addOption(
      option(
        '--set <name=value...>',
        'send settings to the device: interval=<ms>, time=now, range=<V>, averaging=<n>, mode=stream|poll, threshold=<A>|off, shunt=<ohm>, save',
        { list: 'whole' },
      ),
    )
    .addOption(
      option('--max-voltage <V>', 'largest plausible bus voltage, 0 to 1000 V', {
        defaultText: 'what the device says, else 26',
        parse: numberIn({ min: 0, max: 1000, unit: 'V' }),
      }),
    )
    .addOption(
      option('--max-current <A>', 'largest plausible current, either sign, 0 to 1000 A', {
        defaultText: 'what the device says, else 3.2',
        parse: numberIn({ min: 0, max: 1000, unit: 'A' }),
      }),
    )
    .addOption(option('--ascii', 'draw with ASCII characters only'))
    .addOption(option('--no-mouse', 'leave the mouse to the terminal'))
    .addHelpText('after', examplesText(EXAMPLES))
    .action((_options, command: Command) => {
      settleConflicts(command)
      const options = command.opts<MonitorCliOptions>()
      const run = (): Promise<void> => runMonitor(options, io)
      const path = options.db ?? defaultLogPath(io.env)
      return options.log ? withNewLog(logFilePath(path), run) : run()
    })
}

/** A flag beats environment and file also where they name an option that excludes it. */
function settleConflicts(command: Command): void {
  keepHighest(command, ['port'], ['stdin'], ['mock'])
  keepHighest(command, ['set'], ['stdin'])
  const { summary, output } = command.opts<MonitorCliOptions>()
  if (summary === '-' && output === 'ndjson') keepHighest(command, ['summary'], ['output'])
}

function retention(text: string): number {
  const ms = parseDuration(text)
  if (ms < 60_000) {
    throw new InaError('usage_invalid', `'${text}' is too short a retention`, 'keep at least 1m')
  }
  return ms
}

async function runMonitor(options: MonitorCliOptions, io: CliIo): Promise<void> {
  const how = chooseOutput(options.output, io)
  if (options.summary === '-' && how === 'ndjson') {
    throw new InaError(
      'usage_invalid',
      '--summary - and --output ndjson both want stdout',
      'write the summary to a file: --summary run.json',
    )
  }
  const path = options.db ?? defaultLogPath(io.env)
  const logFile = options.log ? logFilePath(path) : null
  if (logFile !== null) refuseLogAsStream(io.stdout, logFile)
  const writeSummary = openSummary(options.summary, io.stdout, logFile)
  // A variable and the configuration file give them as one text.
  const texts = [options.set ?? []].flat().flatMap((text) => text.split(/[\s,]+/))
  const settings = texts.filter((text) => text !== '').map((text) => parseSetting(text, io.clock))
  const source = await openSource(options, io)
  if (settings.length > 0 && !source.duplex) {
    throw new InaError(
      'usage_invalid',
      '--set needs a device that hears, and standard input is one way',
      'name the port with --port',
    )
  }
  const log = logFile === null ? null : await openLog({ file: logFile, retainMs: options.retain })

  const stop = new Stop()
  let output: Output | null = null
  const monitor = new Monitor(
    {
      source,
      log,
      clock: io.clock,
      keepTime: options.keepTime === true,
      device: options.device ?? null,
      range: {
        ...(options.maxVoltage === undefined ? {} : { voltageMax: options.maxVoltage }),
        ...(options.maxCurrent === undefined ? {} : { currentMax: options.maxCurrent }),
      },
      maxSamples: options.count ?? null,
      logFile: log === null ? null : { path, retainMs: options.retain },
    },
    {
      sample: (sample, device) => output?.sample(sample, device),
      event: (event) => output?.event(event),
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
    for (const command of settings) monitor.command(command)
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
