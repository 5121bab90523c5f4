import { statSync } from 'node:fs'
import { looksAt } from '../alarms/rule.ts'
import type { ProcessIo } from '../app/io.ts'
import type {
  AlarmAction,
  BackupPlan,
  DevicePlan,
  LogPlan,
  OutputKind,
  OutputPlan,
  RunPlan,
} from '../app/run-plan.ts'
import type { ServePlan } from '../serve/serve-plan.ts'
import type { SinkPlan } from '../sinks/sink-plan.ts'
import { formatDuration } from '../util/duration.ts'
import { InaError } from '../util/errors.ts'
import { logFilePath, realPath } from '../util/paths.ts'
import { logPath } from './common-options.ts'
import type { MonitorOptions, RunOptions } from './monitor-options.ts'
import { blaming } from './origins.ts'

/** What does not follow from the options alone. */
interface Chosen {
  readonly devices: readonly DevicePlan[]
  readonly log: LogPlan | null
  readonly output: OutputPlan
  readonly serve: ServePlan | null
}

/** A day is written when it is over, and what it got late soon after: until then it has to be there. */
const SHORTEST_RETENTION_MS = 26 * 3_600_000

/** @throws InaError usage_invalid */
function backupPlan({ backup, backupKeep, retain }: RunOptions): BackupPlan | null {
  if (backup === undefined) return null
  if (retain < SHORTEST_RETENTION_MS) {
    throw new InaError(
      'usage_invalid',
      `--backup writes whole days, and with --retain ${formatDuration(retain)} none is in the log when it is over`,
      'keep at least 26h',
    )
  }
  const folder = realPath(backup)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new InaError(
      'usage_invalid',
      `--backup ${backup} is no folder`,
      'name a folder, which is made where it is not there',
    )
  }
  return { folder, keepDays: backupKeep }
}

/**
 * All of a run, decided before anything is opened.
 *
 * @throws InaError usage_invalid, config_invalid
 */
export async function runPlan(
  options: RunOptions,
  chosen: Chosen,
  io: ProcessIo,
): Promise<RunPlan> {
  const { devices, log, output, serve } = chosen
  const { said } = options
  const { alarms, capacities } = options.devices
  const rules = [alarms.said, ...(alarms.profilesSaid?.values() ?? [])]
  if (!options.anomalies) {
    blaming([said('anomalies'), ...rules], () => refuseAnomalyRules(devices))
  }
  blaming([capacities.said, ...rules], () => refuseBatteryRules(devices))
  const actions = await alarmActions(options, io)
  blaming([said('onAlarm')], () => refuseWithoutOutputs(actions, devices))
  const sinks = await plannedSinks(options, io)
  return {
    devices,
    log,
    keepTime: options.keepTime === true,
    keepTotals: options.keepTotals === true,
    maxSamples: options.count ?? null,
    durationMs: options.duration ?? null,
    anomalies: options.anomalies,
    output,
    onAlarm: actions,
    summary: options.summary ?? null,
    backup: blaming([said('backup'), said('retain')], () => backupPlan(options)),
    sinks,
    heartbeat: options.heartbeat ?? null,
    serve,
  }
}

/** How `monitor` shows it. */
export function outputPlan(options: MonitorOptions, kind: OutputKind): OutputPlan {
  if (kind !== 'tui') return { kind }
  const { ascii, theme, mouse, hints, bell } = options
  return { kind, ascii: ascii === true, theme, mouse, hints, bell }
}

/** Where the log is, and how long it keeps; null: there is to be none. @throws InaError usage_invalid */
export function logPlan({ log, db, retain }: RunOptions, io: ProcessIo): LogPlan | null {
  if (!log) return null
  const path = logPath(db, io.env)
  return { path, file: logFilePath(path), retainMs: retain }
}

function refuseAnomalyRules(devices: readonly DevicePlan[]): void {
  const rule = devices.flatMap(({ alarms }) => alarms).find(({ when }) => looksAt(when, 'anomaly'))
  if (rule === undefined) return
  throw new InaError(
    'usage_invalid',
    `the alarm '${rule.name}' waits for anomalies, and --no-anomalies looks for none`,
    'leave one of them out',
  )
}

/** A rule that can never be true on any of its devices must not look as if it watched. */
function refuseBatteryRules(devices: readonly DevicePlan[]): void {
  const rules = devices.flatMap(({ alarms }) => alarms)
  const rule = rules.find(
    (each) =>
      looksAt(each.when, 'battery') &&
      devices.every(({ alarms, battery }) => battery === null || !alarms.includes(each)),
  )
  if (rule === undefined) return
  throw new InaError(
    'usage_invalid',
    `the alarm '${rule.name}' looks at the battery, and none is given`,
    'give its capacity with --battery, such as --battery 2000mAh',
  )
}

/** Whether its outputs can be switched, as far as anybody knows before it has spoken. */
function mayHaveOutputs({ source }: DevicePlan): boolean {
  if (source.kind === 'ingest') return source.relays !== null
  return source.kind !== 'stdin' && source.kind !== 'plc'
}

function refuseWithoutOutputs(
  actions: readonly AlarmAction[],
  devices: readonly DevicePlan[],
): void {
  if (devices.some(mayHaveOutputs) || actions.every(({ kind }) => kind !== 'output')) return
  const isPiped = devices.some(({ source }) => source.kind === 'stdin')
  const why = isPiped
    ? 'standard input is one way'
    : 'what posts its samples, or is polled, hears nothing'
  throw new InaError(
    'usage_invalid',
    `--on-alarm output:... needs a device that hears, and ${why}`,
    'name the port with --port',
  )
}

/** Loaded only where there are sinks. @throws InaError usage_invalid */
async function plannedSinks(options: RunOptions, { env }: ProcessIo): Promise<SinkPlan[]> {
  if (options.sink === undefined) return []
  const { sinkPlans } = await import('./sink-plans.ts')
  return blaming([options.said('sink')], () => sinkPlans(options, env))
}

async function alarmActions(
  { onAlarm = [], said }: RunOptions,
  io: ProcessIo,
): Promise<AlarmAction[]> {
  if (onAlarm.length === 0) return []
  const { parseAlarmAction } = await import('./alarm-plans.ts')
  return blaming([said('onAlarm')], () => onAlarm.map((text) => parseAlarmAction(text, io.env)))
}
