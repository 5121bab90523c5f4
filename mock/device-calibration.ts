import { type Correction, corrected, isNeutral } from '../src/domain/calibration.ts'
import { powerOf } from '../src/domain/sample.ts'
import type { SampleText } from '../src/protocol/codec.ts'
import type { Members } from './host-line.ts'
import type { FullScale, SampleFeed } from './sample-feed.ts'

/** Newest currents of which a bare `set_zero` takes the mean (PROTOCOL.md 6). */
const ZERO_SAMPLES = 16
/** Steps of `a` are 0.1 mA or finer (PROTOCOL.md 5.1). */
const DECIMALS = 4

/** What a device applies to its current, and what it needs to find its zero. */
export class DeviceCalibration {
  readonly #feed: SampleFeed
  #newest: number[] = []

  constructor(feed: SampleFeed) {
    this.#feed = feed
  }

  read(n: number, elapsedUs: number, scale: FullScale | null, calibration: Correction): SampleText {
    const raw = this.#feed.read(n, elapsedUs, scale)
    this.#newest = [...this.#newest.slice(1 - ZERO_SAMPLES), Number(raw.a)]
    return isNeutral(calibration) ? raw : calibrated(raw, calibration)
  }

  /** Offset in A that `set_zero` asks for; null: out of range. */
  zeroOf(members: Members, fullScaleA: number): number | null {
    const { value } = members
    const offset = value === undefined ? this.#mean() : value
    if (
      typeof offset !== 'number' ||
      Math.round(Math.abs(offset) * 1e6) > Math.round(fullScaleA * 1e5)
    )
      return null
    return Math.round(offset * 1e6) / 1e6
  }

  #mean(): number {
    const sum = this.#newest.reduce((total, each) => total + each, 0)
    return this.#newest.length === 0 ? 0 : sum / this.#newest.length
  }
}

/** With the digits of the device. */
function calibrated(raw: SampleText, calibration: Correction): SampleText {
  const decimals = Math.min(6, Math.max(DECIMALS, (raw.a.split('.')[1] ?? '').length))
  const amps = Number(corrected(Number(raw.a), calibration).toFixed(decimals)) + 0
  const w = raw.w === null ? null : String(powerOf(Number(raw.v), amps))
  return { ...raw, a: String(amps), w }
}
