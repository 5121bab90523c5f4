import { Command, CommanderError } from 'commander'
import { exportCommand } from './commands/export.ts'
import { historyCommand } from './commands/history.ts'
import { mockCommand } from './commands/mock.ts'
import { monitorCommand } from './commands/monitor.ts'
import { portsCommand } from './commands/ports.ts'
import type { CliIo } from './io.ts'

declare const __VERSION__: string

/** The whole command line; nothing runs until it is parsed. */
export function createProgram(io: CliIo): Command {
  const program = new Command('ina219')
    .description('Terminal power monitor for the TI INA219')
    .version(__VERSION__)
    .showSuggestionAfterError()
  for (const create of [monitorCommand, mockCommand, historyCommand, exportCommand, portsCommand]) {
    program.addCommand(create(io))
  }
  return program
}

export { CommanderError }
