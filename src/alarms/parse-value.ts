import { ELECTRIC_CHANNELS } from '../domain/channels.ts'
import { parseDuration } from '../util/duration.ts'
import { isInaError } from '../util/errors.ts'
import { readQuantity } from '../util/quantity.ts'
import { isReserved, type Measure } from './rule.ts'
import type { RuleText } from './rule-text.ts'

/** What a value may be written in. */
interface ValueKind {
  /** Each with the prefixes of `readQuantity`; the first one is that of the value. */
  readonly units: readonly string[]
  /** Unit of the result, and of a number without one. */
  readonly bare: string
  /** What one of the further units is in the first one. */
  readonly factors: Readonly<Record<string, number>>
  /** Behind the unit, or left out: per second, minute or hour. */
  readonly isRate: boolean
  /** A channel of which nobody said what it is measured in. */
  readonly isUnknown: boolean
  /** For messages. */
  readonly example: string
}

const COUNT: ValueKind = {
  units: [],
  bare: '',
  factors: {},
  isRate: false,
  isUnknown: false,
  example: 'a number without a unit',
}

/** @param channelUnit unit of an extra channel; null: nobody said */
export function valueKindOf(
  measure: Measure,
  channelUnit: (id: string) => string | null,
): ValueKind {
  switch (measure.kind) {
    case 'channel':
    case 'window':
      return channelKind(measure.channel, channelUnit)
    case 'rate': {
      const kind = channelKind(measure.channel, channelUnit)
      const [unit = ''] = kind.units
      const example = kind.isUnknown ? '0.5' : `250m${unit}/s or 4.75${unit}/s`
      return { ...kind, isRate: true, example }
    }
    case 'charge':
      return {
        ...COUNT,
        units: ['Ah', 'C'],
        bare: 'mAh',
        factors: { C: 1 / 3600 },
        example: '500mAh',
      }
    case 'energy':
      return {
        ...COUNT,
        units: ['Wh', 'J'],
        bare: 'mWh',
        factors: { J: 1 / 3600 },
        example: '1.5Wh',
      }
    case 'battery':
      return { ...COUNT, units: ['%'], bare: '%', example: '20%' }
    default:
      return COUNT
  }
}

function channelKind(id: string, channelUnit: (id: string) => string | null): ValueKind {
  const electric = ELECTRIC_CHANNELS.find((each) => each.id === id)
  const unit = electric?.unit ?? channelUnit(id)
  if (unit === null || unit === '') return { ...COUNT, isUnknown: true, example: '20' }
  return { ...COUNT, units: [unit], bare: unit, example: `250m${unit} or 4.75${unit}` }
}

const NUMBER = /[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?/iy
const DECIMAL_COMMA = /,\d/y
const BLANKS_AND_UNIT = /\s*[%°\p{L}][%°²³/\p{L}]*/uy
const PER: Readonly<Record<string, number>> = { '/s': 1, '/min': 60, '/h': 3600 }
/** A unit that may well have a power of ten before it: `klx`, `mdegC`, `m%`, `hPa`. */
const SCALED = /^(?:[numµμkMG][\p{L}%°]|hPa|cm)/u
/** Units and words that only begin like one. */
const UNSCALED: readonly string[] = ['min', 'mol', 'mph', 'nit', 'nits', 'knots']

/** A number with or without a unit. */
export interface Value {
  /** In the unit of the measure. */
  readonly value: number
  /** The same number with the unit of another one, where it has none itself: `100..200mA`. */
  inUnitOf(other: Value): Value
  readonly unit: string
}

/** @throws InaError usage_invalid */
export function parseValue(text: RuleText, kind: ValueKind): Value {
  const at = text.at
  const number = text.peek(NUMBER)
  if (number === null) {
    throw text.wrong('a value is expected', `write a number, such as ${kind.example}`)
  }
  text.at += number.length
  if (text.peek(DECIMAL_COMMA) !== null) {
    throw text.wrong('a number has a decimal point, no comma', `write ${number}.5 and the like`)
  }
  const found = text.peek(BLANKS_AND_UNIT)
  const unit = found === null || isReserved(found.trim()) ? '' : found.trim()
  const unitAt = text.at + (found?.length ?? 0) - unit.length
  if (unit !== '') text.at = unitAt + unit.length
  text.skipBlanks()
  return valueFrom(text, kind, number, unit, unit === '' ? at : unitAt)
}

function valueFrom(
  text: RuleText,
  kind: ValueKind,
  number: string,
  unit: string,
  at: number,
): Value {
  const value = inUnit(kind, number, unit)
  if (value === null) throw wrongUnit(text, kind, unit, at)
  if (!Number.isFinite(value))
    throw text.wrong('the number is too large', 'write a smaller one', at)
  const inUnitOf = (other: Value): Value =>
    unit !== '' || other.unit === '' ? made : valueFrom(text, kind, number, other.unit, at)
  const made: Value = { value, unit, inUnitOf }
  return made
}

/** @returns null: the unit does not fit */
function inUnit(kind: ValueKind, number: string, unit: string): number | null {
  if (unit === '') return Number(number)
  if (kind.isRate) {
    const per = Object.keys(PER).find((each) => unit.endsWith(each))
    if (per === undefined || per === unit) return null
    const value = inUnit({ ...kind, isRate: false }, number, unit.slice(0, -per.length))
    return value === null ? null : value / (PER[per] as number)
  }
  if (kind.isUnknown) return isScaled(unit) ? null : Number(number)
  const quantity = readQuantity(`${number}${unit}`, kind.units, kind.bare)
  if (quantity === null) return null
  return quantity.value * (kind.factors[quantity.unit ?? ''] ?? 1)
}

function isScaled(unit: string): boolean {
  return SCALED.test(unit) && !UNSCALED.includes(unit)
}

function wrongUnit(text: RuleText, kind: ValueKind, unit: string, at: number): Error {
  if (kind.isRate && !/\/(?:s|min|h)$/.test(unit)) {
    return text.wrong(
      `'${unit}' is no unit of a rate: it says nothing of the time`,
      `write ${unit}/s, ${unit}/min or ${unit}/h`,
      at,
    )
  }
  if (kind.isUnknown) {
    return text.wrong(
      `in which unit that channel is measured is not known, so '${unit}' can't be converted`,
      'write a plain number, or name the unit of the channel: --channel <name>:<unit>',
      at,
    )
  }
  const wanted = kind.units.length === 0 ? 'it has none' : `it is measured in ${kind.units[0]}`
  return text.wrong(
    `'${unit}' is no unit of this value: ${wanted}${kind.isRate ? ' per second' : ''}`,
    `write ${kind.example}`,
    at,
  )
}

const DURATION = /[\d.]+[\p{L}\d.]*/uy

/** @returns µs @throws InaError usage_invalid */
export function parseSpan(text: RuleText): number {
  const at = text.at
  const word = text.take(DURATION)
  if (word === null) throw text.wrong('a duration is expected', 'write one such as 5s or 1m30s')
  try {
    return parseDuration(word) * 1000
  } catch (error) {
    if (!isInaError(error)) throw error
    throw text.wrong(error.message, error.hint, at)
  }
}
