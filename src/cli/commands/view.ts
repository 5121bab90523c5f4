import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import type { ThemeChoice } from '../../theme/themes.ts'
import { dbOption, logPath, themeOption } from '../common-options.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'

interface ViewOptions {
  readonly db?: string
  readonly ascii?: boolean
  readonly theme: ThemeChoice
  readonly mouse: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 view', 'the log of this computer, also while a monitor writes it'],
  ['ina219 view --db bench.db', 'a log that was copied here; l goes to its largest current'],
  ['ina219 view --ascii', 'where the font has no braille'],
]

export function viewCommand(io: ProcessIo): Command {
  return new Command('view')
    .description("Shows a log on the monitor's screen, without a device; nothing is changed.")
    .addOption(dbOption())
    .addOption(option('--ascii', 'draw with ASCII characters only'))
    .addOption(themeOption('colours of the screen'))
    .addOption(option('--no-mouse', 'leave the mouse to the terminal'))
    .addHelpText('after', examplesText(EXAMPLES))
    .action(async (options: ViewOptions) => {
      // Loaded only now: other commands need none of it.
      const { runView } = await import('../../app/view-run.ts')
      const file = logPath(options.db, io.env)
      const { theme, mouse } = options
      await runView({ file, ascii: options.ascii === true, theme, mouse }, io)
    })
}
