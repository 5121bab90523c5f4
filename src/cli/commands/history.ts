import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { streamTarget } from '../../app/output-target.ts'
import type { StatisticName } from '../../stats/statistics.ts'
import type { LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { colourFor } from '../colour.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { jsonText } from './history-json.ts'
import { plotText } from './history-plot.ts'
import { tableText } from './history-table.ts'
import {
  addRangeOptions,
  emptyHint,
  formatOption,
  openReader,
  type RangeOptions,
  rangeOf,
  recordedIn,
  settleRange,
} from './log-range.ts'
import { statsOption } from './statistics-option.ts'

const FORMATS = ['table', 'plot', 'json'] as const

interface HistoryOptions extends RangeOptions {
  format: (typeof FORMATS)[number]
  ascii?: boolean
  alarms?: boolean
  cycles?: boolean
  stats?: readonly StatisticName[]
}

const EXAMPLES: readonly Example[] = [
  ['ina219 history --last 15m', 'the last quarter of an hour in figures'],
  ['ina219 history --last 48h --every 1h', 'a row an hour'],
  ['ina219 history --last 1h --every 10m --stats p95,stddev', 'spread and percentiles'],
  ['ina219 history --last 48h --format plot', 'the same as a plot'],
  ['ina219 history --from 2026-11-20 --to 2026-11-21', 'a day, local time'],
  ['ina219 history --last 1d --format json > day.json', 'for programs'],
  ['ina219 history --last 1d --alarms', 'what was raised, how long, and its peak'],
]

const CHUNK_CHARS = 16_384

export function historyCommand(io: ProcessIo): Command {
  const command = new Command('history').description(
    'Summarises the log: samples, losses, min/avg/max, charge and energy.',
  )
  addRangeOptions(command)
    .addOption(formatOption(command, 'table, plot or json', FORMATS))
    .addOption(option('--ascii', 'plot with ASCII characters only'))
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
    .action(() => {
      settleRange(command)
      return runHistory(command.opts<HistoryOptions>(), io)
    })
  return command
}

async function runHistory(options: HistoryOptions, io: ProcessIo): Promise<void> {
  const { reader } = await openReader(options, io)
  try {
    const requested = rangeOf(options, reader, io)
    if (options.alarms) {
      // Loaded only where it is wanted.
      const { alarmsText } = await import('./history-alarms.ts')
      const text = alarmsText(reader, requested, options.format, colourFor(io.stdout, io.env))
      await streamTarget(io.stdout).write(text)
      return
    }
    if (options.cycles) {
      const { cyclesText } = await import('./history-cycles.ts')
      const text = cyclesText(reader, requested, options.format, colourFor(io.stdout, io.env))
      await streamTarget(io.stdout).write(text)
      return
    }
    const range = recordedIn(requested, reader)
    if (range === null) {
      if (options.format === 'json') {
        const { every, stats } = options
        for (const piece of jsonText(reader, requested, every, stats)) io.stdout.write(piece)
      }
      io.stderr.write(emptyHint(reader, requested))
      return
    }
    const target = streamTarget(io.stdout)
    let text = ''
    for (const piece of textOf(options, reader, range, io)) {
      text += piece
      if (text.length < CHUNK_CHARS) continue
      await target.write(text)
      text = ''
    }
    await target.write(text)
  } finally {
    reader.close()
  }
}

function textOf(
  options: HistoryOptions,
  reader: LogReader,
  range: LogRange,
  io: ProcessIo,
): Generator<string> {
  if (options.format === 'json') return jsonText(reader, range, options.every, options.stats)
  const colour = colourFor(io.stdout, io.env)
  if (options.format === 'table') {
    return tableText(reader, range, options.every, options.stats, colour)
  }
  return plotText(reader, range, options.every, {
    columns: io.stdout.columns ?? 80,
    ascii: options.ascii === true,
    colour,
  })
}
