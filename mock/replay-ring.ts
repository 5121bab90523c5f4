import { distance } from '../src/util/serial-number.ts'

/** The newest sample lines of a boot, for sending them again. */
export class ReplayRing {
  readonly depth: number
  readonly #bodies: string[]
  #held = 0
  #at = 0
  #nextSeq = 0

  /** @param depth samples kept, 1 or more */
  constructor(depth: number) {
    this.depth = depth
    this.#bodies = new Array(depth)
  }

  /** @param seq one after that of the push before, or anything after `clear` */
  push(seq: number, body: string): void {
    this.#bodies[this.#at] = body
    this.#at = (this.#at + 1) % this.depth
    this.#held = Math.min(this.#held + 1, this.depth)
    this.#nextSeq = seq + 1
  }

  /** @param seq one that is held, see `within` */
  get(seq: number): string {
    const back = distance(seq, this.#nextSeq)
    return this.#bodies[(this.#at - back + this.depth) % this.depth] as string
  }

  /** Where what is held begins and ends within a range of numbers: `[from, to)` as offsets in it. */
  within(first: number, count: number): readonly [from: number, to: number] {
    const to = Math.max(0, Math.min(count, distance(first, this.#nextSeq)))
    const from = Math.max(0, Math.min(to, distance(first, this.#nextSeq) - this.#held))
    return [from, to]
  }

  clear(): void {
    this.#held = 0
  }
}
