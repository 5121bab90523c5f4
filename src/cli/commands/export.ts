import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { EXPORT_FORMATS, type ExportFormat, PICTURE_FORMAT } from '../../export/format-names.ts'
import { type ChannelRequest, parseChannels } from '../../export/requested-channels.ts'
import type { StatisticName } from '../../stats/statistic-names.ts'
import type { ThemeChoice } from '../../theme/themes.ts'
import { themeOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { exclude } from '../precedence.ts'
import { addRangeOptions, formatOption, type RangeOptions, settleRange } from './log-range.ts'
import { settleStatistics, statsOption } from './statistics-option.ts'

export interface ExportOptions extends RangeOptions {
  format: ExportFormat | typeof PICTURE_FORMAT
  theme: ThemeChoice
  out?: string
  events?: boolean
  channels?: ChannelRequest
  stats?: readonly StatisticName[]
}

const FORMATS = [...EXPORT_FORMATS, PICTURE_FORMAT] as const

const EXAMPLES: readonly Example[] = [
  ['ina219 export --last 48h > log.csv', 'every sample, to the digit'],
  ['ina219 export --last 48h --every 1m -o minutes.csv', 'a row a minute'],
  ['ina219 export --every 1m --stats p95,stddev', 'with further statistics'],
  ['ina219 export --device bench-7 --format ndjson', 'one device, an object a line'],
  ['ina219 export --channels all', 'extra channels as further columns'],
  ['ina219 export --last 1h --format svg -o hour.svg', 'a chart with min, mean and max'],
  ['ina219 export --events', 'gaps, restarts, reconnects'],
]

export function exportCommand(io: ProcessIo): Command {
  const command = new Command('export').description(
    'Writes the log as CSV, NDJSON or a chart to stdout or a file.',
  )
  addRangeOptions(command)
    .addOption(formatOption(command, 'csv, ndjson, or svg: a chart of the span', FORMATS))
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
    .addOption(themeOption('colours of --format svg'))
    .addOption(statsOption('further columns with --every'))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async () => {
      settleRange(command)
      const hint = 'give one of the two'
      exclude(command, [['events'], ['stats']], '--events has no --stats', hint)
      exclude(command, [['events'], ['every']], '--events has no --every', hint)
      exclude(command, [['events'], ['channels']], '--events has no --channels', hint)
      settleStatistics(command)
      settlePicture(command)
      // Loaded only now: other commands need none of it.
      const { runExport } = await import('./export-run.ts')
      await runExport(command.opts<ExportOptions>(), io)
    })
  return command
}

/** A chart has no rows to choose or to add columns to. @throws InaError usage_invalid */
function settlePicture(command: Command): void {
  if (command.opts<ExportOptions>().format !== PICTURE_FORMAT) return
  for (const key of ['events', 'stats', 'channels'] as const) {
    exclude(command, [[key], ['format']], `--format svg has no --${key}`, 'use csv or ndjson')
  }
}
