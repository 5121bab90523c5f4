/**
 * What Home Assistant is told, so that devices and entities appear by themselves: one message a device ("device
 * discovery", home-assistant.io/integrations/mqtt, Home Assistant 2024.12 and later). The entities of a
 * device are in `components.ts`.
 */
import type { LiveDevice } from '../../domain/live-device.ts'
import { type Component, type ComponentOptions, componentsOf, idOf } from './components.ts'
import type { Topics } from './topics.ts'

export interface Announcement {
  readonly topic: string
  readonly config: DeviceConfig
}

/** In the names of Home Assistant. */
export interface DeviceConfig {
  readonly device: Readonly<Record<string, unknown>>
  readonly origin: Readonly<Record<string, string>>
  readonly components: Readonly<Record<string, Component>>
  readonly [option: string]: unknown
}

export interface DiscoveryOptions extends ComponentOptions {
  /** Before all topics of the discovery. */
  readonly discovery: string
  readonly version: string
}

/** The logger: whether it is there at all, and what its boards are reached by. */
export function announceLogger({ discovery, topics, version }: DiscoveryOptions): Announcement {
  const id = loggerId(topics)
  return {
    topic: `${discovery}/device/${id}/config`,
    config: {
      device: {
        identifiers: [id],
        name: `ina219 ${topics.logger}`,
        manufacturer: 'ina219',
        model: 'Logger',
        sw_version: version,
      },
      origin: originOf(version),
      components: {
        connection: {
          platform: 'binary_sensor',
          unique_id: `${id}_connection`,
          name: 'Connection',
          device_class: 'connectivity',
          entity_category: 'diagnostic',
          state_topic: topics.loggerAvailability,
          payload_on: 'online',
          payload_off: 'offline',
        },
      },
    },
  }
}

export function announceDevice(live: LiveDevice, options: DiscoveryOptions): Announcement {
  const { discovery, topics, version } = options
  const id = deviceId(live.device, topics)
  const logger = { topic: topics.loggerAvailability }
  const board = {
    topic: topics.of(live.device, 'availability'),
    value_template: "{{ 'online' if value == 'live' else 'offline' }}",
  }
  return {
    topic: `${discovery}/device/${id}/config`,
    config: {
      device: {
        identifiers: [id],
        name: live.device,
        manufacturer: 'ina219',
        model: 'Power monitor',
        ...(live.firmware === null ? {} : { sw_version: live.firmware }),
        via_device: loggerId(topics),
      },
      origin: originOf(version),
      state_topic: topics.of(live.device, 'state'),
      availability: [logger, board],
      availability_mode: 'all',
      qos: 1,
      components: Object.fromEntries(
        Object.entries(componentsOf(live, options)).map(([key, component]) => [
          key,
          {
            ...component,
            unique_id: `${id}_${key}`,
            ...(isOfLogger(component) ? { availability: [logger] } : {}),
          },
        ]),
      ),
    },
  }
}

/** What holds also while the board is away. */
const OF_LOGGER: readonly unknown[] = ['problem', 'diagnostic', 'config']

function isOfLogger({ device_class, entity_category }: Component): boolean {
  return OF_LOGGER.includes(device_class) || OF_LOGGER.includes(entity_category)
}

function loggerId({ prefix, logger }: Topics): string {
  return idOf(`${prefix}_logger_${logger}`)
}

/** The same wherever its samples are published, so that entities outlive a new log and a new host. */
function deviceId(device: string, { prefix }: Topics): string {
  return `${idOf(prefix)}_${idOf(device)}`
}

function originOf(version: string): Record<string, string> {
  return { name: 'ina219', sw_version: version }
}
