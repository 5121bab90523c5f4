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

/** Two digits for each byte: one text for each CRC would be half a megabyte for every device that is opened. */
const HEX = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
)

/** Four upper-case hex digits. */
export function crcHex(crc: number): string {
  return `${HEX[crc >> 8]}${HEX[crc & 0xff]}`
}

const scratch = Buffer.allocUnsafe(4096)

/**
 * Ends a JSON object line with its CRC: `{"v":5` becomes `{"v":5,"crc":"29B1"}`.
 *
 * @param body the line without its closing brace, shorter than 4096 bytes of UTF-8
 */
export function closeLine(body: string): string {
  const crc = crc16(scratch, 0, scratch.write(body))
  return `${body},"crc":"${crcHex(crc)}"}`
}

/** The same for a whole line, with its closing brace and without a newline. */
export function withCrc(line: string): string {
  return closeLine(line.slice(0, -1))
}

const CLOSE_BRACE = 0x7d
const QUOTE = 0x22
const CRC_KEY = Buffer.from(',"crc":"')
/** Bytes of `,"crc":"29B1"}`. */
const CRC_TAIL = CRC_KEY.length + 6

/**
 * Checks the CRC at the end of a line. Looks at the last 14 bytes only; white
 * space in there is not part of the form (PROTOCOL.md 3).
 */
export function checkCrc(bytes: Uint8Array): 'absent' | 'right' | 'wrong' {
  let end = bytes.length
  while (end > 0 && isBlank(bytes[end - 1] as number)) end--
  const start = end - CRC_TAIL
  if (start < 1 || bytes[end - 1] !== CLOSE_BRACE || bytes[end - 2] !== QUOTE) return 'absent'
  for (let i = 0; i < CRC_KEY.length; i++) if (bytes[start + i] !== CRC_KEY[i]) return 'absent'
  let said = 0
  for (let i = end - 6; i < end - 2; i++) {
    const digit = hexDigit(bytes[i] as number)
    if (digit < 0) return 'wrong'
    said = (said << 4) | digit
  }
  return crc16(bytes, 0, start) === said ? 'right' : 'wrong'
}

/** The digit's value, -1: none. Upper case only: a bit flip makes `B` a `b`. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37
  return -1
}

/** Blank, tab or CR: may stand around the object of a line (PROTOCOL.md 2). */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d
}
