import type { Command } from '../protocol/link/commands.ts'
import type { Clock } from '../util/clock.ts'
import { parseDuration } from '../util/duration.ts'
import { InaError } from '../util/errors.ts'
import { type Quantity, readQuantity } from '../util/quantity.ts'
import { heading } from './help-text.ts'

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

/** One word as it was given. */
export interface Given {
  readonly text: string
  readonly name: string
  readonly example: string
  readonly clock: Clock
}

/** A word with what stands behind its `=`; null: nothing does. */
export interface GivenValue extends Given {
  readonly value: string | null
}

const OUTPUTS = ['A', 'B', 'C', 'D'] as const

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
    names: OUTPUTS.map((each) => `output.${each}`),
    form: 'output.A=on|off',
    about: 'a switched output, A to D',
    example: 'output.A=on',
    cmd: 'set_output',
    members: (value, given) => ({ value: { [outputOf(given)]: onOrOff(value ?? '', given) } }),
  }),
  setting({
    names: ['cutoff', ...OUTPUTS.map((each) => `cutoff.${each}`)],
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
  bare('read', 'one sample now, in either mode'),
  bare('hello', 'what the device says of itself'),
  bare('save', 'keep all settings over a power cycle'),
  bare('defaults', 'factory settings, but for the line rate; not saved'),
]

/** All names, for the nearest one to a slip of the hand. */
export const DEVICE_NAMES: readonly string[] = DEVICE_WORDS.flatMap(({ names }) => names)

export function deviceWord(name: string): DeviceWord | undefined {
  return DEVICE_WORDS.find(({ names }) => names.includes(name))
}

/** Where the explanations begin. */
const COLUMN = 28
/** Of the help, in cells. */
const WIDTH = 80

/** The words, for the end of a help. */
export function deviceWordsText(): string {
  const lines = DEVICE_WORDS.flatMap(({ form, about }) =>
    wrapped(about, WIDTH - COLUMN).map((line, i) => {
      const start = i === 0 ? `  ${form}` : ''
      return `${start.padEnd(COLUMN)}${line}`
    }),
  )
  return `\n${heading('Settings and commands of a device:')}\n${lines.join('\n')}\n`
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
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

function threshold(value: string | null, given: Given): Omit<Command, 'cmd'> {
  if (value === 'off') return { value: null }
  const { value: limit, unit } = quantity(value ?? '', ['A', 'V', 'W'], given)
  // As the device takes it without one.
  if (unit === null || unit === 'A') return { value: limit }
  return { value: limit, quantity: unit.toLowerCase() }
}

function withQuantity(command: Command, value: string, given: Given): Command {
  const wanted = value.toLowerCase()
  if (!['a', 'v', 'w'].includes(wanted)) throw invalid(given, 'is none of a, v, w')
  return { ...command, quantity: wanted }
}

/** A limit in another unit than it is compared in would switch at something else. */
function checkThreshold(words: readonly GivenValue[]): void {
  const [limit, ...members] = words
  const [first] = members
  if (limit === undefined || first === undefined) return
  if (limit.value === 'off') throw invalid(first, 'needs a threshold that is on')
  const named = members.find(({ name }) => name === 'quantity')
  const by = named !== undefined && quantitySaid(limit) === null ? named : limit
  // As the device takes it where nothing says so.
  const wanted = quantitySaid(by) ?? 'a'
  const other = words.find((word) => (quantitySaid(word) ?? wanted) !== wanted)
  if (other === undefined) return
  const bare = quantitySaid(by) === null ? ', which is in A' : ''
  throw invalid(other, `contradicts '${by.text}'${bare}`)
}

/** a, v or w; null: the word leaves it to another one */
function quantitySaid({ name, value }: GivenValue): string | null {
  if (name === 'quantity') return value?.toLowerCase() ?? null
  return readQuantity(value ?? '', ['A', 'V', 'W'])?.unit?.toLowerCase() ?? null
}

function cutoff(value: string | null, given: Given): Omit<Command, 'cmd'> {
  if (value === 'off') return { value: 'off' }
  if (given.name === 'cutoff') throw invalid(given, 'does not name an output')
  const above = quantity(value ?? '', ['A'], given).value
  return { value: { output: outputOf(given), above, conversions: 1 } }
}

function withConversions(command: Command, value: string, given: Given): Command {
  if (typeof command.value !== 'object') throw invalid(given, 'needs a cutoff that is on')
  return { ...command, value: { ...command.value, conversions: number(value, given) } }
}

/** `A` of `output.A`. */
function outputOf({ name }: Given): string {
  return name.slice(name.indexOf('.') + 1)
}

function onOrOff(value: string, given: Given): boolean {
  if (value === 'on' || value === 'true' || value === '1') return true
  if (value === 'off' || value === 'false' || value === '0') return false
  throw invalid(given, 'is neither on nor off')
}

function number(value: string, given: Given): number {
  const read = readQuantity(value, [])
  if (read === null) throw invalid(given, 'is not a number')
  return read.value
}

function quantity<U extends string>(
  value: string,
  units: readonly U[],
  given: Given,
  bareUnit?: string,
): Quantity<U> {
  const read = readQuantity(value, units, bareUnit)
  if (read !== null) return read
  const wanted = bareUnit ?? units.join(', ')
  throw invalid(given, `is not a number, with or without a unit (${wanted})`)
}

/** A number of ms, or a duration with its unit. */
function milliseconds(value: string, given: Given): number {
  const plain = readQuantity(value, [])
  if (plain !== null) return plain.value
  try {
    return parseDuration(value)
  } catch (error) {
    throw invalid(given, 'is not a number of ms or a duration', error)
  }
}

function refuseValue(given: Given): never {
  throw invalid(given, 'takes no value')
}

function invalid({ text, example }: Given, what: string, cause?: unknown): InaError {
  return new InaError('usage_invalid', `the setting '${text}' ${what}`, `write ${example}`, cause)
}
