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

  add(value: number): void {
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    this.sumMicro += nearestMicro(value)
  }

  merge(min: number, sumMicro: number, max: number): void {
    if (min < this.min) this.min = min
    if (max > this.max) this.max = max
    this.sumMicro += sumMicro
  }

  /** Arithmetic mean, in the unit of `min` and `max`. @param count of the values, 1 or more */
  avg(count: number): number {
    return this.sumMicro / count / 1e6
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

/** What a span of samples of one device comes to; a minute, a bucket, a whole range, a run. */
export class Figures {
  /** Samples, measured or not. */
  samples = 0
  /** Those that min, avg, max, charge and energy are made of. */
  measured = 0
  /** Time over which charge and energy are known, µs. */
  coveredUs = 0
  readonly voltage = new Spread()
  readonly current = new Spread()
  readonly power = new Spread()
  /** pC, that is µA times µs */
  chargePc = 0
  /** pJ, that is µW times µs */
  energyPj = 0

  /** Charge and energy between two neighbouring samples, by the trapezoid rule. @param spanUs µs */
  integrate(
    spanUs: number,
    current0: number,
    current1: number,
    power0: number,
    power1: number,
  ): void {
    this.coveredUs += spanUs
    this.chargePc += ((nearestMicro(current0) + nearestMicro(current1)) / 2) * spanUs
    this.energyPj += ((nearestMicro(power0) + nearestMicro(power1)) / 2) * spanUs
  }

  /** Takes in another span of the same device; nothing is integrated between the two. */
  merge(part: Figures): void {
    this.samples += part.samples
    this.measured += part.measured
    this.coveredUs += part.coveredUs
    this.voltage.merge(part.voltage.min, part.voltage.sumMicro, part.voltage.max)
    this.current.merge(part.current.min, part.current.sumMicro, part.current.max)
    this.power.merge(part.power.min, part.power.sumMicro, part.power.max)
    this.chargePc += part.chargePc
    this.energyPj += part.energyPj
  }

  /** As new. */
  clear(): void {
    this.samples = 0
    this.measured = 0
    this.coveredUs = 0
    this.voltage.clear()
    this.current.clear()
    this.power.clear()
    this.chargePc = 0
    this.energyPj = 0
  }
}
