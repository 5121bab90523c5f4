import { isMeasured, type Sample } from '../domain/sample.ts'
import { nearestMicro } from '../util/micro.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { Figures, PICO_PER_MILLI_HOUR } from './figures.ts'
import { Folder } from './folder.ts'
import { RecentSamples } from './recent-samples.ts'

/** Charge and energy since a moment. */
export interface Totals {
  /** mAh, signed */
  readonly chargeMah: number
  /** mWh, signed */
  readonly energyMwh: number
  /** The part in the direction that the sensor calls positive, mAh, 0 or more; null: not known of all of it. */
  readonly chargeForwardMah: number | null
  /** The same, by the sign of the power, mWh. */
  readonly energyForwardMwh: number | null
  /** The part in the other direction, 0 or less. */
  readonly chargeBackwardMah: number | null
  readonly energyBackwardMwh: number | null
  /** Time over which all of these are known, s. */
  readonly coveredS: number
  /** Measured ones with voltage and current. */
  readonly samples: number
}

/** What a device came to up to some moment, to go on from. */
export interface EarlierTotals {
  /** When they were reset: samples after that count, Unix µs; null: never. */
  readonly resetUs: number | null
  /** Since when they count: that, or the first sample, Unix µs. */
  readonly sinceUs: number
  /** Plain numbers where they came from another thread. */
  readonly figures: Figures
  /** Samples, part of the figures, that the next one may follow on; in order of their run. */
  readonly newest: readonly Sample[]
}

export function totalsOf(figures: Figures): Totals {
  const { chargePc, energyPj, chargeForwardPc, energyForwardPj } = figures
  return {
    chargeMah: chargePc / PICO_PER_MILLI_HOUR,
    energyMwh: energyPj / PICO_PER_MILLI_HOUR,
    chargeForwardMah: known(chargeForwardPc / PICO_PER_MILLI_HOUR),
    energyForwardMwh: known(energyForwardPj / PICO_PER_MILLI_HOUR),
    // In whole pC: a difference of mAh would have noise that the log's own figure has not.
    chargeBackwardMah: known((chargePc - chargeForwardPc) / PICO_PER_MILLI_HOUR),
    energyBackwardMwh: known((energyPj - energyForwardPj) / PICO_PER_MILLI_HOUR),
    coveredS: figures.coveredUs / US_PER_SECOND,
    samples: figures.measured,
  }
}

function known(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** Places of the values in `RecentSamples`. */
const CURRENT = 0
const POWER = 1

/** What of a sample is integrated. */
type Flow = Pick<Sample, 'timeUs' | 'current' | 'power'>

/**
 * Running totals: the same sums over the same samples as the log's figures
 * (`Folder`), so that both agree.
 */
export class Integrator {
  readonly #folder = new Folder()
  #figures = new Figures()
  /** Samples after that time count, Unix µs. */
  #sinceUs = Number.NEGATIVE_INFINITY
  readonly #recent = new RecentSamples()
  /** One came late: it may be the neighbour of a later one. */
  #hasLate = false
  /** Used again for each sample. */
  readonly #values = [Number.NaN, Number.NaN]

  /** @param sample in order of its run, unless its origin is `late` */
  add(sample: Sample): void {
    if (sample.origin === 'late') this.#addLate(sample)
    else this.#joinLate(sample, this.#fold(this.#figures, sample))
    this.#remember(sample)
  }

  /**
   * Begins at zero; the next sample still follows on the last one. What comes late of the time
   * before counts no more.
   *
   * @param sinceUs time of the newest sample, Unix µs
   */
  reset(sinceUs: number): void {
    this.#figures = new Figures()
    this.#sinceUs = sinceUs
  }

  /** Begins with what was before; the next sample follows on the newest of it, where it goes on with its run. */
  resume({ resetUs, figures, newest }: EarlierTotals): void {
    for (const sample of newest) {
      this.#fold(null, sample)
      this.#remember(sample)
    }
    this.#figures = new Figures()
    this.#figures.merge(figures)
    this.#sinceUs = resetUs ?? Number.NEGATIVE_INFINITY
  }

  /** As they are at the moment; changed by the next sample. */
  get figures(): Figures {
    return this.#figures
  }

  read(): Totals {
    return totalsOf(this.#figures)
  }

  /** @returns whether it follows on a measured one, with which it is integrated */
  #fold(into: Figures | null, sample: Sample): boolean {
    const { timeUs, epochId, seq, voltage, current, power, status } = sample
    const measured = isMeasured(status)
    return this.#folder.add(into, timeUs, epochId, seq ?? -1, voltage, current, power, measured)
  }

  #remember({ seq, epochId, timeUs, current, power, status }: Sample): void {
    this.#values[CURRENT] = current
    this.#values[POWER] = power
    this.#recent.remember(seq ?? -1, epochId, timeUs, this.#values, isMeasured(status))
  }

  #addLate(sample: Sample): void {
    this.#hasLate = true
    if (sample.timeUs <= this.#sinceUs) return
    this.#figures.samples++
    if (!isMeasured(sample.status)) this.#figures.unmeasured++
    else if (sample.electric) this.#figures.measured++
    this.#joinLate(sample, false)
  }

  /**
   * A sample that comes late closes the gap that it lay in on the sides where its neighbours are there. One
   * that was in doubt for a while may have been overtaken by its neighbours, which came late.
   *
   * @param isLinked it has been integrated with the one before
   */
  #joinLate(sample: Sample, isLinked: boolean): void {
    if (isLinked && !this.#hasLate) return
    if (sample.electric && !isMeasured(sample.status)) return
    const after = this.#neighbour(sample, 1)
    if (sample.electric) {
      if (!isLinked) this.#join(this.#neighbour(sample, -1), sample)
      this.#join(sample, after)
    } else if (after !== null) this.#join(this.#neighbour(sample, -1), after)
  }

  /** The electric sample that one follows on (-1), or that follows on it (1); null: there is a gap. */
  #neighbour({ seq, epochId }: Sample, side: 1 | -1): Flow | null {
    const current = this.#recent.neighbour(seq ?? -1, epochId, CURRENT, side)
    if (current === null) return null
    const power = this.#recent.neighbour(seq ?? -1, epochId, POWER, side)
    return { timeUs: current.timeUs, current: current.value, power: power?.value ?? Number.NaN }
  }

  #join(before: Flow | null, after: Flow | null): void {
    if (before === null || after === null || after.timeUs <= before.timeUs) return
    const spanUs = after.timeUs - before.timeUs
    this.#figures.integrate(
      spanUs,
      nearestMicro(before.current),
      nearestMicro(after.current),
      nearestMicro(before.power),
      nearestMicro(after.power),
    )
  }
}
