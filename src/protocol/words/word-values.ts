import { DEFAULT_PRE } from '../../domain/burst.ts'
import type { Clock } from '../../util/clock.ts'
import { parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { type Quantity, readQuantity } from '../../util/quantity.ts'
import type { Command } from '../link/commands.ts'

/** What stands behind the `=` of a word for a device; all of it throws InaError usage_invalid. */

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

export function threshold(value: string | null, given: Given): Omit<Command, 'cmd'> {
  if (value === 'off') return { value: null }
  const { value: limit, unit } = quantity(value ?? '', ['A', 'V', 'W'], given)
  // As the device takes it without one.
  if (unit === null || unit === 'A') return { value: limit }
  return { value: limit, quantity: unit.toLowerCase() }
}

export function withQuantity(command: Command, value: string, given: Given): Command {
  const wanted = value.toLowerCase()
  if (!['a', 'v', 'w'].includes(wanted)) throw invalid(given, 'is none of a, v, w')
  return { ...command, quantity: wanted }
}

export function withLost(command: Command, value: string, given: Given): Command {
  if (!['off', 'on', 'hold'].includes(value)) throw invalid(given, 'is none of off, on, hold')
  return { ...command, lost: value }
}

/** A limit in another unit than it is compared in would switch at something else. */
export function checkThreshold(words: readonly GivenValue[]): void {
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

export function cutoff(value: string | null, given: Given): Omit<Command, 'cmd'> {
  if (value === 'off') return { value: 'off' }
  if (given.name === 'cutoff') throw invalid(given, 'does not name an output')
  const above = quantity(value ?? '', ['A'], given).value
  return { value: { output: outputOf(given), above, conversions: 1 } }
}

export function withConversions(command: Command, value: string, given: Given): Command {
  if (typeof command.value !== 'object') throw invalid(given, 'needs a cutoff that is on')
  return { ...command, value: { ...command.value, conversions: number(value, given) } }
}

/** `1.5`, `1.5A,fall`, `250mA,rise,50`, in any order behind the level. */
export function trigger(value: string | null, given: Given): Omit<Command, 'cmd'> {
  if (value === 'off') return { value: 'off' }
  const [level = '', ...parts] = (value ?? '').split(',')
  const slopes = parts.filter((each) => each === 'rise' || each === 'fall')
  const shares = parts.filter((each) => each !== 'rise' && each !== 'fall')
  if (slopes.length > 1 || shares.length > 1) throw invalid(given, 'says the same twice')
  const [share] = shares
  const pre = share === undefined ? DEFAULT_PRE : number(share.replace(/%$/, ''), given)
  if (!Number.isInteger(pre) || pre < 0 || pre > 90) {
    throw invalid(given, 'has no whole share of 0 to 90 % before the trigger')
  }
  const slope = slopes[0] ?? 'rise'
  return { value: { level: quantity(level, ['A'], given).value, slope, pre } }
}

/** `A` of `output.A`. */
export function outputOf({ name }: Given): string {
  return name.slice(name.indexOf('.') + 1)
}

export function onOrOff(value: string, given: Given): boolean {
  if (value === 'on' || value === 'true' || value === '1') return true
  if (value === 'off' || value === 'false' || value === '0') return false
  throw invalid(given, 'is neither on nor off')
}

export function number(value: string, given: Given): number {
  const read = readQuantity(value, [])
  if (read === null) throw invalid(given, 'is not a number')
  return read.value
}

export function quantity<U extends string>(
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
export function milliseconds(value: string, given: Given): number {
  const plain = readQuantity(value, [])
  if (plain !== null) return plain.value
  try {
    return parseDuration(value)
  } catch (error) {
    throw invalid(given, 'is not a number of ms or a duration', error)
  }
}

export function refuseValue(given: Given): never {
  throw invalid(given, 'takes no value')
}

function invalid({ text, example }: Given, what: string, cause?: unknown): InaError {
  return new InaError('usage_invalid', `the setting '${text}' ${what}`, `write ${example}`, cause)
}
