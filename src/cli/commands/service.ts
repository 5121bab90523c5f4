import { resolve } from 'node:path'
import { Argument, Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import type { LoggerOptions } from '../../service/plan-unit.ts'
import type { Systemd } from '../../service/systemd.ts'
import { SCOPES, type Scope } from '../../service/unit.ts'
import { InaError } from '../../util/errors.ts'
import { applyConfig } from '../apply-config.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'

const ACTIONS = ['install', 'status', 'remove'] as const
type Action = (typeof ACTIONS)[number]

interface ServiceOptions {
  readonly user?: boolean
  readonly system?: boolean
  readonly runAs?: string
  readonly print?: boolean
}

/** Options of `monitor` whose value is a path: a service has another working folder. */
const PATHS: readonly string[] = ['db', 'config', 'summary', 'heartbeat', 'backup']
/** Options by which a run speaks with other machines, or runs commands that may. */
const NETWORKED: readonly string[] = ['onAlarm', 'sink', 'connect']

const EXAMPLES: readonly Example[] = [
  ['ina219 service install -- --port /dev/ttyUSB0', 'log that board from now on'],
  [
    'ina219 service install --print -- --port /dev/ttyUSB0 --retain 7d',
    'only show the unit, install nothing',
  ],
  ['ina219 service status', 'is it running, and what does the log get'],
  ['ina219 service remove', 'stop it; the log stays'],
]

export function serviceCommand(io: ProcessIo): Command {
  const command = new Command('service').description(
    'Makes monitor a permanent logger: a systemd service that starts with the machine.',
  )
  return command
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .argument('[monitor-options...]', 'of monitor, behind --, for install')
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
      await ACTION[action](args, options, command, io)
    })
}

const NOTE = `
The service runs: monitor --wait --output none <options>. install again replaces it and starts
it anew, also after an update of ina219. See docs/service.md.
`

const ACTION: Readonly<
  Record<
    Action,
    (args: string[], options: ServiceOptions, command: Command, io: ProcessIo) => Promise<void>
  >
> = {
  install: async (args, options, command, io) => {
    const scope = scopeOf(options) ?? usualScope()
    const { planUnit, serviceEnvironment } = await import('../../service/plan-unit.ts')
    const { canMakeNamespaces } = await import('../../service/systemd.ts')
    const environment = serviceEnvironment(scope, io.env)
    const { HOME, USERPROFILE } = io.env
    const env = scope === 'user' ? { HOME, USERPROFILE, ...environment } : environment
    const cwd = process.cwd()
    const plan = planUnit({
      scope,
      user: options.runAs ?? null,
      node: process.execPath,
      program: resolve(process.argv[1] ?? ''),
      args: withAbsolutePaths(args, cwd),
      options: loggerOptions(args, command, env),
      environment,
      cwd,
      notifiesByCommand: !(await canNotify()),
      hasNamespaces: canMakeNamespaces(),
    })
    if (options.print === true) {
      const { unitText } = await import('../../service/unit.ts')
      io.stdout.write(unitText(plan))
      return
    }
    const { installUnit } = await import('../../service/install.ts')
    installUnit(plan, await systemdOf(scope, io), (line) => io.stdout.write(`${line}\n`))
  },
  status: async (_args, options, _command, io) => {
    const systemd = await installedSystemd(options, io)
    const { statusLines } = await import('../../service/status.ts')
    io.stdout.write(`${statusLines(systemd, io.clock).join('\n')}\n`)
  },
  remove: async (_args, options, _command, io) => {
    const systemd = await installedSystemd(options, io)
    const { removeUnit } = await import('../../service/remove.ts')
    removeUnit(systemd, (line) => io.stdout.write(`${line}\n`))
  },
}

function refuseWithout(action: Action, args: readonly string[], options: ServiceOptions): void {
  const wrong =
    options.user && options.system
      ? '--user and --system exclude each other'
      : options.runAs !== undefined && scopeOf(options) === 'user'
        ? '--run-as is for a system service'
        : action !== 'install' && (args.length > 0 || options.print || options.runAs !== undefined)
          ? `${action} takes no other options than --user and --system`
          : null
  if (wrong === null) return
  throw new InaError('usage_invalid', wrong, 'see: ina219 service --help')
}

function scopeOf({ user, system, runAs }: ServiceOptions): Scope | null {
  if (user === true) return 'user'
  return system === true || runAs !== undefined ? 'system' : null
}

function usualScope(): Scope {
  return process.getuid?.() === 0 ? 'system' : 'user'
}

async function systemdOf(scope: Scope, io: ProcessIo): Promise<Systemd> {
  const { Systemd } = await import('../../service/systemd.ts')
  return new Systemd(scope, io.env)
}

/** Where no scope is named, the one that has the service. */
async function installedSystemd(options: ServiceOptions, io: ProcessIo): Promise<Systemd> {
  const { existsSync } = await import('node:fs')
  const { unitFile } = await import('../../service/systemd.ts')
  const usual = usualScope()
  const found = [usual, ...SCOPES].find((scope) => existsSync(unitFile(scope, io.env)))
  return systemdOf(scopeOf(options) ?? found ?? usual, io)
}

async function canNotify(): Promise<boolean> {
  try {
    const { loadDatagrams } = await import('../../service/unix-datagrams.ts')
    await loadDatagrams()
    return true
  } catch {
    return false
  }
}

/**
 * Reads the options of `monitor` as the service will: of flags and of the configuration
 * file, in the environment of the service.
 *
 * @throws CommanderError, InaError: what monitor would refuse
 */
function loggerOptions(
  args: readonly string[],
  command: Command,
  env: NodeJS.ProcessEnv,
): LoggerOptions {
  const monitor = command.parent?.commands.find((each) => each.name() === 'monitor')
  if (monitor === undefined) throw new Error('there is no command monitor')
  const { unknown, operands } = monitor.parseOptions([...args])
  const [strange] = [...unknown, ...operands]
  if (strange !== undefined) {
    throw new InaError(
      'usage_invalid',
      `monitor has no option '${strange}'`,
      'see: ina219 monitor --help',
    )
  }
  applyConfig(monitor, env)
  const read = monitor.opts<Record<string, unknown>>()
  if (read['stdin'] === true) {
    throw new InaError(
      'usage_invalid',
      'a service has no standard input to read frames from',
      'name a port: ina219 service install -- --port <port>',
    )
  }
  const text = (name: string): string | null => (read[name] as string | undefined) ?? null
  const ports = (read['port'] as readonly string[] | undefined) ?? []
  const outputs = ['summary', 'heartbeat', 'backup'].flatMap((name) => {
    const path = text(name)
    return path === null || path === '-' ? [] : [{ path, isFolder: name === 'backup' }]
  })
  return {
    ports,
    isMock: ports.length === 0 && read['mock'] !== undefined,
    db: text('db'),
    noLog: read['log'] === false,
    outputs,
    config: text('config'),
    needsNetwork: NETWORKED.some((name) => read[name] !== undefined),
  }
}

function withAbsolutePaths(args: readonly string[], cwd: string): string[] {
  return args.map((arg, i) => {
    const before = args[i - 1]
    if (PATHS.some((name) => before === `--${name}`)) return arg === '-' ? arg : resolve(cwd, arg)
    const name = PATHS.find((each) => arg.startsWith(`--${each}=`))
    if (name === undefined) return arg
    return `--${name}=${resolve(cwd, arg.slice(name.length + 3))}`
  })
}
