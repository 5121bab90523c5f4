import type { Command } from 'commander'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { completionTree, optionNode, visibleOptions } from './tree.ts'
import { zshScript } from './zsh.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

/** What a shell reads to complete command lines of this program. */
export function completionScript(program: Command, shell: Shell): string {
  const commands = completionTree(program)
  const root = visibleOptions(program).map(optionNode)
  switch (shell) {
    case 'bash':
      return bashScript(
        commands,
        root.flatMap((each) => each.flags),
      )
    case 'zsh':
      return zshScript(commands, root)
    case 'fish':
      return fishScript(commands, root)
  }
}
