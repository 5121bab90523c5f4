import type { SourcePlan, WholeDevicePlan } from '../app/run-plan.ts'
import type { DeviceProfile } from '../config/option.ts'
import type { Calibration } from '../domain/calibration.ts'
import { ANY_RANGE, type DeviceRange } from '../domain/limits.ts'
import type { Command } from '../protocol/link/commands.ts'
import { AUTO, type FormatChoice, mayHear } from '../sources/formats/format-choice.ts'
import type { BatterySetting } from '../stats/battery.ts'
import type { Clock } from '../util/clock.ts'
import { InaError } from '../util/errors.ts'
import { type Capacity, DEFAULT_START_PERCENT } from './battery-setting.ts'
import { channelsOf } from './device-channels.ts'
import { parseSettings } from './device-settings.ts'
import {
  deviceCalled,
  type Given,
  type NamedDevice,
  type NamedSource,
  nameDevices,
} from './named-devices.ts'
import { blamed, type Said } from './origins.ts'
import { byDevice, readGiven, type Scoped } from './scope.ts'

/** What the options say of the devices of a run. */
export interface DevicesRequest {
  /** What the configuration file says of single devices. */
  readonly profiles?: readonly DeviceProfile[]
  /** In the order of the devices. */
  readonly sources: readonly NamedSource[]
  /** Files of `--poll-source`, whose PLCs come behind `sources` (`withPlcs`); absent: none, or they are there. */
  readonly pollFiles?: readonly string[]
  readonly pollFilesSaid?: Said | null
  /** `--wait`, for all ports */
  readonly wait: boolean
  readonly labels: Given<string>
  readonly bauds: Given<Scoped<number>>
  /** Absent: each is found out. */
  readonly formats?: Given<Scoped<FormatChoice>>
  readonly settings: Given<string>
  readonly maxVoltages: Given<Scoped<number>>
  readonly maxCurrents: Given<Scoped<number>>
  readonly channels: Given<string>
  /** ms */
  readonly polls: Given<Scoped<number>>
  readonly capacities: Given<Scoped<Capacity>>
  /** % */
  readonly batteryStarts: Given<Scoped<number>>
  readonly alarms: Given<string>
  /** Absent: none. */
  readonly limits?: Given<string>
  readonly calibrations: Given<Scoped<Calibration>>
}

/** Of a port for which nothing else is given. */
export const DEFAULT_BAUD = 115_200

/**
 * One plan a source; its alarms come from `withAlarms`, several devices in it from `withParts`.
 *
 * @param clock for `--set time=now`
 * @throws InaError usage_invalid
 */
export function planDevices(request: DevicesRequest, clock: Clock): WholeDevicePlan[] {
  const devices = namedDevices(request)
  const bauds = byDevice(request.bauds, '--baud', devices)
  refuseBaudOfOthers(request.bauds, devices)
  const formats = formatsOf(request.formats, devices)
  const writable = devices.filter(
    (device) => mayBeTold(device) && mayHear(formats.get(device) ?? AUTO),
  )
  const settings = settingsOf(request.settings, devices, writable, clock)
  const maxVoltages = byDevice(request.maxVoltages, '--max-voltage', devices)
  const maxCurrents = byDevice(request.maxCurrents, '--max-current', devices)
  const channels = channelsOf(request.channels, devices)
  const calibrations = byDevice(request.calibrations, '--calibration', devices)
  const polls = pollsOf(request.polls, devices, writable)
  const capacities = byDevice(request.capacities, '--battery', devices)
  const starts = byDevice(request.batteryStarts, '--battery-start', devices)
  let mocks = 0
  let groups = 0
  const groupCount = devices.reduce((sum, { source }) => {
    return source.kind === 'plc' ? sum + source.plan.groups.length : sum
  }, 0)
  const sourceOf = (device: NamedDevice): SourcePlan => {
    const { source } = device
    const format = formats.get(device)
    const said = format === undefined ? {} : { format }
    if (source.kind === 'stdin') return { ...source, ...said }
    if (source.kind === 'ingest') {
      return { kind: 'ingest', name: source.name, relays: source.store?.relays ?? null }
    }
    if (source.kind === 'plc') {
      const { plan } = source
      const first = groups
      groups += plan.groups.length
      return { kind: 'plc', plan, spread: { first, all: groupCount } }
    }
    if (source.kind === 'mock') return { ...source, seed: ++mocks }
    const baud = bauds.get(device)?.at(-1) ?? DEFAULT_BAUD
    return { kind: 'port', path: source.path, baud, wait: request.wait, ...said }
  }
  return devices.map((device) => ({
    source: sourceOf(device),
    device: device.label ?? ownLabel(device),
    settings: settings.get(device) ?? [],
    range: rangeOf(device.source, maxVoltages.get(device)?.at(-1), maxCurrents.get(device)?.at(-1)),
    channels: channels.get(device) ?? [],
    calibration: calibrations.get(device)?.at(-1) ?? null,
    battery: batteryOf(capacities.get(device)?.at(-1), starts.get(device)?.at(-1)),
    pollMs: polls.get(device)?.at(-1) ?? null,
    alarms: [],
  }))
}

/** Whether its source leads to the device, too. */
function mayBeTold({ source }: NamedDevice): boolean {
  return DEAF[source.kind] === undefined
}

/** In the order of the plans. */
export function namedDevices(request: DevicesRequest): readonly NamedDevice[] {
  return nameDevices(request.sources, request.labels, request.profiles)
}

function batteryOf(
  capacity: Capacity | undefined,
  startPercent: number = DEFAULT_START_PERCENT,
): BatterySetting | null {
  return capacity === undefined ? null : { ...capacity, startPercent }
}

/** Mocks of one scenario say the same of themselves, and would be one device in the log. */
function ownLabel({ source, sourceName }: NamedDevice): string | null {
  return source.kind === 'mock' && sourceName !== `mock:${source.scenario}` ? sourceName : null
}

function rangeOf(
  source: NamedSource,
  voltageMax: number | undefined,
  currentMax: number | undefined,
): Partial<DeviceRange> {
  return {
    // What a PLC measures is no INA219's.
    ...(source.kind === 'plc' ? ANY_RANGE : {}),
    ...(voltageMax === undefined ? {} : { voltageMax }),
    ...(currentMax === undefined ? {} : { currentMax }),
  }
}

function refuseBaudOfOthers(bauds: Given<Scoped<number>>, devices: readonly NamedDevice[]): void {
  for (const { device, text } of bauds.mustMatch ? bauds.values : []) {
    const named = device === null ? null : deviceCalled(device, devices)
    if (named === null || named.source.kind === 'port') continue
    const error = new InaError(
      'usage_invalid',
      `--baud ${text} is for ${named.sourceName}, which has no line rate`,
      'give --baud for ports only',
    )
    throw blamed([bauds.said], error)
  }
}

/** Settings for all go to those that can be written to. */
function settingsOf(
  given: Given<string>,
  devices: readonly NamedDevice[],
  writable: readonly NamedDevice[],
  clock: Clock,
): ReadonlyMap<NamedDevice, readonly Command[]> {
  const read = readGiven(given, (texts, isOfProfile) =>
    parseSettings(texts, isOfProfile ? [] : devices, clock),
  )
  refuseOneWay('--set', read, devices, writable)
  const all = byDevice(read, '--set', devices)
  return new Map(writable.map((device) => [device, armedLast(all.get(device) ?? [])]))
}

/** An armed device refuses most other settings. */
function armedLast(settings: readonly Command[]): readonly Command[] {
  const arms = ({ cmd, value }: Command): boolean => cmd === 'set_trigger' && value !== 'off'
  return [...settings.filter((each) => !arms(each)), ...settings.filter(arms)]
}

/** One for all goes to those that can be asked. */
function pollsOf(
  given: Given<Scoped<number>>,
  devices: readonly NamedDevice[],
  writable: readonly NamedDevice[],
): ReadonlyMap<NamedDevice, readonly number[]> {
  refuseOneWay('--poll', given, devices, writable)
  const all = byDevice(given, '--poll', devices)
  return new Map(writable.map((device) => [device, all.get(device) ?? []]))
}

/** Sources that lead one way, and what to do. */
const DEAF: Readonly<Partial<Record<NamedSource['kind'], readonly [why: string, hint: string]>>> = {
  stdin: ['standard input is one way', 'name the port with --port'],
  ingest: ['one that posts its samples hears nothing', 'name a port with --port'],
  plc: ['from a PLC is only read', 'name a port with --port'],
}

/** @throws InaError usage_invalid: what is to be sent is for devices alone that hear nothing */
function refuseOneWay(
  option: string,
  { values, said }: Given<Scoped<unknown>>,
  devices: readonly NamedDevice[],
  writable: readonly NamedDevice[],
): void {
  const named = values
    .map(({ device }) => (device === null ? null : deviceCalled(device, devices)))
    .find((device) => device !== null && !writable.includes(device))
  if (named == null && (values.length === 0 || writable.length > 0)) return
  const [why, hint] = DEAF[(named ?? devices[0])?.source.kind ?? 'port'] ?? [
    'what --format names hears no commands',
    `leave ${option} out, or --format`,
  ]
  const message = `${option} needs a device that hears, and ${why}`
  throw blamed([said], new InaError('usage_invalid', message, hint))
}

/**
 * What is said of each device; one for all is not for mocks and posted samples, which speak the wire.
 *
 * @throws InaError usage_invalid
 */
function formatsOf(
  given: Given<Scoped<FormatChoice>> | undefined,
  devices: readonly NamedDevice[],
): ReadonlyMap<NamedDevice, FormatChoice> {
  if (given === undefined) return new Map()
  for (const { device, text } of given.mustMatch ? given.values : []) {
    const named = device === null ? null : deviceCalled(device, devices)
    if (named === null || mayPrint(named)) continue
    const error = new InaError(
      'usage_invalid',
      `--format ${text} is for ${named.sourceName}, which speaks the protocol`,
      'give --format for ports and standard input only',
    )
    throw blamed([given.said], error)
  }
  const all = byDevice(given, '--format', devices)
  return new Map(
    devices.flatMap((device) => {
      const choice = mayPrint(device) ? all.get(device)?.at(-1) : undefined
      return choice === undefined ? [] : [[device, choice]]
    }),
  )
}

/** Whether its lines may be of another form than the wire's. */
function mayPrint({ source }: NamedDevice): boolean {
  return source.kind === 'port' || source.kind === 'stdin'
}
