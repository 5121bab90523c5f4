import { Figures } from '../stats/figures.ts'
import type { EarlierTotals } from '../stats/totals.ts'
import type { HubDevice } from './hub.ts'
import type { DeviceNumber } from './view.ts'

/**
 * Contract: `--keep-totals`. What each label of the log came to before the run: the totals of a device
 * go on from that with its first sample, so that whoever judges a sample (alarms, a battery, the summary)
 * has all of it at hand. A device that says another name leaves its totals under the one before.
 */
export class KeptTotals {
  /** Of labels that no device has at the moment. */
  readonly #earlier: Map<string, EarlierTotals>
  readonly #labels = new Map<DeviceNumber, string>()
  readonly #trouble: string | null

  /** @param trouble why they can't be read; each device says so with its first sample */
  constructor(earlier: ReadonlyMap<string, EarlierTotals>, trouble: string | null = null) {
    this.#earlier = new Map(earlier)
    this.#trouble = trouble
  }

  /** Before each sample that comes in order. @param timeUs of the sample, Unix µs */
  follow({ number, stream, state }: HubDevice, timeUs: number): void {
    const label = stream.device
    const before = this.#labels.get(number)
    if (before === label) return
    this.#labels.set(number, label)
    const left = state.resumeTotals(this.#earlier.get(label) ?? null, timeUs)
    this.#earlier.delete(label)
    if (before !== undefined) this.#earlier.set(before, left)
    if (this.#trouble === null) return
    const text = `the totals of earlier runs can't be read, so they begin now: ${this.#trouble}`
    stream.report('log', text)
  }

  /** The totals of a label that no device has were reset. @param sinceUs samples after that count, Unix µs */
  reset(label: string, sinceUs: number): void {
    const earlier = this.#earlier.get(label)
    if (earlier === undefined) return
    const { newest } = earlier
    this.#earlier.set(label, { resetUs: sinceUs, sinceUs, figures: new Figures(), newest })
  }
}
