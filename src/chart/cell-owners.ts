import type { Layer, RasterSize } from './raster.ts'

/** Columns within which each curve gets its share; the grid of these blocks does not move with the picture. */
const BLOCK_COLUMNS = 12
/** Of a cell that is empty. */
export const NOBODY = -1

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
  /** In the column under way. */
  isShown: boolean
}

function shareOut(
  layers: readonly Layer[],
  { columns, rows, firstColumn }: RasterSize,
  blockColumns: number,
): { readonly owners: Int8Array; readonly isFair: boolean } {
  const owners = new Int8Array(columns * rows).fill(NOBODY)
  const all = layers.map(emptyShare)
  const shares = layers.map(emptyShare)
  let begin = 0
  while (begin < columns) {
    const left = blockColumns - ((firstColumn + begin) % blockColumns)
    const end = blockColumns < columns ? Math.min(columns, begin + left) : columns
    for (const [i, { bits }] of layers.entries()) {
      const share = shares[i] as Share
      share.wanted = 0
      share.shown = 0
      for (let column = begin; column < end; column++) {
        if (isInColumn(bits, column, columns)) share.wanted++
      }
    }
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

function emptyShare(): Share {
  return { wanted: 0, shown: 0, isShown: false }
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
  for (const share of shares) share.isShown = false
  // First those that only one wants.
  for (let cell = column; cell < owners.length; cell += columns) {
    const first = nextIn(layers, cell, 0)
    if (first === NOBODY || nextIn(layers, cell, first + 1) !== NOBODY) continue
    owners[cell] = first
    ;(shares[first] as Share).isShown = true
  }
  let contested = 0
  for (let cell = column; cell < owners.length; cell += columns) {
    const first = nextIn(layers, cell, 0)
    if (first === NOBODY || nextIn(layers, cell, first + 1) === NOBODY) continue
    const unseen = leastSeen(layers, cell, shares, turn)
    const owner = unseen === NOBODY ? inTurn(layers, cell, turn + contested) : unseen
    contested++
    owners[cell] = owner
    ;(shares[owner] as Share).isShown = true
  }
  for (const share of shares) if (share.isShown) share.shown++
}

/** The first layer from a place on that wants a cell. */
function nextIn(layers: readonly Layer[], cell: number, from: number): number {
  for (let i = from; i < layers.length; i++) if ((layers[i] as Layer).bits[cell] !== 0) return i
  return NOBODY
}

/** Those that want a cell one after the other. */
function inTurn(layers: readonly Layer[], cell: number, turn: number): number {
  let count = 0
  for (const { bits } of layers) if (bits[cell] !== 0) count++
  let i = nextIn(layers, cell, 0)
  for (let left = turn % count; left > 0; left--) i = nextIn(layers, cell, i + 1)
  return i
}

/** Of those that want a cell and that the column does not show yet; of equals the rarer one, then the one whose turn it is. */
function leastSeen(
  layers: readonly Layer[],
  cell: number,
  shares: readonly Share[],
  turn: number,
): number {
  let best = NOBODY
  for (let i = nextIn(layers, cell, 0); i !== NOBODY; i = nextIn(layers, cell, i + 1)) {
    if ((shares[i] as Share).isShown) continue
    if (best === NOBODY || isLessSeen(i, best, shares, turn)) best = i
  }
  return best
}

function isLessSeen(one: number, other: number, shares: readonly Share[], turn: number): boolean {
  const mine = shares[one] as Share
  const theirs = shares[other] as Share
  const difference = mine.shown / mine.wanted - theirs.shown / theirs.wanted
  if (difference !== 0) return difference < 0
  if (mine.wanted !== theirs.wanted) return mine.wanted < theirs.wanted
  return (one + turn) % shares.length < (other + turn) % shares.length
}
