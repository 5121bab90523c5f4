import type { ProcessIo } from '../app/io.ts'
import type { DevicePlan } from '../app/run-plan.ts'
import type { DeviceProfile } from '../config/option.ts'
import type { PortInfo } from '../sources/serial/ports.ts'
import { InaError } from '../util/errors.ts'
import { realPath } from '../util/paths.ts'
import { withParts } from './device-parts.ts'
import { type DevicesRequest, planDevices } from './device-plans.ts'
import type { Given, NamedSource } from './named-devices.ts'
import { blaming } from './origins.ts'

/**
 * The devices that the options name; without any source, those that the labels name by their
 * profiles, or else the one port that is surely a board.
 */
export async function devicePlans(request: DevicesRequest, io: ProcessIo): Promise<DevicePlan[]> {
  const settled = await withSources(request, io, PIPE_HINT)
  const plans = planDevices(settled, io.clock)
  const isGiven = ({ values, profiles }: Given<string>): boolean =>
    values.length > 0 || [...(profiles?.values() ?? [])].some((own) => own.length > 0)
  if (!isGiven(request.alarms) && !(request.limits && isGiven(request.limits)))
    return withParts(plans)
  // Loaded only where there are rules.
  const { withAlarms } = await import('./alarm-plans.ts')
  return withParts(withAlarms(plans, settled))
}

const PIPE_HINT = '; a monitor also reads a pipe with --stdin'

/**
 * The same, with the sources that it comes to.
 *
 * @param alsoRead what may be read beside ports and mocks, for the end of a hint
 */
export async function withSources(
  request: DevicesRequest,
  io: ProcessIo,
  alsoRead = '',
): Promise<DevicesRequest> {
  const withAll = await withPlcs(request)
  const { sources } = withAll
  if (sources.some(({ kind }) => kind === 'stdin') && io.stdin.isTTY) {
    throw new InaError(
      'usage_invalid',
      '--stdin reads frames from a pipe, but standard input is the terminal',
      'pipe frames in, for example: ina219 mock | ina219 monitor --stdin',
    )
  }
  return { ...withAll, sources: await sourcesOf(withAll, io, alsoRead) }
}

/** The same, with the PLCs that its files describe. Loaded only where there are some. @throws InaError config_invalid */
export async function withPlcs(request: DevicesRequest): Promise<DevicesRequest> {
  const { pollFiles = [], pollFilesSaid } = request
  if (pollFiles.length === 0) return request
  const { readPollFiles } = await import('./polling/poll-files.ts')
  const plans = blaming([pollFilesSaid], () => readPollFiles(pollFiles))
  const plcs = plans.map((plan): NamedSource => ({ kind: 'plc', plan }))
  return { ...request, sources: [...request.sources, ...plcs], pollFiles: [] }
}

async function sourcesOf(
  request: DevicesRequest,
  io: ProcessIo,
  alsoRead: string,
): Promise<readonly NamedSource[]> {
  const { sources, profiles = [] } = request
  if (sources.length === 0) {
    const ports = await listedPorts()
    return profiledPorts(request, ports) ?? [portSource(await surePortOf(ports, io, alsoRead))]
  }
  // To list the ports takes time, which only a profile by serial number is worth.
  const hasPort = sources.some(({ kind }) => kind === 'port')
  if (!hasPort || profiles.every(({ serial }) => serial === null)) return sources
  const ports = await listedPorts()
  return sources.map((source) => {
    if (source.kind !== 'port') return source
    const path = realPath(source.path)
    const port = ports.find((each) => each.path === path || each.path === source.path)
    return { ...source, serial: port?.serialNumber ?? null }
  })
}

async function listedPorts(): Promise<readonly PortInfo[]> {
  const { listPorts } = await import('../sources/serial/ports.ts')
  return listPorts()
}

function portSource({ path, serialNumber }: PortInfo): NamedSource {
  return { kind: 'port', path, serial: serialNumber }
}

/**
 * Where the labels of --device alone say what is read: the ports of their profiles.
 *
 * @returns null: a label has no profile, or one that names no port
 * @throws InaError device_absent
 */
function profiledPorts(
  { labels, profiles = [] }: DevicesRequest,
  ports: readonly PortInfo[],
): NamedSource[] | null {
  const named = labels.values.map((label) => profiles.find((each) => each.label === label))
  if (named.length === 0) return null
  const sources: NamedSource[] = []
  for (const profile of named) {
    if (profile === undefined || (profile.port ?? profile.serial) === null) return null
    sources.push(portOf(profile, ports))
  }
  return sources
}

function portOf({ label, serial, port }: DeviceProfile, ports: readonly PortInfo[]): NamedSource {
  const found = ports.filter((each) => serial !== null && each.serialNumber === serial)
  const [only] = found
  if (only !== undefined && found.length === 1) return portSource(only)
  if (port !== null) return { kind: 'port', path: port }
  const many = found.map((each) => each.path).join(', ')
  throw new InaError(
    'device_absent',
    found.length === 0
      ? `no port has the USB serial number ${serial}, by which the configuration file knows '${label}'`
      : `several ports have the USB serial number ${serial} of '${label}': ${many}`,
    `look at 'ina219 ports', and name the port with --port, or in [device.${label}] with port`,
  )
}

/**
 * The one port that is surely a board, named on stderr.
 *
 * @throws InaError device_none
 */
async function surePortOf(
  ports: readonly PortInfo[],
  io: ProcessIo,
  alsoRead: string,
): Promise<PortInfo> {
  const { pickPort } = await import('../sources/serial/ports.ts')
  const picked = pickPort(ports)
  if (picked.port !== null) {
    io.stderr.write(`ina219: using ${picked.port.path} (${picked.port.board})\n`)
    return picked.port
  }
  const seen = ports.length === 0 ? '' : ` (${ports.map((port) => port.path).join(', ')})`
  throw new InaError(
    'device_none',
    `no source is named, and ${picked.reason}${seen}`,
    `name a port with --port, or try --mock${alsoRead}`,
  )
}
