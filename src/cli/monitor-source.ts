import type { ProcessIo } from '../app/io.ts'
import type { DevicePlan } from '../app/run-plan.ts'
import { InaError } from '../util/errors.ts'
import { type DevicesRequest, planDevices } from './device-plans.ts'

/** The devices that the options name; without any source, the one port that is surely a board. */
export async function devicePlans(request: DevicesRequest, io: ProcessIo): Promise<DevicePlan[]> {
  const { sources } = request
  if (sources.length === 0) {
    const port = { kind: 'port', path: await surePort(io) } as const
    return planDevices({ ...request, sources: [port] }, io.clock)
  }
  if (sources.some(({ kind }) => kind === 'stdin') && io.stdin.isTTY) {
    throw new InaError(
      'usage_invalid',
      '--stdin reads frames from a pipe, but standard input is the terminal',
      'pipe frames in, for example: ina219 mock | ina219 monitor --stdin',
    )
  }
  return planDevices(request, io.clock)
}

/**
 * The one port that is surely a board, named on stderr.
 *
 * @throws InaError device_none
 */
export async function surePort(io: ProcessIo): Promise<string> {
  const { listPorts, pickPort } = await import('../sources/serial/ports.ts')
  const ports = await listPorts()
  const picked = pickPort(ports)
  if (picked.port !== null) {
    io.stderr.write(`ina219: using ${picked.port.path} (${picked.port.board})\n`)
    return picked.port.path
  }
  const seen = ports.length === 0 ? '' : ` (${ports.map((port) => port.path).join(', ')})`
  throw new InaError(
    'device_none',
    `no source is named, and ${picked.reason}${seen}`,
    'name a port with --port, or try --mock; a monitor also reads a pipe with --stdin',
  )
}
