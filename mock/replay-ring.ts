import { distance } from '../src/protocol/serial-number.ts'

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

  /** @returns undefined where it is no longer, or not yet, there */
  get(seq: number): string | undefined {
    const back = distance(seq, this.#nextSeq)
    if (back < 1 || back > this.#held) return undefined
    return this.#bodies[(this.#at - back + this.depth) % this.depth]
  }

  clear(): void {
    this.#held = 0
  }
}
