import { Argument, Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { InaError } from '../../util/errors.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'

const ACTIONS = ['install', 'status', 'remove'] as const
export type Action = (typeof ACTIONS)[number]

export interface ServiceOptions {
  readonly user?: boolean
  readonly system?: boolean
  readonly runAs?: string
  readonly print?: boolean
  readonly serve?: boolean
}

const EXAMPLES: readonly Example[] = [
  ['ina219 service install -- --port /dev/ttyUSB0', 'log that board from now on'],
  [
    'ina219 service install --print -- --port /dev/ttyUSB0 --retain 7d',
    'only show the unit, install nothing',
  ],
  [
    'ina219 service install --serve -- --port /dev/ttyUSB0 --listen 0.0.0.0:8219',
    'log it, and let others watch (docs/serve.md)',
  ],
  ['ina219 service status', 'is it running, and what does the log get'],
  ['ina219 service remove', 'stop it; the log stays'],
]

export function serviceCommand(io: ProcessIo): Command {
  const command = new Command('service').description(
    'Makes monitor or serve a permanent logger: a systemd service that starts with the machine.',
  )
  return command
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .argument('[monitor-options...]', 'of monitor (--serve: of serve), behind --, for install')
    .addOption(
      option('--serve', 'run serve, for others to watch; without it, monitor', { flagOnly: true }),
    )
    .addOption(
      option('--user', "a service of this user's systemd (default: unless root)", {
        flagOnly: true,
      }),
    )
    .addOption(
      option('--system', "a service of the machine's systemd (default: for root)", {
        flagOnly: true,
      }),
    )
    .addOption(
      option('--run-as <user>', 'user of a system service (default: one that systemd makes up)', {
        flagOnly: true,
      }),
    )
    .addOption(
      option('--print', 'print the unit of install, and change nothing', { flagOnly: true }),
    )
    .addHelpText('after', NOTE + examplesText(EXAMPLES))
    .action(async (action: Action, args: string[], options: ServiceOptions) => {
      refuseWithout(action, args, options)
      // Loaded only now: other commands need none of it.
      const { runService } = await import('./service-run.ts')
      await runService(action, args, options, command, io)
    })
}

const NOTE = `
The service runs: monitor --wait --output none <options>, or serve --wait <options>. install again
replaces it and starts it anew, also after an update of ina219. See docs/service.md.
`

function refuseWithout(action: Action, args: readonly string[], options: ServiceOptions): void {
  const wrong =
    options.user && options.system
      ? '--user and --system exclude each other'
      : options.runAs !== undefined && options.user
        ? '--run-as is for a system service'
        : action !== 'install' &&
            (args.length > 0 || options.print || options.serve || options.runAs !== undefined)
          ? `${action} takes no other options than --user and --system`
          : null
  if (wrong === null) return
  throw new InaError('usage_invalid', wrong, 'see: ina219 service --help')
}
