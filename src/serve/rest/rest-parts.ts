import type { HubDevice } from '../../monitor/hub.ts'
import { devicesInRun } from '../../monitor/simulators.ts'
import type { LogRange } from '../../storage/read/log-query.ts'
import { END_OF_TIME_US } from '../../util/time-units.ts'
import type { ServeParts } from '../parts.ts'
import { type Problem, problem, type Sought } from '../problem.ts'
import { type AskedSpan, spanOf } from './queries.ts'
import type { LogReading } from './reading/log-reading.ts'

/** What the resources work on. */
export interface RestParts extends ServeParts {
  /** null with `--no-log` */
  readonly reading: LogReading | null
}

/**
 * A device of this run.
 *
 * @param name its label; absent: the only one there is
 */
export function runningDevice({ hub }: RestParts, name: string | undefined): Sought<HubDevice> {
  const { devices } = hub
  const named = devices.find(({ stream }) => stream.device === name)
  const [only, ...others] = devicesInRun(hub)
  const device = name === undefined && others.length === 0 ? only : named
  if (device !== undefined) return { found: device }
  const names = devices.map(({ stream }) => stream.device)
  return { problem: name === undefined ? noDeviceNamed(names) : unknownDevice(name, names) }
}

/** The device of that name; absent: all of this run. */
export function runningDevices(
  parts: RestParts,
  name: string | undefined,
): Sought<readonly HubDevice[]> {
  if (name === undefined) return { found: devicesInRun(parts.hub) }
  const sought = runningDevice(parts, name)
  return 'problem' in sought ? sought : { found: [sought.found] }
}

/** A device of this run or of the log. @param name its label; absent: the only one of this run */
export async function knownDevice(
  parts: RestParts,
  name: string | undefined,
): Promise<Sought<string>> {
  const running = runningDevice(parts, name)
  if ('found' in running) return { found: running.found.stream.device }
  if (name === undefined || parts.reading === null) return running
  const logged = (await parts.reading.devices()).map(({ device }) => device)
  if (logged.includes(name)) return { found: name }
  const own = parts.hub.devices.map(({ stream }) => stream.device)
  return { problem: unknownDevice(name, [...new Set([...own, ...logged])]) }
}

function noDeviceNamed(names: readonly string[]): Problem {
  const hint = `name one of them as device: ${names.join(', ')}`
  return problem(400, 'device-missing', 'there are several devices', hint)
}

function unknownDevice(name: string, names: readonly string[]): Problem {
  const hint = `there are: ${names.join(', ')}`
  return problem(404, 'device-unknown', `there is no device '${name}'`, hint)
}

/** What is asked of the log where there is none, or too much is asked of it at once. */
export function readingOf({ reading }: RestParts): Sought<LogReading> {
  if (reading === null) {
    const hint = 'start serve without --no-log'
    return { problem: problem(404, 'no-log', 'this server keeps no log', hint) }
  }
  if (!reading.isBusy) return { found: reading }
  const hint = 'try again in a second'
  return { problem: problem(503, 'busy', 'too much is being read at the moment', hint) }
}

/** A span of the log, of one device or of all. */
export interface LoggedSpan {
  readonly reading: LogReading
  readonly range: LogRange
}

/** What a query asks of the log; a bound that it does not give: as far as the log goes. @throws InaError usage_invalid */
export async function loggedSpan(
  parts: RestParts,
  { device, ...asked }: AskedSpan & { readonly device?: string | undefined },
): Promise<Sought<LoggedSpan>> {
  const { fromUs, toUs } = spanOf(asked, parts.clock.wallMs())
  const sought = readingOf(parts)
  if ('problem' in sought) return sought
  if (device !== undefined) {
    const known = await knownDevice(parts, device)
    if ('problem' in known) return known
  }
  const range = { fromUs: fromUs ?? 0, toUs: toUs ?? END_OF_TIME_US, device: device ?? null }
  return { found: { reading: sought.found, range } }
}
