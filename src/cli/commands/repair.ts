import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { dbOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'

export interface RepairOptions {
  readonly db?: string
  readonly out?: string
  readonly leftovers?: boolean
  readonly json?: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 repair', 'the usual log, into ina219.db.repaired'],
  ['ina219 repair --json', 'what was saved and what was not, for programs'],
  ['ina219 repair -o saved.db', 'into another file'],
]

export function repairCommand(io: ProcessIo): Command {
  const command = new Command('repair')
    .description('Saves what can be saved of a damaged log into a new one; changes nothing in it.')
    .argument('[log]', 'the damaged log (default: that of --db)')
  return command
    .addOption(
      option('-o, --out <file>', 'the new log (default: the name of the old one and .repaired)', {
        flagOnly: true,
      }),
    )
    .addOption(dbOption())
    .addOption(
      option('--leftovers', 'bring in spilled and rejected samples that stand beside the log', {
        flagOnly: true,
      }),
    )
    .addOption(option('--json', 'report as one JSON object', { flagOnly: true }))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async (log: string | undefined) => {
      // Loaded only now: other commands need none of it.
      const { runRepair } = await import('./repair-run.ts')
      runRepair(log, command.opts<RepairOptions>(), io)
    })
}
