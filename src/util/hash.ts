/** FNV-1a, 8 hexadecimal digits. */
export function sumOf(text: string): string {
  let sum = 0x811c9dc5
  for (const byte of Buffer.from(text, 'utf8')) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return sum.toString(16).padStart(8, '0')
}
