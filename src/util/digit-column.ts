const [ZERO, COMMA, MINUS] = [0x30, 0x2c, 0x2d]
/** Stands behind the last number: no digit, and no comma. */
const END = 0
/** Digits of a number that is exact whatever they are. */
const EXACT_DIGITS = 15
/** Digits of a time in Unix µs, from 2001 to 2286. */
const TIME_DIGITS = 16

/** Reads the numbers of one column of a `DigitPage`, one after the other. */
export class DigitColumn {
  #bytes = Buffer.alloc(4096)
  #at = 0

  /** Numbers in digits, with commas between; ASCII. */
  load(text: string): void {
    const length = text.length
    if (length + 2 > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(2 * length + 2)
    this.#bytes.write(text, 0, length, 'latin1')
    this.#bytes[length] = COMMA
    this.#bytes[length + 1] = END
    this.#at = 0
  }

  /** The next whole number of up to 15 digits; NaN: it is anything else, and the column is at its end. */
  next(): number {
    const bytes = this.#bytes
    let at = this.#at
    const isNegative = bytes[at] === MINUS
    if (isNegative) at++
    const begin = at
    let value = 0
    for (let code = bytes[at] as number; code !== COMMA; code = bytes[++at] as number) {
      const digit = code - ZERO
      if (digit < 0 || digit > 9) return Number.NaN
      value = 10 * value + digit
    }
    this.#at = at + 1
    if (at === begin || at > begin + EXACT_DIGITS) return Number.NaN
    return isNegative ? -value : value
  }

  /** The next time of today's length, Unix µs; NaN: it has another one, and the column is at its end. */
  nextTime(): number {
    const at = this.#at
    if (this.#bytes[at + TIME_DIGITS] !== COMMA) return Number.NaN
    this.#at = at + TIME_DIGITS + 1
    // Two halves stay small integers, which are faster.
    return this.#eight(at) * 1e8 + this.#eight(at + 8)
  }

  #eight(at: number): number {
    const bytes = this.#bytes
    let value = 0
    for (let i = at; i < at + 8; i++) {
      const digit = (bytes[i] as number) - ZERO
      if (digit < 0 || digit > 9) return Number.NaN
      value = 10 * value + digit
    }
    return value
  }

  /**
   * Copies the digits of the next number, which is 0 or more; nothing where the place is empty.
   *
   * @returns where the next byte goes; -1: there is anything else, and the column is at its end
   */
  copyNext(to: Buffer, toAt: number): number {
    const bytes = this.#bytes
    let at = this.#at
    const shift = toAt - at
    for (let code = bytes[at] as number; code !== COMMA; code = bytes[++at] as number) {
      if (code < ZERO || code > ZERO + 9 || at - this.#at >= EXACT_DIGITS) return -1
      to[at + shift] = code
    }
    this.#at = at + 1
    return at + shift
  }
}
