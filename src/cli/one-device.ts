import type { Command } from 'commander'
import type { ProcessIo } from '../app/io.ts'
import type { SourcePlan } from '../app/run-plan.ts'
import { InaError } from '../util/errors.ts'
import { type DevicesRequest, planDevices } from './device-plans.ts'
import { surePort } from './monitor-source.ts'
import { type Given, type NamedDevice, nameDevices } from './named-devices.ts'
import { keepHighest, levelOf } from './precedence.ts'
import type { Scoped } from './scope.ts'
import { baudOption, deviceOption, mockOption, portOption } from './source-options.ts'

/** The device that a command talks to. */
export interface OneDevice {
  readonly named: NamedDevice
  readonly source: SourcePlan
  /** True: an option of that attribute name is given at the level of the source, or above. */
  readonly mustMatch: (key: string) => boolean
}

interface Values {
  port?: readonly string[]
  mock?: readonly string[]
  baud?: readonly Scoped<number>[]
  device?: readonly string[]
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
  keepHighest(command, ['port'], ['mock'])
  const { port = [], mock = [], baud = [], device = [] } = command.opts<Values>()
  const level = Math.max(levelOf(command, 'port'), levelOf(command, 'mock'))
  const mustMatch = (key: string): boolean => levelOf(command, key) >= level
  const sources: DevicesRequest['sources'] = [
    ...port.map((path) => ({ kind: 'port', path }) as const),
    ...mock.map((scenario) => ({ kind: 'mock', scenario }) as const),
  ]
  const [source = { kind: 'port', path: await surePort(io) } as const, ...others] = sources
  if (others.length > 0) {
    throw new InaError(
      'usage_invalid',
      `${command.name()} talks to one device, and ${sources.length} are named`,
      'name one with --port',
    )
  }
  const given = <T>(key: string, values: readonly T[]): Given<T> => ({
    values,
    mustMatch: mustMatch(key),
  })
  const none = { values: [], mustMatch: false }
  const labels = given('device', device)
  const [plan] = planDevices(
    {
      sources: [source],
      wait: false,
      labels,
      bauds: given('baud', baud),
      settings: none,
      maxVoltages: none,
      maxCurrents: none,
      channels: none,
      polls: none,
      alarms: none,
    },
    io.clock,
  )
  const [named] = nameDevices([source], labels)
  if (plan === undefined || named === undefined) throw new Error('one source is one device')
  return { named, source: plan.source, mustMatch }
}
