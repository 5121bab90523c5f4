import type { TraceSeries } from '../chart/trace.ts'

/** Rows of a page: 24 KB. */
const PAGE_ROWS = 1024
/** Lowest, highest and last value of a row. */
const MIN = 0
const MAX = 1
const LAST = 2
const SIZE = 3

/** Values of one channel by row, in pages that are made when a row of theirs gets its first value. */
export class SlotSeries {
  readonly id: string
  /** The lowest value of a row without any is NaN. */
  readonly #pages: (Float64Array | undefined)[] = []

  constructor(id: string) {
    this.id = id
  }

  /** The row has no value any more. */
  clear(row: number): void {
    const page = this.#pages[Math.floor(row / PAGE_ROWS)]
    if (page !== undefined) page[(row % PAGE_ROWS) * SIZE + MIN] = Number.NaN
  }

  add(row: number, value: number): void {
    const number = Math.floor(row / PAGE_ROWS)
    this.#pages[number] ??= new Float64Array(PAGE_ROWS * SIZE).fill(Number.NaN)
    const page = this.#pages[number]
    const at = (row % PAGE_ROWS) * SIZE
    const isNew = Number.isNaN(page[at + MIN])
    if (isNew || value < (page[at + MIN] as number)) page[at + MIN] = value
    if (isNew || value > (page[at + MAX] as number)) page[at + MAX] = value
    page[at + LAST] = value
  }

  /** What lay between a value that was added to the row and the one before. */
  reach(row: number, min: number, max: number): void {
    const page = this.#pages[Math.floor(row / PAGE_ROWS)]
    if (page === undefined) return
    const at = (row % PAGE_ROWS) * SIZE
    if (min < (page[at + MIN] as number)) page[at + MIN] = min
    if (max > (page[at + MAX] as number)) page[at + MAX] = max
  }

  /**
   * Folds a row into place `to` of a trace, whose values are NaN as long as there are none.
   *
   * @param keepsLast the last value that is there stays
   */
  foldInto(into: TraceSeries, to: number, row: number, keepsLast: boolean): void {
    const page = this.#pages[Math.floor(row / PAGE_ROWS)]
    if (page === undefined) return
    const at = (row % PAGE_ROWS) * SIZE
    const min = page[at + MIN] as number
    if (Number.isNaN(min)) return
    const max = page[at + MAX] as number
    // False for NaN as well.
    if (!((into.min[to] as number) <= min)) into.min[to] = min
    if (!((into.max[to] as number) >= max)) into.max[to] = max
    if (!keepsLast || Number.isNaN(into.last[to])) into.last[to] = page[at + LAST] as number
  }
}
