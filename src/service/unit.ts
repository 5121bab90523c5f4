import { commandWord, settingWord } from './unit-syntax.ts'

export const SCOPES = ['user', 'system'] as const
/** Whose systemd runs the unit. */
export type Scope = (typeof SCOPES)[number]

export const UNIT_NAME = 'ina219.service'
/** Of a system unit: below /var/lib, made and owned by systemd. */
export const STATE_FOLDER = 'ina219'

/** A folder that the service writes to; absolute. */
export interface WritableFolder {
  readonly path: string
  /** What is written there; of several, what can least do without. */
  readonly of: 'log' | 'output' | 'backup'
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
  /** It talks to other machines, or runs commands that may. */
  readonly needsNetwork: boolean
  /** Signs of life come from a process beside the main one. */
  readonly notifiesByCommand: boolean
  readonly log: string
}

/** The section that systemd leaves alone (systemd.unit(5)), and by which we know our own. */
const OWN_SECTION = '[X-Ina219]'

/** The text of the unit file. */
export function unitText(plan: UnitPlan): string {
  const { scope, log } = plan
  const isSystem = scope === 'system'
  return sections([
    [
      '[Unit]',
      'Description=INA219 power logger',
      ...(isSystem ? ['After=time-sync.target'] : []),
      '# A disk or a board that is in trouble for long must not end the attempts.',
      'StartLimitIntervalSec=0',
    ],
    ['[Service]', ...processLines(plan), '', ...(isSystem ? userLines(plan) : []), ...fences(plan)],
    ['[Install]', `WantedBy=${isSystem ? 'multi-user' : 'default'}.target`],
    [OWN_SECTION, `Log=${log}`],
  ])
}

/** Whether a unit file is one of ours, and where the log of its run is; null: it is not ours. */
export function readUnit(text: string): { readonly log: string } | null {
  const [, own = ''] = text.split(`${OWN_SECTION}\n`)
  const log = /^Log=(.+)$/m.exec(own)?.[1]
  return log === undefined ? null : { log }
}

function sections(all: readonly (readonly string[])[]): string {
  return `${all.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function processLines({ command, environment, notifiesByCommand }: UnitPlan): string[] {
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
    '# Options that were refused once are refused again.',
    'RestartPreventExitStatus=2',
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

function userLines({ user, groups }: UnitPlan): string[] {
  return [
    ...(user === null ? ['DynamicUser=yes'] : [`User=${user}`]),
    ...(groups.length === 0 ? [] : [`SupplementaryGroups=${groups.join(' ')}`]),
    `StateDirectory=${STATE_FOLDER}`,
    'StateDirectoryMode=0700',
    'CapabilityBoundingSet=',
    'AmbientCapabilities=',
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

function fences(plan: UnitPlan): string[] {
  const { scope, devices, writable, needsHomes, needsNetwork } = plan
  const isSystem = scope === 'system'
  return [
    'NoNewPrivileges=yes',
    'PrivateTmp=yes',
    'ProtectSystem=strict',
    `ProtectHome=${needsHomes ? 'read-only' : 'yes'}`,
    ...writable.map((folder) => `ReadWritePaths=${settingWord(writablePath(folder))}`),
    'DevicePolicy=closed',
    ...devices.map((device) => `DeviceAllow=${settingWord(device)} rw`),
    ...(needsNetwork
      ? ['RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK']
      : ['RestrictAddressFamilies=AF_UNIX', ...(isSystem ? ['IPAddressDeny=any'] : [])]),
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
