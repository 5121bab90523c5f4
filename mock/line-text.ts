import { crc16, crcHex } from '../src/protocol/crc.ts'

/** JSON in ASCII alone, so that a character is a byte. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const scratch = Buffer.allocUnsafe(4096)
const hexTexts: string[] = new Array(0x10000)

/**
 * `{"v":5` becomes `{"v":5,"crc":"XXXX"}`: as `withCrc` of src/protocol/crc.ts
 * does, without a buffer of its own for each line.
 *
 * @param body ASCII, shorter than 4096, without the closing brace
 */
export function closeLine(body: string): string {
  const crc = crc16(scratch, 0, scratch.write(body, 0, 'latin1'))
  hexTexts[crc] ??= crcHex(crc)
  return `${body},"crc":"${hexTexts[crc]}"}`
}
