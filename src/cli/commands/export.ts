import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../export/format-names.ts'
import type { StatisticName } from '../../stats/statistic-names.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { exclude } from '../precedence.ts'
import { type ChannelRequest, parseChannels } from './export-channels.ts'
import { addRangeOptions, formatOption, type RangeOptions, settleRange } from './log-range.ts'
import { settleStatistics, statsOption } from './statistics-option.ts'

export interface ExportOptions extends RangeOptions {
  format: ExportFormat
  out?: string
  events?: boolean
  channels?: ChannelRequest
  stats?: readonly StatisticName[]
}

const EXAMPLES: readonly Example[] = [
  ['ina219 export --last 48h > log.csv', 'every sample, to the digit'],
  ['ina219 export --last 48h --every 1m -o minutes.csv', 'a row a minute'],
  ['ina219 export --every 1m --stats p95,stddev', 'with further statistics'],
  ['ina219 export --device bench-7 --format ndjson', 'one device, an object a line'],
  ['ina219 export --channels all', 'extra channels as further columns'],
  ['ina219 export --events', 'gaps, restarts, reconnects'],
]

export function exportCommand(io: ProcessIo): Command {
  const command = new Command('export').description(
    'Writes the log as CSV or NDJSON to stdout or a file.',
  )
  addRangeOptions(command)
    .addOption(formatOption(command, 'csv or ndjson', EXPORT_FORMATS))
    .addOption(
      option('-o, --out <file>', 'file to write, replaced when all is written (default: stdout)', {
        flagOnly: true,
      }),
    )
    .addOption(
      option(
        '--events',
        'the events instead of the samples: losses, restarts, steps of the clock, ...',
        {
          flagOnly: true,
        },
      ),
    )
    .addOption(
      option(
        '--channels <ids>',
        'further columns: all, or ids of extra channels such as soc,lux (default: none)',
        { parse: parseChannels },
      ),
    )
    .addOption(statsOption('further columns with --every'))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async () => {
      settleRange(command)
      const hint = 'give one of the two'
      exclude(command, [['events'], ['stats']], '--events has no --stats', hint)
      exclude(command, [['events'], ['every']], '--events has no --every', hint)
      exclude(command, [['events'], ['channels']], '--events has no --channels', hint)
      settleStatistics(command)
      // Loaded only now: other commands need none of it.
      const { runExport } = await import('./export-run.ts')
      await runExport(command.opts<ExportOptions>(), io)
    })
  return command
}
