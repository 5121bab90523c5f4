import { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import type { Configuration } from '../config/layers.ts'
import type { ServePlan } from '../serve/serve-plan.ts'
import { applyConfiguration } from './apply-config.ts'
import { type DevicesRequest, planDevices } from './device-plans.ts'
import {
  addMonitorOptions,
  addRunOptions,
  type MonitorOptions,
  type RunOptions,
} from './monitor-options.ts'
import { runPlan } from './monitor-plan.ts'
import { withPlcs } from './monitor-source.ts'
import type { NamedSource } from './named-devices.ts'
import { addServeOptions } from './serve-options.ts'

/**
 * Reads all that environment and file say of a run, as `monitor` does before it opens anything.
 * Where they name no source, ports that are nowhere stand for those that the command line would.
 *
 * @param flags of `monitor`, which its parser takes
 * @returns what they say
 * @throws InaError what monitor would refuse
 */
export async function checkMonitor(
  configuration: Configuration,
  flags: readonly string[],
  io: ProcessIo,
): Promise<MonitorOptions> {
  const monitor = new Command('monitor').exitOverride()
  const read = addMonitorOptions(monitor)
  monitor.parseOptions([...flags])
  applyConfiguration(monitor, configuration)
  const options = read()
  await checkRun(options, null, io)
  return options
}

/** The same of `serve`, whose doors are not opened. */
export async function checkServe(
  configuration: Configuration,
  flags: readonly string[],
  io: ProcessIo,
): Promise<{ readonly run: RunOptions; readonly serve: ServePlan }> {
  const command = new Command('serve').exitOverride()
  const readRun = addRunOptions(command)
  const readServe = addServeOptions(command, io)
  command.parseOptions([...flags])
  applyConfiguration(command, configuration)
  const run = readRun()
  const serve = readServe()
  await checkRun(run, serve, io)
  return { run, serve }
}

async function checkRun(
  options: RunOptions,
  serve: ServePlan | null,
  io: ProcessIo,
): Promise<void> {
  const request = withStandIns(await withPlcs(options.devices))
  const plans = planDevices(request, io.clock)
  const { withAlarms } = await import('./alarm-plans.ts')
  const devices = withAlarms(plans, request)
  // Where the log is, and on what the run is shown, is looked at by itself.
  await runPlan(
    { ...options, devices: request },
    { devices, log: null, output: { kind: 'none' }, serve },
    io,
  )
}

function withStandIns(request: DevicesRequest): DevicesRequest {
  if (request.sources.length > 0) return request
  const { labels, profiles = [] } = request
  // By source they speak of sources that are not named here.
  const inOrder = labels.values.filter((label) => !label.includes('='))
  const others = new Set([...profiles.map(({ label }) => label), ...devicesNamedIn(request)])
  const names = [...inOrder, ...[...others].filter((each) => !inOrder.includes(each))]
  const said = { mustMatch: false }
  return {
    ...request,
    sources: names.length === 0 ? [standIn(0)] : names.map((_name, i) => standIn(i)),
    labels: { ...labels, values: names, mustMatch: true },
    settings: { ...request.settings, ...said },
    channels: { ...request.channels, ...said },
    alarms: { ...request.alarms, ...said },
    ...(request.limits && { limits: { ...request.limits, ...said } }),
  }
}

function standIn(place: number): NamedSource {
  return { kind: 'port', path: `stand-in ${place + 1}` }
}

/** Labels and sources for which values are that may be of one device. */
function devicesNamedIn(request: DevicesRequest): string[] {
  const { bauds, formats, polls, maxVoltages, maxCurrents } = request
  const { calibrations, capacities, batteryStarts } = request
  return [
    ...[bauds, polls, maxVoltages, maxCurrents, batteryStarts].flatMap(({ values }) => values),
    ...(formats?.values ?? []),
    ...calibrations.values,
    ...capacities.values,
  ].flatMap(({ device }) => (device === null ? [] : [device]))
}
