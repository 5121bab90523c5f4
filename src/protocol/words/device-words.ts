import { OUTPUT_NAMES } from '../../domain/outputs.ts'
import type { Command } from '../link/commands.ts'
import {
  checkThreshold,
  cutoff,
  type Given,
  type GivenValue,
  milliseconds,
  number,
  onOrOff,
  outputOf,
  quantity,
  refuseValue,
  threshold,
  trigger,
  withConversions,
  withLost,
  withQuantity,
} from './word-values.ts'

/**
 * The words of `send` and `--set`: what a device may know (firmware/PROTOCOL.md 6),
 * each with the command that it becomes. Reading them, both helps and the list of
 * names in an error all come from this table.
 */
interface WordBase {
  /** More than one where the name says which of several is meant. */
  readonly names: readonly string[]
  /** As the help shows it. */
  readonly form: string
  /** One line: unit, range, what it does. */
  readonly about: string
  /** As an error recommends it. */
  readonly example: string
}

/** A word that is a command. */
export interface SettingWord extends WordBase {
  readonly kind: 'setting'
  readonly cmd: string
  /** Parts of the value that stand behind commas, of one word still. Absent: a comma ends the word. */
  readonly parts?: RegExp
  /** Given alone it has a meaning, too: `save`, `time`. */
  readonly mayBeBare: boolean
  /**
   * @param value what stands behind the `=`; null: nothing does
   * @throws InaError usage_invalid
   */
  members(value: string | null, given: Given): Omit<Command, 'cmd'>
  /**
   * @param words it and its further members, whatever their order: do they agree?
   * @throws InaError usage_invalid
   */
  check(words: readonly GivenValue[]): void
}

/** A word that is a further member of the command of another one. */
export interface MemberWord extends WordBase {
  readonly kind: 'member'
  /** The name of the setting that it goes with, for errors. */
  readonly of: string
  /** The command to which it belongs. */
  readonly cmd: string
  /** @throws InaError usage_invalid */
  added(command: Command, value: string, given: Given): Command
}

export type DeviceWord = SettingWord | MemberWord

export const DEVICE_WORDS: readonly DeviceWord[] = [
  setting({
    names: ['interval'],
    form: 'interval=<ms>',
    about: 'time between samples: 500, 500ms, 2s; 0 to 1h, 0 is every conversion',
    example: 'interval=500',
    cmd: 'set_interval',
    members: (value, given) => ({ value: milliseconds(value ?? '', given) }),
  }),
  setting({
    names: ['averaging'],
    form: 'averaging=<n>',
    about: 'conversions averaged in the sensor: 1, 2, 4 ... 128',
    example: 'averaging=8',
    cmd: 'set_averaging',
    members: (value, given) => ({ value: number(value ?? '', given) }),
  }),
  member({
    names: ['bits'],
    form: 'bits=<n>',
    about: 'with averaging=1: resolution of a conversion, 9 to 12 bit (default: 12)',
    example: 'averaging=1 bits=9',
    of: 'averaging',
    cmd: 'set_averaging',
    added: (command, value, given) => ({ ...command, bits: number(value, given) }),
  }),
  setting({
    names: ['range'],
    form: 'range=<V>',
    about: 'full scale of the bus voltage: 16 or 32 V',
    example: 'range=16',
    cmd: 'set_range',
    members: (value, given) => ({ value: quantity(value ?? '', ['V'], given).value }),
  }),
  member({
    names: ['shunt_mv'],
    form: 'shunt_mv=<mV>',
    about: 'with range: full scale over the shunt, 40, 80, 160 or 320 mV (default: as it is)',
    example: 'range=16 shunt_mv=160',
    of: 'range',
    cmd: 'set_range',
    added: (command, value, given) => ({
      ...command,
      shunt_mv: quantity(value, ['V'], given, 'mV').value,
    }),
  }),
  setting({
    names: ['shunt'],
    form: 'shunt=<ohm>',
    about: 'resistance of the shunt: 100mohm, 0.1; 0.0001 to 100 ohm',
    example: 'shunt=100mohm',
    cmd: 'set_shunt',
    members: (value, given) => ({
      value: quantity(value ?? '', ['ohm', 'Ohm', 'Ω', 'Ω'], given, 'ohm').value,
    }),
  }),
  member({
    names: ['amax'],
    form: 'amax=<A>',
    about: 'with shunt: largest current to measure (default: what the shunt lets through)',
    example: 'shunt=100mohm amax=3.2',
    of: 'shunt',
    cmd: 'set_shunt',
    added: (command, value, given) => ({ ...command, amax: quantity(value, ['A'], given).value }),
  }),
  setting({
    names: ['threshold'],
    form: 'threshold=<limit>|off',
    about: 'alarm pin and note at and above it: 1.5, 250mA, 4.75V, 2W; -2000 to 2000',
    example: 'threshold=1.5',
    cmd: 'set_threshold',
    members: threshold,
    check: checkThreshold,
  }),
  member({
    names: ['low'],
    form: 'low=<limit>',
    about: 'with threshold: the alarm ends below it, in its unit (default: 5 % under it)',
    example: 'threshold=1.5 low=1.4',
    of: 'threshold',
    cmd: 'set_threshold',
    added: (command, value, given) => ({
      ...command,
      low: quantity(value, ['A', 'V', 'W'], given).value,
    }),
  }),
  member({
    names: ['quantity'],
    form: 'quantity=a|v|w',
    about: 'with threshold: current, voltage or power (default: as its unit says, else a)',
    example: 'threshold=4.75 quantity=v',
    of: 'threshold',
    cmd: 'set_threshold',
    added: withQuantity,
  }),
  member({
    names: ['after'],
    form: 'after=<n>',
    about: 'with threshold: so many conversions in a row at it, 1 to 255 (default: 1)',
    example: 'threshold=1.5 after=3',
    of: 'threshold',
    cmd: 'set_threshold',
    added: (command, value, given) => ({ ...command, conversions: number(value, given) }),
  }),
  member({
    names: ['latch'],
    form: 'latch=on|off',
    about: 'with threshold: the alarm stays on until the threshold is set again',
    example: 'threshold=1.5 latch=on',
    of: 'threshold',
    cmd: 'set_threshold',
    added: (command, value, given) => ({ ...command, latch: onOrOff(value, given) }),
  }),
  member({
    names: ['lost'],
    form: 'lost=off|on|hold',
    about: 'with threshold: the alarm while the sensor is gone; hold is as it was (default: off)',
    example: 'threshold=1.5 lost=on',
    of: 'threshold',
    cmd: 'set_threshold',
    added: withLost,
  }),
  setting({
    names: ['trigger'],
    form: 'trigger=off|<A>[,fall,25]',
    about:
      'one burst of fast readings once the current rises to it, or falls; 25 % of it from before',
    example: 'trigger=1.5,rise,25',
    cmd: 'set_trigger',
    parts: /^(,(rise|fall|[0-9.]+%?)(?=[\s,]|$))+/,
    members: trigger,
  }),
  setting({
    names: ['mode'],
    form: 'mode=stream|poll',
    about: 'samples by themselves, or only upon read',
    example: 'mode=stream',
    cmd: 'set_mode',
    members: (value) => ({ value }),
  }),
  setting({
    names: ['poll'],
    form: 'poll',
    about: 'the same as mode=poll',
    example: 'poll',
    cmd: 'set_mode',
    mayBeBare: true,
    members: (value, given) => (value === null ? { value: 'poll' } : refuseValue(given)),
  }),
  setting({
    names: ['time'],
    form: 'time[=now|<s>]',
    about: "the device's clock: this computer's time, or Unix time in s",
    example: 'time=now',
    cmd: 'set_time',
    mayBeBare: true,
    members: (value, given) => ({
      value:
        value === null || value === 'now'
          ? Math.round(given.clock.wallMs()) / 1000
          : number(value, given),
    }),
  }),
  setting({
    names: ['baud'],
    form: 'baud=<n>',
    about: 'line rate, 9600 to 1000000 baud; this side follows',
    example: 'baud=500000',
    cmd: 'set_baud',
    members: (value, given) => ({ value: number(value ?? '', given) }),
  }),
  setting({
    names: ['zero'],
    form: 'zero[=<A>|off]',
    about: 'zero offset of the current; alone: what is measured now, with the load off',
    example: 'zero=1.2mA',
    cmd: 'set_zero',
    mayBeBare: true,
    members: (value, given) => {
      if (value === null) return {}
      return { value: value === 'off' ? 0 : quantity(value, ['A'], given).value }
    },
  }),
  setting({
    names: ['gain'],
    form: 'gain=<factor>|off',
    about: 'gain of the current, 0.5 to 2',
    example: 'gain=1.0042',
    cmd: 'set_gain',
    members: (value, given) => ({ value: value === 'off' ? 1 : number(value ?? '', given) }),
  }),
  setting({
    names: OUTPUT_NAMES.map((each) => `output.${each}`),
    form: 'output.A=on|off',
    about: 'a switched output, A to D',
    example: 'output.A=on',
    cmd: 'set_output',
    members: (value, given) => ({ value: { [outputOf(given)]: onOrOff(value ?? '', given) } }),
  }),
  setting({
    names: ['keep'],
    form: 'keep=on|off',
    about: 'outputs stay as they are over a reset, or open',
    example: 'keep=on',
    cmd: 'set_output',
    members: (value, given) => ({ keep: onOrOff(value ?? '', given) }),
  }),
  setting({
    names: ['cutoff', ...OUTPUT_NAMES.map((each) => `cutoff.${each}`)],
    form: 'cutoff.A=<A>, cutoff=off',
    about: 'the device opens that output by itself above so much current',
    example: 'cutoff.A=2.5A',
    cmd: 'set_cutoff',
    members: cutoff,
  }),
  member({
    names: ['conversions'],
    form: 'conversions=<n>',
    about: 'with cutoff: so many conversions in a row above it (default: 1)',
    example: 'cutoff.A=2.5A conversions=3',
    of: 'cutoff.A',
    cmd: 'set_cutoff',
    added: withConversions,
  }),
  setting({
    names: ['detail'],
    form: 'detail=on|off',
    about: 'minimum, maximum, count, charge and energy in each sample',
    example: 'detail=on',
    cmd: 'set_detail',
    members: (value, given) => ({ value: onOrOff(value ?? '', given) }),
  }),
  setting({
    names: ['us'],
    form: 'us=on|off',
    about: 'times of samples to 1 us',
    example: 'us=on',
    cmd: 'set_us',
    members: (value, given) => ({ value: onOrOff(value ?? '', given) }),
  }),
  bare('read', 'one sample now, in either mode'),
  bare('hello', 'what the device says of itself'),
  bare('selftest', 'a note of how it is: last reset, room on the stack, faults, EEPROM'),
  bare('save', 'keep all settings over a power cycle'),
  bare('defaults', 'factory settings, but for the line rate; not saved'),
]

/** All names, for the nearest one to a slip of the hand. */
export const DEVICE_NAMES: readonly string[] = DEVICE_WORDS.flatMap(({ names }) => names)

export function deviceWord(name: string): DeviceWord | undefined {
  return DEVICE_WORDS.find(({ names }) => names.includes(name))
}

function setting(
  word: Omit<SettingWord, 'kind' | 'mayBeBare' | 'check'> &
    Partial<Pick<SettingWord, 'mayBeBare' | 'check'>>,
): SettingWord {
  return { kind: 'setting', mayBeBare: false, check: () => {}, ...word }
}

function member(word: Omit<MemberWord, 'kind'>): MemberWord {
  return { kind: 'member', ...word }
}

function bare(name: string, about: string): SettingWord {
  return setting({
    names: [name],
    form: name,
    about,
    example: name,
    cmd: name,
    mayBeBare: true,
    members: (value, given) => (value === null ? {} : refuseValue(given)),
  })
}
