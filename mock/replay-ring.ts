import { advance, distance } from '../src/util/serial-number.ts'

/** Of a range of numbers: a sample that is there, or a run that is not. */
export type RangePiece =
  | { readonly kind: 'held'; readonly seq: number; readonly body: string }
  | { readonly kind: 'gone'; readonly first: number; readonly count: number }

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

  /** @param seq one that is held */
  #get(seq: number): string {
    const back = distance(seq, this.#nextSeq)
    return this.#bodies[(this.#at - back + this.depth) % this.depth] as string
  }

  /** Where what is held begins and ends within a range of numbers: `[from, to)` as offsets in it. */
  #within(first: number, count: number): readonly [from: number, to: number] {
    const to = Math.max(0, Math.min(count, distance(first, this.#nextSeq)))
    const from = Math.max(0, Math.min(to, distance(first, this.#nextSeq) - this.#held))
    return [from, to]
  }

  /** A range in its order. */
  pieces(first: number, count: number): RangePiece[] {
    const [from, to] = this.#within(first, count)
    const pieces: RangePiece[] = []
    const gone = (begin: number, end: number): void => {
      if (begin < end)
        pieces.push({ kind: 'gone', first: advance(first, begin), count: end - begin })
    }
    if (from === to) {
      gone(0, count)
      return pieces
    }
    gone(0, from)
    for (let i = from; i < to; i++) {
      const seq = advance(first, i)
      pieces.push({ kind: 'held', seq, body: this.#get(seq) })
    }
    gone(to, count)
    return pieces
  }

  clear(): void {
    this.#held = 0
  }
}
