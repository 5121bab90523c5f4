import type { PollTag } from './poll-plan.ts'
import { REPORT_MS } from './spell-reports.ts'
import type { TagReading } from './tag-reader.ts'

/** Of more tags than these, only the number is said. */
const MOST_NAMED = 5
const NO_NUMBER = 'the float there is no number'

interface Trouble {
  readonly reason: string
  isSaid: boolean
}

/**
 * Which tags of a group can't be read while others can: each is said once, and when it is well again. One that fails again
 * and again is said once a minute.
 */
export class TagTroubles {
  readonly #tags: readonly PollTag[]
  readonly #report: (text: string) => void
  /** By the index of the tag. */
  readonly #failing = new Map<number, Trouble>()
  /** When it was said last that a tag can't be read, by its index, monotonic, ms. */
  readonly #saidMs = new Map<number, number>()
  #count = 0

  constructor(tags: readonly PollTag[], report: (text: string) => void) {
    this.#tags = tags
    this.#report = report
  }

  /** Tags that could not be read in the newest turn. */
  get failing(): number {
    return this.#failing.size
  }

  /** Readings that failed. */
  get count(): number {
    return this.#count
  }

  /** @param readings of a turn in which some tags have values @param nowMs monotonic */
  look(readings: readonly TagReading[], nowMs: number): void {
    const toSay = new Map<string, number[]>()
    const healed: number[] = []
    for (const [index, reading] of readings.entries()) {
      const reason = reasonOf(reading)
      const before = this.#failing.get(index)
      if (reason === null) {
        if (before?.isSaid === true) healed.push(index)
        this.#failing.delete(index)
        continue
      }
      this.#count++
      const trouble = before ?? { reason, isSaid: false }
      this.#failing.set(index, trouble)
      const sinceSaidMs = nowMs - (this.#saidMs.get(index) ?? Number.NEGATIVE_INFINITY)
      if (trouble.isSaid || sinceSaidMs < REPORT_MS) continue
      trouble.isSaid = true
      this.#saidMs.set(index, nowMs)
      const others = toSay.get(trouble.reason)
      if (others === undefined) toSay.set(trouble.reason, [index])
      else others.push(index)
    }
    for (const [reason, indices] of toSay) {
      this.#report(`can't read ${this.#names(indices)}: ${reason}`)
    }
    if (healed.length > 0) this.#report(`reads ${this.#names(healed)} again`)
  }

  /** `temp (D110), oil (D112)`; `temp (D110) and 12 others` */
  #names(indices: readonly number[]): string {
    const names = indices.slice(0, MOST_NAMED).map((index) => {
      const tag = this.#tags[index]
      return `${tag?.channel} (${tag?.address})`
    })
    const more = indices.length - names.length
    return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} others`
  }
}

/** null: it was read. */
function reasonOf(reading: TagReading): string | null {
  if (reading.kind === 'failed') return reading.reason
  return reading.value === null ? NO_NUMBER : null
}
