import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { dbOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { formatOption } from './log-range.ts'

const FORMATS = ['table', 'json'] as const

export interface SinksOptions {
  readonly db?: string
  readonly format: (typeof FORMATS)[number]
  readonly remove?: string
}

const EXAMPLES: readonly Example[] = [
  ['ina219 sinks', 'how far each one has got, and what is still to send'],
  ['ina219 sinks --format json', 'for programs'],
  ['ina219 sinks --remove mqtt://old-broker', 'nothing is kept for it any more'],
]

export function sinksCommand(io: ProcessIo): Command {
  const command = new Command('sinks').description(
    'Where the log is sent to, and how far that has got, also while no monitor runs.',
  )
  command
    .addOption(dbOption())
    .addOption(formatOption(command, 'table or json', FORMATS))
    .addOption(
      option(
        '--remove <name>',
        'forget a sink, by its name or URL: what it has not taken is kept no longer',
        {
          flagOnly: true,
        },
      ),
    )
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async () => {
      // Loaded only now: other commands need none of it.
      const { runSinks } = await import('./sinks-run.ts')
      await runSinks(command.opts<SinksOptions>(), io)
    })
  return command
}
