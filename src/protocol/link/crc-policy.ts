import type { Frame, SampleFrame } from '../frames.ts'

/** Lines without a CRC, one after the other, that show that the device sends none. */
const UNPROTECTED_RUN = 8
/** A device that keeps changing its mind must not fill the log with events. */
const CHANGES_REPORTED = 20

/**
 * Which lines without a CRC can be believed (PROTOCOL.md 3): none of a device
 * that protects its lines, for its `"crc"` was hit. One such line with a right
 * CRC proves that it does; a run without any, that another device or sketch has
 * taken its place. Nor is a line with one of voltage and current of a device that has
 * sent both: the name of the other was hit, and is no channel (5.1). One for each
 * connection.
 */
export class CrcPolicy {
  readonly #isExact: boolean
  #protects = false
  /** It has sent a sample with voltage and current. */
  #isElectric = false
  /** Well-formed lines without a CRC since the last one that had any. */
  #unprotected = 0
  #changes = 0

  /** @param isExact see `LinkOptions`: no name was hit on its way */
  constructor(isExact = false) {
    this.#isExact = isExact
  }

  /**
   * The frame itself, or a `crc_error` or `malformed` in its place.
   *
   * @param unprotected called where the device is from now on taken for one without CRC
   */
  judge(frame: Frame, unprotected: () => void): Frame {
    const { kind } = frame
    if (kind === 'blank' || kind === 'text' || kind === 'overlong' || kind === 'repeated') {
      return frame
    }
    if (frame.kind === 'crc_error' || frame.protected) {
      if (frame.kind !== 'crc_error') this.#protects = true
      if (frame.kind === 'sample' && frame.electric) this.#isElectric = true
      this.#unprotected = 0
      return frame
    }
    if (frame.kind === 'sample') {
      if (!this.#isExact && this.#isElectric && isHalfElectric(frame)) {
        return { kind: 'malformed', reason: 'member', protected: false }
      }
      if (!this.#protects) this.#isElectric ||= frame.electric
    }
    // What is malformed is not believed anyhow, and shows nothing.
    if (frame.kind === 'malformed' || !this.#protects) return frame
    this.#unprotected++
    if (this.#unprotected >= UNPROTECTED_RUN) {
      this.#protects = false
      this.#unprotected = 0
      if (this.#changes++ < CHANGES_REPORTED) unprotected()
    }
    return { kind: 'crc_error', reason: 'missing' }
  }
}

/** Voltage or current is there, and the other one is not. */
export function isHalfElectric({ electric, extras }: SampleFrame): boolean {
  return !electric && extras !== null && ('v' in extras || 'a' in extras)
}
