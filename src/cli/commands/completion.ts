import { Argument, Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { leaveUnconfigured } from '../apply-config.ts'
import type { Shell } from '../completion/script.ts'
import { type Example, examplesText } from '../help-text.ts'

const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish']

const EXAMPLES: readonly Example[] = [
  ['ina219 completion bash', 'for ~/.bashrc: eval "$(ina219 completion bash)"'],
  ['ina219 completion zsh', 'into a file _ina219 in a folder of $fpath'],
  ['ina219 completion fish', 'into ~/.config/fish/completions/ina219.fish'],
]

export function completionCommand(io: ProcessIo): Command {
  const command = new Command('completion')
    .description('Prints what a shell needs to complete commands, options and their values.')
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../completion/script.ts')
      const program = command.parent
      if (program !== null) io.stdout.write(completionScript(program, shell))
    })
  // Read by every shell that starts: a mistake in the configuration file is none of its business.
  return leaveUnconfigured(command)
}
