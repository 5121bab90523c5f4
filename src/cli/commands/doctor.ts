import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { leaveUnconfigured } from '../apply-config.ts'
import { dbOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { BLANK_OR_COMMA, option } from '../option.ts'
import type { Scoped } from '../scope.ts'
import { baudOption } from '../source-options.ts'

export interface DoctorOptions {
  readonly json?: boolean
  readonly db?: string
  readonly port?: readonly string[]
  readonly baud?: readonly Scoped<number>[]
  readonly probe?: string
}

const EXAMPLES: readonly Example[] = [
  ['ina219 doctor', 'what is in order, what is not, and what to do'],
  ['ina219 doctor --port /dev/ttyUSB0', 'and ask the board who it is'],
  ['ina219 doctor --json', 'the same for programs'],
]

const EXIT = `
Exit code: 0 where nothing is wrong (notes and warnings may be), else that of the first problem:
1 program, 2 configuration or clock, 3 port, 4 disk or log. Nothing is changed.
`

export function doctorCommand(io: ProcessIo): Command {
  const command = new Command('doctor')
    .description('Checks program, configuration, ports, terminal, clock, disk and log.')
    .addOption(option('--json', 'print a JSON array with one object a finding', { flagOnly: true }))
    .addOption(dbOption())
    .addOption(
      option(
        '--port <path>',
        'open this port and ask the board who it is, which may reset it; again for each further one',
        { list: BLANK_OR_COMMA },
      ),
    )
    .addOption(baudOption())
    .addOption(
      // For the processes that doctor itself starts, one for each part of the report.
      option('--probe <area>', 'this part alone, as JSON', { flagOnly: true }).hideHelp(),
    )
    .addHelpText('after', EXIT + examplesText(EXAMPLES))
    .action(async () => {
      const { runDoctor } = await import('./doctor-run.ts')
      process.exitCode = await runDoctor(command, command.opts<DoctorOptions>(), io)
    })
  // What is wrong with the configuration is for the report to say.
  return leaveUnconfigured(command)
}
