import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DevicePlan } from '../../src/app/run-plan.ts'
import { parseCalibration } from '../../src/cli/calibration-setting.ts'
import { withParts } from '../../src/cli/device-parts.ts'
import { type DevicesRequest, planDevices } from '../../src/cli/device-plans.ts'
import { type Given, type NamedSource, nameDevices } from '../../src/cli/named-devices.ts'
import { type Scoped, scoped } from '../../src/cli/scope.ts'
import { parseFormat } from '../../src/sources/formats/format-choice.ts'
import type { Clock } from '../../src/util/clock.ts'
import { parseDuration } from '../../src/util/duration.ts'
import { temporaryFolder } from '../support/folder.ts'

const CLOCK: Clock = { wallMs: () => 1_790_000_000_500, monoMs: () => 0 }
const BOARD: NamedSource = { kind: 'port', path: '/dev/board' }
const SPARE: NamedSource = { kind: 'port', path: '/dev/pci-0000:00:14.0' }
const PIPE: NamedSource = { kind: 'stdin' }
const mock = (scenario = 'normal'): NamedSource => ({ kind: 'mock', scenario })

interface Texts {
  readonly device?: readonly string[]
  readonly baud?: readonly string[]
  readonly set?: readonly string[]
  readonly maxVoltage?: readonly string[]
  readonly channel?: readonly string[]
  readonly poll?: readonly string[]
  readonly format?: readonly string[]
  readonly calibration?: readonly string[]
  /** False: as from the configuration file, with the sources as flags. */
  readonly mustMatch?: boolean
}

function plan(sources: readonly NamedSource[], texts: Texts = {}): DevicePlan[] {
  const given = <T>(values: readonly T[] = []): Given<T> => ({
    values,
    mustMatch: texts.mustMatch ?? true,
  })
  const numbers = (values: readonly string[] = []): Given<Scoped<number>> =>
    given(values.map(scoped(Number)))
  const request: DevicesRequest = {
    sources,
    wait: true,
    labels: given(texts.device),
    bauds: numbers(texts.baud),
    formats: given((texts.format ?? []).map(scoped(parseFormat))),
    settings: given(texts.set),
    maxVoltages: numbers(texts.maxVoltage),
    maxCurrents: numbers(),
    channels: given(texts.channel),
    calibrations: given(texts.calibration?.map(scoped(parseCalibration))),
    polls: given(texts.poll?.map(scoped(parseDuration))),
    alarms: given(),
    capacities: given(),
    batteryStarts: numbers(),
  }
  return planDevices(request, CLOCK)
}

const labels = (plans: readonly DevicePlan[]): (string | null)[] =>
  plans.map(({ device }) => device)

describe('sources', () => {
  it('become plans in their order', () => {
    expect(plan([mock('motor'), BOARD, PIPE]).map(({ source }) => source)).toEqual([
      { kind: 'mock', scenario: 'motor', seed: 1 },
      { kind: 'port', path: '/dev/board', baud: 115_200, wait: true },
      { kind: 'stdin' },
    ])
  })

  it('of several mocks have seeds of their own, and labels where they would say the same', () => {
    const plans = plan([mock('motor'), mock(), mock('motor')])
    expect(plans.map(({ source }) => source)).toMatchObject([{ seed: 1 }, { seed: 2 }, { seed: 3 }])
    expect(labels(plans)).toEqual([null, null, 'mock:motor#2'])
  })

  it.skipIf(process.platform === 'win32')('are refused twice, under another name as well', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'by-id'))
    writeFileSync(join(folder, 'ttyUSB0'), '')
    symlinkSync('../ttyUSB0', join(folder, 'by-id', 'usb-board'))
    const paths = [join(folder, 'ttyUSB0'), join(folder, 'by-id', 'usb-board')]
    const twice = paths.map((path): NamedSource => ({ kind: 'port', path }))
    expect(() => plan(twice)).toThrow(/usb-board is named twice/)
    expect(labels(plan(twice.slice(0, 1), { device: [`a=${paths[1]}`] }))).toEqual(['a'])
  })
})

describe('--device', () => {
  const TWO = [BOARD, mock('motor')]

  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a'], ['a', null]],
    [['b=mock:motor'], [null, 'b']],
    [
      ['b=mock:motor', 'a'],
      ['a', 'b'],
    ],
    [['R=0.1=/dev/board'], ['R=0.1', null]],
    [['a=mock:motor#2'], [null, null, 'a'], [...TWO, mock('motor')]],
    [['mock:motor=mock:motor'], [null, 'mock:motor']],
  ])('%j names %j', (device, expected, sources: readonly NamedSource[] = TWO) => {
    expect(labels(plan(sources, { device }))).toEqual(expected)
  })

  it.each([
    [['a', 'b', 'c'], /more labels than there are devices/],
    [['a=/dev/board', 'b=mock:motor', 'c'], /no device is left for c/],
    [['a=mock:moto'], /for a source 'mock:moto', and there is none/],
    [['a', 'a'], /'a' would stand for two devices, \/dev\/board and mock:motor/],
    [['mock:motor'], /'mock:motor' would stand for two devices/],
    [['a=/dev/board', 'b=/dev/board'], /two labels, 'a' and 'b'/],
    [['=/dev/board'], /label of --device is empty/],
  ])('%j is refused', (device, pattern) => {
    expect(() => plan(TWO, { device })).toThrow(pattern)
  })

  it('of a lower level than the sources gives what fits', () => {
    const device = ['a', 'b', 'c', 'x=/dev/other']
    expect(labels(plan(TWO, { device, mustMatch: false }))).toEqual([null, null])
    expect(labels(plan([BOARD], { device: ['a'], mustMatch: false }))).toEqual(['a'])
  })
})

describe('--calibration', () => {
  const current = (offset: number, gain: number) => ({ offset, gain })
  const of = (...calibration: string[]) =>
    plan([BOARD, mock()], { device: ['a'], calibration }).map((each) => each.calibration)

  it('is for all, or for one, whose last one counts', () => {
    expect(of()).toEqual([null, null])
    expect(of('offset=1.2mA,gain=1.0042', 'a:offset=2mA', 'a:vgain=1.01,voffset=-4mV')).toEqual([
      { current: current(0, 1), voltage: current(-0.004, 1.01) },
      { current: current(0.0012, 1.0042), voltage: current(0, 1) },
    ])
  })

  it.each([
    ['gian=1.1', /unknown part 'gian'/],
    ['gain', /gain is no number of 0.1 to 10/],
    ['gain=0', /gain is no number/],
    ['gain=1.1V', /gain is no number/],
    ['offset=1e9', /offset is no number of -1000 to 1000/],
    ['', /unknown part ''/],
    ['b:gain=1', /for a device 'b'/],
  ])('refuses %j', (text, message) => expect(() => of(text)).toThrow(message))
})

describe('--poll', () => {
  it('is for all that hear, or for one', () => {
    const plans = plan([BOARD, PIPE, mock()], { device: ['a'], poll: ['5s', 'a:250ms'] })
    expect(plans.map(({ pollMs }) => pollMs)).toEqual([250, null, 5000])
    expect(plan([BOARD])[0]?.pollMs).toBeNull()
    expect(() => plan([PIPE], { poll: ['5s'] })).toThrow(/--poll needs a device that hears/)
    expect(() => plan([BOARD, PIPE], { poll: ['stdin:5s'] })).toThrow(/needs a device that hears/)
    expect(() => plan([BOARD], { poll: ['b:5s'] })).toThrow(/for a device 'b'/)
  })
})

describe('--set', () => {
  const settings = (sources: readonly NamedSource[], set: string[], device: string[] = []) =>
    plan(sources, { set, device }).map((each) =>
      each.settings.map(({ cmd, value }) => `${cmd} ${String(value)}`),
    )

  it('goes to all that can be written to, and to one by label or source', () => {
    expect(settings([BOARD, mock(), PIPE], ['interval=100'])).toEqual([
      ['set_interval 100'],
      ['set_interval 100'],
      [],
    ])
    expect(settings([BOARD, mock()], ['a:interval=50', 'mode=poll'], ['a'])).toEqual([
      ['set_mode poll', 'set_interval 50'],
      ['set_mode poll'],
    ])
    const armed = ['trigger=off', 'a:trigger=1', 'interval=50', 'a:detail=on']
    expect(settings([BOARD], armed, ['a'])).toEqual([
      ['set_trigger off', 'set_interval 50', 'set_detail true', 'set_trigger [object Object]'],
    ])
    expect(settings([BOARD, mock()], ['mock:normal:save'])).toEqual([[], ['save undefined']])
  })

  it('takes several from one text, also for labels with blanks and colons', () => {
    const set = ['bench 7:interval=100, bench 7:averaging=8 time=now']
    expect(settings([BOARD], set, ['bench 7'])).toEqual([
      ['set_time 1790000000.5', 'set_interval 100', 'set_averaging 8'],
    ])
    const nested = ['a:interval=1', 'a:b:interval=2', '/dev/pci-0000:00:14.0:interval=3']
    expect(settings([BOARD, mock(), SPARE], nested, ['a', 'a:b'])).toEqual([
      ['set_interval 1'],
      ['set_interval 2'],
      ['set_interval 3'],
    ])
  })

  it.each([
    [['interval=100'], [PIPE], /standard input is one way/],
    [['stdin:interval=100'], [BOARD, PIPE], /standard input is one way/],
    [['bench:interval=100'], [BOARD], /--set bench:interval=100 is for a device 'bench'/],
    [['/dev/board:intervall=1'], [BOARD], /'intervall' is no setting/],
    [['/dev/board:'], [BOARD], /'' is no setting/],
    [['toString=5'], [BOARD], /'toString' is no setting/],
    [['interval'], [BOARD], /has no value/],
  ])('%j is refused', (set, sources, pattern) => {
    expect(() => plan(sources, { set })).toThrow(pattern)
  })

  it('of a lower level than the sources may be for devices of another run', () => {
    const [only] = plan([BOARD], { set: ['b:interval=1', 'interval=2'], mustMatch: false })
    expect(only?.settings).toEqual([{ cmd: 'set_interval', value: 2 }])
  })
})

describe('numbers by device', () => {
  it('one for the device goes before one for all, the last before the others', () => {
    const [board, pipe] = plan([BOARD, PIPE], {
      device: ['a'],
      baud: ['9600', 'a:19200', '38400'],
      maxVoltage: ['30', 'stdin:5', '20'],
    })
    expect(board).toMatchObject({ source: { baud: 19_200 }, range: { voltageMax: 20 } })
    expect(pipe?.range).toEqual({ voltageMax: 5 })
    expect(plan([BOARD])[0]?.range).toEqual({})
  })

  it('for a device that is not there, or has no line rate, are refused', () => {
    expect(() => plan([BOARD], { maxVoltage: ['b:5'] })).toThrow(/--max-voltage b:5 is for/)
    expect(() => plan([BOARD, PIPE], { baud: ['stdin:9600'] })).toThrow(/has no line rate/)
  })
})

describe('--channel', () => {
  const channels = (channel: string[]) =>
    plan([BOARD, mock()], { channel, device: ['a', 'b'] }).map((each) => each.channels)

  it.each([
    ['soc', { id: 'soc', unit: '', range: null }],
    ['soc:%', { id: 'soc', unit: '%', range: null }],
    ['soc:%:0..100', { id: 'soc', unit: '%', range: { min: 0, max: 100 } }],
    ['lux:lx:0..', { id: 'lux', unit: 'lx', range: { min: 0, max: Number.POSITIVE_INFINITY } }],
    ['t:degC:-40..125.5', { id: 't', unit: 'degC', range: { min: -40, max: 125.5 } }],
    ['t::..1e3', { id: 't', unit: '', range: { min: Number.NEGATIVE_INFINITY, max: 1000 } }],
  ])('%s is a channel of all', (text, expected) => {
    expect(channels([text])).toEqual([[expected], [expected]])
  })

  it('is for one device behind its label, which goes before one for all', () => {
    expect(channels(['a:soc:%', 'soc:V', 't'])).toEqual([
      [
        { id: 'soc', unit: '%', range: null },
        { id: 't', unit: '', range: null },
      ],
      [
        { id: 'soc', unit: 'V', range: null },
        { id: 't', unit: '', range: null },
      ],
    ])
  })

  it.each([
    ['', /character 1: the name of a channel is missing/],
    ['a::%', /character 3: the name of a channel is missing/],
    ['x'.repeat(33), /character 33: a name has at most 32/],
    ['v', /v is the voltage in V/],
    ['a:w:W', /w is the power in W/],
    ['soc:%:5', /character 7: a range has '\.\.' between/],
    ['soc:%:..', /character 7: a range has an end/],
    ['soc:%:0...5', /character 10: '\.5' is not a number/],
    ['b:soc:%:x..5', /character 9: 'x' is not a number/],
    ['soc:%:100..0', /character 12: 0 is below 100/],
    ['soc:%:0..100:V', /character 13: nothing may follow/],
  ])('%j is refused where it goes wrong', (text, pattern) => {
    expect(() => channels([text])).toThrow(pattern)
  })

  it('of a lower level than the sources may be for a device of another run', () => {
    const channel = ['c:soc:%:0..100', 'soc:V']
    const [only] = plan([BOARD], { channel, mustMatch: false })
    expect(only?.channels).toEqual([{ id: 'soc', unit: 'V', range: null }])
  })
})

describe('profiles', () => {
  const profile = (label: string, serial: string | null, port: string | null = null) => ({
    label,
    serial,
    port,
    origin: { kind: 'file', file: 'x', line: 1 } as const,
    values: [],
  })
  const board = (path: string, serial: string | null): NamedSource => ({
    kind: 'port',
    path,
    serial,
  })
  const PROFILES = [
    profile('bench', 'A5'),
    profile('load', 'B6', '/dev/load'),
    profile('pipe', null),
  ]
  const labelled = (sources: readonly NamedSource[], values: readonly string[] = []) =>
    nameDevices(sources, { values, mustMatch: true }, PROFILES).map((each) => [
      each.label,
      each.profile?.label ?? null,
    ])

  it('name a board by its serial number, under whatever port, or else by its port', () => {
    expect(labelled([board('/dev/ttyUSB7', 'B6'), board('COM3', 'A5')])).toEqual([
      ['load', 'load'],
      ['bench', 'bench'],
    ])
    // Another board at the port of that name.
    expect(labelled([board('/dev/load', 'C7'), board('/dev/x', null)])).toEqual([
      [null, null],
      [null, null],
    ])
    expect(labelled([board('/dev/load', null)])).toEqual([['load', 'load']])
    const absent = '/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A5-if00-port0'
    expect(labelled([board(absent, null)])).toEqual([['bench', 'bench']])
  })

  it('hold for the label of --device first, and for a board under another label as well', () => {
    expect(labelled([PIPE], ['pipe'])).toEqual([['pipe', 'pipe']])
    expect(labelled([board('/dev/x', 'A5')], ['other'])).toEqual([['other', 'bench']])
    expect(labelled([board('/dev/x', 'A5')], ['pipe'])).toEqual([['pipe', 'pipe']])
    expect(labelled([mock()], ['bench'])).toEqual([['bench', 'bench']])
  })

  it('are not those of another board', () => {
    expect(() => labelled([board('/dev/x', 'C7')], ['bench'])).toThrow(
      /'bench' is the board with the USB serial number A5 .* and \/dev\/x is that with C7/,
    )
    expect(() => labelled([board('/dev/x', 'A5'), board('/dev/y', 'A5')])).toThrow(
      /'bench' would stand for two devices/,
    )
  })
})

describe('forms of lines', () => {
  const formats = (sources: readonly NamedSource[], ...format: string[]): DevicePlan[] =>
    withParts(plan(sources, { device: ['a', 'b'].slice(0, sources.length), format }))

  it('are for all lines that come in, or for one device', () => {
    const [first, second] = formats([BOARD, PIPE], 'b:csv/A', 'text')
    expect(first?.source).toMatchObject({ kind: 'port', format: { name: 'text', units: {} } })
    expect(second?.source).toEqual({ kind: 'stdin', format: { name: 'csv', units: { a: 'A' } } })
    const [board, mocked] = formats([BOARD, mock()], 'text')
    expect(board?.source).toHaveProperty('format')
    expect(mocked?.source).not.toHaveProperty('format')
    expect(() => formats([BOARD, mock()], 'b:text')).toThrow('speaks the protocol')
  })

  it('of a sensor with three channels make three devices that share one source', () => {
    const plans = formats([BOARD, PIPE], 'a:ina3221')
    expect(plans.map(({ device }) => device)).toEqual(['a/ch1', 'a/ch2', 'a/ch3', 'b'])
    const of = plans.map(({ source }) => (source.kind === 'part' ? source.of : null))
    expect(of[0]).toBe(of[2])
  })
})
