import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InaError } from '../../src/util/errors.ts'

/** Of the ATmega328P, in bytes. */
export const FLASH_BYTES = 32 * 1024

/** RAM symbols of the firmware: name to address. */
export type SymbolTable = ReadonlyMap<string, number>

export interface FirmwareImage {
  readonly program: Uint16Array
  /** Bytes of flash in use. */
  readonly flashBytes: number
  readonly symbols: SymbolTable
}

const PACKAGE_NAME = 'ina219-monitor'

/** The committed image, the one a board is flashed with. */
export function loadFirmware(): FirmwareImage {
  const folder = join(packageRoot(), 'firmware')
  const file = join(folder, 'ina219.hex')
  const symbolFile = join(folder, 'ina219.sym')
  let hex: string
  try {
    hex = readFileSync(file, 'utf8')
  } catch (error) {
    throw new InaError(
      'device_unsupported',
      `the firmware image ${file} can't be read`,
      'Build it with `make -C firmware`',
      error,
    )
  }
  const symbols = existsSync(symbolFile) ? readFileSync(symbolFile, 'utf8') : ''
  return { ...parseHex(hex), symbols: parseSymbols(symbols) }
}

/** Intel HEX, record types 00 (data) and 01 (end); 03 and 05 (where to start) mean nothing to an AVR, and 32 KiB need no others. */
export function parseHex(hex: string): Pick<FirmwareImage, 'program' | 'flashBytes'> {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff)
  let flashBytes = 0
  for (const [index, line] of hex.split(/\r?\n/).entries()) {
    if (line === '') continue
    const record = /^:([0-9A-F]{2})*$/i.test(line) ? Buffer.from(line.slice(1), 'hex') : null
    const length = record?.[0] ?? 0
    const address = record && record.length >= 5 ? record.readUInt16BE(1) : 0
    const sum = record?.reduce((total, byte) => total + byte, 0) ?? 0
    if (
      !record ||
      record.length !== length + 5 ||
      (sum & 0xff) !== 0 ||
      address + length > FLASH_BYTES
    ) {
      throw new InaError(
        'device_unsupported',
        `line ${index + 1} of the firmware image is damaged`,
        'Build it again with `make -C firmware`',
      )
    }
    if (record[3] === 1) break
    if (record[3] === 3 || record[3] === 5) continue
    flash.set(record.subarray(4, 4 + length), address)
    flashBytes = Math.max(flashBytes, address + length)
  }
  return { program: new Uint16Array(flash.buffer), flashBytes }
}

/** Output of `avr-nm`; the addresses of RAM stand from 0x800000. */
export function parseSymbols(text: string): SymbolTable {
  const symbols = new Map<string, number>()
  for (const [, address, name] of text.matchAll(/^([0-9a-f]{8})\s+\w\s+(\S+)$/gim)) {
    const value = Number.parseInt(address as string, 16) - 0x800000
    if (value >= 0 && value < 0x10000) symbols.set(name as string, value)
  }
  return symbols
}

/** From the sources and from the bundle alike: upwards to the package's own package.json. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const file = join(folder, 'package.json')
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === PACKAGE_NAME) {
      return folder
    }
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`no package ${PACKAGE_NAME} around ${import.meta.url}`)
    folder = parent
  }
}
