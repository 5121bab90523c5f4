import { bytesPerByte, type McCode } from '../../src/protocol/mc3e/fields.ts'
import { Noise } from '../random.ts'
import { EXCLUSIVE, noRequestFaults, type RequestFaults } from './request-faults.ts'

/** What becomes of one request. */
export interface RequestFate {
  /** Before the answer, ms. */
  readonly delayMs: number
  readonly fault: (typeof EXCLUSIVE)[number] | null
  /** Of `refuse`. */
  readonly endCode: number
  /** Two draws for how the harm is done. */
  readonly dice: readonly [number, number]
}

/** A slow answer takes 0.1 to 8 s: some are within the monitoring timer of 4 s, some are not. */
const LEAST_MS = 100
const MOST_MS = 8000
/** What a CPU or an Ethernet module may refuse with for a while. */
const REFUSALS = [0x4031, 0xc056, 0xc05b, 0xc05f, 0xc0b5] as const
/** Draws at the same request; apart, so that one kind's draw moves no other's. */
const CHANNEL = { fate: 0, slow: 1, delay: 2, code: 3, how: 4, where: 5 } as const
/** Keeps faults apart from the plant, which has the same seed. */
const STREAM = 3

/** Decides what becomes of request i: by seed, i and the probabilities alone. */
export class RequestFates {
  readonly counts = noRequestFaults()
  readonly #faults: RequestFaults
  readonly #noise: Noise
  #index = 0

  constructor(faults: RequestFaults, seed: number) {
    this.#faults = faults
    this.#noise = new Noise(seed, STREAM)
  }

  next(): RequestFate {
    const i = this.#index++
    const isSlow = this.#noise.uniform(i, CHANNEL.slow) < this.#faults.slow
    if (isSlow) this.counts.slow++
    const wait = this.#noise.uniform(i, CHANNEL.delay)
    let dice = this.#noise.uniform(i, CHANNEL.fate)
    const fault = EXCLUSIVE.find((kind) => {
      dice -= this.#faults[kind]
      return dice < 0
    })
    if (fault !== undefined) this.counts[fault]++
    return {
      delayMs: isSlow ? LEAST_MS + wait * (MOST_MS - LEAST_MS) : 0,
      fault: fault ?? null,
      endCode: REFUSALS[this.#noise.bits(i, CHANNEL.code) % REFUSALS.length] as number,
      dice: [this.#noise.uniform(i, CHANNEL.how), this.#noise.uniform(i, CHANNEL.where)],
    }
  }
}

/**
 * Harm that can be seen: of a changed digit within the data nobody could tell, since a frame has no checksum (TCP has one). So
 * what is hit is the frame around them.
 */
export function garble(
  code: McCode,
  frame: Uint8Array,
  [how, where]: RequestFate['dice'],
): Uint8Array {
  const width = bytesPerByte(code)
  const lengthAt = 7 * width
  const harm = Buffer.from(frame)
  switch (Math.floor(how * 6)) {
    case 0: {
      // Bytes in front that are no frame.
      const count = 1 + Math.floor(where * 20)
      return Buffer.concat([Buffer.alloc(count, 0x7e), harm])
    }
    case 1:
      // The rest is missing, and never comes.
      return harm.subarray(0, 1 + Math.floor(where * (frame.length - 1)))
    case 2: {
      // A length that is not what was asked.
      const [high, low] = code === 'ascii' ? [lengthAt, lengthAt + 3] : [lengthAt + 1, lengthAt]
      harm[high] = code === 'ascii' ? 0x33 : 0x0f
      harm[low] = code === 'ascii' ? 0x39 : 0xfb
      return harm
    }
    case 3:
      // Another subheader, as of a 4E frame.
      return Buffer.concat([
        Buffer.from(code === 'ascii' ? 'D400' : [0xd4, 0x00]),
        harm.subarray(2 * width),
      ])
    case 4:
      // From another station than was asked.
      harm[2 * width] = code === 'ascii' ? 0x37 : 0x07
      return harm
    default:
      // The same again, as from a PLC that answers twice.
      return Buffer.concat([harm, harm])
  }
}
