import type { DeviceBrief } from '../monitor/view.ts'

/** Two alarms within that time are one sound, ms. */
const LEAST_MS = 1000

/** When the bell rings: once an alarm that is raised, of whichever device, and at most once a second. */
export class Bell {
  readonly #monoMs: () => number
  /** Raises that were heard of; null: none of this monitor yet. */
  #heard: number | null = null
  #rangMs = Number.NEGATIVE_INFINITY
  #isDue = false

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs
  }

  /** @param devices as the newest snapshot has them */
  rings(devices: readonly Pick<DeviceBrief, 'alarms'>[]): boolean {
    const raised = devices.reduce((sum, { alarms }) => sum + alarms.raised, 0)
    const isActive = devices.some(({ alarms }) => alarms.active > 0)
    // Who begins to watch while an alarm is on hears of it, too.
    if (this.#heard === null ? isActive && raised > 0 : raised > this.#heard) this.#isDue = true
    this.#heard = raised
    const nowMs = this.#monoMs()
    if (!this.#isDue || nowMs - this.#rangMs < LEAST_MS) return false
    this.#isDue = false
    this.#rangMs = nowMs
    return true
  }
}
