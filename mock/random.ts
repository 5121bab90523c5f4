/**
 * Noise that can be asked for anywhere: a pure function of seed, index and
 * channel. Nothing is consumed, so asking for more in one place changes nothing
 * in another, and sample n is the same whatever happened before it.
 */
export class Noise {
  readonly #seed: number

  /** @param stream keeps users of one seed apart (scenario, faults) */
  constructor(seed: number, stream = 0) {
    this.#seed = hash32(seed, Math.imul(stream, 0x632be59b) ^ 0x5bd1e995)
  }

  /** 32 random bits. @param channel 0..255, one per use at the same index */
  bits(index: number, channel: number): number {
    return hash32(index ^ Math.imul(channel + 1, 0x27d4eb2f), this.#seed)
  }

  /** 0..1, without 1 */
  uniform(index: number, channel: number): number {
    return this.bits(index, channel) / 4294967296
  }

  /** Bell-shaped, mean 0, standard deviation 1, never beyond ±3.5: Irwin-Hall of four 16-bit parts. */
  gauss(index: number, channel: number): number {
    const a = this.bits(index, channel)
    const b = hash32(a, this.#seed)
    const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16)
    return (sum / 65536 - 2) * 1.7320508
  }

  /** A smooth wander of -1..1 with a new direction at every whole `position`. */
  drift(position: number, channel: number): number {
    const from = Math.floor(position)
    const part = position - from
    const ease = part * part * (3 - 2 * part)
    const a = this.uniform(from, channel)
    return 2 * (a + (this.uniform(from + 1, channel) - a) * ease) - 1
  }
}

/** Two rounds of multiply and shift (constants of MurmurHash3's finaliser). @returns u32 */
function hash32(value: number, seed: number): number {
  let h = Math.imul(value ^ seed, 0x9e3779b1)
  h ^= h >>> 16
  h = Math.imul(h + seed, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
