/**
 * Arrays in PostgreSQL's binary form, as parameters: the very doubles and microseconds, and nothing to print or to parse
 * (src/backend/utils/adt/arrayfuncs.c, array_recv): dimensions, whether there are NULLs, type of the elements, length
 * and lower bound of the dimension, then each element with its length, -1: NULL. Written one element after the other,
 * since the batches of a whole log pass here.
 */

const OIDS = { int8: 20, text: 25, float8: 701, timestamptz: 1184 } as const
export type ArrayType = keyof typeof OIDS

const HEADER = 20
/** Length and value of a number. */
const NUMBER = 12
const NULL = -1
/** 2000-01-01 in Unix µs: the origin of PostgreSQL's times. */
const ORIGIN_US = 946_684_800_000_000
/** Room for a text, to begin with, bytes. */
const USUAL_TEXT = 16

abstract class BinaryArray {
  readonly type: ArrayType
  protected bytes: Buffer
  protected view: DataView
  protected end = HEADER
  #count = 0
  #nulls = 0

  constructor(type: ArrayType, room: number) {
    this.type = type
    this.bytes = Buffer.alloc(HEADER + room)
    this.view = viewOf(this.bytes)
  }

  get length(): number {
    return this.#count
  }

  /** Nothing may be added after it. */
  take(): Buffer {
    this.view.setInt32(0, 1)
    this.view.setInt32(4, this.#nulls > 0 ? 1 : 0)
    this.view.setInt32(8, OIDS[this.type])
    this.view.setInt32(12, this.#count)
    this.view.setInt32(16, 1)
    return this.bytes.subarray(0, this.end)
  }

  protected begin(size: number): number {
    this.#count++
    if (this.end + 4 + size > this.bytes.length) this.#grow(size)
    this.view.setInt32(this.end, size)
    const at = this.end + 4
    this.end = at + size
    return at
  }

  protected addNull(): void {
    this.begin(0)
    this.view.setInt32(this.end - 4, NULL)
    this.#nulls++
  }

  #grow(size: number): void {
    const larger = Buffer.alloc(2 * this.bytes.length + size)
    this.bytes.copy(larger)
    this.bytes = larger
    this.view = viewOf(larger)
  }
}

export class Doubles extends BinaryArray {
  constructor(expected: number) {
    super('float8', expected * NUMBER)
  }

  add(value: number | null): void {
    if (value === null) {
      this.addNull()
      return
    }
    const at = this.begin(8)
    this.view.setFloat64(at, value)
  }
}

export class Integers extends BinaryArray {
  constructor(expected: number, type: 'int8' | 'timestamptz' = 'int8') {
    super(type, expected * NUMBER)
  }

  /** @param value whole */
  add(value: number | null): void {
    if (value === null) {
      this.addNull()
      return
    }
    const at = this.begin(8)
    // Two's complement in two halves: a BigInt for each number would take longer.
    const high = Math.floor(value / 2 ** 32)
    this.view.setInt32(at, high)
    this.view.setUint32(at + 4, value - high * 2 ** 32)
  }
}

export class Times extends Integers {
  constructor(expected: number) {
    super(expected, 'timestamptz')
  }

  /** @param us Unix µs */
  override add(us: number): void {
    super.add(us - ORIGIN_US)
  }
}

/** What PostgreSQL can't keep, the character 0, becomes U+FFFD. */
export class Texts extends BinaryArray {
  #last = ''
  #lastBytes: Buffer = Buffer.alloc(0)

  constructor(expected: number) {
    super('text', expected * (4 + USUAL_TEXT))
  }

  add(value: string): void {
    if (value !== this.#last) {
      this.#last = value
      this.#lastBytes = Buffer.from(value.replaceAll('\0', '\ufffd'))
    }
    const bytes = this.#lastBytes
    const at = this.begin(bytes.length)
    this.bytes.set(bytes, at)
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
