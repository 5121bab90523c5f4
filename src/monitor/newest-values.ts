import { ELECTRIC_CHANNELS } from '../domain/channels.ts'
import type { Sample } from '../domain/sample.ts'
import { UsualInterval } from '../stats/usual-interval.ts'

interface Newest {
  value: number
  timeUs: number
  /** From one value of the channel to the next. */
  readonly usual: UsualInterval
}

/**
 * The newest values of a device whose samples have some of its channels each, as those of polling groups: each keeps its value until
 * the next one should have been there (see `UsualInterval`).
 */
export class NewestValues {
  readonly #channels = new Map<string, Newest>()

  /** @param sample measured, in order */
  add(sample: Sample): void {
    for (const [id, value] of Object.entries(valuesOf(sample))) {
      const { timeUs } = sample
      const before = this.#channels.get(id)
      if (before === undefined) {
        this.#channels.set(id, { value, timeUs, usual: new UsualInterval() })
        continue
      }
      // A clock that was set back says nothing of how often it comes.
      if (timeUs > before.timeUs) before.usual.add(timeUs - before.timeUs)
      before.value = value
      before.timeUs = timeUs
    }
  }

  /** By channel id. @param timeUs of the newest sample, Unix µs */
  at(timeUs: number): Record<string, number> {
    const values: Record<string, number> = {}
    for (const [id, { value, timeUs: ownUs, usual }] of this.#channels) {
      if (timeUs - ownUs <= usual.longestUs) values[id] = value
    }
    return values
  }
}

/** What a sample has, by channel id. */
export function valuesOf(sample: Sample): Record<string, number> {
  const values: Record<string, number> = {}
  if (sample.electric) {
    for (const { id, quantity } of ELECTRIC_CHANNELS) {
      if (quantity !== null) values[id] = sample[quantity]
    }
  }
  return Object.assign(values, sample.extras)
}
