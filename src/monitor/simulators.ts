import { InaError } from '../util/errors.ts'
import type { Hub, HubDevice } from './hub.ts'
import type { SimulatorOrder, SourceView } from './view.ts'

/** A device that stands in for another one, and does not at the moment: it is offered, and no part of the run. */
export function isOff({ stream, state }: HubDevice): boolean {
  return stream.source.standsFor !== undefined && state.source.state !== 'live'
}

/** The same of a device in a snapshot. */
export function isOffered({ simulator, state }: SourceView): boolean {
  return simulator?.standsFor !== undefined && state !== 'live'
}

/** The devices of a run, without those that are only offered. */
export function devicesInRun({ devices }: Pick<Hub, 'devices'>): readonly HubDevice[] {
  return devices.filter((each) => !isOff(each))
}

/** The device that a stand-in is for; null: it is none, or that is not part of the run. */
function realOf(devices: readonly HubDevice[], { stream }: HubDevice): HubDevice | null {
  const { standsFor } = stream.source
  if (standsFor === undefined) return null
  return devices.find((each) => each.stream.device === standsFor) ?? null
}

/**
 * Has a device that is made up begin or end.
 *
 * @returns in words, how it is then
 * @throws InaError usage_invalid: it is a real one; device_refused: the one that it stands in for is live, or another
 *   program is what it would be
 */
export function orderSimulator(
  { devices }: Pick<Hub, 'devices'>,
  device: HubDevice,
  order: SimulatorOrder,
): string {
  const { source, device: label } = device.stream
  if (source.simulator === undefined) {
    throw new InaError(
      'usage_invalid',
      `${label} is no simulator`,
      'start with --mock to have one, beside --port if there is a board',
    )
  }
  const refusal = order === 'start' ? refusalOf(devices, device) : null
  if (refusal !== null) throw refusal
  source.simulator[order]()
  return `${label} is ${source.simulator.isRunning ? 'running' : 'stopped'}`
}

/** Why a simulator can't begin now; null: it can. */
function refusalOf(devices: readonly HubDevice[], device: HubDevice): InaError | null {
  const { source, device: label } = device.stream
  const real = realOf(devices, device)
  if (real?.state.source.state === 'live') {
    return new InaError(
      'device_refused',
      `${real.stream.device} is live, and ${label} is for when it is not`,
      'look at the real one',
    )
  }
  const isPosted = source.simulator?.isRunning === false && !isOff(device)
  if (source.standsFor === undefined || !isPosted) return null
  return new InaError(
    'device_refused',
    `${label} is live already: another program posts to it`,
    'end that one first',
  )
}

/**
 * The same of several: those that can't begin now are left out, unless there are no others.
 *
 * @throws InaError as `orderSimulator`; nothing has begun then
 */
export function orderSimulators(
  hub: Pick<Hub, 'devices'>,
  simulators: readonly HubDevice[],
  order: SimulatorOrder,
): void {
  const able = simulators.filter(
    (each) => order === 'stop' || refusalOf(hub.devices, each) === null,
  )
  for (const device of able.length === 0 ? simulators : able) orderSimulator(hub, device, order)
}

/** A device is live: what stands in for it ends. */
export function standDown(devices: readonly HubDevice[], live: HubDevice): void {
  for (const device of devices) {
    if (realOf(devices, device) === live) device.stream.source.simulator?.stop()
  }
}
