import { describe, expect, test } from 'vitest'
import type { LiveDevice } from '../../src/domain/live-device.ts'
import { Announcer } from '../../src/sinks/mqtt/announcer.ts'
import { type Component, idOf } from '../../src/sinks/mqtt/components.ts'
import { announceDevice, announceLogger } from '../../src/sinks/mqtt/discovery.ts'
import { statePayload } from '../../src/sinks/mqtt/payloads.ts'
import { Topics } from '../../src/sinks/mqtt/topics.ts'
import { faultsOf, hasJinja, rendered } from '../support/home-assistant.ts'

const UNITS = [
  '',
  '%',
  'degC',
  'C',
  '°F',
  'K',
  'lx',
  'lux',
  'V',
  'mV',
  'µV',
  'A',
  'mA',
  'W',
  'mW',
  'kW',
  'VA',
  'Hz',
  'kHz',
  'Pa',
  'hPa',
  'mbar',
  'psi',
  'W/m2',
  'W/m²',
  'g',
  'kg',
  'mm',
  'm',
  'm/s',
  'km/h',
  's',
  'min',
  'h',
  'Wh',
  'kWh',
  'J',
  'ppm',
  'Ah',
  'rpm',
  'dB',
  'L',
  'µg/m³',
  '🙂',
]

const TOPICS = new Topics('ina219', 'pi-0a1b2c')

const OPTIONS = {
  discovery: 'homeassistant',
  topics: TOPICS,
  takesCommands: true,
  version: '1.2.3',
}

function deviceOf(more: Partial<LiveDevice> = {}): LiveDevice {
  return {
    device: '/dev/tty+USB#0',
    state: 'live',
    firmware: '1.4',
    sampleUs: 1.7e15,
    values: { v: 5.02, a: -0.245, w: -1.2299, soc: 85 },
    status: 'ok',
    channels: [
      { id: 'v', label: 'Voltage', unit: 'V' },
      { id: 'a', label: 'Current', unit: 'A' },
      { id: 'w', label: 'Power', unit: 'W' },
      { id: 'soc', label: 'soc', unit: '%' },
      { id: `it's "x\\`, label: 'odd', unit: '' },
    ],
    totals: { sinceUs: 1.6e15, chargeMah: -1234.5, energyMwh: 6789 },
    alarms: [
      { name: `it's {{ 7 }} "over"`, state: 'latched' },
      { name: 'under', state: 'pending' },
    ],
    outputs: { A: true, B: false },
    unconfirmed: [],
    link: {
      rate: 10,
      samples: 100,
      lost: 1,
      recovered: 2,
      badLines: 3,
      reboots: 0,
      log: 'recording',
    },
    ...more,
  }
}

describe("announcements keep to Home Assistant's rules", () => {
  test.each([true, false])('of a device with all that there is, commands %s', (takesCommands) => {
    const options = { ...OPTIONS, takesCommands }
    const { topic, config } = announceDevice(deviceOf(), options)
    expect(faultsOf(topic, config)).toEqual([])
    const platforms = Object.values(config.components).map(({ platform }) => platform)
    expect(platforms.includes('switch')).toBe(takesCommands)
    expect(platforms.includes('button')).toBe(takesCommands)
    expect(config.components).toMatchObject({
      voltage: { device_class: 'voltage', unit_of_measurement: 'V', state_class: 'measurement' },
      energy: { device_class: 'energy', unit_of_measurement: 'Wh', state_class: 'total' },
      charge: { unit_of_measurement: 'Ah', state_class: 'total' },
      channel_soc: { device_class: 'battery', unit_of_measurement: '%' },
    })
    expect(config).toMatchObject({
      availability_mode: 'all',
      device: { name: '/dev/tty+USB#0', via_device: 'ina219_logger_pi-0a1b2c' },
    })
  })

  test('of channels of any unit', () => {
    const channels = UNITS.map((unit, i) => ({ id: `c${i}`, label: `c${i}`, unit }))
    const { topic, config } = announceDevice(deviceOf({ channels }), OPTIONS)
    expect(faultsOf(topic, config)).toEqual([])
    const kinds = new Set(Object.values(config.components).map((each) => each['device_class']))
    for (const kind of ['temperature', 'illuminance', 'pressure', 'energy', 'frequency']) {
      expect(kinds).toContain(kind)
    }
  })

  test('of a logger, and of devices whose log alone is known', () => {
    const logger = announceLogger(OPTIONS)
    expect(faultsOf(logger.topic, logger.config)).toEqual([])
    const bare = deviceOf({ totals: null, alarms: [], outputs: null, link: null, firmware: null })
    const { topic, config } = announceDevice(bare, { ...OPTIONS, takesCommands: false })
    expect(faultsOf(topic, config)).toEqual([])
  })

  test('names that are no ids stay apart', () => {
    const names = ['a b', 'a_b', 'a/b', '/a/b', 'ä', 'ö', '', ' ', 'A b']
    const ids = names.map(idOf)
    expect(new Set(ids).size).toBe(names.length)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]+$/)
  })

  test('the rules find what is wrong', () => {
    const { topic, config } = announceDevice(deviceOf(), OPTIONS)
    const withOf = (more: object): string[] =>
      faultsOf(topic, {
        ...config,
        components: { x: { ...config.components['energy'], ...more } as Component },
      })
    expect(withOf({ state_class: 'measurement' }).length).toBeGreaterThan(1)
    expect(withOf({ unit_of_measurement: 'Ah' })).toEqual(['x: Ah is no unit of energy'])
    expect(withOf({ unique_id: undefined })).toEqual(['x: no unique_id'])
    expect(withOf({ color: 'red' })).toEqual(['x: color is not of sensor'])
    expect(faultsOf('homeassistant/device/a b/config', config)).toHaveLength(1)
  })
})

describe.skipIf(!hasJinja)('templates', () => {
  /** What each entity shows, by its key. */
  function shown(live: LiveDevice, announced = live): Record<string, string> {
    const { config } = announceDevice(announced, OPTIONS)
    const templates = Object.entries(config.components).flatMap(
      ([key, each]): [string, string][] =>
        typeof each['value_template'] === 'string' ? [[key, each['value_template']]] : [],
    )
    const payload = statePayload(live)
    const texts = rendered(templates.map(([, template]) => [template, payload]))
    return Object.fromEntries(templates.map(([key], i) => [key, texts[i] ?? '']))
  }

  test('read the state that is published', () => {
    expect(shown(deviceOf())).toMatchObject({
      voltage: '5.02',
      current: '-0.245',
      power: '-1.2299',
      charge: '-1.2345',
      energy: '6.789',
      channel_soc: '85',
      switch_A: 'ON',
      switch_B: 'OFF',
      [`alarm_${idOf(`it's {{ 7 }} "over"`)}`]: 'ON',
      alarm_under: 'OFF',
      status: 'ok',
      rate: '10',
      lost: '1',
      log: 'recording',
    })
  })

  test('what was not measured is unknown; what is not there stays as it was', () => {
    const unmeasured = shown(deviceOf({ values: null, status: 'nosensor' }))
    // Home Assistant: "None" is unknown, nothing leaves the state.
    expect(unmeasured).toMatchObject({ voltage: 'None', channel_soc: 'None', status: 'nosensor' })
    const without = shown(deviceOf({ values: { v: 5, a: 0, w: 0 } }))
    expect(without).toMatchObject({ voltage: '5', current: '0', channel_soc: '' })
    const before = deviceOf({ outputs: null, alarms: [], totals: null, link: null })
    expect(shown(before, deviceOf())).toMatchObject({ charge: '', lost: '', switch_A: 'OFF' })
  })

  test('a board is available while it is live', () => {
    const { config } = announceDevice(deviceOf(), OPTIONS)
    const [, board] = config['availability'] as { value_template: string }[]
    const states = ['live', 'silent', 'waiting', 'opening', 'ended', 'offline']
    const texts = rendered(states.map((state) => [board?.value_template ?? '', state]))
    expect(texts).toEqual(['online', ...Array(5).fill('offline')])
  })
})

describe('what is announced when', () => {
  function rig(): { announcer: Announcer; sent: [string, string][]; pass: (ms: number) => void } {
    const sent: [string, string][] = []
    let nowMs = 0
    const announcer = new Announcer({
      ...OPTIONS,
      publish: (topic, payload) => void sent.push([topic, payload]),
      monoMs: () => nowMs,
      random: () => 0.5,
    })
    return {
      announcer,
      sent,
      pass: (ms) => {
        nowMs += ms
      },
    }
  }

  test('once, when it changes, and again some time after Home Assistant has started', () => {
    const { announcer, sent, pass } = rig()
    announcer.connected()
    announcer.update([deviceOf({ sampleUs: null })])
    expect(sent).toHaveLength(0)
    announcer.update([deviceOf()])
    announcer.update([deviceOf({ values: null })])
    expect(sent.map(([topic]) => topic)).toEqual([
      'homeassistant/device/ina219_logger_pi-0a1b2c/config',
      `homeassistant/device/ina219_${idOf('/dev/tty+USB#0')}/config`,
    ])
    announcer.update([deviceOf({ outputs: { A: true, B: true, C: false } })])
    expect(sent).toHaveLength(3)
    expect(sent[2]?.[1]).toContain('switch_C')
    announcer.received('homeassistant/status', 'offline', false)
    announcer.received('homeassistant/status', 'online', true)
    pass(10_000)
    announcer.update([deviceOf()])
    const before = sent.length
    announcer.received('homeassistant/status', 'online', false)
    announcer.update([deviceOf()])
    expect(sent).toHaveLength(before)
    pass(2500)
    announcer.update([deviceOf()])
    announcer.update([deviceOf()])
    expect(sent).toHaveLength(before + 2)
    announcer.connected()
    announcer.update([deviceOf()])
    expect(sent).toHaveLength(before + 4)
  })

  test('what was there earlier stays for two minutes, and is then named as gone', () => {
    const earlier = rig()
    earlier.announcer.update([deviceOf()])
    const [topic, config] = earlier.sent[1] as [string, string]
    const { announcer, sent, pass } = rig()
    const less = deviceOf({ alarms: [], outputs: null })
    announcer.received(topic, config, true)
    announcer.received(topic, 'no JSON', true)
    announcer.received(
      'homeassistant/device/other/config',
      '{"origin":{"name":"z"},"components":{}}',
      true,
    )
    announcer.update([less])
    const kept = JSON.parse(sent[1]?.[1] ?? '')
    expect(kept.components).toEqual(JSON.parse(config).components)
    pass(120_000)
    announcer.update([less])
    const gone = JSON.parse(sent[2]?.[1] ?? '')
    expect(gone.components).toMatchObject({
      switch_A: { platform: 'switch' },
      alarm_under: { platform: 'binary_sensor' },
    })
    expect(Object.keys(gone.components.switch_A)).toEqual(['platform'])
    expect(faultsOf(topic, gone)).toEqual([])
    // The next one does not name it any more.
    const next = rig()
    next.announcer.received(topic, sent[2]?.[1] ?? '', true)
    next.announcer.update([less])
    expect(JSON.parse(next.sent[1]?.[1] ?? '').components).not.toHaveProperty('switch_A')
  })
})
