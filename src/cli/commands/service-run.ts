import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { installUnit } from '../../service/install.ts'
import { type LoggerOptions, planUnit, serviceEnvironment } from '../../service/plan-unit.ts'
import { removeUnit } from '../../service/remove.ts'
import { canMakeNamespaces, Systemd, unitFile } from '../../service/systemd.ts'
import { SCOPES, type Scope, unitText } from '../../service/unit.ts'
import { InaError } from '../../util/errors.ts'
import { applyConfig } from '../apply-config.ts'
import type { Action, ServiceOptions } from './service.ts'

/** Options of `monitor` whose value is a path: a service has another working folder. */
const PATHS: readonly string[] = ['db', 'config', 'summary', 'heartbeat', 'backup']

/**
 * @param args options of `monitor`, of `install` alone
 * @param command `service`, beside which stands `monitor`
 * @throws InaError
 */
export async function runService(
  action: Action,
  args: string[],
  options: ServiceOptions,
  command: Command,
  io: ProcessIo,
): Promise<void> {
  await ACTION[action](args, options, command, io)
}

const ACTION: Readonly<
  Record<
    Action,
    (args: string[], options: ServiceOptions, command: Command, io: ProcessIo) => Promise<void>
  >
> = {
  install: async (args, options, command, io) => {
    const scope = scopeOf(options) ?? usualScope()
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
      io.stdout.write(unitText(plan))
      return
    }
    installUnit(plan, new Systemd(scope, io.env), (line) => io.stdout.write(`${line}\n`))
  },
  status: async (_args, options, _command, io) => {
    const systemd = installedSystemd(options, io)
    // Takes SQLite along.
    const { statusLines } = await import('../../service/status.ts')
    io.stdout.write(`${statusLines(systemd, io.clock).join('\n')}\n`)
  },
  remove: async (_args, options, _command, io) => {
    const systemd = installedSystemd(options, io)
    removeUnit(systemd, (line) => io.stdout.write(`${line}\n`))
  },
}

function scopeOf({ user, system, runAs }: ServiceOptions): Scope | null {
  if (user === true) return 'user'
  return system === true || runAs !== undefined ? 'system' : null
}

function usualScope(): Scope {
  return process.getuid?.() === 0 ? 'system' : 'user'
}

/** Where no scope is named, the one that has the service. */
function installedSystemd(options: ServiceOptions, io: ProcessIo): Systemd {
  const usual = usualScope()
  const found = [usual, ...SCOPES].find((scope) => existsSync(unitFile(scope, io.env)))
  return new Systemd(scopeOf(options) ?? found ?? usual, io.env)
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
    return path === null || path === '-' ? [] : [{ path, isBackup: name === 'backup' }]
  })
  return {
    ports,
    isMock: ports.length === 0 && read['mock'] !== undefined,
    db: text('db'),
    noLog: read['log'] === false,
    outputs,
    config: text('config'),
    needsNetwork: read['onAlarm'] !== undefined,
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
