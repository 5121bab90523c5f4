import { Command } from 'commander'
import { looksAt } from '../../alarms/rule.ts'
import { withNewLog } from '../../app/failed-start.ts'
import type { ProcessIo } from '../../app/io.ts'
import { chooseOutput } from '../../app/output/choose-output.ts'
import type { AlarmAction, BackupPlan, DevicePlan, LogPlan, RunPlan } from '../../app/run-plan.ts'
import { formatDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { logFilePath, realPath } from '../../util/paths.ts'
import { logPath } from '../common-options.ts'
import { deviceWordsText } from '../device-words-text.ts'
import { type Example, examplesText } from '../help-text.ts'
import { addMonitorOptions, type MonitorOptions } from '../monitor-options.ts'
import { devicePlans } from '../monitor-source.ts'

const EXAMPLES: readonly Example[] = [
  ['ina219 monitor --mock', 'try it without hardware'],
  ['ina219 monitor --port /dev/ttyUSB0', 'watch and log a board (COM3 on Windows)'],
  [
    'ina219 monitor --port /dev/ttyUSB0 --set interval=100 averaging=8',
    'with settings for the board',
  ],
  ['ina219 monitor --port /dev/ttyUSB0 --wait --output none', 'log without a terminal'],
  ['ina219 mock | ina219 monitor --stdin', 'frames from a pipe'],
  ["ina219 monitor --port /dev/ttyUSB0 --alarm 'a > 1.2A for 5s as overload'", 'with an alarm'],
  [
    'ina219 monitor --mock sine --no-log --output ndjson --count 5',
    'five samples as JSON, nothing logged',
  ],
  ['ina219 monitor --mock --duration 1h --summary run.json', 'run for an hour and write a summary'],
]

export function monitorCommand(io: ProcessIo): Command {
  const command = new Command('monitor').description(
    'Reads one device or several, validates, logs and shows what they measure.',
  )
  const read = addMonitorOptions(command)
  return command.addHelpText('after', deviceWordsText() + examplesText(EXAMPLES)).action(() => {
    const options = read()
    const log = logPlan(options, io)
    const run = async (): Promise<void> => {
      const plan = await runPlan(options, log, io)
      // Loaded only now: other commands need none of it.
      const { runMonitor } = await import('../../app/runtime.ts')
      await runMonitor(plan, io)
    }
    return log === null ? run() : withNewLog(log.file, run)
  })
}

function logPlan(options: MonitorOptions, io: ProcessIo): LogPlan | null {
  if (!options.log) return null
  const path = logPath(options.db, io.env)
  return { path, file: logFilePath(path), retainMs: options.retain }
}

/** A day is written when it is over, and what it got late soon after: until then it has to be there. */
const SHORTEST_RETENTION_MS = 26 * 3_600_000

/** @throws InaError usage_invalid */
function backupPlan({ backup, backupKeep, log, retain }: MonitorOptions): BackupPlan | null {
  if (backup === undefined || !log) return null
  if (retain < SHORTEST_RETENTION_MS) {
    throw new InaError(
      'usage_invalid',
      `--backup writes whole days, and with --retain ${formatDuration(retain)} none is in the log when it is over`,
      'keep at least 26h',
    )
  }
  return { folder: realPath(backup), keepDays: backupKeep }
}

async function runPlan(
  options: MonitorOptions,
  log: LogPlan | null,
  io: ProcessIo,
): Promise<RunPlan> {
  const kind = chooseOutput(options.output, io)
  const onAlarm = options.onAlarm ?? []
  const devices = await devicePlans(options.devices, io)
  if (!options.anomalies) refuseAnomalyRules(devices)
  refuseBatteryRules(devices)
  const actions = onAlarm.length === 0 ? [] : await alarmActions(onAlarm, io)
  refuseOneWay(actions, devices)
  return {
    devices,
    log,
    keepTime: options.keepTime === true,
    keepTotals: options.keepTotals === true,
    maxSamples: options.count ?? null,
    durationMs: options.duration ?? null,
    anomalies: options.anomalies,
    output: { kind, ascii: options.ascii === true, mouse: options.mouse, bell: options.bell },
    onAlarm: actions,
    summary: options.summary ?? null,
    backup: backupPlan(options),
    heartbeat: options.heartbeat ?? null,
  }
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

function refuseOneWay(actions: readonly AlarmAction[], devices: readonly DevicePlan[]): void {
  const isHeard = devices.some(({ source }) => source.kind !== 'stdin')
  if (isHeard || actions.every(({ kind }) => kind !== 'output')) return
  throw new InaError(
    'usage_invalid',
    '--on-alarm output:... needs a device that hears, and standard input is one way',
    'name the port with --port',
  )
}

async function alarmActions(texts: readonly string[], io: ProcessIo): Promise<AlarmAction[]> {
  const { parseAlarmAction } = await import('../alarm-plans.ts')
  return texts.map((text) => parseAlarmAction(text, io.env))
}
