/**
 * What Home Assistant asks of an announcement, written down once more from its own sources (home-assistant/core, 2025 and 2026):
 * components/mqtt/discovery.py (TOPIC_MATCHER), mqtt/schemas.py (DEVICE_DISCOVERY_SCHEMA, check_unique_id,
 * validate_device_has_at_least_one_identifier), mqtt/sensor.py (validate_sensor_state_and_device_class_config),
 * mqtt/binary_sensor.py, switch.py, button.py (schemas), sensor/const.py (DEVICE_CLASS_UNITS,
 * DEVICE_CLASS_STATE_CLASSES), sensor/__init__.py and binary_sensor/__init__.py (no entity_category config), const.py (units).
 */
import { spawnSync } from 'node:child_process'

type Config = Readonly<Record<string, unknown>>

/** Units of the classes that we use; null: none. */
const UNITS: Readonly<Record<string, readonly (string | null)[]>> = {
  apparent_power: ['mVA', 'VA', 'kVA'],
  battery: ['%'],
  current: ['mA', 'A'],
  distance: ['mm', 'cm', 'm', 'km', 'in', 'ft', 'yd', 'mi', 'nmi'],
  duration: ['d', 'h', 'min', 's', 'ms', 'μs'],
  energy: [
    'J',
    'kJ',
    'MJ',
    'GJ',
    'mWh',
    'Wh',
    'kWh',
    'MWh',
    'GWh',
    'TWh',
    'cal',
    'kcal',
    'Mcal',
    'Gcal',
  ],
  enum: [null],
  frequency: ['Hz', 'kHz', 'MHz', 'GHz'],
  humidity: ['%'],
  illuminance: ['lx'],
  irradiance: ['W/m²', 'BTU/(h⋅ft²)'],
  power: ['mW', 'W', 'kW', 'MW', 'GW', 'TW', 'BTU/h'],
  pressure: ['Pa', 'hPa', 'kPa', 'bar', 'cbar', 'mbar', 'mmHg', 'inHg', 'psi'],
  speed: [
    'mm/d',
    'mm/h',
    'm/s',
    'km/h',
    'mm/s',
    'in/d',
    'in/h',
    'in/s',
    'ft/s',
    'mph',
    'kn',
    'Beaufort',
  ],
  temperature: ['°C', '°F', 'K'],
  voltage: ['μV', 'mV', 'V', 'kV', 'MV'],
  weight: ['kg', 'g', 'mg', 'μg', 'oz', 'lb', 'st'],
}

const ANY = ['measurement', 'total', 'total_increasing']
const STATE_CLASSES: Readonly<Record<string, readonly string[]>> = {
  apparent_power: ['measurement'],
  battery: ['measurement'],
  current: ['measurement'],
  distance: ANY,
  duration: ANY,
  energy: ['total', 'total_increasing'],
  enum: [],
  frequency: ['measurement'],
  humidity: ['measurement'],
  illuminance: ['measurement'],
  irradiance: ['measurement'],
  power: ['measurement'],
  pressure: ['measurement'],
  speed: ['measurement'],
  temperature: ['measurement'],
  voltage: ['measurement'],
  weight: ANY,
}

const COMMON = [
  'platform',
  'unique_id',
  'name',
  'entity_category',
  'availability',
  'availability_mode',
]
const READ = [...COMMON, 'state_topic', 'value_template', 'device_class', 'qos']
/** Further keys are dropped without a word, which is not what we want with ours. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  sensor: [
    ...READ,
    'unit_of_measurement',
    'state_class',
    'suggested_display_precision',
    'last_reset_value_template',
    'options',
    'expire_after',
  ],
  binary_sensor: [...READ, 'payload_on', 'payload_off', 'expire_after', 'off_delay'],
  switch: [
    ...READ,
    'command_topic',
    'payload_on',
    'payload_off',
    'state_on',
    'state_off',
    'optimistic',
    'retain',
  ],
  button: [...COMMON, 'command_topic', 'payload_press', 'retain', 'device_class'],
}

const BINARY_CLASSES = ['problem', 'connectivity', 'power', 'running', 'battery']

/** @returns what Home Assistant would not take, or not as it is meant; empty: nothing */
export function faultsOf(topic: string, config: Config, prefix = 'homeassistant'): string[] {
  const faults: string[] = []
  const level = topic.startsWith(`${prefix}/`) ? topic.slice(prefix.length + 1) : ''
  if (!/^device\/[a-zA-Z0-9_-]+\/config$/.test(level)) faults.push(`${topic} is not looked at`)
  const device = config['device'] as Config | undefined
  const identifiers = device?.['identifiers']
  if (!Array.isArray(identifiers) || identifiers.length === 0) faults.push('no identifiers')
  const devices = [
    'identifiers',
    'connections',
    'name',
    'manufacturer',
    'model',
    'model_id',
    'hw_version',
    'sw_version',
    'serial_number',
    'via_device',
    'suggested_area',
    'configuration_url',
  ]
  faults.push(
    ...Object.keys(device ?? {})
      .filter((key) => !devices.includes(key))
      .map((key) => `device.${key}`),
  )
  if (typeof (config['origin'] as Config | undefined)?.['name'] !== 'string')
    faults.push('no origin')
  const shared = [
    'device',
    'origin',
    'components',
    'availability',
    'availability_mode',
    'state_topic',
    'command_topic',
    'qos',
    'encoding',
  ]
  faults.push(...Object.keys(config).filter((key) => !shared.includes(key)))
  faults.push(...availabilityFaults(config))
  const components = (config['components'] ?? {}) as Readonly<Record<string, Config>>
  if (Object.keys(components).length === 0) faults.push('no components')
  const ids = Object.values(components).map(({ unique_id: id }) => id)
  for (const [key, component] of Object.entries(components)) {
    // What is named and nothing else is removed.
    if (Object.keys(component).length === 1 && component['platform'] !== undefined) continue
    const own = [
      ...componentFaults(component, config),
      ...(ids.indexOf(component['unique_id']) === ids.lastIndexOf(component['unique_id'])
        ? []
        : ['its unique_id is there twice']),
    ]
    faults.push(...own.map((fault) => `${key}: ${fault}`))
  }
  return faults
}

function componentFaults(component: Config, shared: Config): string[] {
  const faults = availabilityFaults(component)
  const platform = String(component['platform'])
  const keys = KEYS[platform]
  if (keys === undefined) return [`there is no platform ${platform}`]
  faults.push(
    ...Object.keys(component)
      .filter((key) => !keys.includes(key))
      .map((key) => `${key} is not of ${platform}`),
  )
  if (typeof component['unique_id'] !== 'string') faults.push('no unique_id')
  if (typeof component['name'] !== 'string') faults.push('no name')
  if (platform !== 'button' && !isTopic(component['state_topic'] ?? shared['state_topic']))
    faults.push('no state_topic')
  const takes = platform === 'switch' || platform === 'button'
  if (takes && !isTopic(component['command_topic'])) faults.push('no command_topic')
  const category = component['entity_category']
  if (category !== undefined && category !== 'diagnostic' && category !== 'config')
    faults.push(`category ${category}`)
  if (platform === 'sensor' || platform === 'binary_sensor') {
    if (category === 'config') faults.push(`a ${platform} is none of a configuration`)
  }
  const deviceClass = component['device_class']
  if (
    platform === 'binary_sensor' &&
    deviceClass !== undefined &&
    !BINARY_CLASSES.includes(String(deviceClass))
  ) {
    faults.push(`there is no class ${deviceClass}`)
  }
  if (
    platform === 'switch' &&
    deviceClass !== undefined &&
    !['outlet', 'switch'].includes(String(deviceClass))
  ) {
    faults.push(`there is no class ${deviceClass}`)
  }
  return platform === 'sensor' ? [...faults, ...sensorFaults(component)] : faults
}

function sensorFaults(component: Config): string[] {
  const faults: string[] = []
  const {
    device_class: kind,
    state_class: stateClass,
    unit_of_measurement: unit = null,
    options,
  } = component as {
    device_class?: string
    state_class?: string
    unit_of_measurement?: string | null
    options?: string[]
  }
  if ('last_reset_value_template' in component && stateClass !== 'total')
    faults.push(`last_reset with ${stateClass}`)
  if (options !== undefined) {
    if (options.length === 0 || kind !== 'enum') faults.push('options are of enum')
    if (stateClass !== undefined || unit !== null)
      faults.push('options, and a unit or a state class')
  }
  if (kind === 'enum' && options === undefined) faults.push('enum without options')
  if (stateClass !== undefined && !ANY.includes(stateClass))
    faults.push(`there is no ${stateClass}`)
  if (unit !== null && (unit.trim() === '' || unit.includes('µ')))
    faults.push(`a unit is not written ${unit}`)
  if (kind === undefined) return faults
  const [units, classes] = [UNITS[kind], STATE_CLASSES[kind]]
  if (units === undefined || classes === undefined) return [...faults, `there is no class ${kind}`]
  if (!units.includes(unit)) faults.push(`${unit} is no unit of ${kind}`)
  if (stateClass !== undefined && !classes.includes(stateClass))
    faults.push(`${kind} is no ${stateClass}`)
  return faults
}

function availabilityFaults(config: Config): string[] {
  const faults: string[] = []
  const list = config['availability']
  const mode = config['availability_mode']
  if (mode !== undefined && !['all', 'any', 'latest'].includes(String(mode)))
    faults.push(`availability_mode ${mode}`)
  if (list === undefined) return faults
  if (!Array.isArray(list)) return [...faults, 'availability is no list']
  const keys = ['topic', 'payload_available', 'payload_not_available', 'value_template']
  for (const entry of list as Config[]) {
    if (!isTopic(entry['topic'])) faults.push('availability without a topic')
    faults.push(
      ...Object.keys(entry)
        .filter((key) => !keys.includes(key))
        .map((key) => `availability.${key}`),
    )
  }
  return faults
}

function isTopic(topic: unknown): boolean {
  return typeof topic === 'string' && topic !== '' && !/[+#\0]/.test(topic)
}

/** Templates are judged by the engine that Home Assistant has, which is not everywhere. */
export const hasJinja = spawnSync('python3', ['-c', 'import jinja2']).status === 0

const RENDER = `
import json, sys
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
env = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
for line in sys.stdin:
  template, value = json.loads(line)
  try: value_json = json.loads(value)
  except ValueError: value_json = None
  print(json.dumps(env.from_string(template).render(value=value, value_json=value_json).strip()))
`

/** What comes of templates with payloads; undefined names are errors. */
export function rendered(
  pairs: readonly (readonly [template: string, payload: string])[],
): string[] {
  const input = pairs.map((pair) => `${JSON.stringify(pair)}\n`).join('')
  const { stdout, stderr, status } = spawnSync('python3', ['-c', RENDER], {
    input,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as string)
}
