/**
 * The entities of a device, as Home Assistant is told of them. Units, device classes and state classes have to fit
 * together, else an entity is refused: homeassistant/components/sensor/const.py.
 */
import type { LiveChannel, LiveDevice } from '../../domain/live-device.ts'
import { hashOf } from '../../util/hash.ts'
import { isElectric } from './payloads.ts'
import type { Topics } from './topics.ts'

export type Component = Readonly<Record<string, unknown>> & { readonly platform: string }

export interface ComponentOptions {
  readonly topics: Topics
  readonly takesCommands: boolean
}

/** Outputs of a switch. */
export const ON = 'ON'
export const OFF = 'OFF'

/** A name of letters, digits, _ and -: no other may be in a topic of the discovery. What differs stays different. */
export function idOf(name: string): string {
  const id = name.replaceAll(/[^A-Za-z0-9_-]+/g, '_')
  if (id === name && name !== '') return id
  return `${id.replace(/^_+|_+$/g, '')}_${hashOf(name)}`
}

export function componentsOf(
  live: LiveDevice,
  options: ComponentOptions,
): Record<string, Component> {
  const { channels, totals, link } = live
  return {
    ...Object.fromEntries(channels.map(channelSensor)),
    ...(totals === null ? {} : TOTALS),
    ...Object.fromEntries(live.alarms.map(({ name }) => alarmSensor(name))),
    ...outputs(live, options),
    ...(options.takesCommands ? buttons(live, options) : {}),
    status: diagnostic('Status', "{{ value_json.status | default('', true) }}"),
    ...(link === null ? {} : LINK),
  }
}

const ELECTRIC: Readonly<
  Record<string, readonly [key: string, name: string, kind: string, unit: string, decimals: number]>
> = {
  v: ['voltage', 'Voltage', 'voltage', 'V', 3],
  a: ['current', 'Current', 'current', 'A', 4],
  w: ['power', 'Power', 'power', 'W', 3],
}

function channelSensor(channel: LiveChannel): [string, Component] {
  const { id, label } = channel
  const electric = ELECTRIC[id]
  if (electric !== undefined && isElectric(id)) {
    const [key, name, device_class, unit_of_measurement, decimals] = electric
    const component = {
      platform: 'sensor',
      name,
      device_class,
      unit_of_measurement,
      state_class: 'measurement',
      suggested_display_precision: decimals,
      value_template: templateOf('value_json', id),
    }
    return [key, component]
  }
  const component = {
    platform: 'sensor',
    name: label,
    ...kindOf(channel),
    value_template: templateOf("value_json.get('channels', {})", id),
  }
  return [`channel_${idOf(id)}`, component]
}

/** null is "unknown"; what is not there leaves the entity as it was. */
function templateOf(object: string, key: string): string {
  return `{{ ${object}.get(${quoted(key)}, '') }}`
}

/** A literal of Jinja, which has the escapes of Python. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`
}

/** Charge has no device class. Both may go back, and begin again: so they are no `total_increasing`. */
const TOTALS: Readonly<Record<string, Component>> = {
  charge: total('Charge', 'charge_ah', { unit_of_measurement: 'Ah' }),
  energy: total('Energy', 'energy_wh', { device_class: 'energy', unit_of_measurement: 'Wh' }),
}

function total(name: string, member: string, kind: object): Component {
  return {
    platform: 'sensor',
    name,
    ...kind,
    state_class: 'total',
    suggested_display_precision: 4,
    value_template: templateOf('value_json', member),
    last_reset_value_template: '{{ value_json.since }}',
  }
}

function alarmSensor(name: string): [string, Component] {
  const state = `value_json.get('alarms', {}).get(${quoted(name)}, 'off')`
  const component = {
    platform: 'binary_sensor',
    name: `Alarm ${name}`,
    device_class: 'problem',
    value_template: `{{ '${ON}' if ${state} in ('on', 'acknowledged', 'latched') else '${OFF}' }}`,
  }
  return [`alarm_${idOf(name)}`, component]
}

function outputs(
  { device, outputs: known }: LiveDevice,
  { topics, takesCommands }: ComponentOptions,
): Record<string, Component> {
  const found = Object.keys(known ?? {}).map((name): [string, Component] => {
    const state = `value_json.get('outputs', {}).get(${quoted(name)})`
    const common = {
      name: `Output ${name}`,
      value_template: `{{ '${ON}' if ${state} else '${OFF}' }}`,
    }
    if (!takesCommands) return [`output_${idOf(name)}`, { platform: 'binary_sensor', ...common }]
    const command_topic = topics.setOutput(device, name)
    const more = {
      command_topic,
      payload_on: ON,
      payload_off: OFF,
      optimistic: false,
      retain: false,
    }
    return [
      `switch_${idOf(name)}`,
      { platform: 'switch', device_class: 'switch', ...common, ...more },
    ]
  })
  return Object.fromEntries(found)
}

function buttons(
  { device, alarms, totals }: LiveDevice,
  { topics }: ComponentOptions,
): Record<string, Component> {
  const button = (name: string, payload: object): Component => ({
    platform: 'button',
    name,
    entity_category: 'config',
    command_topic: topics.of(device, 'set'),
    payload_press: JSON.stringify(payload),
    retain: false,
  })
  return {
    ...(totals === null ? {} : { reset_totals: button('Reset totals', { totals: 'reset' }) }),
    ...(alarms.length === 0
      ? {}
      : { acknowledge: button('Acknowledge alarms', { acknowledge: '*' }) }),
  }
}

const LINK: Readonly<Record<string, Component>> = {
  rate: diagnostic('Sample rate', linkOf('rate'), {
    device_class: 'frequency',
    unit_of_measurement: 'Hz',
    state_class: 'measurement',
    suggested_display_precision: 1,
  }),
  lost: diagnostic('Lost samples', linkOf('lost'), { state_class: 'total_increasing' }),
  recovered: diagnostic('Recovered samples', linkOf('recovered'), {
    state_class: 'total_increasing',
  }),
  bad_lines: diagnostic('Bad lines', linkOf('bad_lines'), { state_class: 'total_increasing' }),
  reboots: diagnostic('Restarts of the board', linkOf('reboots'), {
    state_class: 'total_increasing',
  }),
  log: diagnostic('Log', linkOf('log'), {
    device_class: 'enum',
    options: ['recording', 'spilling', 'failed', 'off'],
  }),
}

function linkOf(member: string): string {
  return templateOf("value_json.get('link', {})", member)
}

function diagnostic(name: string, value_template: string, more: object = {}): Component {
  return { platform: 'sensor', name, entity_category: 'diagnostic', ...more, value_template }
}

interface Kind {
  readonly device_class?: string
  readonly unit_of_measurement?: string
  readonly state_class: string
}

/** Units of extra channels as people write them, by what Home Assistant calls them. */
const UNITS: Readonly<Record<string, string>> = {
  degC: '°C',
  C: '°C',
  '℃': '°C',
  degF: '°F',
  F: '°F',
  lux: 'lx',
  mcV: 'μV',
  uV: 'μV',
  'W/m2': 'W/m²',
  percent: '%',
}

const CLASSES: Readonly<Record<string, readonly string[]>> = {
  voltage: ['V', 'mV', 'μV', 'kV'],
  current: ['A', 'mA'],
  power: ['W', 'mW', 'kW', 'MW'],
  apparent_power: ['VA'],
  frequency: ['Hz', 'kHz', 'MHz', 'GHz'],
  temperature: ['°C', '°F', 'K'],
  illuminance: ['lx'],
  irradiance: ['W/m²'],
  pressure: ['Pa', 'hPa', 'kPa', 'bar', 'mbar', 'psi'],
  distance: ['mm', 'cm', 'm', 'km'],
  weight: ['g', 'kg'],
  speed: ['m/s', 'km/h'],
  duration: ['s', 'min', 'h', 'd', 'ms'],
}

/** An amount that may go either way; nobody says whether and when it begins again. */
const ENERGY_UNITS = ['J', 'kJ', 'MJ', 'mWh', 'Wh', 'kWh', 'MWh']

function kindOf({ id, unit: said }: LiveChannel): Kind {
  const measurement = { state_class: 'measurement' }
  const unit = UNITS[said] ?? said.replace('µ', 'μ')
  if (unit === '') return measurement
  if (ENERGY_UNITS.includes(unit)) {
    return { device_class: 'energy', unit_of_measurement: unit, state_class: 'total' }
  }
  const named = { unit_of_measurement: unit, ...measurement }
  if (unit === '%') {
    if (/^(soc|batt?|battery)$/i.test(id)) return { device_class: 'battery', ...named }
    return /^(rh|hum|humidity)$/i.test(id) ? { device_class: 'humidity', ...named } : named
  }
  const found = Object.keys(CLASSES).find((each) => CLASSES[each]?.includes(unit))
  return found === undefined ? named : { device_class: found, ...named }
}
