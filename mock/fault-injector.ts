import { decodeLine } from '../src/protocol/codec.ts'
import { isHalfElectric } from '../src/protocol/link/crc-policy.ts'
import { MAX_LINE_BYTES } from '../src/sources/lines/line-splitter.ts'
import { type FaultSpec, noFaults } from './faults.ts'
import { Noise } from './random.ts'

/** What became of a line. */
export interface Passed {
  /** Latin-1 text to send, a newline after each line; empty where the line was dropped. */
  readonly text: string
  /** Lines in it. */
  readonly lines: number
  /** The line itself arrives whole. */
  readonly intact: boolean
}

/** Draws at the same line index; apart, so that one kind's draw moves no other's. */
const CHANNEL = { fate: 0, garbage: 1, reset: 2, where: 3, what: 4, rubbish: 8, noise: 9 } as const
/** Keeps faults apart from the scenario that has the same seed. */
const STREAM = 1

/**
 * Does harm to lines on their way. What happens to line i depends on seed, i
 * and the probabilities alone: all other lines stay as they are without faults.
 * Text is Latin-1, one character a byte. For either direction of a link.
 */
export class FaultInjector {
  readonly counts = noFaults()
  readonly #spec: FaultSpec
  readonly #noise: Noise
  #index = 0

  /** @param stream other than that of an injector with the same seed in the other direction */
  constructor(spec: FaultSpec, seed: number, stream = STREAM) {
    this.#spec = spec
    this.#noise = new Noise(seed, stream)
  }

  /** Whether the device restarts before the line that comes next; counts it. */
  resets(): boolean {
    if (this.#spec.reset === 0 || this.#index === 0) return false
    const hit = this.#noise.uniform(this.#index, CHANNEL.reset) < this.#spec.reset
    if (hit) this.counts.reset++
    return hit
  }

  /** What a restarting board prints before its first line: the boot loader's bytes at another rate. */
  bootNoise(): string {
    return this.#bytes(this.#index, CHANNEL.noise, 4 + (this.#noise.bits(this.#index, 7) % 20))
  }

  /**
   * One line on its way; moves on to the next.
   *
   * @param line without its newline
   * @param shielded true: it must arrive whole (the first and last of a finite run)
   */
  pass(line: string, shielded: boolean): Passed {
    const i = this.#index++
    const before = this.#garbageBefore(i)
    const lines = before === '' ? 0 : 1
    const fate = this.#fate(i, shielded)
    if (fate === null) return { text: `${before}${line}\n`, lines: lines + 1, intact: true }
    this.counts[fate]++
    switch (fate) {
      case 'drop':
        return { text: before, lines, intact: false }
      case 'duplicate':
        return { text: `${before}${line}\n${line}\n`, lines: lines + 2, intact: true }
      case 'truncate':
        return { text: `${before}${this.#cut(line, i)}\n`, lines: lines + 1, intact: false }
      case 'corrupt':
        return { text: `${before}${this.#corrupt(line, i)}\n`, lines: lines + 1, intact: false }
    }
  }

  #fate(i: number, shielded: boolean): 'drop' | 'corrupt' | 'truncate' | 'duplicate' | null {
    const { drop, corrupt, truncate, duplicate } = this.#spec
    const dice = this.#noise.uniform(i, CHANNEL.fate)
    let end = duplicate
    if (dice < end) return 'duplicate'
    if (shielded) return null
    end += drop
    if (dice < end) return 'drop'
    end += corrupt
    if (dice < end) return 'corrupt'
    end += truncate
    return dice < end ? 'truncate' : null
  }

  #garbageBefore(i: number): string {
    const { garbage } = this.#spec
    if (garbage === 0 || this.#noise.uniform(i, CHANNEL.garbage) >= garbage) return ''
    this.counts.garbage++
    const kind = this.#noise.bits(i, CHANNEL.what) % (RUBBISH.length + 2)
    const text = RUBBISH[kind]
    if (text !== undefined) return `${text}\n`
    const length =
      kind === RUBBISH.length
        ? 1 + (this.#noise.bits(i, CHANNEL.where) % 120)
        : MAX_LINE_BYTES + 1 + (this.#noise.bits(i, CHANNEL.where) % 200)
    return `${this.#bytes(i, CHANNEL.rubbish, length)}\n`
  }

  /** At least its last byte is lost, so no object is complete; at least one byte is left. */
  #cut(line: string, i: number): string {
    return line.slice(0, 1 + (this.#noise.bits(i, CHANNEL.where) % (line.length - 1)))
  }

  /** 1 to 3 bytes changed. Never a newline, and never such that the line is a good one again. */
  #corrupt(line: string, i: number): string {
    for (let attempt = 0; attempt < CORRUPT_ATTEMPTS; attempt++) {
      const bytes = Buffer.from(line, 'latin1')
      const hits = 1 + (this.#noise.bits(i, 16 + attempt * 8) % 3)
      for (let hit = 0; hit < hits; hit++) {
        const draw = this.#noise.bits(i, 17 + attempt * 8 + hit)
        const at = draw % bytes.length
        // Half of them a single bit, as noise on the line does; half any other byte.
        const flip = draw & 0x80000000 ? 1 << ((draw >>> 16) & 7) : 1 + ((draw >>> 16) % 255)
        const byte = (bytes[at] as number) ^ flip
        bytes[at] = byte === NEWLINE || byte === RETURN ? byte ^ 0x80 : byte
      }
      if (!isBelievable(bytes)) return bytes.toString('latin1')
    }
    return `\xff${line.slice(1)}`
  }

  /** Never a newline; never blank at its ends; and no JSON. */
  #bytes(i: number, channel: number, length: number): string {
    let text = ''
    for (let k = 0; k < length; k++) {
      const byte = this.#noise.bits(Math.imul(i, 1024) + k, channel) & 0xff
      text += String.fromCharCode(byte < 0x21 || byte === OPEN_BRACE ? byte + 0x80 : byte)
    }
    return text
  }
}

const CORRUPT_ATTEMPTS = 16
const NEWLINE = 0x0a
const RETURN = 0x0d
const OPEN_BRACE = 0x7b

/**
 * As a host does that has heard samples with voltage and current from the device, but
 * none with a CRC, see `CrcPolicy`. A line with a right CRC always is: what is no frame
 * to the host may be one to the device.
 */
function isBelievable(bytes: Uint8Array): boolean {
  const frame = decodeLine(bytes)
  if (frame.kind === 'sample') return frame.protected || !isHalfElectric(frame)
  if (frame.kind === 'malformed') return frame.protected
  return frame.kind !== 'crc_error'
}

/** Lines that other programs on the board print; none is a frame. */
const RUBBISH: readonly string[] = [
  'Measuring voltage and current with INA219 ...',
  'Bus Voltage:   5.02 V',
  '[E][Wire.cpp:513] requestFrom(): i2cRead returned Error 263',
  '{"temp":"21.5","hum":"40"}',
  '{"v":nan,"a":nan,"seq":12}',
  '5.02,0.245,1.23',
  '}{"v":5.0',
]
