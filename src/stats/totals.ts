import { isMeasured, type Sample } from '../domain/sample.ts'
import { advance } from '../util/serial-number.ts'
import { Figures, PICO_PER_MILLI_HOUR } from './figures.ts'
import { Folder } from './folder.ts'

/** Charge and energy since a moment. */
export interface Totals {
  /** mAh, signed */
  readonly chargeMah: number
  /** mWh, signed */
  readonly energyMwh: number
  readonly samples: number
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
  /**
   * By sequence number, modulo their count; measured ones only. Plain numbers: objects that
   * live for a while make the garbage collector take 40 MB more.
   */
  readonly #recent = new Float64Array(REMEMBERED * FIELDS).fill(-1)

  /** @param sample in order of its run, unless its origin is `late` */
  add(sample: Sample): void {
    const { timeUs, epochId, seq, voltage, current, power, status } = sample
    const measured = isMeasured(status)
    if (sample.origin === 'late') this.#addLate(sample, measured)
    else {
      const number = seq ?? -1
      this.#folder.add(this.#figures, timeUs, epochId, number, voltage, current, power, measured)
    }
    if (seq !== null && measured) {
      const at = (seq % REMEMBERED) * FIELDS
      this.#recent[at] = seq
      this.#recent[at + 1] = epochId
      this.#recent[at + 2] = timeUs
      this.#recent[at + 3] = current
      this.#recent[at + 4] = power
    }
  }

  /** Begins at zero; the next sample still follows on the last one. */
  reset(): void {
    this.#figures = new Figures()
    // A late sample closes no gap from before.
    this.#recent.fill(-1)
  }

  read(): Totals {
    return {
      chargeMah: this.#figures.chargePc / PICO_PER_MILLI_HOUR,
      energyMwh: this.#figures.energyPj / PICO_PER_MILLI_HOUR,
      samples: this.#figures.measured,
    }
  }

  /** The gap that it lay in is closed on the sides where its neighbours are there. */
  #addLate(sample: Sample, measured: boolean): void {
    this.#figures.samples++
    if (!measured) return
    this.#figures.measured++
    this.#join(sample, -1)
    this.#join(sample, 1)
  }

  /** @param side where the neighbour is: -1 before, 1 after */
  #join({ seq, epochId, timeUs, current, power }: Sample, side: 1 | -1): void {
    if (seq === null) return
    const wanted = advance(seq, side)
    const at = (wanted % REMEMBERED) * FIELDS
    if (this.#recent[at] !== wanted || this.#recent[at + 1] !== epochId) return
    const spanUs = side * ((this.#recent[at + 2] as number) - timeUs)
    const [otherCurrent, otherPower] = [this.#recent[at + 3], this.#recent[at + 4]]
    if (spanUs <= 0) return
    this.#figures.integrate(spanUs, current, otherCurrent as number, power, otherPower as number)
  }
}
