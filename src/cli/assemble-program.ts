import { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import { applyConfig } from './apply-config.ts'
import { colourFor, hasColour } from './colour.ts'
import { type Example, examplesText, heading } from './help-text.ts'
import { CliOption, option } from './option.ts'

declare const __VERSION__: string

export type CreateCommand = (io: ProcessIo) => Command

/** The command line with these commands; nothing runs until it is parsed. */
export function assembleProgram(io: ProcessIo, commands: readonly CreateCommand[]): Command {
  const program = new Command('ina219')
    .description('Terminal power monitor for the TI INA219.')
    .version(__VERSION__)
    .addHelpText('after', EPILOGUE + examplesText(EXAMPLES))
  for (const create of commands) {
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
