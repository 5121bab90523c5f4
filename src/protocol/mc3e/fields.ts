import {
  deviceOfAscii,
  deviceOfBinary,
  lastNumber,
  numberDigits,
  type PlcDevice,
} from './devices.ts'

/** The two codes of the same frames: hexadecimal text, the high digit first, or bytes, the low one first. */
export type McCode = 'ascii' | 'binary'

/** One point of a device, such as D100 or X1F. */
export interface Point {
  readonly device: PlcDevice
  readonly number: number
}

/** How many bytes of a code a byte of the frame takes. */
export function bytesPerByte(code: McCode): 1 | 2 {
  return code === 'ascii' ? 2 : 1
}

/** Bytes that some ON/OFF points take in bit units: a character each, or four bits each (SH-080008, 8.1 "For bit units"). */
export function bitsSize(code: McCode, points: number): number {
  return code === 'ascii' ? points : Math.ceil(points / 2)
}

/** Hexadecimal digits as bytes, and the value of each byte that is one. */
const DIGITS = Uint8Array.from('0123456789ABCDEF', (digit) => digit.charCodeAt(0))
const NO_DIGIT = 0xff
const VALUES = new Uint8Array(256).fill(NO_DIGIT)
DIGITS.forEach((byte, value) => {
  VALUES[byte] = value
  VALUES[String.fromCharCode(byte).toLowerCase().charCodeAt(0)] = value
})

/** Writes the fields of a frame one behind the other, in either code. */
export class FieldWriter {
  readonly code: McCode
  readonly #bytes: number[] = []

  constructor(code: McCode) {
    this.code = code
  }

  u8(value: number): this {
    return this.#number(value, 1)
  }

  u16(value: number): this {
    return this.#number(value, 2)
  }

  u32(value: number): this {
    return this.#number(value, 4)
  }

  /** A subheader: its high byte goes first in either code. */
  subheader(value: number): this {
    return this.u8(value >>> 8).u8(value & 0xff)
  }

  /** ASCII: code, then number; binary: number, then code (SH-080008, 8.1 "Device code", "Device number"). */
  point({ device, number }: Point): this {
    if (this.code === 'binary') return this.#number(number, 3).u8(device.binary)
    return this.#text(device.ascii + numberDigits(device, number))
  }

  /** @param values 0 or 1 each */
  bits(values: readonly number[]): this {
    if (this.code === 'ascii') return this.#text(values.join(''))
    for (let i = 0; i < values.length; i += 2) {
      this.#bytes.push(((values[i] as number) << 4) | (values[i + 1] ?? 0))
    }
    return this
  }

  append(other: FieldWriter): this {
    for (const byte of other.#bytes) this.#bytes.push(byte)
    return this
  }

  get size(): number {
    return this.#bytes.length
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  #number(value: number, size: number): this {
    if (this.code === 'ascii') {
      for (let shift = size * 8 - 4; shift >= 0; shift -= 4) {
        this.#bytes.push(DIGITS[(value >>> shift) & 0xf] as number)
      }
    } else {
      for (let shift = 0; shift < size * 8; shift += 8) this.#bytes.push((value >>> shift) & 0xff)
    }
    return this
  }

  #text(text: string): this {
    for (let i = 0; i < text.length; i++) this.#bytes.push(text.charCodeAt(i))
    return this
  }
}

/** What is wrong with the bytes of a frame: not of this code, too few, or a device that nobody knows. */
export type FieldFault = 'code' | 'short' | 'device'

/** Reads them back. The first fault stays, and all that is read after it is 0. */
export class FieldReader {
  readonly code: McCode
  readonly #bytes: Uint8Array
  #at: number
  fault: FieldFault | null = null

  constructor(code: McCode, bytes: Uint8Array, at = 0) {
    this.code = code
    this.#bytes = bytes
    this.#at = at
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.#number(1)
  }

  u16(): number {
    return this.#number(2)
  }

  u32(): number {
    return this.#number(4)
  }

  subheader(): number {
    const high = this.u8()
    return high * 256 + this.u8()
  }

  /** null: a fault */
  point(): Point | null {
    if (this.code === 'binary') {
      const number = this.#number(3)
      return this.#pointOf(deviceOfBinary(this.u8()), number)
    }
    const device = deviceOfAscii(this.#text(2))
    // Leading zeros may be blanks (SH-080008, 8.1 "Device number").
    const digits = this.#text(6).trimStart()
    const isNumber = (device?.asciiRadix === 16 ? /^[0-9A-F]+$/i : /^[0-9]+$/).test(digits)
    if (!isNumber && device !== undefined) this.#fail('code')
    return this.#pointOf(device, Number.parseInt(digits, device?.asciiRadix))
  }

  bits(points: number): number[] {
    const size = bitsSize(this.code, points)
    if (this.left < size) {
      this.#fail('short')
      return new Array(points).fill(0)
    }
    const values: number[] = []
    for (let i = 0; i < points; i++) {
      const byte = this.#bytes[this.#at + (this.code === 'ascii' ? i : i >> 1)] as number
      const value = this.code === 'ascii' ? byte - 0x30 : i % 2 === 0 ? byte >>> 4 : byte & 0xf
      if (value !== 0 && value !== 1) this.#fail('code')
      values.push(value & 1)
    }
    this.#at += size
    return values
  }

  #pointOf(device: PlcDevice | undefined, number: number): Point | null {
    if (this.fault !== null) return null
    if (device === undefined || number > lastNumber(device)) {
      this.#fail('device')
      return null
    }
    return { device, number }
  }

  #number(size: number): number {
    const length = size * bytesPerByte(this.code)
    if (this.left < length) {
      this.#fail('short')
      return 0
    }
    const at = this.#at
    this.#at += length
    let value = 0
    if (this.code === 'ascii') {
      for (let i = 0; i < length; i++) {
        const digit = VALUES[this.#bytes[at + i] as number] as number
        if (digit === NO_DIGIT) {
          this.#fail('code')
          return 0
        }
        value = value * 16 + digit
      }
    } else {
      for (let i = length - 1; i >= 0; i--) value = value * 256 + (this.#bytes[at + i] as number)
    }
    return value
  }

  #text(length: number): string {
    if (this.left < length) {
      this.#fail('short')
      return ''
    }
    const text = String.fromCharCode(...this.#bytes.subarray(this.#at, this.#at + length))
    this.#at += length
    return text
  }

  #fail(fault: FieldFault): void {
    this.fault ??= fault
    this.#at = this.#bytes.length
  }
}
