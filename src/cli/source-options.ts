import type { Command } from 'commander'
import type { RelayPlan } from '../app/run-plan.ts'
import type { Calibration } from '../domain/calibration.ts'
import { FORMAT_NAMES, type FormatChoice, parseFormat } from '../sources/formats/format-choice.ts'
import { parseDuration } from '../util/duration.ts'
import { InaError } from '../util/errors.ts'
import { numberIn } from '../util/numbers.ts'
import { batteryOption, batteryStartOption, type Capacity } from './battery-setting.ts'
import { parseCalibration } from './calibration-setting.ts'
import { DEFAULT_BAUD, type DevicesRequest } from './device-plans.ts'
import { profilesOf, saidByProfiles, saidInProfiles } from './device-profiles.ts'
import type { Given, NamedSource } from './named-devices.ts'
import { BLANK_OR_COMMA, type CliOption, option, SEMICOLON } from './option.ts'
import { saidOf } from './origins.ts'
import { isAboveFile, keepHighest, levelOf } from './precedence.ts'
import { type Scoped, scoped } from './scope.ts'

/** In the order of the devices where the command line does not give one; `serve` alone has the last two. */
const SOURCES = ['port', 'mock', 'stdin', 'ingest', 'energyStore'] as const
type SourceOption = (typeof SOURCES)[number]
/** Options that name sources: those of one level are all. PLCs come behind the others. */
const SOURCE_KEYS = [...SOURCES, 'pollSource'] as const

interface SourceValues {
  port?: readonly string[]
  mock?: readonly string[]
  stdin?: boolean
  ingest?: readonly string[]
  energyStore?: string
  relayUrl?: string
  pollSource?: readonly string[]
  wait?: boolean
  baud?: readonly Scoped<number>[]
  format?: readonly Scoped<FormatChoice>[]
  device?: readonly string[]
  set?: readonly string[]
  maxVoltage?: readonly Scoped<number>[]
  maxCurrent?: readonly Scoped<number>[]
  channel?: readonly string[]
  poll?: readonly Scoped<number>[]
  alarm?: readonly string[]
  limit?: readonly string[]
  calibration?: readonly Scoped<Calibration>[]
  battery?: readonly Scoped<Capacity>[]
  batteryStart?: readonly Scoped<number>[]
}

/** @param further what may stand behind the help of one that is given several times */
export function portOption(further = ''): CliOption {
  return option(
    '--port <path>',
    `serial port: COM3, /dev/ttyUSB0, /dev/serial/by-id/..., a pseudo-terminal${further}`,
    { list: BLANK_OR_COMMA },
  )
}

export function baudOption(): CliOption {
  return option('--baud <n>', 'line rate in baud, 300 to 4000000; <device>:<n> for one port', {
    list: BLANK_OR_COMMA,
    perDevice: 'last',
    defaultText: String(DEFAULT_BAUD),
    parse: scoped(numberIn({ min: 300, max: 4_000_000, unit: 'baud', integer: true })),
  })
}

function formatOption(): CliOption {
  return option(
    '--format <name>',
    `what the lines are: ${FORMAT_NAMES.join(', ')} (docs/formats.md), with units of values that have none, such as csv/A; <device>:<name> for one device`,
    {
      list: BLANK_OR_COMMA,
      perDevice: 'last',
      defaultText: 'auto: recognised by itself',
      words: FORMAT_NAMES,
      parse: scoped(parseFormat),
    },
  )
}

export function mockOption(further = ''): CliOption {
  return option(
    '--mock [scenario]',
    `the built-in mock device (see: ina219 mock --list)${further}`,
    { list: BLANK_OR_COMMA, preset: 'normal' },
  )
}

export function deviceOption(
  help: string,
  spec: { readonly defaultText?: string } = {},
): CliOption {
  return option('--device <name>', help, { list: /,/, ...spec })
}

export function calibrationOption(): CliOption {
  return option(
    '--calibration <parts>',
    'what this program applies to the readings, (a - offset) * gain: offset=1.2mA,gain=1.0042, -1000 to 1000 A and 0.1 to 10; voffset and vgain for the voltage; <device>:<parts> for one of several',
    { list: /\s+/, perDevice: 'last', defaultText: 'nothing', parse: scoped(parseCalibration) },
  )
}

/**
 * Adds the options that say what is read and under which name.
 *
 * @returns what they say, once the command line is parsed
 */
export function addSourceOptions(command: Command): () => DevicesRequest {
  command
    .addOption(portOption('; again for each further device'))
    .addOption(baudOption())
    .addOption(
      option('--stdin', 'frames from standard input, one way; keys come from the terminal itself'),
    )
    .addOption(formatOption())
    .addOption(mockOption('; again for each further one'))
    .addOption(
      option(
        '--poll-source <file>',
        'read the PLCs that this TOML file describes, by MC protocol 3E (docs/plc.md); again for each further file',
        { list: BLANK_OR_COMMA, defaultText: 'none' },
      ),
    )
    .addOption(option('--wait', 'wait for a port that is absent or refused at the start'))
    .addOption(
      deviceOption('label in the log; one per device, in order, or <name>=<source>', {
        defaultText: 'what the device says of itself, else the source',
      }),
    )
    .addOption(option('--keep-time', "take the device's time stamps as they are, however old"))
    .addOption(
      option(
        '--set <name=value...>',
        'send settings and commands to the device, listed below; <device>:<name=value> for one of several',
        { list: 'whole', perDevice: 'all' },
      ),
    )
    .addOption(
      option(
        '--poll <duration>',
        'poll mode: ask the device for each sample, every 100ms to 24h; <device>:<duration> for one of several',
        {
          list: BLANK_OR_COMMA,
          perDevice: 'last',
          defaultText: 'the device streams',
          parse: scoped(pollPeriod),
        },
      ),
    )
    .addOption(calibrationOption())
    .addOption(
      option(
        '--max-voltage <V>',
        'largest plausible bus voltage, 0 to 1000 V; <device>:<V> for one device',
        {
          list: BLANK_OR_COMMA,
          perDevice: 'last',
          defaultText: 'what the device says, else 26',
          parse: scoped(numberIn({ min: 0, max: 1000, unit: 'V' })),
        },
      ),
    )
    .addOption(
      option(
        '--max-current <A>',
        'largest plausible current, either sign, 0 to 1000 A; <device>:<A> for one device',
        {
          list: BLANK_OR_COMMA,
          perDevice: 'last',
          defaultText: 'what the device says, else 3.2',
          parse: scoped(numberIn({ min: 0, max: 1000, unit: 'A' })),
        },
      ),
    )
    .addOption(
      option(
        '--channel <spec>',
        'unit and plausible range of a further channel that a device sends: soc:%:0..100, lux:lx:0.., t:degC; again for each; <device>:<spec> for one device',
        { list: BLANK_OR_COMMA, perDevice: 'all' },
      ),
    )
    .addOption(
      option(
        '--alarm <rule>',
        "'<what> <op> <value> [for <duration>] [hysteresis <value>] [latch] [as <name>]', such as 'a > 1.2A for 5s' or silent (docs/alarms.md); again for each; <device>:<rule> for one device",
        { list: SEMICOLON, perDevice: 'all' },
      ),
    )
    .addOption(
      option(
        '--limit <range>',
        'where a channel is meant to stay, drawn in the chart and an alarm that stays until it is acknowledged: v:4.75..5.25, a:..1.5, temp:..60 (docs/alarms.md); again for each; <device>:<range> for one device',
        { list: BLANK_OR_COMMA, perDevice: 'all', defaultText: 'none' },
      ),
    )
    .addOption(batteryOption())
    .addOption(batteryStartOption())
  const order: SourceOption[] = []
  for (const each of SOURCES) {
    const name = each.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    command.on(`option:${name}`, () => order.push(each))
  }
  return () => devicesRequest(command, order)
}

function pollPeriod(text: string): number {
  const ms = parseDuration(text)
  if (ms >= 100 && ms <= 86_400_000) return ms
  throw new InaError('usage_invalid', `'${text}' is no period of 100ms to 24h`, 'write --poll 5s')
}

/** A flag beats environment and file also where they name other sources: those of one level are all. */
export function devicesRequest(
  command: Command,
  order: readonly SourceOption[] = [],
): DevicesRequest {
  keepHighest(command, ...SOURCE_KEYS.map((each) => [each]))
  if (isStdinAlone(command.opts<SourceValues>())) {
    keepHighest(command, ['set'], ['stdin'])
    keepHighest(command, ['poll'], ['stdin'])
  }
  const values = command.opts<SourceValues>()
  const level = Math.max(...SOURCE_KEYS.map((each) => levelOf(command, each)))
  const profiles = profilesOf(command)
  const given = <T>(key: keyof SourceValues, list: readonly T[] | undefined): Given<T> => ({
    values: list ?? [],
    mustMatch: levelOf(command, key) >= level,
    profiles: saidInProfiles<T>(command, key),
    isAboveProfiles: isAboveFile(command, key),
    said: saidOf(command, key),
    profilesSaid: saidByProfiles(command, key),
  })
  return {
    profiles,
    sources: inOrder(values, order),
    pollFiles: values.pollSource ?? [],
    pollFilesSaid: saidOf(command, 'pollSource'),
    wait: values.wait === true,
    labels: given('device', values.device),
    bauds: given('baud', values.baud),
    formats: given('format', values.format),
    settings: given('set', values.set),
    maxVoltages: given('maxVoltage', values.maxVoltage),
    maxCurrents: given('maxCurrent', values.maxCurrent),
    channels: given('channel', values.channel),
    polls: given('poll', values.poll),
    alarms: given('alarm', values.alarm),
    limits: given('limit', values.limit),
    calibrations: given('calibration', values.calibration),
    capacities: given('battery', values.battery),
    batteryStarts: given('batteryStart', values.batteryStart),
  }
}

function isStdinAlone(values: SourceValues): boolean {
  const { stdin, port = [], mock = [], ingest = [], pollSource = [], energyStore } = values
  const others = port.length + mock.length + ingest.length + pollSource.length
  return stdin === true && others === 0 && !energyStore
}

/** Where there is a board, its outputs are the relays. */
function relaysOf({ relayUrl, port = [], mock = [] }: SourceValues): RelayPlan | null {
  if (relayUrl !== undefined) return { kind: 'http', url: relayUrl }
  return port.length + mock.length > 0 ? null : { kind: 'virtual' }
}

/** @param order of the flags; empty where environment or file name the sources */
function inOrder(values: SourceValues, order: readonly SourceOption[]): NamedSource[] {
  const left: Readonly<Record<SourceOption, NamedSource[]>> = {
    port: (values.port ?? []).map((path) => ({ kind: 'port', path })),
    mock: (values.mock ?? []).map((scenario) => ({ kind: 'mock', scenario })),
    stdin: values.stdin === true ? [{ kind: 'stdin' }] : [],
    ingest: (values.ingest ?? []).map((name) => ({ kind: 'ingest', name })),
    energyStore:
      values.energyStore === undefined
        ? []
        : [{ kind: 'ingest', name: values.energyStore, store: { relays: relaysOf(values) } }],
  }
  const flags = order.flatMap((each) => left[each].shift() ?? [])
  return [...flags, ...SOURCES.flatMap((each) => left[each])]
}
