/** Spacings that the usual interval is taken from; enough for bursts of up to 15 samples. */
const SPACINGS = 32
/** A pause is longer than this many usual intervals ... */
const PAUSE_INTERVALS = 3
/** ... and this, µs. */
const PAUSE_SLACK_US = 500_000
/** While no interval is known, a longer spacing is a pause, µs. */
const FIRST_SPACING_US = 10e6

/**
 * The one definition of a stream's usual interval and of a pause in it, for all
 * who need it: figures, live totals, the clock, the rate, silence.
 *
 * The usual interval is the second longest of the newest 32 spacings (of a single
 * one: that one). So one pause does not stretch it, while pauses that come again
 * and again, as those of a sender with a duty cycle, are usual. A pause is longer
 * than 3 usual intervals + 0.5 s; before the first spacing, longer than 10 s.
 */
export class UsualInterval {
  readonly #spacings = new Float64Array(SPACINGS)
  #count = 0
  #longest = 0
  #second = 0

  /** Spacings that `us` is made of at most. */
  static readonly MEMORY = SPACINGS

  /** @param spacingUs time from one sample to the next, µs, 0 or more */
  add(spacingUs: number): void {
    const place = this.#count++ % SPACINGS
    const dropped = this.#count > SPACINGS ? (this.#spacings[place] as number) : -1
    this.#spacings[place] = spacingUs
    if (dropped === spacingUs) return
    if (dropped >= this.#second) {
      this.#rank()
    } else if (spacingUs > this.#longest) {
      this.#second = this.#longest
      this.#longest = spacingUs
    } else if (spacingUs > this.#second) {
      this.#second = spacingUs
    }
  }

  reset(): void {
    this.#count = 0
    this.#longest = 0
    this.#second = 0
  }

  /** The usual interval in µs; null before the first spacing. */
  get us(): number | null {
    if (this.#count === 0) return null
    return this.#count === 1 ? this.#longest : this.#second
  }

  /** The longest time from one sample to the next that is no pause, µs. */
  get longestUs(): number {
    const usualUs = this.us
    return usualUs === null ? FIRST_SPACING_US : PAUSE_INTERVALS * usualUs + PAUSE_SLACK_US
  }

  #rank(): void {
    this.#longest = 0
    this.#second = 0
    for (let i = 0; i < Math.min(this.#count, SPACINGS); i++) {
      const spacing = this.#spacings[i] as number
      if (spacing > this.#longest) {
        this.#second = this.#longest
        this.#longest = spacing
      } else if (spacing > this.#second) {
        this.#second = spacing
      }
    }
  }
}
