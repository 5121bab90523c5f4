const SLOT_MS = 10_000
const SLOTS = 30

/** The last five minutes, or what there is of them. */
export interface TrafficFigures {
  readonly seconds: number
  /** What was carried: samples of batches, values of answers. */
  readonly unitsPerSecond: number
  readonly done: number
  readonly failures: number
  /** From the question to its answer, ms; null: there was none. */
  readonly msAvg: number | null
  readonly msMax: number | null
}

interface Slot {
  number: number
  units: number
  done: number
  failures: number
  totalMs: number
  mostMs: number
}

/** What a connection to another system did in the last five minutes, to ten seconds. */
export class Traffic {
  readonly #startedMs: number
  readonly #slots: Slot[] = []

  /** @param nowMs of a monotonic clock, here and below */
  constructor(nowMs: number) {
    this.#startedMs = nowMs
  }

  /** Something was answered. @param units what it carried, such as the samples of a batch */
  done(units: number, tookMs: number, nowMs: number): void {
    const slot = this.#at(nowMs)
    slot.units += units
    slot.done++
    slot.totalMs += tookMs
    slot.mostMs = Math.max(slot.mostMs, tookMs)
  }

  failed(nowMs: number): void {
    this.#at(nowMs).failures++
  }

  read(nowMs: number): TrafficFigures {
    const first = numberOf(nowMs) - SLOTS + 1
    while ((this.#slots[0]?.number ?? Number.POSITIVE_INFINITY) < first) this.#slots.shift()
    let [units, done, failures, totalMs, mostMs] = [0, 0, 0, 0, 0]
    for (const slot of this.#slots) {
      units += slot.units
      done += slot.done
      failures += slot.failures
      totalMs += slot.totalMs
      mostMs = Math.max(mostMs, slot.mostMs)
    }
    // The newest slot is not over yet.
    const sinceMs = Math.max(this.#startedMs, first * SLOT_MS)
    const seconds = Math.max(1, (nowMs - sinceMs) / 1000)
    return {
      seconds,
      unitsPerSecond: units / seconds,
      done,
      failures,
      msAvg: done === 0 ? null : totalMs / done,
      msMax: done === 0 ? null : mostMs,
    }
  }

  #at(nowMs: number): Slot {
    const number = numberOf(nowMs)
    const newest = this.#slots.at(-1)
    if (newest?.number === number) return newest
    const slot = { number, units: 0, done: 0, failures: 0, totalMs: 0, mostMs: 0 }
    this.#slots.push(slot)
    return slot
  }
}

function numberOf(nowMs: number): number {
  return Math.floor(nowMs / SLOT_MS)
}
