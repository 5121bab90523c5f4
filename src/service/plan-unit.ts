import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InaError } from '../util/errors.ts'
import { defaultLogPath } from '../util/paths.ts'
import { allowedDevices } from './port-access.ts'
import {
  type Network,
  RUNTIME_FOLDER,
  type Scope,
  STATE_FOLDER,
  type UnitPlan,
  type WritableFolder,
} from './unit.ts'
import { refuseControls } from './unit-syntax.ts'

/** A file, or the folder of the daily back-ups. */
export interface LoggerOutput {
  readonly path: string
  readonly isBackup: boolean
}

/** What `serve` has beside the options of a run. */
export interface DoorOptions {
  /** As they are shown. */
  readonly addresses: readonly string[]
  /** Of Unix sockets. */
  readonly sockets: readonly string[]
  readonly tokenFile: string
  /** Of TLS; read alone. */
  readonly files: readonly string[]
  readonly needsAddress: boolean
  readonly hasLowPort: boolean
}

/** What the options of `monitor` or `serve` say of a run, from the command line and the configuration file. */
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
  readonly network: Network
  /** Files of sinks with passwords, tokens, certificates; absolute. */
  readonly secrets: readonly string[]
  /** Of `serve`; null: `monitor` */
  readonly doors: DoorOptions | null
}

export interface UnitRequest {
  readonly scope: Scope
  /** Of a system unit; null: one that systemd makes up. */
  readonly user: string | null
  /** Absolute: node and the program. */
  readonly node: string
  readonly program: string
  /** Of `monitor` or `serve`, paths absolute. */
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
const RUNTIME_PATH = `/run/${RUNTIME_FOLDER}`
/** Each service has its own (PrivateTmp). */
const OWN_FOLDERS: readonly string[] = ['/tmp', '/var/tmp']
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
  const { doors } = options
  const all = foldersOf(log, options, cwd)
  const isOwn = (path: string): boolean =>
    scope === 'system' && (isWithin(path, STATE_PATH) || isWithin(path, RUNTIME_PATH))
  const writable = all.filter(({ path }) => !isOwn(path))
  const config = options.config === null ? [] : [resolve(cwd, options.config)]
  const files = (doors?.files ?? []).map((path) => resolve(cwd, path))
  if (scope === 'system' && user === null) {
    refuseOthers(writable)
    for (const path of [node, program, ...config]) refuseUnreadable(path, FOR_ALL)
    for (const path of files) refuseUnreadable(path, FOR_ONE)
    for (const path of options.secrets) refuseUnreadable(path, SECRET)
  }
  const folders = all.map(({ path }) => path)
  const needed = [node, program, ...config, ...files, ...options.secrets, ...folders].flatMap(
    (path) => [path, realPlace(path)],
  )
  return {
    scope,
    command: [node, program, ...(doors === null ? MONITOR : SERVE), ...args],
    user,
    groups: portGroups(),
    environment,
    devices: options.isMock ? [] : allowedDevices(options.ports),
    writable,
    hasNamespaces: request.hasNamespaces,
    needsHomes: scope === 'user' || needed.some((path) => HOMES.test(path)),
    network: options.network,
    doors: doors && {
      ...doors,
      tokenFile: resolve(cwd, doors.tokenFile),
      hasRuntimeSocket: doors.sockets.some((path) => isWithin(path, RUNTIME_PATH)),
    },
    notifiesByCommand: request.notifiesByCommand,
    log,
  }
}

const MONITOR: readonly string[] = ['monitor', '--wait', '--output', 'none']
const SERVE: readonly string[] = ['serve', '--wait']

/** All that goes into the unit as it is given. */
function refuseBroken({ user, node, program, args, options, environment, cwd }: UnitRequest): void {
  const { ports, db, config, outputs, doors, secrets } = options
  const ofDoors = doors === null ? [] : [...doors.addresses, doors.tokenFile, ...doors.files]
  const paths = [
    ...outputs.map(({ path }) => path),
    ...ofDoors,
    ...secrets,
    db,
    config,
    cwd,
    node,
    program,
  ]
  for (const text of [...paths, user, ...args, ...ports, ...Object.values(environment)]) {
    if (text !== null) refuseControls(text)
  }
  for (const path of doors?.sockets ?? []) {
    if (OWN_FOLDERS.every((folder) => !isWithin(resolve(cwd, path), folder))) continue
    throw new InaError(
      'usage_invalid',
      `a service has a /tmp of its own, where nobody else finds ${path}`,
      `name a socket such as ${RUNTIME_PATH}/ina219.sock (system) or one below /run/user (user)`,
    )
  }
}

/** Each folder once, for the reason that asks most of it. */
function foldersOf(log: string, { outputs, doors }: LoggerOptions, cwd: string): WritableFolder[] {
  const all: WritableFolder[] = [{ path: dirname(log), of: 'log' }]
  if (doors !== null) all.push({ path: dirname(resolve(cwd, doors.tokenFile)), of: 'token' })
  for (const path of doors?.sockets ?? []) {
    all.push({ path: dirname(resolve(cwd, path)), of: 'output' })
  }
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
    `keep log, back-ups and token below ${STATE_PATH}, a socket below ${RUNTIME_PATH}, or name the user it is to run as: --run-as <user>`,
  )
}

const FOR_ALL = 'install node and ina219 for all users (npm install --global, as root), or'
/** Nobody else is to read a private key. */
const FOR_ONE = 'leave TLS to a proxy (docs/serve.md), or'
const SECRET = 'what is secret is for one user alone:'

/** Also what links lead to counts, and each folder on the way. @param hint what could be done instead */
function refuseUnreadable(path: string, hint: string): void {
  const real = realPlace(path)
  for (let at = real; at !== dirname(at); at = dirname(at)) {
    const mode = statSync(at, { throwIfNoEntry: false })?.mode
    const needed = at === real ? 0o004 : 0o001
    if (mode !== undefined && (mode & needed) !== 0) continue
    throw new InaError(
      'usage_invalid',
      `a system service has a user of its own, who can't read ${at}`,
      `${hint} name the user it is to run as: --run-as <user>`,
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
