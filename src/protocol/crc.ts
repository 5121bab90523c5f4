/**
 * CRC-16 of the wire, contract 2.1: poly 0x1021, init 0xFFFF, no reflection,
 * no xorout ("CRC-16/CCITT-FALSE", "IBM-3740"). Check value of `123456789`: 0x29B1.
 */

const TABLE = new Uint16Array(256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  TABLE[byte] = crc
}

/** @returns 0..0xFFFF, over `bytes[start..end)` */
export function crc16(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffff
  for (let i = start; i < end; i++) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ (bytes[i] as number)] as number)
  }
  return crc
}

/** Four upper-case hex digits. */
export function crcHex(crc: number): string {
  return crc.toString(16).toUpperCase().padStart(4, '0')
}

const scratch = Buffer.allocUnsafe(4096)
const hexTexts: string[] = new Array(0x10000)

/**
 * Ends a JSON object line with its CRC: `{"v":5` becomes `{"v":5,"crc":"29B1"}`.
 *
 * @param body the line without its closing brace, shorter than 4096 bytes of UTF-8
 */
export function closeLine(body: string): string {
  const crc = crc16(scratch, 0, scratch.write(body))
  hexTexts[crc] ??= crcHex(crc)
  return `${body},"crc":"${hexTexts[crc]}"}`
}

/** The same for a whole line, with its closing brace and without a newline. */
export function withCrc(line: string): string {
  return closeLine(line.slice(0, -1))
}
