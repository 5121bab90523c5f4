/** What a receiver makes of a character. */
export interface Sampled {
  readonly byte: number
  /** False: the stop bit was low. */
  readonly isFramed: boolean
}

/** Up to this difference of rates the ninth sample still hits its bit. */
const TOLERANCE = 0.045

/**
 * An 8N1 character as a receiver with another bit time samples it: from the
 * edge of the start bit, in the middle of what it takes for each bit. The line
 * is idle after it.
 *
 * @param sentBit bit time of the sender, in the unit of `readBit`
 */
export function sampleCharacter(byte: number, sentBit: number, readBit: number): Sampled {
  if (Math.abs(readBit / sentBit - 1) < TOLERANCE) return { byte, isFramed: true }
  const level = (bit: number): number => {
    const sent = Math.floor(((bit + 0.5) * readBit) / sentBit)
    if (sent === 0) return 0
    return sent <= 8 ? (byte >> (sent - 1)) & 1 : 1
  }
  let sampled = 0
  for (let bit = 0; bit < 8; bit++) sampled |= level(bit + 1) << bit
  return { byte: sampled, isFramed: level(9) === 1 }
}
