import type { Layer, RasterSize } from './raster.ts'

/** Columns within which each curve gets its share; the grid of these blocks does not move with the picture. */
const BLOCK_COLUMNS = 12
const NOBODY = -1

/**
 * Which curve a cell shows, as its place among the layers; -1: none. Where several want a
 * cell, one that the column does not show yet gets it, and of these the one that was seen
 * least. So of `n` curves in one place each is seen in about every n-th column, a line is
 * seen through the area of another curve, and each curve keeps at least one column in
 * `n + 1`, whatever the data.
 *
 * What a block of columns shows hangs on its own content alone, so that
 * nothing changes but by moving while the picture scrolls.
 */
export function ownersOf(layers: readonly Layer[], size: RasterSize): Int8Array {
  const [only] = layers
  if (only !== undefined && layers.length === 1) {
    return Int8Array.from(only.bits, (bits) => (bits === 0 ? NOBODY : 0))
  }
  const local = shareOut(layers, size, BLOCK_COLUMNS)
  // Rare: a curve whose few columns all lie where another one's turn is.
  return local.isFair ? local.owners : shareOut(layers, size, Number.POSITIVE_INFINITY).owners
}

/** Columns of a curve, and those of them that show it. */
interface Share {
  wanted: number
  shown: number
}

function shareOut(
  layers: readonly Layer[],
  { columns, rows, firstColumn }: RasterSize,
  blockColumns: number,
): { readonly owners: Int8Array; readonly isFair: boolean } {
  const owners = new Int8Array(columns * rows).fill(NOBODY)
  const all = layers.map((): Share => ({ wanted: 0, shown: 0 }))
  let begin = 0
  while (begin < columns) {
    const left = blockColumns - ((firstColumn + begin) % blockColumns)
    const end = blockColumns < columns ? Math.min(columns, begin + left) : columns
    const shares = layers.map(({ bits }): Share => {
      let wanted = 0
      for (let column = begin; column < end; column++) {
        if (isInColumn(bits, column, columns)) wanted++
      }
      return { wanted, shown: 0 }
    })
    for (let column = begin; column < end; column++) {
      fillColumn(owners, layers, shares, { column, columns, turn: firstColumn + column })
    }
    for (const [i, { wanted, shown }] of shares.entries()) {
      const sum = all[i] as Share
      sum.wanted += wanted
      sum.shown += shown
    }
    begin = end
  }
  const isFair = all.every(({ wanted, shown }) => shown >= Math.floor(wanted / (layers.length + 1)))
  return { owners, isFair }
}

function isInColumn(bits: Uint8Array, column: number, columns: number): boolean {
  for (let i = column; i < bits.length; i += columns) if (bits[i] !== 0) return true
  return false
}

interface Place {
  readonly column: number
  readonly columns: number
  /** Number of the column on the grid that does not move. */
  readonly turn: number
}

function fillColumn(
  owners: Int8Array,
  layers: readonly Layer[],
  shares: readonly Share[],
  { column, columns, turn }: Place,
): void {
  const shown = new Set<number>()
  const contested: { readonly cell: number; readonly by: readonly number[] }[] = []
  for (let cell = column; cell < owners.length; cell += columns) {
    const by: number[] = []
    for (let i = 0; i < layers.length; i++) if (layers[i]?.bits[cell] !== 0) by.push(i)
    const [first] = by
    if (first === undefined) continue
    if (by.length > 1) contested.push({ cell, by })
    else {
      owners[cell] = first
      shown.add(first)
    }
  }
  for (const [row, { cell, by }] of contested.entries()) {
    const unseen = by.filter((i) => !shown.has(i))
    const owner =
      unseen.length > 0 ? leastSeen(unseen, shares, turn) : (by[(turn + row) % by.length] ?? NOBODY)
    owners[cell] = owner
    shown.add(owner)
  }
  for (const i of shown) (shares[i] as Share).shown++
}

/** Of equals the rarer one, then the one whose turn it is. */
function leastSeen(among: readonly number[], shares: readonly Share[], turn: number): number {
  const rank = (i: number): readonly [number, number, number] => {
    const { wanted, shown } = shares[i] as Share
    return [shown / wanted, wanted, (i + turn) % shares.length]
  }
  return among.reduce((best, i) => (isLess(rank(i), rank(best)) ? i : best))
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, i) => value !== other[i])
  return at >= 0 && (one[at] as number) < (other[at] as number)
}
