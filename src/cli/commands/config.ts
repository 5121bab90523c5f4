import { Argument, Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { configPlace } from '../../config/place.ts'
import { configFlag, leaveUnconfigured } from '../apply-config.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'

interface ConfigOptions {
  json?: boolean
  path?: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 config', 'every option, its value and who says so'],
  ['ina219 config monitor', 'those of one command'],
  ['ina219 config monitor -- --retain 2d', 'what flags would change'],
  ['ina219 config --path', 'where the configuration file is'],
]

export function configCommand(io: ProcessIo): Command {
  const command = new Command('config')
    .description('Prints the value of every option, and where it comes from.')
    .addArgument(new Argument('[command]', 'only the options of that command'))
    .addArgument(new Argument('[flags...]', 'flags of that command, behind --'))
    .addOption(
      option('--json', 'print one JSON object: the file, and the options', { flagOnly: true }),
    )
    .addOption(
      option('--path', 'print the place of the configuration file alone', { flagOnly: true }),
    )
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async (name: string | undefined, flags: readonly string[]) => {
      const { json, path } = command.opts<ConfigOptions>()
      if (path === true) {
        io.stdout.write(`${configPlace(configFlag(command), io.env).path}\n`)
        return
      }
      const { configReport } = await import('./config-report.ts')
      const request = { command, name: name ?? null, flags, json: json === true }
      const { text, check } = await configReport(request, io)
      io.stdout.write(text)
      // Behind the report, which shows who says what does not go together.
      await check()
    })
  return leaveUnconfigured(command)
}
