import { type Correction, corrected } from '../src/domain/calibration.ts'
import { INVALID_STATUS } from '../src/domain/sample.ts'
import type { SampleText } from '../src/protocol/codec.ts'
import { type FullScale, microText, type SampleFeed } from './sample-feed.ts'

/** Conversions of an interval that are looked at, at most; of a longer one, each stands for several. */
const MOST_LOOKED_AT = 4000
/** Steps of voltage (mV) and current (0.1 mA), and of their product times 1 µs in nJ and charge in 0.1 nC. */
const MILLI = 1000
const TENTHS_OF_MILLI = 10_000

/** What the sensor's pins see at a moment, in whole steps of the sensor. */
export interface Conversion {
  readonly milliVolts: number
  /** 0.1 mA */
  readonly ampSteps: number
}

/**
 * All conversions between two samples: their mean, their extremes and their number, and charge and
 * energy since the device's start, which go on whoever listens (PROTOCOL.md 5.1, `set_detail`).
 */
export class Conversions {
  readonly #feed: SampleFeed
  /** Up to here all conversions have been looked at, µs of device time. */
  #lookedAtUs = 0
  /** 0.1 mA times µs, that is 10⁻¹⁰ C */
  #charge = 0
  /** mV times 0.1 mA times µs, that is 10⁻¹³ J */
  #energy = 0
  /** Of a feed that knows nothing between its samples: the newest one. */
  #before: Conversion | null = null

  constructor(feed: SampleFeed) {
    this.#feed = feed
  }

  /** Nothing was looked at up to now, and nothing is counted for that time. @param nowUs device time */
  skip(nowUs: number): void {
    this.#lookedAtUs = nowUs
    this.#before = null
  }

  /** A reset: the counters begin at zero. @param nowUs device time */
  restart(nowUs: number): void {
    this.skip(nowUs)
    this.#charge = 0
    this.#energy = 0
  }

  /**
   * A sample with its detail.
   *
   * @param sample as it is without
   * @param sinceUs, nowUs device time of the sample before, and of this one
   * @param conversionUs time of one conversion
   */
  detailed(
    sample: SampleText,
    sinceUs: number,
    nowUs: number,
    conversionUs: number,
    scale: FullScale | null,
    calibration: Correction,
  ): SampleText {
    const own: Conversion = {
      milliVolts: Math.round(Number(sample.v) * MILLI),
      ampSteps: Math.round(Number(sample.a) * TENTHS_OF_MILLI),
    }
    const isInvalid = INVALID_STATUS.has(JSON.parse(sample.status))
    const sums = new Sums(own)
    const look = (into: Sums, toUs: number): void =>
      this.#look(into, own, toUs, conversionUs, scale, calibration)
    // The counters began with the device; the extremes are those since the sample before.
    if (this.#feed.at !== undefined && sinceUs > this.#lookedAtUs) look(new Sums(own), sinceUs)
    if (!isInvalid) look(sums, nowUs)
    else {
      this.#before = null
      this.#lookedAtUs = Math.max(this.#lookedAtUs, nowUs)
    }
    return {
      ...sample,
      ...sums.means(sample),
      extras: { ...this.#members(sums), ...sample.extras },
    }
  }

  #look(
    sums: Sums,
    own: Conversion,
    toUs: number,
    conversionUs: number,
    scale: FullScale | null,
    calibration: Correction,
  ): void {
    const fromUs = this.#lookedAtUs
    const spanUs = Math.max(0, toUs - fromUs)
    this.#lookedAtUs = fromUs + spanUs
    const { at } = this.#feed
    if (at === undefined) {
      // The straight line between two samples is all that a recording says.
      const { milliVolts, ampSteps } = this.#before ?? own
      this.#charge += ((ampSteps + own.ampSteps) / 2) * spanUs
      this.#energy += ((ampSteps * milliVolts + own.ampSteps * own.milliVolts) / 2) * spanUs
      this.#before = own
      sums.add(own, 1)
      return
    }
    const count = Math.max(1, Math.round(spanUs / conversionUs))
    const looks = Math.min(count, MOST_LOOKED_AT)
    for (let i = 1; i <= looks; i++) {
      const atUs = fromUs + (spanUs * i) / looks
      const read = at.call(this.#feed, atUs, scale)
      // Nothing is counted while the sensor can't measure.
      if (read === null) continue
      const amps = corrected(read.ampSteps / TENTHS_OF_MILLI, calibration)
      const conversion = { ...read, ampSteps: Math.round(amps * TENTHS_OF_MILLI) }
      const stands = Math.floor((count * i) / looks) - Math.floor((count * (i - 1)) / looks)
      sums.add(conversion, stands)
      this.#charge += conversion.ampSteps * (spanUs / looks)
      this.#energy += conversion.ampSteps * conversion.milliVolts * (spanUs / looks)
    }
  }

  #members({ n, least, most }: Sums): Record<string, string> {
    return {
      n: String(n),
      vmin: microText(least.milliVolts * MILLI),
      vmax: microText(most.milliVolts * MILLI),
      amin: microText(least.ampSteps * 100),
      amax: microText(most.ampSteps * 100),
      mc: thousandths(this.#charge / 1e4),
      mj: thousandths(this.#energy / 1e7),
    }
  }
}

/** Cut off, as the firmware does. @param value in thousandths */
function thousandths(value: number): string {
  return microText(Math.trunc(value) * MILLI)
}

/** What the conversions of one sample come to. */
class Sums {
  n = 0
  #milliVolts = 0
  #ampSteps = 0
  /** mV times 0.1 mA */
  #power = 0
  least: Conversion
  most: Conversion

  /** @param own of the sample itself, which is all there is where nothing could be measured */
  constructor(own: Conversion) {
    this.least = own
    this.most = own
  }

  /** @param stands for so many conversions */
  add(conversion: Conversion, stands: number): void {
    const { milliVolts, ampSteps } = conversion
    const isFirst = this.n === 0
    const [{ milliVolts: v0, ampSteps: a0 }, { milliVolts: v1, ampSteps: a1 }] = isFirst
      ? [conversion, conversion]
      : [this.least, this.most]
    this.least = { milliVolts: Math.min(v0, milliVolts), ampSteps: Math.min(a0, ampSteps) }
    this.most = { milliVolts: Math.max(v1, milliVolts), ampSteps: Math.max(a1, ampSteps) }
    this.n += stands
    this.#milliVolts += milliVolts * stands
    this.#ampSteps += ampSteps * stands
    this.#power += milliVolts * ampSteps * stands
  }

  /** The mean power is that of the products. */
  means(sample: SampleText): Pick<SampleText, 'v' | 'a' | 'w'> {
    const { n } = this
    if (n === 0) return sample
    return {
      v: microText(Math.round(this.#milliVolts / n) * MILLI),
      a: microText(Math.round(this.#ampSteps / n) * 100),
      // mV times 0.1 mA is 0.1 µW; as many decimals as the firmware sends.
      w: microText(Math.round(this.#power / n / 100) * 10),
    }
  }
}
