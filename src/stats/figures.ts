import { nearestMicro } from '../util/micro.ts'

/** pC in a mAh, pJ in a mWh */
export const PICO_PER_MILLI_HOUR = 3.6e12

/** min, sum and max of one quantity. */
export class Spread {
  /** V, A or W */
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  /** Millionths, so that the sum of values with at most 6 decimals is exact. */
  sumMicro = 0

  /** @param micro the same value in millionths, where it is known */
  add(value: number, micro = nearestMicro(value)): void {
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    this.sumMicro += micro
  }

  /** What lay between this value and the one before, which both are means. */
  reach(min: number, max: number): void {
    if (min < this.min) this.min = min
    if (max > this.max) this.max = max
  }

  merge(min: number, sumMicro: number, max: number): void {
    if (min < this.min) this.min = min
    if (max > this.max) this.max = max
    this.sumMicro += sumMicro
  }

  /**
   * Arithmetic mean, in the unit of `min` and `max`: the double nearest to the exact one where the
   * values have at most 9 decimals (powers are rounded to 1 nW) and their sum fits.
   *
   * @param count of the values, 1 or more
   */
  avg(count: number): number {
    if (Number.isInteger(this.sumMicro)) return this.sumMicro / (count * 1e6)
    const nano = Math.round(this.sumMicro * 1e3)
    const isExact = Number.isSafeInteger(nano) && Math.abs(nano / 1e3 - this.sumMicro) < 1e-4
    return isExact ? nano / (count * 1e9) : this.sumMicro / (count * 1e6)
  }

  clear(): void {
    this.min = Number.POSITIVE_INFINITY
    this.max = Number.NEGATIVE_INFINITY
    this.sumMicro = 0
  }
}

/** What the measured values of one extra channel come to in a span of samples of one device. */
export class ChannelFigures {
  measured = 0
  /** In the unit of the channel. */
  readonly spread = new Spread()

  add(value: number): void {
    this.measured++
    this.spread.add(value)
  }

  /** Takes in another span of the same channel. */
  merge(measured: number, min: number, sumMicro: number, max: number): void {
    this.measured += measured
    this.spread.merge(min, sumMicro, max)
  }
}

type Integrated =
  | 'coveredUs'
  | 'countedUs'
  | 'bridgedUs'
  | 'chargePc'
  | 'energyPj'
  | 'chargeForwardPc'
  | 'energyForwardPj'

/** What a span of samples of one device comes to; a minute, a bucket, a whole range, a run. */
export class Figures {
  /** Samples, measured or not. */
  samples = 0
  /** Those that min, avg, max, charge and energy are made of. */
  measured = 0
  /**
   * Samples that don't count, by their status: beside `measured` and these there are the sound ones of
   * extra channels alone. NaN: not known, since the samples are gone and the log of their time did not
   * keep it.
   */
  unmeasured = 0
  /** Time over which charge and energy are known, µs. */
  coveredUs = 0
  /** The part of it over which the device has counted them, µs (docs/totals.md). */
  countedUs = 0
  /** The part of that which lies in gaps, µs: the samples themselves say nothing of it. */
  bridgedUs = 0
  readonly voltage = new Spread()
  readonly current = new Spread()
  readonly power = new Spread()
  /** pC, that is µA times µs */
  chargePc = 0
  /** pJ, that is µW times µs */
  energyPj = 0
  /**
   * The part of the charge that flowed in the direction that the sensor calls positive, pC, 0 or
   * more; what flowed back is `chargePc` less this. NaN: not known, since the samples are gone and
   * the log of their time did not keep it.
   */
  chargeForwardPc = 0
  /** The same of the energy, pJ; by the sign of the power. */
  energyForwardPj = 0

  /**
   * Charge and energy between two neighbouring samples, by the trapezoid rule.
   *
   * @param spanUs µs
   * @param a0, a1 currents in millionths of A, see `nearestMicro` @param w0, w1 powers in those of W
   */
  integrate(spanUs: number, a0: number, a1: number, w0: number, w1: number): void {
    this.coveredUs += spanUs
    this.chargePc += ((a0 + a1) / 2) * spanUs
    this.energyPj += ((w0 + w1) / 2) * spanUs
    this.chargeForwardPc += forwardPart(a0, a1, spanUs)
    this.energyForwardPj += forwardPart(w0, w1, spanUs)
  }

  /**
   * Charge and energy between two samples as the device has counted them.
   *
   * @param spanUs µs @param bridgedUs the same over a gap, else 0 @param chargePc, energyPj signed
   * @param chargeForwardPc, energyForwardPj the parts of them in the direction that is positive
   */
  count(
    spanUs: number,
    bridgedUs: number,
    chargePc: number,
    energyPj: number,
    chargeForwardPc: number,
    energyForwardPj: number,
  ): void {
    this.coveredUs += spanUs
    this.countedUs += spanUs
    this.bridgedUs += bridgedUs
    this.chargePc += chargePc
    this.energyPj += energyPj
    this.chargeForwardPc += chargeForwardPc
    this.energyForwardPj += energyForwardPj
  }

  /** Takes back what `integrate` or `count` has added. */
  remove(added: Pick<Figures, Integrated>): void {
    this.coveredUs -= added.coveredUs
    this.countedUs -= added.countedUs
    this.bridgedUs -= added.bridgedUs
    this.chargePc -= added.chargePc
    this.energyPj -= added.energyPj
    this.chargeForwardPc -= added.chargeForwardPc
    this.energyForwardPj -= added.energyForwardPj
  }

  /** Takes in another span of the same device; nothing is integrated between the two. */
  merge(part: Figures): void {
    this.samples += part.samples
    this.measured += part.measured
    this.unmeasured += part.unmeasured
    this.coveredUs += part.coveredUs
    this.countedUs += part.countedUs
    this.bridgedUs += part.bridgedUs
    this.voltage.merge(part.voltage.min, part.voltage.sumMicro, part.voltage.max)
    this.current.merge(part.current.min, part.current.sumMicro, part.current.max)
    this.power.merge(part.power.min, part.power.sumMicro, part.power.max)
    this.chargePc += part.chargePc
    this.energyPj += part.energyPj
    this.chargeForwardPc += part.chargeForwardPc
    this.energyForwardPj += part.energyForwardPj
  }

  /** As new. */
  clear(): void {
    this.samples = 0
    this.measured = 0
    this.unmeasured = 0
    this.coveredUs = 0
    this.countedUs = 0
    this.bridgedUs = 0
    this.voltage.clear()
    this.current.clear()
    this.power.clear()
    this.chargePc = 0
    this.energyPj = 0
    this.chargeForwardPc = 0
    this.energyForwardPj = 0
  }
}

/**
 * What lies above zero under the straight line between two values. Where the line crosses zero, it
 * is rounded to a whole number: sums stay exact, and so the same in whatever order they are made.
 *
 * @param from, to millionths of A or W
 * @returns pC or pJ
 */
export function forwardPart(from: number, to: number, spanUs: number): number {
  if (from >= 0 && to >= 0) return ((from + to) / 2) * spanUs
  if (from <= 0 && to <= 0) return 0
  const above = Math.max(from, to)
  const fall = above - Math.min(from, to)
  const area = (above * above * spanUs) / (2 * fall)
  // A double has no more digits than that: right beside a half it may be on its wrong side.
  const isNearHalf = Math.abs(area - Math.floor(area) - 0.5) <= area * 2 ** -51
  if (!isNearHalf || ![above, fall, spanUs].every(Number.isSafeInteger)) return Math.round(area)
  const divisor = BigInt(fall)
  return Number((BigInt(above) ** 2n * BigInt(spanUs) + divisor) / (2n * divisor))
}
