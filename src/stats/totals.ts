import { isMeasured, type Sample } from '../domain/sample.ts'
import { nearestMicro } from '../util/micro.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { Figures, PICO_PER_MILLI_HOUR } from './figures.ts'
import { Folder } from './folder.ts'
import { addInterval } from './interval.ts'
import { addedSince, KnownEnd, KnownEnds, snapshotOf } from './known-ends.ts'
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
  /** The part of it over which the device has counted charge and energy itself, s. */
  readonly countedS: number
  /** The part of that which lies in gaps, s. */
  readonly bridgedS: number
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
    countedS: figures.countedUs / US_PER_SECOND,
    bridgedS: figures.bridgedUs / US_PER_SECOND,
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
  /** From the first sample on that says what its device has counted; null: none has. */
  #ends: KnownEnds | null = null
  /** The newest electric sample in order until then. */
  #newest: Sample | null = null
  /** Used again for each sample. */
  readonly #values = [Number.NaN, Number.NaN]

  /** @param sample in order of its run, unless its origin is `late` */
  add(sample: Sample): void {
    if (this.#ends !== null || sample.detail !== null) {
      this.#addCounted(sample, this.#figures)
      return
    }
    if (sample.origin === 'late') this.#addLate(sample)
    else this.#joinLate(sample, this.#fold(this.#figures, sample))
    this.#remember(sample)
    if (sample.electric && sample.origin !== 'late') this.#newest = sample
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
    this.#ends?.forgetAdded()
  }

  /** Begins with what was before; the next sample follows on the newest of it, where it goes on with its run. */
  resume({ resetUs, figures, newest }: EarlierTotals): void {
    for (const sample of newest) this.add({ ...sample, origin: 'live' })
    this.#ends?.forgetAdded()
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
    const { timeUs, epochId, seq, voltage, current, power, detail, status } = sample
    const measured = isMeasured(status)
    return this.#folder.add(
      into,
      timeUs,
      epochId,
      seq ?? -1,
      voltage,
      current,
      power,
      measured,
      detail,
    )
  }

  /** Of a device that counts itself: what comes late may divide an interval that has been added. */
  #addCounted(sample: Sample, figures: Figures): void {
    this.#ends ??= new KnownEnds(this.#newest)
    const ends = this.#ends
    const isLate = sample.origin === 'late'
    const before = snapshotOf(figures)
    if (!isLate) this.#fold(figures, sample)
    else if (sample.timeUs > this.#sinceUs) this.#countLate(sample)
    this.#remember(sample)
    if (!sample.electric) {
      this.#hasLate ||= isLate
      if (!this.#hasLate || sample.seq === null) return
      const { before: one, after: other } = ends.around(sample.epochId, sample.seq)
      if (other !== null) this.#integrateAgain(one, other)
      return
    }
    const end = new KnownEnd(sample)
    const { newest } = ends
    const isNewRun = newest?.epochId !== end.epochId
    const around = ends.insert(end, isLate)
    if (!isLate) {
      ends.newest = end
      end.added = addedSince(before, figures)
      // What the folder has seen before it is what lies before it.
      if (around.after === null && (isNewRun || around.before === newest)) return
    } else if (around.isCut) {
      this.#joinLate(sample, false)
      return
    } else this.#hasLate = true
    this.#integrateAgain(around.before, end)
    if (around.after !== null) this.#integrateAgain(end, around.after)
  }

  /** Adds the interval before a sample in place of what was added there. */
  #integrateAgain(before: KnownEnd | null, end: KnownEnd): void {
    const figures = this.#figures
    if (end.added !== null) figures.remove(end.added)
    end.added = null
    if (end.timeUs <= this.#sinceUs || before === null) return
    if (!before.measured || !end.measured || end.timeUs < before.timeUs) return
    const { seq, epochId } = end
    const linked = this.#recent.neighbour(seq, epochId, CURRENT, -1)
    const start = snapshotOf(figures)
    addInterval(figures, before, end, linked !== null && linked.timeUs === before.timeUs)
    end.added = addedSince(start, figures)
  }

  #remember({ seq, epochId, timeUs, current, power, status }: Sample): void {
    this.#values[CURRENT] = current
    this.#values[POWER] = power
    this.#recent.remember(seq ?? -1, epochId, timeUs, this.#values, isMeasured(status))
  }

  #addLate(sample: Sample): void {
    this.#hasLate = true
    if (sample.timeUs <= this.#sinceUs) return
    this.#countLate(sample)
    this.#joinLate(sample, false)
  }

  #countLate({ status, electric }: Sample): void {
    this.#figures.samples++
    if (!isMeasured(status)) this.#figures.unmeasured++
    else if (electric) this.#figures.measured++
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
