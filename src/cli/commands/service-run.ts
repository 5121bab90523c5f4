import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { installUnit } from '../../service/install.ts'
import { planUnit, serviceEnvironment } from '../../service/plan-unit.ts'
import { removeUnit } from '../../service/remove.ts'
import { canMakeNamespaces, Systemd, unitFile } from '../../service/systemd.ts'
import { SCOPES, type Scope, unitText } from '../../service/unit.ts'
import { InaError } from '../../util/errors.ts'
import { loggerOptions } from '../logger-options.ts'
import type { Action, ServiceOptions } from './service.ts'

/** What systemd has a system service search for programs (systemd.exec(5)). */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Options of a run whose value is a path: a service has another working folder. */
const PATHS: readonly string[] = [
  'db',
  'config',
  'poll-source',
  'summary',
  'heartbeat',
  'backup',
  'token-file',
  'tls-cert',
  'tls-key',
]

/**
 * @param args options of what is run, of `install` alone
 * @param command `service`, beside which stands what is run
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
    const { HOME, USERPROFILE, PATH } = io.env
    const own = scope === 'user' ? { HOME, USERPROFILE, PATH } : { PATH: SYSTEM_PATH }
    const env = { ...own, ...environment }
    if (options.runAs !== undefined) refuseStranger(options.runAs)
    const cwd = process.cwd()
    const plan = planUnit({
      scope,
      user: options.runAs ?? null,
      node: process.execPath,
      program: resolve(process.argv[1] ?? ''),
      args: withAbsolutePaths(args, cwd),
      options: await loggerOptions(
        { name: options.serve === true ? 'serve' : 'monitor', args, service: command },
        { ...io, env },
      ),
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

/** systemd would fail the unit with 217/USER, again and again. */
function refuseStranger(user: string): void {
  if (spawnSync('id', ['-u', '--', user]).status === 0) return
  throw new InaError(
    'usage_invalid',
    `there is no user '${user}' for the service to run as`,
    'make it (useradd --system), or leave out --run-as: systemd makes up a user',
  )
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

function withAbsolutePaths(args: readonly string[], cwd: string): string[] {
  return args.map((arg, i) => {
    const before = args[i - 1]
    if (PATHS.some((name) => before === `--${name}`)) return arg === '-' ? arg : resolve(cwd, arg)
    if (before === '--listen' || arg.startsWith('--listen=')) return withAbsoluteSocket(arg, cwd)
    const name = PATHS.find((each) => arg.startsWith(`--${each}=`))
    if (name === undefined) return arg
    return `--${name}=${resolve(cwd, arg.slice(name.length + 3))}`
  })
}

/** `unix:ina219.sock`, also as `--listen=unix:ina219.sock`. */
function withAbsoluteSocket(arg: string, cwd: string): string {
  return arg.replace(/^((?:--listen=)?unix:)(.+)$/s, (_all, before: string, path: string) => {
    return before + resolve(cwd, path)
  })
}
