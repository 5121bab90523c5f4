import { advance } from '../util/serial-number.ts'
import { Folder } from './folder.ts'

/** What is remembered of a value that was not measured, and that nothing goes on through. */
const UNMEASURED = Number.POSITIVE_INFINITY
/** Newest samples that are remembered. */
const SIZE = 1024

/** A value of a sample. */
export interface Neighbour {
  /** Unix µs */
  readonly timeUs: number
  readonly value: number
}

/**
 * The newest samples of a device, in which one that comes late finds its neighbours: by sequence
 * number, modulo their count. Plain numbers: objects that live for a while make the garbage
 * collector take 40 MB more.
 */
export class RecentSamples {
  readonly #seq = new Float64Array(SIZE).fill(-1)
  readonly #epoch = new Float64Array(SIZE)
  readonly #timeUs = new Float64Array(SIZE)
  /** By place of the value. */
  readonly #values: Float64Array[] = []

  /**
   * @param seq -1 where the device numbers nothing: nothing is remembered, and nothing found
   * @param values by their places; NaN where the sample has none
   */
  remember(
    seq: number,
    epochId: number,
    timeUs: number,
    values: readonly number[],
    measured: boolean,
  ): void {
    if (seq < 0) return
    const at = seq % SIZE
    this.#seq[at] = seq
    this.#epoch[at] = epochId
    this.#timeUs[at] = timeUs
    for (let place = 0; place < values.length; place++) {
      this.#values[place] ??= new Float64Array(SIZE).fill(Number.NaN)
      const value = values[place] as number
      const isUnmeasured = !measured && !Number.isNaN(value)
      const series = this.#values[place] as Float64Array
      series[at] = isUnmeasured ? UNMEASURED : value
    }
  }

  /** Whether the sample before (-1) or behind (1) one is remembered. */
  has(seq: number, epochId: number, side: 1 | -1): boolean {
    return seq >= 0 && this.#find(advance(seq, side), epochId) >= 0
  }

  /** The value at a place that a sample follows on (-1), or that follows on it (1); null: there is a gap. */
  neighbour(seq: number, epochId: number, place: number, side: 1 | -1): Neighbour | null {
    if (seq < 0) return null
    let wanted = seq
    for (let steps = 0; steps <= Folder.MOST_BETWEEN; steps++) {
      wanted = advance(wanted, side)
      const at = this.#find(wanted, epochId)
      const value = at < 0 ? UNMEASURED : (this.#values[place]?.[at] ?? Number.NaN)
      if (value === UNMEASURED) return null
      if (!Number.isNaN(value)) return { timeUs: this.#timeUs[at] as number, value }
    }
    return null
  }

  /** -1: it is not remembered. */
  #find(seq: number, epochId: number): number {
    const at = seq % SIZE
    return this.#seq[at] === seq && this.#epoch[at] === epochId ? at : -1
  }
}
