import { microOf } from './stored-value.ts'

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
    this.sumMicro += microOf(value)
  }

  merge(min: number, sumMicro: number, max: number): void {
    if (min < this.min) this.min = min
    if (max > this.max) this.max = max
    this.sumMicro += sumMicro
  }
}

/** What a span of samples of one device comes to; a minute, a bucket, a whole range. */
export class Figures {
  /** Rows of the log, measured or not. */
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
}

/** Spacings that the usual interval is taken from. */
const SPACINGS = 8
/** Rows before a span that decide what its first samples follow on. */
export const CONTEXT_ROWS = SPACINGS + 1
/** Longest first spacing of a device that numbers nothing. */
const FIRST_SPACING_US = 10e6
/** Over three times the usual interval plus this, samples must be missing. */
const SLACK_US = 500_000

/**
 * Adds the samples of one device, in order of time, to figures. Charge and
 * energy come by the trapezoid rule from two neighbouring measured samples of
 * one epoch with none missing between, and count where the later one lies.
 *
 * None missing: the sequence number goes up by one. Where the device numbers
 * nothing: they are at most 3 times the usual interval + 0.5 s apart, the usual
 * interval being the second longest of the 8 spacings before (10 s where there
 * are none).
 */
export class Folder {
  #timeUs = 0
  #epochId = -1
  #seq = -1
  #current = 0
  #power = 0
  #measured = false
  readonly #spacings = new Float64Array(SPACINGS)
  #spacingCount = 0

  /** Forgets what came before. */
  reset(): void {
    this.#epochId = -1
    this.#spacingCount = 0
  }

  /**
   * @param into null: the sample only sets the scene for the next one
   * @param timeUs Unix µs, above that of the sample before
   * @param seq -1 where the device numbers nothing
   * @param voltage V @param current A @param power W
   */
  add(
    into: Figures | null,
    timeUs: number,
    epochId: number,
    seq: number,
    voltage: number,
    current: number,
    power: number,
    measured: boolean,
  ): void {
    const spanUs = timeUs - this.#timeUs
    const follows = epochId === this.#epochId && this.#isNext(seq, spanUs)
    if (into !== null) {
      into.samples++
      if (measured) {
        into.measured++
        into.voltage.add(voltage)
        into.current.add(current)
        into.power.add(power)
        if (follows && this.#measured) {
          into.coveredUs += spanUs
          into.chargePc += ((microOf(this.#current) + microOf(current)) / 2) * spanUs
          into.energyPj += ((microOf(this.#power) + microOf(power)) / 2) * spanUs
        }
      }
    }
    if (epochId !== this.#epochId) this.#spacingCount = 0
    else if (seq < 0) this.#spacings[this.#spacingCount++ % SPACINGS] = spanUs
    this.#timeUs = timeUs
    this.#epochId = epochId
    this.#seq = seq
    this.#current = current
    this.#power = power
    this.#measured = measured
  }

  #isNext(seq: number, spanUs: number): boolean {
    if (seq >= 0) return this.#seq >= 0 && (this.#seq + 1) % 2 ** 32 === seq
    if (this.#spacingCount === 0) return spanUs <= FIRST_SPACING_US
    return spanUs <= 3 * this.#usualUs() + SLACK_US
  }

  #usualUs(): number {
    let longest = 0
    let second = 0
    const count = Math.min(this.#spacingCount, SPACINGS)
    for (let i = 0; i < count; i++) {
      const spacing = this.#spacings[i] as number
      if (spacing > longest) {
        second = longest
        longest = spacing
      } else if (spacing > second) second = spacing
    }
    return count === 1 ? longest : second
  }
}
