/** FNV-1a of 32 bits over the UTF-8 of a text, as 8 hexadecimal digits. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash.toString(16).padStart(8, '0')
}
