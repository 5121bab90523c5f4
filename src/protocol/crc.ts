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

/** Puts `,"crc":"XXXX"` before the closing brace of a JSON object line (no newline at its end). */
export function withCrc(line: string): string {
  const body = line.slice(0, -1)
  return `${body},"crc":"${crcHex(crc16(Buffer.from(body)))}"}`
}
