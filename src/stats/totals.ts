import { isMeasured, type Sample } from '../domain/sample.ts'
import { advance } from '../util/serial-number.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { Figures, PICO_PER_MILLI_HOUR } from './figures.ts'
import { Folder } from './folder.ts'

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

/** Newest samples remembered as neighbours of one that comes late. */
const REMEMBERED = 1024
/** Numbers kept of each: sequence number, epoch, time, current, power. */
const FIELDS = 5

/**
 * Running totals: the same sums over the same samples as the log's figures
 * (`Folder`), so that both agree.
 */
export class Integrator {
  readonly #folder = new Folder()
  #figures = new Figures()
  /** Samples after that time count, Unix µs. */
  #sinceUs = Number.NEGATIVE_INFINITY
  /**
   * By sequence number, modulo their count; measured ones, and those without voltage and
   * current (NaN), which a run goes on through. Plain numbers: objects that live for a while
   * make the garbage collector take 40 MB more.
   */
  readonly #recent = new Float64Array(REMEMBERED * FIELDS).fill(-1)

  /** @param sample in order of its run, unless its origin is `late` */
  add(sample: Sample): void {
    const { timeUs, epochId, seq, voltage, current, power, status } = sample
    const measured = isMeasured(status)
    if (sample.origin === 'late') this.#addLate(sample, measured)
    else {
      const figures = this.#figures
      const number = seq ?? -1
      const isLinked = this.#folder.add(
        figures,
        timeUs,
        epochId,
        number,
        voltage,
        current,
        power,
        measured,
      )
      if (seq !== null) this.#meetLate(sample, seq, measured, isLinked)
    }
    if (seq !== null && (measured || !sample.electric)) {
      const at = (seq % REMEMBERED) * FIELDS
      this.#recent[at] = seq
      this.#recent[at + 1] = epochId
      this.#recent[at + 2] = timeUs
      this.#recent[at + 3] = current
      this.#recent[at + 4] = power
    }
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
    for (const sample of newest) this.add(sample)
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

  /** One that was in doubt for a while may have been overtaken by its neighbours, which came late. */
  #meetLate(sample: Sample, seq: number, measured: boolean, isLinked: boolean): void {
    const { epochId, timeUs, current, power, electric } = sample
    if (electric && !measured) return
    const after = this.#neighbour(seq, epochId, 1)
    if (!electric) {
      const before = after < 0 ? -1 : this.#neighbour(seq, epochId, -1)
      if (before >= 0) this.#join(before, ...this.#at(after))
      return
    }
    if (after >= 0) this.#join(after, timeUs, current, power)
    const before = isLinked ? -1 : this.#neighbour(seq, epochId, -1)
    if (before >= 0) this.#join(before, timeUs, current, power)
  }

  /** The gap that it lay in is closed on the sides where its neighbours are there. */
  #addLate(sample: Sample, measured: boolean): void {
    if (sample.timeUs <= this.#sinceUs) return
    this.#figures.samples++
    const { seq, epochId, timeUs, current, power, electric } = sample
    if (electric && !measured) return
    if (electric) this.#figures.measured++
    if (seq === null) return
    const before = this.#neighbour(seq, epochId, -1)
    const after = this.#neighbour(seq, epochId, 1)
    if (!electric) {
      if (before >= 0 && after >= 0) this.#join(before, ...this.#at(after))
      return
    }
    if (before >= 0) this.#join(before, timeUs, current, power)
    if (after >= 0) this.#join(after, timeUs, current, power)
  }

  /**
   * The electric sample that a number follows on, or that follows on it; -1: there is none.
   *
   * @param side where it is: -1 before, 1 after
   * @returns its place in `#recent`
   */
  #neighbour(seq: number, epochId: number, side: 1 | -1): number {
    let wanted = seq
    for (let steps = 0; steps <= Folder.MOST_BETWEEN; steps++) {
      wanted = advance(wanted, side)
      const at = (wanted % REMEMBERED) * FIELDS
      if (this.#recent[at] !== wanted || this.#recent[at + 1] !== epochId) return -1
      if (!Number.isNaN(this.#recent[at + 3])) return at
    }
    return -1
  }

  #join(at: number, timeUs: number, current: number, power: number): void {
    const [otherUs, otherCurrent, otherPower] = this.#at(at)
    const spanUs = Math.abs(timeUs - otherUs)
    if (spanUs > 0) this.#figures.integrate(spanUs, current, otherCurrent, power, otherPower)
  }

  #at(place: number): [timeUs: number, current: number, power: number] {
    const [timeUs = 0, current = 0, power = 0] = this.#recent.subarray(place + 2, place + FIELDS)
    return [timeUs, current, power]
  }
}
