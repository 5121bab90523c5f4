import { isMeasured, type Sample } from '../domain/sample.ts'
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

/**
 * Running totals: the same sums over the same samples as the log's figures
 * (`Folder`), so that both agree.
 */
export class Integrator {
  readonly #folder = new Folder()
  #figures = new Figures()
  /** By sequence number, modulo their count. */
  readonly #recent: (Sample | undefined)[] = new Array(REMEMBERED)

  /** @param sample in order of its run, unless its origin is `late` */
  add(sample: Sample): void {
    const { timeUs, epochId, seq, voltage, current, power, status } = sample
    const measured = isMeasured(status)
    if (sample.origin === 'late') this.#addLate(sample, measured)
    else {
      const number = seq ?? -1
      this.#folder.add(this.#figures, timeUs, epochId, number, voltage, current, power, measured)
    }
    if (seq !== null) this.#recent[seq % REMEMBERED] = sample
  }

  /** Begins at zero; the next sample still follows on the last one. */
  reset(): void {
    this.#figures = new Figures()
    // A late sample closes no gap from before.
    this.#recent.fill(undefined)
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
    if (!measured || sample.seq === null) return
    this.#figures.measured++
    this.#join(this.#neighbour(sample, -1), sample)
    this.#join(sample, this.#neighbour(sample, 1))
  }

  #neighbour({ seq, epochId }: Sample, by: 1 | -1): Sample | undefined {
    const wanted = ((seq as number) + by) >>> 0
    const found = this.#recent[wanted % REMEMBERED]
    const isIt = found?.seq === wanted && found.epochId === epochId
    return isIt && isMeasured(found.status) ? found : undefined
  }

  #join(before: Sample | undefined, after: Sample | undefined): void {
    if (before === undefined || after === undefined) return
    const spanUs = after.timeUs - before.timeUs
    if (spanUs <= 0) return
    this.#figures.integrate(spanUs, before.current, after.current, before.power, after.power)
  }
}
