import { isErased, isSame, isSameBlank, PLAIN, type Rendition } from './rendition.ts'

/**
 * A row as the terminal shows it or is to show it. The right half of a wide
 * character is a cell with an empty text.
 */
export interface RowCells {
  readonly chars: string[]
  readonly renditions: Rendition[]
}

/** Something to be sent to a place within a row. */
export interface Step {
  readonly y: number
  readonly x: number
  /** By how many cells the cursor moves; null: nobody knows how wide terminals take it. */
  readonly width: number | null
  /** Cells or a control sequence. */
  readonly text: string
  readonly rendition: Rendition
  /** Its foreground does not matter: blanks alone. */
  readonly isBlank: boolean
  /** Leaves blanks of the terminal's own background behind; comes before cells are written. */
  readonly isEdit: boolean
}

/** What a terminal knows besides moving and writing. */
export interface Editing {
  /** ECH, and single columns and rows by number. */
  readonly erase: boolean
  /** ICH and DCH. */
  readonly shift: boolean
}

const ERASE_LINE = '\x1b[K'
/** From so many blanks on, erasing and moving on is shorter than writing them. */
const ERASE_FROM = 12

export function emptyRow(width: number): RowCells {
  return {
    chars: new Array<string>(width).fill(' '),
    renditions: new Array<Rendition>(width).fill(PLAIN),
  }
}

export function copyRow({ chars, renditions }: RowCells): RowCells {
  return { chars: chars.slice(), renditions: renditions.slice() }
}

/** Whether a cell looks the same in both. */
export function isSameCell(one: RowCells, other: RowCells, x: number, otherX = x): boolean {
  const char = one.chars[x]
  if (char !== other.chars[otherX]) return false
  const mine = one.renditions[x] ?? PLAIN
  const theirs = other.renditions[otherX] ?? PLAIN
  if (mine === theirs) return true
  return char === ' ' ? isSameBlank(mine, theirs) : isSame(mine, theirs)
}

/** What makes `shown` look like `wanted`, left to right. */
export function rowSteps(y: number, shown: RowCells, wanted: RowCells, { erase }: Editing): Step[] {
  const isChanged = changedCells(shown, wanted)
  const steps: Step[] = []
  const width = wanted.chars.length
  const tail = tailToErase(wanted, isChanged)
  for (let x = isChanged.indexOf(1); x >= 0 && x < tail; ) {
    if (isChanged[x] !== 1) {
      x++
      continue
    }
    const blanks = erase ? erasable(wanted, isChanged, x, tail) : 0
    if (blanks >= ERASE_FROM) {
      steps.push(edit(y, x, `\x1b[${blanks}X`))
      x += blanks
      continue
    }
    const step = cellsStep(y, x, wanted, isChanged, tail)
    steps.push(step.step)
    x = step.end
  }
  if (tail < width) steps.push(edit(y, tail, ERASE_LINE))
  return steps
}

export function edit(y: number, x: number, text: string): Step {
  return { y, x, width: 0, text, rendition: PLAIN, isBlank: true, isEdit: true }
}

/** 1: the cell differs. A wide character changes with either of its halves, before and after. */
function changedCells(shown: RowCells, wanted: RowCells): Uint8Array {
  const width = wanted.chars.length
  const changed = new Uint8Array(width)
  for (let x = 0; x < width; x++) changed[x] = isSameCell(wanted, shown, x) ? 0 : 1
  joinHalves(changed, shown)
  joinHalves(changed, wanted)
  // What is half of a wide character before may be the other half's neighbour after.
  for (let x = width - 1; x > 0; x--) {
    if ((shown.chars[x] === '' || wanted.chars[x] === '') && changed[x] === 1) changed[x - 1] = 1
  }
  return changed
}

function joinHalves(changed: Uint8Array, { chars }: RowCells): void {
  for (let x = 1; x < chars.length; x++) {
    if (chars[x] !== '' || changed[x] === changed[x - 1]) continue
    changed[x] = 1
    changed[x - 1] = 1
  }
}

/** From where on the row is erased; its width: nowhere. */
function tailToErase({ chars, renditions }: RowCells, isChanged: Uint8Array): number {
  let end = chars.length
  while (end > 0 && chars[end - 1] === ' ' && isErased(renditions[end - 1] ?? PLAIN)) end--
  const first = isChanged.indexOf(1, end)
  const last = isChanged.lastIndexOf(1)
  return first >= 0 && last - first >= ERASE_LINE.length ? first : chars.length
}

/** So many cells from there on are to become blanks as erasing leaves them. */
function erasable(
  { chars, renditions }: RowCells,
  isChanged: Uint8Array,
  from: number,
  end: number,
): number {
  let x = from
  while (x < end && isChanged[x] && chars[x] === ' ' && isErased(renditions[x] ?? PLAIN)) x++
  return x - from
}

/** The longest run of changed cells of one rendition. */
function cellsStep(
  y: number,
  from: number,
  { chars, renditions }: RowCells,
  isChanged: Uint8Array,
  limit: number,
): { readonly step: Step; readonly end: number } {
  let rendition = renditions[from] ?? PLAIN
  let isBlank = true
  let text = ''
  let x = from
  for (; x < limit && isChanged[x]; x++) {
    const char = chars[x] ?? ' '
    const own = renditions[x] ?? PLAIN
    if (char === ' ') {
      if (!isSameBlank(own, rendition)) break
    } else if (char !== '') {
      if (!(isBlank ? isSameBlank(own, rendition) : isSame(own, rendition))) break
      rendition = own
      isBlank = false
    }
    text += char
    if (isWide(chars, x)) {
      // Behind it, the cursor is where the terminal thinks that it is.
      const step = { y, x: from, width: null, text, rendition, isBlank, isEdit: false }
      return { step, end: x + 2 }
    }
  }
  const step = { y, x: from, width: x - from, text, rendition, isBlank, isEdit: false }
  return { step, end: x }
}

function isWide(chars: readonly string[], x: number): boolean {
  return chars[x + 1] === ''
}
