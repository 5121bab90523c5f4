import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import type { StatisticName } from '../../stats/statistic-names.ts'
import type { ThemeChoice } from '../../theme/themes.ts'
import { themeOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { exclude } from '../precedence.ts'
import { addRangeOptions, formatOption, type RangeOptions, settleRange } from './log-range.ts'
import { statsOption } from './statistics-option.ts'

const PLOT_HINT = 'use --format table or json'
const FORMATS = ['table', 'plot', 'json', 'svg'] as const

export interface HistoryOptions extends RangeOptions {
  format: (typeof FORMATS)[number]
  ascii?: boolean
  theme: ThemeChoice
  alarms?: boolean
  cycles?: boolean
  stats?: readonly StatisticName[]
}

const EXAMPLES: readonly Example[] = [
  ['ina219 history --last 15m', 'the last quarter of an hour in figures'],
  ['ina219 history --last 48h --every 1h', 'a row an hour'],
  ['ina219 history --last 1h --every 10m --stats p95,stddev', 'spread and percentiles'],
  ['ina219 history --last 48h --format plot', 'the same as a plot'],
  ['ina219 history --last 1h --format svg > hour.svg', 'as a picture'],
  ['ina219 history --from 2026-11-20 --to 2026-11-21', 'a day, local time'],
  ['ina219 history --last 1d --format json > day.json', 'for programs'],
  ['ina219 history --from-db postgres://reader@db/lab --last 1d', 'of what loggers have sent'],
  ['ina219 history --last 1d --alarms', 'what was raised, how long, and its peak'],
]

export function historyCommand(io: ProcessIo): Command {
  const command = new Command('history').description(
    'Summarises the log: samples, losses, min/avg/max, charge and energy.',
  )
  addRangeOptions(command)
    .addOption(
      formatOption(command, 'table, plot, json or svg, a picture for pages and papers', FORMATS),
    )
    .addOption(option('--ascii', 'plot with ASCII characters only'))
    .addOption(themeOption('colours of --format svg'))
    .addOption(statsOption('further statistics, in tables and JSON'))
    .addOption(
      option('--alarms', 'the alarms of that time instead: when, how long, peak', {
        flagOnly: true,
      }),
    )
    .addOption(
      option('--cycles', 'the load that repeats in that time instead: period, duty, charge each', {
        flagOnly: true,
      }),
    )
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async () => {
      settleRange(command)
      settleWhat(command)
      // Loaded only now: other commands need none of it.
      const { runHistory } = await import('./history-run.ts')
      await runHistory(command.opts<HistoryOptions>(), io)
    })
  return command
}

/** What can't be had together. @throws InaError usage_invalid */
function settleWhat(command: Command): void {
  const hint = 'give one of the two'
  exclude(command, [['alarms'], ['cycles']], '--alarms and --cycles exclude each other', hint)
  for (const key of ['alarms', 'cycles'] as const) {
    exclude(command, [[key], ['stats']], `--${key} has no --stats`, hint)
    exclude(command, [[key], ['every']], `--${key} has no --every`, hint)
  }
  const { format } = command.opts<HistoryOptions>()
  if (format !== 'plot' && format !== 'svg') return
  for (const key of ['alarms', 'cycles', 'stats'] as const) {
    exclude(command, [[key], ['format']], `there is no plot of --${key}`, PLOT_HINT)
  }
}
