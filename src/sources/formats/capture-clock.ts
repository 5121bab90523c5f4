import type { Stamp } from '../../protocol/frames.ts'
import { readTime } from '../text/recorded-time.ts'
import type { Reading } from './reading.ts'

const DAY_MS = 86_400_000
const U32 = 2 ** 32
/** Numbers of a time column from here on are Unix time, ms. */
const UNIX_FROM_MS = 1e11
const NONE: Stamp = { kind: 'none' }

/** Times of one stream of readings as stamps of the wire. */
export class CaptureClock {
  /** Times of day go on past midnight, counters of 32 bits past their end. */
  #base = 0
  #last = Number.NaN

  /** What a serial monitor put in front of a line. */
  ofCapture(text: string): Stamp {
    const time = readTime(text)
    if (time === null) return NONE
    if (time.kind !== 'clock') return { kind: 'ts', value: time.us / 1000 }
    return { kind: 'ms', value: this.#goingOn(time.us / 1000, DAY_MS) % U32 }
  }

  /**
   * A cell of a time column.
   *
   * @param unit of time; null: nobody says
   * @returns the stamp, and the unit where it was taken for granted; null: it is no time
   */
  ofCell(digits: string, unit: string | null): { stamp: Stamp; assumed: string | null } | null {
    const value = Number(digits)
    if (!Number.isFinite(value) || value < 0 || value >= 9e15) return null
    if (unit === null) {
      // As `ts` of the wire; seconds with decimals are none of millis().
      const isSeconds = digits.includes('.') && value < 1e9
      const ts = isSeconds ? value * 1000 : value
      const assumed = value >= 1e9 ? null : isSeconds ? 's' : 'ms'
      return ts < 9e12 ? { stamp: { kind: 'ts', value: ts }, assumed } : null
    }
    const perUnit = { us: 1e-3, ms: 1, s: 1000, min: 60_000, h: 3_600_000 }[unit]
    if (perUnit === undefined) return null
    const ms = (unit === 'us' && value < U32 ? this.#goingOn(value, U32) : value) * perUnit
    const stamp: Stamp =
      ms >= UNIX_FROM_MS ? { kind: 'ts', value: ms } : { kind: 'ms', value: ms % U32 }
    return { stamp, assumed: null }
  }

  /** @param span where the count begins anew */
  #goingOn(value: number, span: number): number {
    if (value < this.#last - span / 2) this.#base += span
    this.#last = value
    return this.#base + value
  }
}

export function stampOf(reading: Reading, clock: CaptureClock): Stamp {
  if (reading.ts !== null) return { kind: 'ts', value: reading.ts }
  return reading.captureTime === null ? NONE : clock.ofCapture(reading.captureTime)
}
