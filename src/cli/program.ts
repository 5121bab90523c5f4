import { existsSync } from 'node:fs'
import { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import { configPlace } from '../config/layers.ts'
import { applyConfig } from './apply-config.ts'
import { colourFor, hasColour } from './colour.ts'
import { calibrateCommand } from './commands/calibrate.ts'
import { completionCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { doctorCommand } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { forwardCommand } from './commands/forward.ts'
import { historyCommand } from './commands/history.ts'
import { importCommand } from './commands/import.ts'
import { mockCommand } from './commands/mock.ts'
import { monitorCommand } from './commands/monitor.ts'
import { portsCommand } from './commands/ports.ts'
import { repairCommand } from './commands/repair.ts'
import { sendCommand } from './commands/send.ts'
import { serveCommand } from './commands/serve.ts'
import { serviceCommand } from './commands/service.ts'
import { sinksCommand } from './commands/sinks.ts'
import { totalsCommand } from './commands/totals.ts'
import { viewCommand } from './commands/view.ts'
import { type Example, examplesText, heading } from './help-text.ts'
import { CliOption, option } from './option.ts'

declare const __VERSION__: string

/**
 * The command line; nothing runs until it is parsed.
 *
 * @param alone the only command that is made; null: all of them
 */
export function createProgram(io: ProcessIo, alone: string | null = null): Command {
  const program = new Command('ina219')
    .description('Terminal power monitor for the TI INA219.')
    .version(__VERSION__)
    .addHelpText('after', EPILOGUE + examplesText(EXAMPLES))
  const own = alone === null ? undefined : ALONE.get(alone)
  for (const create of own === undefined ? COMMANDS : [own]) {
    program.addCommand(addCommon(create(io)))
  }
  program.hook('preAction', (_program, command) => applyConfig(command, io.env))
  // Not inherited by commands that were made elsewhere, so set on each.
  const prefix = colourFor(io.stderr, io.env).error('ina219:')
  for (const command of [program, ...program.commands]) {
    command
      .configureHelp({ styleTitle: heading, subcommandTerm: (each) => each.name() })
      .exitOverride()
      .showSuggestionAfterError()
      .configureOutput({
        writeOut: (text) => io.stdout.write(text),
        writeErr: (text) => io.stderr.write(text),
        getOutHasColors: () => hasColour(io.stdout, io.env),
        getErrHasColors: () => hasColour(io.stderr, io.env),
        outputError: (text, write) => write(`${prefix} ${usageLine(text, command)}`),
      })
  }
  return program
}

/**
 * The one command that this line needs: to make all sixteen takes 8 ms. null: all are needed, to say what there is, or to
 * know the options that a configuration file may name.
 */
export function aloneIn(args: readonly string[], env: NodeJS.ProcessEnv): string | null {
  const [name = ''] = args
  if (!ALONE.has(name) || args.some((each) => each.startsWith('--config'))) return null
  const { path, isNamed } = configPlace(null, env)
  return isNamed || existsSync(path) ? null : name
}

function addCommon(command: Command): Command {
  command
    .addOption(
      option('--config <file>', 'configuration file (TOML) to read instead of the usual one'),
    )
    .addOption(option('--verbose', 'on failure, print the stack trace as well', { flagOnly: true }))
  for (const each of command.options) if (each instanceof CliOption) each.showVariable()
  return command
}

/** Commander's message, which may have a suggestion on a line of its own, as one line of ours. */
function usageLine(text: string, command: Command): string {
  const message = text
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
  const name = command.parent === null ? 'ina219' : `ina219 ${command.name()}`
  return `${message}; see '${name} --help'\n`
}

/** Commands that look at no other one, those that are asked for often. */
const ALONE = new Map([
  ['monitor', monitorCommand],
  ['view', viewCommand],
  ['history', historyCommand],
  ['export', exportCommand],
  ['totals', totalsCommand],
])

const COMMANDS = [
  monitorCommand,
  serveCommand,
  sendCommand,
  forwardCommand,
  sinksCommand,
  calibrateCommand,
  mockCommand,
  viewCommand,
  historyCommand,
  exportCommand,
  totalsCommand,
  importCommand,
  repairCommand,
  portsCommand,
  serviceCommand,
  configCommand,
  completionCommand,
  doctorCommand,
]

const EPILOGUE = `
Every option can also come from the environment (INA219_DB, INA219_PORT, ...)
or from the configuration file; a flag wins over the environment, that over the file.

Exit codes: 0 done, 1 internal fault, 2 usage or configuration, 3 device or port, 4 log.
`

const EXAMPLES: readonly Example[] = [
  ['ina219 monitor --mock', 'try it without hardware'],
  ['ina219 monitor --port /dev/ttyUSB0', 'watch and log a board'],
  ['ina219 mock | ina219 monitor --stdin', 'frames from a pipe'],
  ['ina219 history --last 15m', 'what the log says'],
  ['ina219 view', 'look back in the log on the screen'],
  ['ina219 export --last 48h > log.csv', 'take it to the next tool'],
  ['ina219 export --help', 'the options and examples of a command'],
]
