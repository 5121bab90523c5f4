import { commandWord, settingWord } from './unit-syntax.ts'

export const SCOPES = ['user', 'system'] as const
/** Whose systemd runs the unit. */
export type Scope = (typeof SCOPES)[number]

export const UNIT_NAME = 'ina219.service'
/** Of a system unit: below /var/lib, made and owned by systemd. */
export const STATE_FOLDER = 'ina219'
/** Of a system unit with a socket: below /run, gone when it stops. */
export const RUNTIME_FOLDER = 'ina219'

/** What a run needs of the network. */
export type Network =
  | 'none'
  /** It is talked to from this machine. */
  | 'loopback'
  /** It is talked to, or talks itself (or runs commands that may). */
  | 'any'

/** How others reach a run of `serve`. */
export interface Doors {
  /** `http://127.0.0.1:8219`, `unix:/run/ina219/ina219.sock` */
  readonly addresses: readonly string[]
  readonly tokenFile: string
  /** There is an address that this machine has only once its network is up. */
  readonly needsAddress: boolean
  /** There is a port below 1024. */
  readonly hasLowPort: boolean
  /** There is a socket below the runtime folder. */
  readonly hasRuntimeSocket: boolean
}

/** A folder that the service writes to; absolute. */
export interface WritableFolder {
  readonly path: string
  /** What is written there; of several, what can least do without. */
  readonly of: 'log' | 'token' | 'output' | 'backup'
}

/** What goes into the unit file of a logger. */
export interface UnitPlan {
  readonly scope: Scope
  /** Absolute: node, the program, its arguments. */
  readonly command: readonly [string, ...string[]]
  /** Who a system unit runs as; null: a user that systemd makes up for it. */
  readonly user: string | null
  /** Groups that own serial ports here. */
  readonly groups: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** As `DeviceAllow=` names them. */
  readonly devices: readonly string[]
  /** Beside the state folder. */
  readonly writable: readonly WritableFolder[]
  /** A user's processes may make namespaces, without which a user unit sees all that the user sees. */
  readonly hasNamespaces: boolean
  /** Something that it needs lies in a home folder. */
  readonly needsHomes: boolean
  readonly network: Network
  /** Of `serve`; null: `monitor`. */
  readonly doors: Doors | null
  /** Signs of life come from a process beside the main one. */
  readonly notifiesByCommand: boolean
  readonly log: string
}

/** The section that systemd leaves alone (systemd.unit(5)), and by which we know our own. */
const OWN_SECTION = '[X-Ina219]'

/** The text of the unit file. */
export function unitText(plan: UnitPlan): string {
  const { scope, log, doors } = plan
  const isSystem = scope === 'system'
  return sections([
    [
      '[Unit]',
      'Description=INA219 power logger',
      ...(isSystem ? ['After=time-sync.target'] : []),
      ...(isSystem && doors?.needsAddress === true
        ? ['Wants=network-online.target', 'After=network-online.target']
        : []),
      '# A disk or a board that is in trouble for long must not end the attempts.',
      'StartLimitIntervalSec=0',
    ],
    ['[Service]', ...processLines(plan), '', ...(isSystem ? userLines(plan) : []), ...fences(plan)],
    ['[Install]', `WantedBy=${isSystem ? 'multi-user' : 'default'}.target`],
    [OWN_SECTION, `Log=${log}`, ...(doors === null ? [] : doorLines(doors))],
  ])
}

/** What a unit file of ours says of its run. */
export interface OwnUnit {
  readonly log: string
  /** Of `serve`: none for `monitor` */
  readonly addresses: readonly string[]
  /** null: `monitor` */
  readonly tokenFile: string | null
}

/** Reads what is ours of a unit file; null: it is not one of ours. */
export function readUnit(text: string): OwnUnit | null {
  const [, own = ''] = text.split(`${OWN_SECTION}\n`)
  const said = (key: string): string[] =>
    [...own.matchAll(new RegExp(`^${key}=(.+)$`, 'gm'))].map(([, value = '']) => value)
  const [log] = said('Log')
  if (log === undefined) return null
  return { log, addresses: said('Serves'), tokenFile: said('Token')[0] ?? null }
}

function doorLines({ addresses, tokenFile }: Doors): string[] {
  return [...addresses.map((address) => `Serves=${address}`), `Token=${tokenFile}`]
}

function sections(all: readonly (readonly string[])[]): string {
  return `${all.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function processLines({ command, environment, notifiesByCommand, doors }: UnitPlan): string[] {
  const [program, ...args] = command
  return [
    'Type=notify',
    `NotifyAccess=${notifiesByCommand ? 'all' : 'main'}`,
    // What is run is a path, in which systemd looks for no variable.
    `ExecStart=${[settingWord(program), ...args.map(commandWord)].join(' ')}`,
    ...Object.entries(environment).map(
      ([name, value]) => `Environment=${settingWord(`${name}=${value}`)}`,
    ),
    'SyslogIdentifier=ina219',
    'Restart=on-failure',
    'RestartSec=5',
    // An address that is taken, or not there yet, ends a run with 2 as well, and the log must not wait for a hand.
    ...(doors === null
      ? ['# Options that were refused once are refused again.', 'RestartPreventExitStatus=2']
      : []),
    '# A large log is looked at before it is written to.',
    'TimeoutStartSec=300',
    'TimeoutStopSec=90',
    '# Signs of life stop where the main loop or the thread of the log hangs.',
    'WatchdogSec=120',
    'KillMode=mixed',
    'LimitCORE=0',
    'UMask=0077',
    'MemoryMax=512M',
    'TasksMax=128',
  ]
}

function userLines({ user, groups, doors }: UnitPlan): string[] {
  const capability = doors?.hasLowPort === true ? 'CAP_NET_BIND_SERVICE' : ''
  return [
    ...(user === null ? ['DynamicUser=yes'] : [`User=${user}`]),
    ...(groups.length === 0 ? [] : [`SupplementaryGroups=${groups.join(' ')}`]),
    `StateDirectory=${STATE_FOLDER}`,
    'StateDirectoryMode=0700',
    ...(doors?.hasRuntimeSocket === true
      ? [`RuntimeDirectory=${RUNTIME_FOLDER}`, 'RuntimeDirectoryMode=0750']
      : []),
    `CapabilityBoundingSet=${capability}`,
    `AmbientCapabilities=${capability}`,
  ]
}

/** These take capabilities away, which systemd itself needs for it: a user's has none (it ends with 218). */
const ROOTS_FENCES: readonly string[] = [
  'ProtectKernelModules=yes',
  'ProtectKernelLogs=yes',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ProtectProc=invisible',
  'RemoveIPC=yes',
]

const FAMILIES: Readonly<Record<Network, string>> = {
  none: 'AF_UNIX',
  loopback: 'AF_UNIX AF_INET AF_INET6',
  any: 'AF_UNIX AF_INET AF_INET6 AF_NETLINK',
}

const ADDRESSES: Readonly<Record<Network, readonly string[]>> = {
  none: ['IPAddressDeny=any'],
  loopback: ['IPAddressAllow=localhost', 'IPAddressDeny=any'],
  any: [],
}

function fences(plan: UnitPlan): string[] {
  const { scope, devices, writable, needsHomes, network } = plan
  const isSystem = scope === 'system'
  return [
    'NoNewPrivileges=yes',
    'PrivateTmp=yes',
    'ProtectSystem=strict',
    `ProtectHome=${needsHomes ? 'read-only' : 'yes'}`,
    ...writable.map((folder) => `ReadWritePaths=${settingWord(writablePath(folder))}`),
    'DevicePolicy=closed',
    ...devices.map((device) => `DeviceAllow=${settingWord(device)} rw`),
    `RestrictAddressFamilies=${FAMILIES[network]}`,
    // A user's systemd can't hold it.
    ...(isSystem ? ADDRESSES[network] : []),
    'ProtectKernelTunables=yes',
    'ProtectControlGroups=yes',
    ...(isSystem ? ROOTS_FENCES : plan.hasNamespaces ? ['PrivateUsers=yes'] : []),
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
  ]
}

/**
 * A folder that is not there fails the unit with 226, unless it has the `-` (systemd.exec(5)). It
 * may be missing where the run goes on without it: a disk for back-ups that comes later is then seen.
 */
function writablePath({ path, of }: WritableFolder): string {
  return of === 'backup' ? `-${path}` : path
}
