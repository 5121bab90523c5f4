import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import type { ChannelSetting } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import type { ImportPlan } from '../../importing/import-run.ts'
import { InaError } from '../../util/errors.ts'
import { numberIn } from '../../util/numbers.ts'
import { parseTime } from '../../util/time-text.ts'
import { parseChannel } from '../channel-setting.ts'
import { dbOption, retainOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { columnsOption } from './columns-option.ts'
import { formatOption } from './log-range.ts'

export interface ImportOptions {
  readonly device?: string
  readonly db?: string
  readonly retain: number
  readonly columns?: ImportPlan['columns']
  readonly start?: number
  readonly date?: number
  readonly voltage?: number
  readonly maxVoltage?: number
  readonly maxCurrent?: number
  readonly channel?: readonly ChannelSetting[]
  readonly dryRun?: boolean
  readonly format: 'text' | 'json'
}

const EXAMPLES: readonly Example[] = [
  ['ina219 import recording.csv', 'under the label recording'],
  ['ina219 import recording.csv --device lab', 'under another label'],
  ['ina219 import recording.csv --dry-run', 'what it would add'],
  [
    'ina219 export > old.csv && ina219 import old.csv --db new.db',
    'from one log into another one, to the digit',
  ],
]

export function importCommand(io: ProcessIo): Command {
  const command = new Command('import')
    .description('Brings recordings, exports and captures into the log.')
    .argument('<file...>', 'what to read: CSV, tables, text, JSON lines, frames; also .gz')
  return command
    .addOption(
      option('--device <label>', 'label in the log (default: what the file says, else its name)', {
        parse: label,
      }),
    )
    .addOption(dbOption())
    .addOption(retainOption())
    .addOption(columnsOption({ flagOnly: true }))
    .addOption(
      option(
        '--start <time>',
        'when the first sample was, where times are relative: ISO 8601 or Unix seconds (default: none)',
        { parse: parseTime, flagOnly: true },
      ),
    )
    .addOption(
      option(
        '--date <day>',
        'day of the first row, where times have none, such as 2026-11-20, UTC (default: none)',
        { parse: day, flagOnly: true },
      ),
    )
    .addOption(
      option(
        '--voltage <V>',
        'supply voltage of a recording of current alone, 0 to 1000 V (default: none, the current is a channel)',
        { parse: numberIn({ min: 0, max: 1000, unit: 'V' }), flagOnly: true },
      ),
    )
    .addOption(
      option('--max-voltage <V>', 'largest plausible bus voltage, 0 to 1000 V', {
        defaultText: 'what the device says, else 26',
        parse: numberIn({ min: 0, max: 1000, unit: 'V' }),
        flagOnly: true,
      }),
    )
    .addOption(
      option('--max-current <A>', 'largest plausible current, either sign, 0 to 1000 A', {
        defaultText: 'what the device says, else 3.2',
        parse: numberIn({ min: 0, max: 1000, unit: 'A' }),
        flagOnly: true,
      }),
    )
    .addOption(
      option('--channel <spec>', 'unit and range of an extra channel: soc:%:0..100, or soc:%', {
        list: 'whole',
        defaultText: 'no unit, any value',
        parse: (text) => parseChannel(text),
        flagOnly: true,
      }),
    )
    .addOption(option('--dry-run', 'say what would be added, and add nothing', { flagOnly: true }))
    .addOption(formatOption(command, 'text or json', ['text', 'json']))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async (files: string[]) => {
      // Loaded only now: other commands need none of it.
      const { importFiles } = await import('./import-files.ts')
      await importFiles(files, command.opts<ImportOptions>(), io)
    })
}

function label(text: string): string {
  if (text.trim() !== '' && cleanText(text) === text) return text
  throw new InaError(
    'usage_invalid',
    `'${text}' is no label of a device`,
    'use printable characters',
  )
}

/** @returns its midnight, Unix µs */
function day(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text.trim()) ? Date.parse(`${text.trim()}T00:00:00Z`) : NaN
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.trim())) return ms * 1000
  throw new InaError('usage_invalid', `'${text}' is no day`, 'write it such as 2026-11-20')
}
