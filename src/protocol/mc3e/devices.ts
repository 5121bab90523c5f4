/**
 * What a PLC keeps values in, "devices" in its manuals: MELSEC Communication Protocol Reference Manual (SH-080008), 8.1
 * "Device code list", the columns for the MELSEC-Q/L series.
 */
export interface PlcDevice {
  readonly name: string
  /** Two characters. */
  readonly ascii: string
  /** One byte. */
  readonly binary: number
  /** In which people number its points, as the PLC's tools do. */
  readonly radix: 10 | 16
  /** In which ASCII code does. */
  readonly asciiRadix: 10 | 16
  readonly unit: 'word' | 'bit'
  /**
   * False: contacts and coils of timers and counters, which word units don't reach (QnUCPU User's Manual, Communication via
   * Built-in Ethernet Port, 5.1.2, note 1).
   */
  readonly inWords: boolean
}

/** Digits of a point's number in ASCII code: one number means the same point in either code. */
const NUMBER_DIGITS = 6

const DEVICES: readonly PlcDevice[] = [
  words('D', 0xa8),
  words('W', 0xb4, 16),
  words('R', 0xaf),
  // Decimal in the PLC's tools, hexadecimal in the manual's list: its last point has seven decimal digits.
  { ...words('ZR', 0xb0), asciiRadix: 16 },
  words('SD', 0xa9),
  words('SW', 0xb5, 16),
  words('TN', 0xc2),
  words('CN', 0xc5),
  words('SN', 0xc8),
  words('Z', 0xcc),
  bits('X', 0x9c, 16),
  bits('Y', 0x9d, 16),
  bits('M', 0x90),
  bits('L', 0x92),
  bits('B', 0xa0, 16),
  bits('F', 0x93),
  bits('V', 0x94),
  bits('SM', 0x91),
  bits('SB', 0xa1, 16),
  bits('DX', 0xa2, 16),
  bits('DY', 0xa3, 16),
  contacts('TS', 0xc1),
  contacts('TC', 0xc0),
  contacts('CS', 0xc4),
  contacts('CC', 0xc3),
  contacts('SS', 0xc7),
  contacts('SC', 0xc6),
]

const BY_NAME = new Map(DEVICES.map((device) => [device.name, device]))
const BY_ASCII = new Map(DEVICES.map((device) => [device.ascii, device]))
const BY_BINARY = new Map(DEVICES.map((device) => [device.binary, device]))

export const DEVICE_NAMES: readonly string[] = DEVICES.map(({ name }) => name)

export function deviceOf(name: string): PlcDevice | undefined {
  return BY_NAME.get(name)
}

/** @param code two characters; the second is `*` or, as some clients send it, a blank */
export function deviceOfAscii(code: string): PlcDevice | undefined {
  return BY_ASCII.get(code.replace(' ', '*'))
}

export function deviceOfBinary(code: number): PlcDevice | undefined {
  return BY_BINARY.get(code)
}

/** The last point that a frame can name: six digits in ASCII code. */
export function lastNumber({ asciiRadix }: PlcDevice): number {
  return asciiRadix ** NUMBER_DIGITS - 1
}

/** As people write it. */
export function numberText({ radix }: PlcDevice, number: number): string {
  return number.toString(radix).toUpperCase()
}

/** As a frame in ASCII code has it. */
export function numberDigits({ asciiRadix }: PlcDevice, number: number): string {
  return number.toString(asciiRadix).toUpperCase().padStart(NUMBER_DIGITS, '0')
}

function words(name: string, binary: number, radix: 10 | 16 = 10): PlcDevice {
  const ascii = name.padEnd(2, '*')
  return { name, ascii, binary, radix, asciiRadix: radix, unit: 'word', inWords: true }
}

function bits(name: string, binary: number, radix: 10 | 16 = 10): PlcDevice {
  return { ...words(name, binary, radix), unit: 'bit' }
}

function contacts(name: string, binary: number): PlcDevice {
  return { ...bits(name, binary), inWords: false }
}
