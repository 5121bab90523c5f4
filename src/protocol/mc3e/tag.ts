import { cleanText } from '../../domain/sample.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { addressText, type PlcAddress, parseAddress } from './address.ts'

const NUMBER_TYPES = ['int16', 'uint16', 'int32', 'uint32', 'float32'] as const
const TYPES = [...NUMBER_TYPES, 'bit', 'string'] as const
export type TagType = (typeof TYPES)[number]

/**
 * `low-first`: as a Q CPU has it, the lower half of 32 bits in the word of the lower address, and a string's first character in
 * the lower half of its word.
 */
const ORDERS = ['low-first', 'high-first'] as const
export type HalfOrder = (typeof ORDERS)[number]

/** What is read of a PLC: where it is, and what it means. */
export interface PlcTag {
  readonly address: PlcAddress
  readonly type: TagType
  readonly order: HalfOrder
  /** Of a string, in characters, 1 to `MOST_CHARACTERS`; 0 otherwise. */
  readonly length: number
  /** A number is multiplied by it. */
  readonly scale: number
}

/** As a file says it. */
export interface TagText {
  readonly address: string
  /** `int16`, `float32`, `int32 high-first`, `string 8`; absent: what the address is, `bit` or `int16`. */
  readonly type?: string
  /** Absent: 1. */
  readonly scale?: number
}

const MOST_CHARACTERS = 255
/** A scale's digits are taken as they are written, up to so many. */
const MOST_DECIMALS = 15

/** @throws InaError config_invalid */
export function parseTag({ address: text, type: typeText, scale = 1 }: TagText): PlcTag {
  const address = parseAddress(text)
  const isBit = address.bit !== null || address.device.unit === 'bit'
  const { type, order, length } = parseType(typeText ?? (isBit ? 'bit' : 'int16'))
  if (type === 'bit' && !isBit) {
    throw invalid(`${text} is a word, not a bit`, `name one of its bits, such as ${text}.0`)
  }
  if (type !== 'bit' && address.bit !== null) {
    throw invalid(
      `${text} is one bit, which is no ${type}`,
      'leave the bit out, or make the type bit',
    )
  }
  if (type !== 'bit' && !address.device.inWords) {
    throw invalid(`${text} is one bit, which is no ${type}`, 'make the type bit')
  }
  if (type !== 'bit' && address.device.unit === 'bit' && address.number % 16 !== 0) {
    const before = { ...address, number: address.number - (address.number % 16) }
    throw invalid(
      `${text} is in the middle of a word: ${type} takes 16 points at once`,
      `begin at a multiple of 16, such as ${addressText(before)}`,
    )
  }
  if (!Number.isFinite(scale) || scale === 0) {
    throw invalid(`the scale of ${text} is no number but 0`, 'write a number such as 0.01')
  }
  if (scale !== 1 && (type === 'bit' || type === 'string')) {
    throw invalid(`a ${type} such as ${text} has no scale`, 'leave the scale out')
  }
  return { address, type, order, length, scale }
}

/** Words that it takes; 16 points of a bit device are one. */
export function wordsOf({ type, length }: PlcTag): number {
  if (type === 'string') return Math.ceil(length / 2)
  return type === 'int32' || type === 'uint32' || type === 'float32' ? 2 : 1
}

/**
 * The value of a tag: a number, 0 or 1 of a bit, a text. null: a float that is no number.
 *
 * @param words as many as `wordsOf` says, 0 to 65535 each, in the order of their addresses
 * @param bit where a bit is in its word, 0 to 15
 */
export function tagValue(
  tag: PlcTag,
  words: readonly number[],
  bit: number,
): number | string | null {
  const [first = 0, second = 0] = words
  const [low, high] = tag.order === 'low-first' ? [first, second] : [second, first]
  switch (tag.type) {
    case 'bit':
      return (first >>> bit) & 1
    case 'string':
      return textOf(words, tag)
    case 'int16':
      return scaled((first << 16) >> 16, tag.scale)
    case 'uint16':
      return scaled(first, tag.scale)
    case 'int32':
      return scaled((high << 16) | low, tag.scale)
    case 'uint32':
      return scaled(high * 65536 + low, tag.scale)
    case 'float32': {
      const value = floatOf(high, low)
      return value === null ? null : scaled(value, tag.scale)
    }
  }
}

/** The number whose digits are those of the PLC: 21.3 rather than 21.299999237060547, which is the same float. */
function floatOf(high: number, low: number): number | null {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint16(0, high)
  view.setUint16(2, low)
  const value = view.getFloat32(0)
  if (!Number.isFinite(value)) return null
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

/** 1129 times 0.01 is 11.29: reckoned with the digits of the scale, without the noise of its binary fraction. */
function scaled(value: number, scale: number): number {
  if (scale === 1) return value
  const [digits = '', exponent = '0'] = String(scale).split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  const decimals = fraction.length - Number(exponent)
  if (decimals <= 0 || decimals > MOST_DECIMALS || !Number.isInteger(value))
    return noiseless(value * scale)
  const product = value * Number(whole + fraction)
  return Number.isSafeInteger(product) ? product / 10 ** decimals : noiseless(value * scale)
}

/** As many digits as a product of two can have of their own. */
function noiseless(value: number): number {
  return Number(value.toPrecision(15))
}

/** Up to the first NUL, without blanks at its end. */
function textOf(words: readonly number[], { order, length }: PlcTag): string {
  let text = ''
  for (const word of words) {
    const [one, other] =
      order === 'low-first' ? [word & 0xff, word >>> 8] : [word >>> 8, word & 0xff]
    text += String.fromCharCode(one, other)
  }
  const end = text.indexOf('\0')
  return cleanText(text.slice(0, end === -1 ? length : Math.min(end, length)).trimEnd())
}

function parseType(text: string): Pick<PlcTag, 'type' | 'order' | 'length'> {
  const [name = '', ...rest] = text.trim().split(/\s+/)
  const type = TYPES.find((each) => each === name)
  if (type === undefined) {
    const all = `the types are ${TYPES.join(', ')}`
    throw invalid(`the type '${text}' is none of a PLC`, didYouMean(name, TYPES, all))
  }
  const length = type === 'string' ? characters(text, rest.shift()) : 0
  const word = rest.shift()
  const order = ORDERS.find((each) => each === (word ?? ORDERS[0]))
  const hasOrder = type === 'string' || type.endsWith('32')
  if (order === undefined || (word !== undefined && !hasOrder) || rest.length > 0) {
    throw invalid(
      `the type '${text}' goes on after '${type}' with what it has not`,
      hasOrder
        ? `${type} may have an order, ${ORDERS.join(' or ')}`
        : `write ${type} alone: an order is for 32 bits and strings`,
    )
  }
  return { type, order, length }
}

function characters(text: string, count: string | undefined): number {
  const length = /^\d+$/.test(count ?? '') ? Number(count) : 0
  if (length >= 1 && length <= MOST_CHARACTERS) return length
  throw invalid(
    `the type '${text}' has no length of 1 to ${MOST_CHARACTERS} characters`,
    'write one such as string 8',
  )
}

function invalid(message: string, hint: string): InaError {
  return new InaError('config_invalid', message, hint)
}
