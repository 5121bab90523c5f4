import { Command } from 'commander'
import { parseFaults } from '../../../mock/faults.ts'
import { parseColumns, type SpecifiedColumn } from '../../../mock/replay/column-spec.ts'
import { readRecording } from '../../../mock/replay/recording.ts'
import { ReplayFeed } from '../../../mock/replay/replay-feed.ts'
import {
  DEFAULT_RATE_HZ,
  deviceOptions,
  paceOf,
  type RunChoice,
  sampleLimit,
} from '../../../mock/run-plan.ts'
import { ScenarioFeed } from '../../../mock/sample-feed.ts'
import { findScenario, listScenarios } from '../../../mock/scenarios/index.ts'
import { printAtOnce, printLive } from '../../../mock/stdout-runner.ts'
import { flushed } from '../../app/flushed.ts'
import type { ProcessIo } from '../../app/io.ts'
import { isReaderGone, outputFailed } from '../../app/reader-gone.ts'
import { Stop } from '../../app/stop.ts'
import { openSummary } from '../../app/summary.ts'
import { InaError } from '../../util/errors.ts'
import { numberIn } from '../../util/numbers.ts'
import { countOption, durationOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { exclude } from '../precedence.ts'

interface MockCliOptions extends RunChoice {
  list?: boolean
  replay?: string
  columns?: readonly SpecifiedColumn[]
  pty?: string | true
  summary?: string
  board?: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 mock --list', 'the scenarios'],
  [
    'ina219 mock --scenario motor --rate 50 | ina219 monitor --stdin',
    'a motor, watched through a pipe',
  ],
  ['ina219 mock --rate 100 --pty /tmp/board', 'a board to open with --port /tmp/board'],
  [
    'ina219 mock --rate max --count 100000 --fault drop=0.01,corrupt=0.005 --summary - > frames.jsonl',
    'faults on the line, as fast as it goes',
  ],
  [
    'ina219 mock --replay recording.csv | ina219 monitor --stdin --keep-time',
    'a recording, at its own pace and times',
  ],
  ['ina219 mock --board --count 5', 'the real firmware on an emulated board'],
]

/** `max` on a serial port: what the sensor converts at 12 bit (SBOS448: 2 × 532 µs). */
const SENSOR_RATE_HZ = 1e6 / 1064

export function mockCommand(io: ProcessIo): Command {
  return new Command('mock')
    .description('Is a device: prints frames, or serves them on a pseudo-serial port.')
    .addOption(
      option(
        '--rate <hz|max>',
        `samples a second, 0.001 to 1000000, or max (default: ${DEFAULT_RATE_HZ}; with --replay, the recording's pace)`,
        { parse: rate },
      ),
    )
    .addOption(
      option(
        '--interval <ms>',
        'device time between samples in ms, 0.001 to 86400000 (default: 1000/rate, 1000 with max)',
        { parse: numberIn({ min: 0.001, max: 86_400_000, unit: 'ms' }) },
      ),
    )
    .addOption(countOption())
    .addOption(durationOption('stop after that long, device time with --rate max'))
    .addOption(
      option('--scenario <name>', 'what the load does; --list shows them', {
        default: 'normal',
        parse: (text) => findScenario(text).name,
      }),
    )
    .addOption(option('--list', 'list the scenarios', { flagOnly: true }))
    .addOption(
      option('--seed <n>', 'of everything random, 0 to 4294967295', {
        default: 1,
        parse: numberIn({ min: 0, max: 0xffffffff, unit: '', integer: true }),
      }),
    )
    .addOption(
      option(
        '--start <epoch seconds>',
        "time of the first sample, 0 to 4294967295 s (default: now; with --replay, the recording's)",
        { parse: numberIn({ min: 0, max: 0xffffffff, unit: 's' }) },
      ),
    )
    .addOption(
      option(
        '--fault <spec>',
        'probability per line (0 to 1) of drop, corrupt, truncate, duplicate, garbage, reset: drop=0.01,reset=0.0001 (default: none)',
        { parse: parseFaults },
      ),
    )
    .addOption(
      option('--replay <file>', 'play a recording: CSV, tables, labelled text, JSON lines'),
    )
    .addOption(
      option(
        '--columns <list>',
        "what a recording's columns are, such as time:ms,-,voltage:V,current:mA,power:W (default: found out)",
        { parse: parseColumns },
      ),
    )
    .addOption(
      option('--plain-frames', 'bare frames without crc and hello, as plain sketches print'),
    )
    .addOption(
      option('--pty [link]', 'serve on a new pseudo-serial port, print its path, obey commands'),
    )
    .addOption(
      option('--summary <file>', 'at the end, write what was done as one JSON object; - is stderr'),
    )
    .addOption(option('--board', 'run the real firmware on an emulated ATmega328P with an INA219'))
    .addHelpText('after', examplesText(EXAMPLES))
    .action((_options, command: Command) => {
      settleConflicts(command)
      return runMock(command.opts<MockCliOptions>(), io)
    })
}

/** A flag beats environment and file also where they name an option that excludes it. */
function settleConflicts(command: Command): void {
  const misplaced = [
    ['fault', '--fault'],
    ['plainFrames', '--plain-frames'],
    ['start', '--start'],
    ...(command.getOptionValue('rate') === 'max' ? [['rate', '--rate max'] as const] : []),
  ] as const
  for (const [key, flag] of misplaced) {
    exclude(
      command,
      [['board'], [key]],
      `${flag} does not go with --board, which runs the firmware as it is`,
      'leave one of them out',
    )
  }
  // A default for recordings is no mistake of a run without one.
  const isSaidHere = command.getOptionValueSource('columns') === 'cli'
  if (command.getOptionValue('replay') === undefined && !isSaidHere) {
    command.setOptionValue('columns', undefined)
  }
}

function rate(text: string): number | 'max' {
  return text === 'max' ? text : numberIn({ min: 0.001, max: 1_000_000, unit: 'Hz' })(text)
}

async function runMock(options: MockCliOptions, io: ProcessIo): Promise<void> {
  if (options.list === true) {
    io.stdout.write(listScenarios())
    return
  }
  refuseUnusedColumns(options)
  const writeSummary = openSummary(options.summary ?? null, io.stderr, null)
  const replay = options.replay === undefined ? null : openReplay(options.replay, options)
  const stop = new Stop(io.clock)
  const abort = new AbortController()
  void stop.reached.then(() => abort.abort())
  stop.onSignals()
  // An output that takes no more ends the run; the summary is still written.
  let failure: InaError | null = null
  io.stdout.on('error', (error) => {
    if (!isReaderGone(error)) failure ??= outputFailed(error)
    stop.now()
  })
  try {
    const summary = await runners(options, replay, io, stop, abort.signal)
    await flushed([io.stdout])
    await writeSummary(summary)
    if (failure !== null) throw failure
  } finally {
    stop.dispose()
  }
}

function refuseUnusedColumns(options: MockCliOptions): void {
  if (options.columns !== undefined && options.replay === undefined) {
    throw new InaError(
      'usage_invalid',
      '--columns says what the columns of a recording are, but none is played',
      'name the recording with --replay',
    )
  }
}

function openReplay(path: string, options: MockCliOptions): ReplayFeed {
  return new ReplayFeed(readRecording(path, options.columns), options.start === undefined)
}

async function runners(
  options: MockCliOptions,
  replay: ReplayFeed | null,
  io: ProcessIo,
  stop: Stop,
  signal: AbortSignal,
): Promise<object> {
  if (options.board === true) return runBoard(options, replay, io, signal)
  if (options.pty === undefined) {
    const device = deviceOptions(options, replay, io.clock.wallMs())
    const limit = sampleLimit(options, replay)
    const limited = limit === null ? device : { ...device, limit }
    return options.rate === 'max'
      ? printAtOnce(limited, io.stdout, signal)
      : printLive(limited, paceOf(options, replay), io.stdout, io.clock, signal)
  }
  const { openPty } = await import('../../../mock/pty.ts')
  const { servePty } = await import('../../../mock/pty-runner.ts')
  const served: MockCliOptions =
    options.rate === 'max' ? { ...options, rate: SENSOR_RATE_HZ } : options
  const pty = await openPty(linkOf(options.pty))
  io.stdout.write(`${pty.path}\n`)
  stop.after(options.duration ?? null)
  const limit = options.count === undefined ? {} : { limit: options.count }
  return servePty(
    () => ({ ...deviceOptions(served, replay, io.clock.wallMs()), ...limit }),
    paceOf(served, replay),
    pty,
    io.clock,
    signal,
  )
}

/** The stable name of a pseudo-serial port, where `--pty` gives one. */
function linkOf(pty: string | true): { readonly link?: string } {
  return pty === true ? {} : { link: pty }
}

async function runBoard(
  options: MockCliOptions,
  replay: ReplayFeed | null,
  io: ProcessIo,
  signal: AbortSignal,
): Promise<object> {
  const { serveBoard } = await import('../../../mock/board/serve.ts')
  const { streamHost } = await import('../../../mock/board/board-host.ts')
  const { openPty } = await import('../../../mock/pty.ts')
  const pty = options.pty === undefined ? null : await openPty(linkOf(options.pty))
  if (pty !== null) io.stdout.write(`${pty.path}\n`)
  const rateHz = options.rate as number | undefined
  const intervalMs = options.interval ?? (rateHz === undefined ? null : 1000 / rateHz)
  try {
    return await serveBoard(
      {
        feed: replay ?? new ScenarioFeed(options.scenario, options.seed),
        intervalMs: intervalMs === null ? null : Math.round(intervalMs),
        count: options.count ?? null,
        durationMs: options.duration ?? null,
      },
      { host: pty ?? streamHost(io.stdout), clock: io.clock, signal },
    )
  } finally {
    await pty?.close()
  }
}
