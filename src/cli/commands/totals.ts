import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { dbOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { formatOption } from './log-range.ts'

const FORMATS = ['table', 'json'] as const

export interface TotalsOptions {
  readonly device?: string
  readonly db?: string
  readonly format: (typeof FORMATS)[number]
  readonly reset?: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 totals', 'charge and energy since the last reset'],
  ['ina219 totals --device bench-7 --reset', 'what they are, then begin again at 0'],
  ['ina219 totals --format json', 'for programs'],
]

export function totalsCommand(io: ProcessIo): Command {
  const command = new Command('totals').description(
    'Charge and energy of each device since its totals were reset, from the log.',
  )
  command
    .addOption(option('--device <name>', 'only this device (default: all of them)'))
    .addOption(dbOption())
    .addOption(formatOption(command, 'table or json', FORMATS))
    .addOption(
      option('--reset', 'then begin again at 0, in a monitor that is running as well', {
        flagOnly: true,
      }),
    )
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async () => {
      // Loaded only now: other commands need none of it.
      const { runTotals } = await import('./totals-run.ts')
      await runTotals(command.opts<TotalsOptions>(), io)
    })
  return command
}
