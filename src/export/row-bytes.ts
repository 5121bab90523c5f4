import { exactMicro } from '../util/micro.ts'

const ZERO = 0x30
const DOT = 0x2e
const MINUS = 0x2d
const Z = 0x5a
/** Up to 15 digits, a decimal is the shortest of its double (IEEE 754, DBL_DIG). */
const MANY_DIGITS = 1e15
/** 000 to 999 as text. */
const THREE = Buffer.from(
  Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0')).join(''),
)
/** Handed on when this full. */
const CHUNK_BYTES = 64 * 1024
/** Room for the row that fills a chunk; longer ones make it grow. */
const MARGIN_BYTES = 4096
/** Room for the longest number or time. */
const SLACK_BYTES = 64

/**
 * Text put together as bytes, since strings would cost half the time of a large
 * export. Take what `chunk` gives whenever `isFull`.
 */
export class RowBytes {
  #buffer = Buffer.allocUnsafe(CHUNK_BYTES + MARGIN_BYTES)
  #at = 0
  #second = Number.NaN
  #prefix: Buffer = Buffer.alloc(0)

  get isFull(): boolean {
    return this.#at >= CHUNK_BYTES
  }

  /** What has been put together; empty afterwards. */
  chunk(): Buffer {
    const chunk = this.#buffer.subarray(0, this.#at)
    this.#buffer = Buffer.allocUnsafe(CHUNK_BYTES + MARGIN_BYTES)
    this.#at = 0
    return chunk
  }

  byte(code: number): void {
    if (this.#at + SLACK_BYTES > this.#buffer.length) this.#grow(SLACK_BYTES)
    this.#buffer[this.#at++] = code
  }

  bytes(bytes: Uint8Array): void {
    const needed = bytes.length + SLACK_BYTES
    if (this.#at + needed > this.#buffer.length) this.#grow(needed)
    const buffer = this.#buffer
    let at = this.#at
    // Faster than a call into C++ for the few bytes that these are.
    for (let i = 0; i < bytes.length; i++) buffer[at++] = bytes[i] as number
    this.#at = at
  }

  text(text: string): void {
    this.bytes(Buffer.from(text))
  }

  /** The same digits as `String(value)`. */
  decimal(value: number): void {
    const micro = exactMicro(value)
    // NaN, or so long that a shorter decimal may name the same double.
    if (!(Math.abs(micro) < MANY_DIGITS)) {
      this.text(String(value))
      return
    }
    if (micro < 0) this.byte(MINUS)
    const size = Math.abs(micro)
    const whole = Math.floor(size / 1e6)
    this.integer(whole)
    const fraction = size - whole * 1e6
    if (fraction === 0) return
    this.byte(DOT)
    const buffer = this.#buffer
    const high = Math.floor(fraction / 1000)
    let at = copyThree(high, buffer, this.#at)
    at = copyThree(fraction - high * 1000, buffer, at)
    while (buffer[at - 1] === ZERO) at--
    this.#at = at
  }

  /** @param value whole, 0 or more */
  integer(value: number): void {
    if (value < 10) {
      this.byte(ZERO + value)
      return
    }
    let places = 1
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) places++
    if (this.#at + SLACK_BYTES > this.#buffer.length) this.#grow(SLACK_BYTES)
    let rest = value
    for (let i = this.#at + places - 1; i >= this.#at; i--) {
      const next = Math.floor(rest / 10)
      this.#buffer[i] = ZERO + (rest - next * 10)
      rest = next
    }
    this.#at += places
  }

  /** `2026-11-20T20:13:00.123Z`. @param us Unix µs */
  time(us: number): void {
    const ms = Math.floor(us / 1000)
    const second = Math.floor(ms / 1000)
    if (second !== this.#second) {
      this.#second = second
      // All but the milliseconds and the Z.
      this.#prefix = Buffer.from(new Date(second * 1000).toISOString().slice(0, -4))
    }
    this.bytes(this.#prefix)
    this.#at = copyThree(ms - second * 1000, this.#buffer, this.#at)
    this.byte(Z)
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(2 * this.#buffer.length + bytes)
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}

/** @param value 0 to 999 @returns where the next byte goes */
function copyThree(value: number, to: Buffer, at: number): number {
  const from = 3 * value
  to[at] = THREE[from] as number
  to[at + 1] = THREE[from + 1] as number
  to[at + 2] = THREE[from + 2] as number
  return at + 3
}
