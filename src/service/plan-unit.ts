import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InaError } from '../util/errors.ts'
import { defaultLogPath } from '../util/paths.ts'
import { allowedDevices } from './port-access.ts'
import { type Scope, STATE_FOLDER, type UnitPlan, type WritableFolder } from './unit.ts'
import { refuseControls } from './unit-syntax.ts'

/** A file, or the folder of the daily back-ups. */
export interface LoggerOutput {
  readonly path: string
  readonly isBackup: boolean
}

/** What the options of `monitor` say of a run, from the command line and the configuration file. */
export interface LoggerOptions {
  readonly ports: readonly string[]
  /** Mocks only, which need no port. */
  readonly isMock: boolean
  /** Of `--db`; null: the usual place. */
  readonly db: string | null
  /** Files and folders that the run writes to, beside the log. */
  readonly outputs: readonly LoggerOutput[]
  /** Of `--config`; null: the usual one. */
  readonly config: string | null
  readonly needsNetwork: boolean
}

export interface UnitRequest {
  readonly scope: Scope
  /** Of a system unit; null: one that systemd makes up. */
  readonly user: string | null
  /** Absolute: node and the program. */
  readonly node: string
  readonly program: string
  /** Of `monitor`, paths absolute. */
  readonly args: readonly string[]
  readonly options: LoggerOptions
  /** As the unit will have it: `serviceEnvironment`. */
  readonly environment: Readonly<Record<string, string>>
  readonly cwd: string
  readonly notifiesByCommand: boolean
  /** Of the user who asks. */
  readonly hasNamespaces: boolean
}

/** Where a system unit keeps what it writes. */
const STATE_PATH = `/var/lib/${STATE_FOLDER}`
/** Who owns serial ports: Debian and its kin; Arch and others. */
const PORT_GROUPS: readonly string[] = ['dialout', 'uucp']
const HOMES = /^\/(home|root|run\/user)(\/|$)/
/** What a service of a user gets of the user's own environment: where configuration and log are. */
const FOLDER_VARIABLES: readonly string[] = ['XDG_CONFIG_HOME', 'XDG_DATA_HOME']

/** The folders of a system unit are the system's, those of a user unit the user's. */
export function serviceEnvironment(scope: Scope, env: NodeJS.ProcessEnv): Record<string, string> {
  if (scope === 'system') return { XDG_CONFIG_HOME: '/etc', XDG_DATA_HOME: '/var/lib' }
  const own: Record<string, string> = {}
  for (const name of FOLDER_VARIABLES) if (env[name]) own[name] = env[name]
  return own
}

/** @throws InaError usage_invalid where the service could not read or write what it needs */
export function planUnit(request: UnitRequest): UnitPlan {
  const { scope, user, node, program, args, options, environment, cwd } = request
  refuseBroken(request)
  const log = resolve(cwd, options.db ?? usualLog(request))
  const all = foldersOf(log, options.outputs, cwd)
  const writable = all.filter(({ path }) => scope === 'user' || !isWithin(path, STATE_PATH))
  const config = options.config === null ? [] : [resolve(cwd, options.config)]
  if (scope === 'system' && user === null) {
    refuseOthers(writable)
    for (const path of [node, program, ...config]) refuseUnreadable(path)
  }
  const folders = all.map(({ path }) => path)
  const needed = [node, program, ...config, ...folders].flatMap((path) => [path, realPlace(path)])
  return {
    scope,
    command: [node, program, 'monitor', '--wait', '--output', 'none', ...args],
    user,
    groups: portGroups(),
    environment,
    devices: options.isMock ? [] : allowedDevices(options.ports),
    writable,
    hasNamespaces: request.hasNamespaces,
    needsHomes: scope === 'user' || needed.some((path) => HOMES.test(path)),
    needsNetwork: options.needsNetwork,
    notifiesByCommand: request.notifiesByCommand,
    log,
  }
}

/** All that goes into the unit as it is given. */
function refuseBroken({ user, node, program, args, options, environment, cwd }: UnitRequest): void {
  const { ports, db, config, outputs } = options
  const paths = [...outputs.map(({ path }) => path), db, config, cwd, node, program]
  for (const text of [...paths, user, ...args, ...ports, ...Object.values(environment)]) {
    if (text !== null) refuseControls(text)
  }
}

/** Each folder once, for the reason that asks most of it. */
function foldersOf(log: string, outputs: readonly LoggerOutput[], cwd: string): WritableFolder[] {
  const all: WritableFolder[] = [{ path: dirname(log), of: 'log' }]
  const files = outputs.filter(({ isBackup }) => !isBackup)
  for (const { path } of files) all.push({ path: dirname(resolve(cwd, path)), of: 'output' })
  const backups = outputs.filter(({ isBackup }) => isBackup)
  for (const { path } of backups) all.push({ path: resolve(cwd, path), of: 'backup' })
  return all.filter((folder, i) => all.findIndex(({ path }) => path === folder.path) === i)
}

function usualLog({ scope, environment }: UnitRequest): string {
  const env = scope === 'system' ? environment : { ...process.env, ...environment }
  return defaultLogPath(env, 'linux')
}

function isWithin(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(`${other}/`)
}

function refuseOthers(folders: readonly WritableFolder[]): void {
  const folder = folders[0]?.path
  if (folder === undefined) return
  throw new InaError(
    'usage_invalid',
    `a system service has a user of its own, who may not write to ${folder}`,
    `keep log and back-ups below ${STATE_PATH}, or name the user it is to run as: --run-as <user>`,
  )
}

/** Also what links lead to counts, and each folder on the way. */
function refuseUnreadable(path: string): void {
  const real = realPlace(path)
  for (let at = real; at !== dirname(at); at = dirname(at)) {
    const mode = statSync(at, { throwIfNoEntry: false })?.mode
    const needed = at === real ? 0o004 : 0o001
    if (mode !== undefined && (mode & needed) !== 0) continue
    throw new InaError(
      'usage_invalid',
      `a system service has a user of its own, who can't read ${at}`,
      'install node and ina219 for all users (npm install --global, as root), or name the user it is to run as: --run-as <user>',
    )
  }
}

function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function portGroups(): string[] {
  try {
    const names = readFileSync('/etc/group', 'utf8').matchAll(/^([^:\n]+):/gm)
    const known = new Set([...names].map(([, name]) => name))
    return PORT_GROUPS.filter((name) => known.has(name))
  } catch {
    return []
  }
}
