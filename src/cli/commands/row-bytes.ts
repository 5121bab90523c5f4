import { toMicro } from '../../storage/stored-value.ts'

const ZERO = 0x30
const DOT = 0x2e
const MINUS = 0x2d
/** Handed on when this full. */
const CHUNK_BYTES = 64 * 1024
/** Room for the longest number or time. */
const SLACK_BYTES = 64

/**
 * Text put together as bytes, since strings would cost half the time of a large
 * export. Take what `chunk` gives whenever `isFull`.
 */
export class RowBytes {
  #buffer = Buffer.allocUnsafe(2 * CHUNK_BYTES)
  #at = 0
  #second = Number.NaN
  #prefix: Buffer = Buffer.alloc(0)

  get isFull(): boolean {
    return this.#at >= CHUNK_BYTES
  }

  /** What has been put together; empty afterwards. */
  chunk(): Buffer {
    const chunk = this.#buffer.subarray(0, this.#at)
    this.#buffer = Buffer.allocUnsafe(2 * CHUNK_BYTES)
    this.#at = 0
    return chunk
  }

  byte(code: number): void {
    if (this.#at + SLACK_BYTES > this.#buffer.length) this.#grow(SLACK_BYTES)
    this.#buffer[this.#at++] = code
  }

  bytes(bytes: Uint8Array): void {
    if (this.#at + bytes.length > this.#buffer.length) this.#grow(bytes.length)
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
    const micro = toMicro(value)
    if (Number.isNaN(micro)) {
      this.text(String(value))
      return
    }
    if (micro < 0) this.byte(MINUS)
    const size = Math.abs(micro)
    const whole = Math.floor(size / 1e6)
    this.integer(whole)
    let fraction = size - whole * 1e6
    if (fraction === 0) return
    this.byte(DOT)
    for (let place = 100_000; fraction > 0; place /= 10) {
      const digit = Math.floor(fraction / place)
      this.byte(ZERO + digit)
      fraction -= digit * place
    }
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
    const rest = ms - second * 1000
    const tens = Math.floor(rest / 10)
    this.byte(ZERO + Math.floor(tens / 10))
    this.byte(ZERO + (tens % 10))
    this.byte(ZERO + (rest % 10))
    this.byte(0x5a)
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(2 * this.#buffer.length + bytes)
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}
