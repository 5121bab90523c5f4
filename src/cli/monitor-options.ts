import type { Command } from 'commander'
import { OUTPUT_KINDS, type OutputKind } from '../app/run-plan.ts'
import type { ThemeChoice } from '../theme/themes.ts'
import { InaError } from '../util/errors.ts'
import { numberIn } from '../util/numbers.ts'
import {
  countOption,
  dbOption,
  durationOption,
  retainOption,
  themeOption,
} from './common-options.ts'
import type { DevicesRequest } from './device-plans.ts'
import { option } from './option.ts'
import { blamed, type Said, saidOf } from './origins.ts'
import { exclude, hasFlag, levelOf, sourceLevel } from './precedence.ts'
import { addSinkOptions, type SinkOptions } from './sink-options.ts'
import { addSourceOptions } from './source-options.ts'

/** What `--db`, `--no-log` and `--retain` say. */
interface LogOptions {
  readonly db?: string
  readonly log: boolean
  /** ms */
  readonly retain: number
}

/** Of a run, whoever watches it. */
export interface RunOptions extends LogOptions, SinkOptions {
  /** Who says an option, by its key here, where environment or file do. */
  readonly said: (key: string) => Said | null
  readonly devices: DevicesRequest
  readonly keepTime?: boolean
  readonly anomalies: boolean
  readonly keepTotals?: boolean
  /** ms */
  readonly duration?: number
  readonly count?: number
  readonly summary?: string
  readonly heartbeat?: string
  readonly backup?: string
  readonly backupKeep: number
  readonly onAlarm?: readonly string[]
}

export interface MonitorOptions extends RunOptions {
  readonly output?: OutputKind
  readonly ascii?: boolean
  readonly theme: ThemeChoice
  readonly mouse: boolean
  readonly hints: boolean
  readonly bell: boolean
}

/**
 * Adds all options of `monitor`.
 *
 * @returns what they say, once the command line is parsed; it throws InaError usage_invalid
 */
export function addMonitorOptions(command: Command): () => MonitorOptions {
  const read = addRunOptions(command)
  addScreenOptions(command)
  return () => {
    const { summary, output } = command.opts<MonitorOptions>()
    if (summary === '-' && output === 'ndjson') {
      exclude(
        command,
        [['summary'], ['output']],
        '--summary - and --output ndjson both want stdout',
        'write the summary to a file: --summary run.json',
      )
    }
    const run = read()
    return { ...command.opts<Omit<MonitorOptions, keyof RunOptions>>(), ...run }
  }
}

/**
 * Adds the options that `monitor` and `serve` share: sources, log, alarms, and when a run ends.
 *
 * @returns what they say, once the command line is parsed; it throws InaError usage_invalid
 */
export function addRunOptions(command: Command): () => RunOptions {
  const devices = addSourceOptions(command)
  addLogOptions(command)
  addAlarmOptions(command)
  addSinkOptions(command)
  addEndOptions(command)
  return () => {
    const request = devices()
    settleLogged(command, 'keepTotals', '--keep-totals needs the log, and --no-log writes none')
    settleLogged(command, 'backup', '--backup copies from the log, and --no-log writes none')
    settleLogged(command, 'sink', '--sink sends what is in the log, and --no-log writes none')
    refuseKeepAlone(command)
    const options = command.opts<Omit<RunOptions, 'devices' | 'said'>>()
    return { ...options, devices: request, said: (key) => saidOf(command, key) }
  }
}

function addLogOptions(command: Command): Command {
  return command
    .addOption(dbOption())
    .addOption(option('--no-log', 'write no log'))
    .addOption(
      option('--keep-totals', 'charge and energy go on from earlier runs, since the last reset'),
    )
    .addOption(retainOption())
}

/** What happens beside the event when an alarm is raised or over. */
function addAlarmOptions(command: Command): Command {
  return command.addOption(
    option(
      '--on-alarm <program>',
      'run it, with arguments but no shell, when an alarm is raised, over or acknowledged, with INA219_ALARM_NAME, _STATE, _VALUE, ... (docs/alarms.md); or output:A=off; again for each',
      { list: 'whole' },
    ),
  )
}

/**
 * Drops an option that can do nothing without the log where `--no-log` is said at a higher level.
 *
 * @param message for where it is not
 * @throws InaError usage_invalid
 */
function settleLogged(
  command: Command,
  key: 'keepTotals' | 'backup' | 'sink',
  message: string,
): void {
  if (command.opts<RunOptions>().log || levelOf(command, key) < 0) return
  if (sourceLevel(command, 'log') > sourceLevel(command, key)) {
    command.setOptionValue(key, undefined)
    return
  }
  const error = new InaError('usage_invalid', message, 'leave one of the two out')
  throw blamed([saidOf(command, 'log'), saidOf(command, key)], error)
}

/** In environment and file it may stand for the runs that have back-ups. @throws InaError usage_invalid */
function refuseKeepAlone(command: Command): void {
  const { backup } = command.opts<RunOptions>()
  if (backup !== undefined || !hasFlag(command, 'backupKeep')) return
  throw new InaError(
    'usage_invalid',
    '--backup-keep says how many day files stay, and without --backup there are none',
    'name their folder with --backup, or leave it out',
  )
}

/** @throws InaError usage_invalid: an empty path would be the current folder */
function folderPath(text: string): string {
  if (text !== '') return text
  throw new InaError('usage_invalid', 'an empty text is no folder', 'name one, such as days')
}

/** When a run ends, and what it leaves behind. */
function addEndOptions(command: Command): Command {
  return command
    .addOption(durationOption('stop after that long, such as 90s, 15m, 1h30m'))
    .addOption(countOption())
    .addOption(
      option(
        '--summary <file>',
        'on exit, write the ledger of the run as one JSON object; - is stdout',
      ),
    )
    .addOption(
      option(
        '--backup <folder>',
        'write a CSV file of each day (UTC) that is over into this folder, with a checksum; needs --retain 26h or more',
        { defaultText: 'none', parse: folderPath },
      ),
    )
    .addOption(
      option('--backup-keep <days>', 'so many day files stay, 1 to 36500 days', {
        default: 30,
        parse: numberIn({ min: 1, max: 36_500, unit: 'days', integer: true }),
      }),
    )
    .addOption(
      option(
        '--heartbeat <file>',
        'touch this file every 10 s while devices are read and the log is written; it goes at the end',
        { defaultText: 'none' },
      ),
    )
    .addOption(option('--no-anomalies', "don't look for values that stand out"))
}

/** How a run is shown. */
function addScreenOptions(command: Command): Command {
  return command
    .addOption(
      option('--output <how>', 'tui, plain (one line a sample), ndjson or none', {
        choices: OUTPUT_KINDS,
        defaultText: 'tui on a terminal, else plain',
      }),
    )
    .addOption(option('--no-bell', 'no sound of the terminal when an alarm is raised'))
    .addOption(option('--ascii', 'draw with ASCII characters only'))
    .addOption(themeOption('colours of the screen'))
    .addOption(option('--no-mouse', 'leave the mouse to the terminal (M takes it)'))
    .addOption(
      option('--no-hints', 'no first words about the keys, which a first run has for a minute'),
    )
}
