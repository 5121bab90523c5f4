import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { DEVICE_NAMES, deviceOf, lastNumber, numberText, type PlcDevice } from './devices.ts'
import type { Point } from './fields.ts'

/** Where a tag is: a point, or one bit of a word. */
export interface PlcAddress extends Point {
  /** 0 to 15; null: the whole word, or a bit device. */
  readonly bit: number | null
}

const EXAMPLES = 'write one such as D100, W1F, X10, ZR1000, M0, or D100.5 for a bit of a word'

/**
 * Reads `D100`, `W1F`, `X10`, `ZR1000`, `M0`, `D100.5`. Points of X, Y, B and W are counted in hexadecimal digits, as the PLC's
 * tools do, and so is the bit of a word: `D100.A` is its tenth.
 *
 * @throws InaError config_invalid, which names the character
 */
export function parseAddress(text: string): PlcAddress {
  const wrong = (at: number, why: string, hint: string): InaError => {
    const place = at < text.length ? `near '${text[at]}'` : 'at its end'
    const message = `the address '${text}', character ${at + 1}, ${place}: ${why}`
    return new InaError('config_invalid', message, hint)
  }
  const letters = /^[A-Za-z]*/.exec(text)?.[0] ?? ''
  const device = longestDevice(letters.toUpperCase())
  if (device === null) throw wrong(0, 'no device of a PLC begins like that', deviceHint(letters))
  let at = device.name.length
  const digits = new RegExp(device.radix === 16 ? '[0-9A-Fa-f]*' : '[0-9]*', 'y')
  digits.lastIndex = at
  const number = digits.exec(text)?.[0] ?? ''
  at += number.length
  const system = device.radix === 16 ? 'hexadecimal' : 'decimal'
  if (number === '') throw wrong(at, `a ${system} number has to follow ${device.name}`, EXAMPLES)
  const value = Number.parseInt(number, device.radix)
  const last = lastNumber(device)
  if (value > last) {
    const shown = `${device.name}${numberText(device, last)}`
    throw wrong(device.name.length, `a frame reaches ${shown} at most`, 'name a point up to there')
  }
  if (at === text.length) return { device, number: value, bit: null }
  if (text[at] !== '.') {
    throw wrong(at, `points of ${device.name} are counted in ${system} digits`, EXAMPLES)
  }
  at++
  if (device.unit === 'bit')
    throw wrong(at - 1, `${device.name} is a bit already`, 'leave it out from the point on')
  const bit = text.slice(at)
  if (/^[0-9A-Fa-f]$/.test(bit)) {
    return { device, number: value, bit: Number.parseInt(bit, 16) }
  }
  const decimal = /^1[0-5]$/.test(bit) ? Number(bit) : null
  throw wrong(
    at,
    'a bit of a word is one hexadecimal digit, 0 to F',
    decimal === null
      ? EXAMPLES
      : `write .${decimal.toString(16).toUpperCase()} for bit ${decimal} of the word`,
  )
}

export function addressText({ device, number, bit }: PlcAddress): string {
  const word = `${device.name}${numberText(device, number)}`
  return bit === null ? word : `${word}.${bit.toString(16).toUpperCase()}`
}

/** `DX10` is of DX; `DA` is of D, with a digit that D does not have. */
function longestDevice(letters: string): PlcDevice | null {
  for (let length = Math.min(2, letters.length); length > 0; length--) {
    const device = deviceOf(letters.slice(0, length))
    if (device !== undefined) return device
  }
  return null
}

function deviceHint(letters: string): string {
  const word = letters.toUpperCase()
  if (word === 'T' || word === 'C' || word === 'ST') {
    return `write ${word === 'C' ? 'CN for the value of a counter, CS for its contact' : 'TN for the value of a timer, TS for its contact'}`
  }
  return word === '' ? EXAMPLES : didYouMean(word, DEVICE_NAMES, EXAMPLES)
}
