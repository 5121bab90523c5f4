import type { Frame } from '../protocol/frames.ts'
import { CrcPolicy } from '../protocol/link/crc-policy.ts'
import type { EventReport } from './event-report.ts'
import type { Ledger } from './ledger.ts'

/** Judges the frames of one device, and counts each line in its class. */
export class Intake {
  readonly #ledger: Ledger
  readonly #events: EventReport
  readonly #isExact: boolean
  #policy: CrcPolicy

  /** @param isExact see `LinkOptions` */
  constructor(ledger: Ledger, events: EventReport, isExact: boolean) {
    this.#ledger = ledger
    this.#events = events
    this.#isExact = isExact
    this.#policy = new CrcPolicy(isExact)
  }

  /** Another connection: what was learned of the device's lines is forgotten. */
  connected(): void {
    this.#policy = new CrcPolicy(this.#isExact)
  }

  /** @returns the frame, or what it counts as where it is not to be believed */
  take(received: Frame): Frame {
    const ledger = this.#ledger
    ledger.lines++
    const frame = this.#policy.judge(received, this.#unprotected)
    if (frame.kind === 'crc_error') ledger.crc_errors++
    else if (frame.kind === 'malformed') ledger.malformed++
    else if (frame.kind === 'overlong') ledger.overlong++
    else if (frame.kind === 'repeated') ledger.duplicates++
    // What becomes of a sample is decided by its number.
    else if (frame.kind !== 'sample') ledger.control++
    return frame
  }

  readonly #unprotected = (): void => {
    const text = 'lines come without a CRC now: taken for another device or sketch'
    this.#events.report('unprotected', text)
  }
}
