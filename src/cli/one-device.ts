import type { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import type { WholeDevicePlan } from '../app/run-plan.ts'
import { InaError } from '../util/errors.ts'
import { planDevices } from './device-plans.ts'
import { withSources } from './monitor-source.ts'
import { type NamedDevice, nameDevices } from './named-devices.ts'
import {
  baudOption,
  deviceOption,
  devicesRequest,
  mockOption,
  portOption,
} from './source-options.ts'

/** The device that a command talks to. */
export interface OneDevice {
  readonly named: NamedDevice
  readonly plan: WholeDevicePlan
}

/**
 * Adds the options that name one device.
 *
 * @returns what they say, once the command line is parsed; it throws InaError usage_invalid
 */
export function addOneDevice(command: Command): (io: ProcessIo) => Promise<OneDevice> {
  command
    .addOption(portOption())
    .addOption(baudOption())
    .addOption(mockOption())
    .addOption(deviceOption('label of the device, as in monitor, by which other options name it'))
  return (io) => oneDevice(command, io)
}

async function oneDevice(command: Command, io: ProcessIo): Promise<OneDevice> {
  const request = await withSources(devicesRequest(command), io)
  const { sources, labels, profiles } = request
  if (sources.length > 1) {
    throw new InaError(
      'usage_invalid',
      `${command.name()} talks to one device, and ${sources.length} are named`,
      'name one with --port',
    )
  }
  const [plan] = planDevices(request, io.clock)
  const [named] = nameDevices(sources, labels, profiles)
  if (plan === undefined || named === undefined) throw new Error('one source is one device')
  return { named, plan }
}
