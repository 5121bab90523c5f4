import type { Cell } from './blessed-screen.ts'
import { cursorMove, type Place } from './cursor-move.ts'
import {
  isSame,
  isSameBlank,
  type Palette,
  PLAIN,
  RESET,
  type Rendition,
  renditionChange,
} from './rendition.ts'
import { type Editing, emptyRow, type RowCells, rowSteps, type Step } from './row-diff.ts'
import { shiftLeft } from './row-shift.ts'

/** A row of blessed's screen. The right half of a wide character has an empty text. */
export interface FrameRow extends ArrayLike<Cell> {
  /** False: it has not been touched since it was encoded. */
  dirty: boolean
}

/** What the terminal understands beyond a VT100. */
export interface Dialect extends Editing {
  /** Codes that end single flags and colours. */
  readonly selective: boolean
}

export interface Encoded {
  /** Empty: the terminal shows it all already. */
  readonly text: string
  /** False: rows are left for the next piece. */
  readonly isWhole: boolean
}

const CLEAR = `${RESET}\x1b[H\x1b[2J`
/** Unchanged cells up to here are rather written again than stepped over. */
const BRIDGE_MOST = 8

/** Where the cursor is and what it writes with. */
interface Pen {
  readonly place: Place | null
  readonly rendition: Rendition
}

interface Written extends Pen {
  readonly text: string
}

/**
 * Keeps what the terminal shows, and finds the shortest text that turns it into
 * a frame: the nearest way between changed cells, colours as they differ from those set last, by rows or
 * colour by colour, erasing, and moving a part of a row where a chart runs.
 */
export class FrameEncoder {
  #palette: Palette
  readonly #dialect: Dialect
  readonly #renditions = new Map<number, Rendition>()
  /** One object for each look, in whichever theme. */
  readonly #looks = new Map<string, Rendition>([[keyOf(PLAIN), PLAIN]])
  /** null: unknown, to be cleared first */
  #shown: RowCells[] | null = null
  /** For what the rows of the next frame are to show. */
  #next: RowCells[] = []
  #pen: Pen = { place: null, rendition: PLAIN }

  constructor(palette: Palette, dialect: Dialect) {
    this.#palette = palette
    this.#dialect = dialect
  }

  /** Another theme: what differs by it is sent with the next frame. */
  repaint(palette: Palette): void {
    this.#palette = palette
    this.#renditions.clear()
  }

  /** Somebody else has written to the terminal, or its size has changed. */
  forget(): void {
    this.#shown = null
  }

  /**
   * @param order of the rows, the most urgent first; others are left alone
   * @param limit bytes, unless a single row takes more
   */
  encode(frame: readonly FrameRow[], order: readonly number[], limit: number): Encoded {
    const cleared = this.#begin(frame)
    const chosen: RowPlan[] = []
    let bytes = cleared.length
    let isWhole = true
    let pen = this.#pen
    for (const y of order) {
      const row = frame[y]
      if (row === undefined || !row.dirty) continue
      const plan = this.#plan(y, row, pen)
      if (plan.steps.length === 0) {
        row.dirty = false
        continue
      }
      if (chosen.length > 0 && bytes + byteLength(plan.written.text) > limit) {
        isWhole = false
        break
      }
      chosen.push(plan)
      pen = plan.written
      bytes += byteLength(plan.written.text)
    }
    return { text: cleared + this.#commit(chosen, frame), isWhole }
  }

  /** Empty: what the terminal shows is known. */
  #begin(frame: readonly FrameRow[]): string {
    const width = frame[0]?.length ?? 0
    const known = this.#shown
    if (known?.length === frame.length && known[0]?.chars.length === width) return ''
    this.#shown = frame.map((row) => emptyRow(row.length))
    this.#next = frame.map((row) => emptyRow(row.length))
    this.#pen = { place: { x: 0, y: 0 }, rendition: PLAIN }
    for (const row of frame) row.dirty = true
    return CLEAR
  }

  #plan(y: number, row: FrameRow, pen: Pen): RowPlan {
    const wanted = this.#cellsOf(row, this.#next[y] ?? emptyRow(row.length))
    const shown = this.#shown?.[y] ?? emptyRow(row.length)
    const plain = this.#shortest(rowSteps(y, shown, wanted, this.#dialect), wanted, pen)
    if (plain.steps.length === 0) return { y, wanted, ...plain }
    const shift = this.#dialect.shift ? shiftLeft(y, shown, wanted) : null
    if (shift === null) return { y, wanted, ...plain }
    const steps = [...shift.steps, ...rowSteps(y, shift.shown, wanted, this.#dialect)]
    const moved = this.#shortest(steps, wanted, pen)
    const isShorter = byteLength(moved.written.text) < byteLength(plain.written.text)
    return { y, wanted, ...(isShorter ? moved : plain) }
  }

  /** One row in its order or colour by colour. */
  #shortest(
    steps: readonly Step[],
    wanted: RowCells,
    pen: Pen,
  ): Pick<RowPlan, 'steps' | 'written'> {
    const cells = new Map([[steps[0]?.y ?? 0, wanted]])
    const written = this.#write(steps, cells, pen)
    const grouped = byRendition(steps, pen.rendition)
    if (grouped === null) return { steps, written }
    const other = this.#write(grouped, cells, pen)
    return byteLength(other.text) < byteLength(written.text)
      ? { steps: grouped, written: other }
      : { steps, written }
  }

  /** All rows one after the other, or all of them colour by colour. */
  #commit(plans: readonly RowPlan[], frame: readonly FrameRow[]): string {
    if (plans.length === 0) return ''
    // Each was written where the one before ended.
    const { place, rendition } = (plans.at(-1) as RowPlan).written
    let best: Written = {
      text: plans.map(({ written }) => written.text).join(''),
      place,
      rendition,
    }
    const steps = plans.flatMap((plan) => plan.steps)
    const grouped = plans.length > 1 ? byRendition(steps, this.#pen.rendition) : null
    if (grouped !== null) {
      const cells = new Map(plans.map(({ y, wanted }) => [y, wanted]))
      const other = this.#write(grouped, cells, this.#pen)
      if (byteLength(other.text) < byteLength(best.text)) best = other
    }
    for (const { y, wanted } of plans) {
      if (this.#shown) {
        this.#next[y] = this.#shown[y] ?? emptyRow(wanted.chars.length)
        this.#shown[y] = wanted
      }
      const row = frame[y]
      if (row) row.dirty = false
    }
    this.#pen = { place: best.place, rendition: best.rendition }
    return best.text
  }

  #write(steps: readonly Step[], cells: ReadonlyMap<number, RowCells>, pen: Pen): Written {
    let { place, rendition } = pen
    const parts: string[] = []
    for (const step of steps) {
      const { y, x, width, text } = step
      const row = cells.get(y)
      const move = cursorMove(place, step, this.#dialect.erase)
      const change = this.#change(rendition, step.rendition, step.isBlank)
      const gap = place?.y === y && row !== undefined && !step.isEdit ? x - place.x : 0
      // A cell takes a byte at least.
      const isNear = gap > 0 && gap <= BRIDGE_MOST && gap < move.length + change.length
      const bridge = isNear ? this.#bridge(x - gap, rendition, step, row as RowCells) : null
      if (bridge !== null && byteLength(bridge.text) < move.length + change.length) {
        parts.push(bridge.text, text)
        rendition = bridge.rendition
      } else {
        parts.push(move, change, text)
        if (change !== '') rendition = step.rendition
      }
      const end = width === null ? null : x + width
      // In the last column the cursor waits for the next character, or has gone on already.
      place = end === null || end >= (row?.chars.length ?? 0) ? null : { x: end, y }
    }
    return { text: parts.join(''), place, rendition }
  }

  /** The cells from `fromX` up to a step, written as they are to be, with its rendition set; null: that can't be. */
  #bridge(
    fromX: number,
    first: Rendition,
    step: Step,
    { chars, renditions }: RowCells,
  ): { text: string; rendition: Rendition } | null {
    let text = ''
    let rendition = first
    for (let x = fromX; x < step.x; x++) {
      const char = chars[x] ?? ''
      if (char === '' || chars[x + 1] === '') return null
      const own = renditions[x] ?? PLAIN
      const change = this.#change(rendition, own, char === ' ')
      if (change !== '') rendition = own
      text += change + char
    }
    const change = this.#change(rendition, step.rendition, step.isBlank)
    return { text: text + change, rendition: change === '' ? rendition : step.rendition }
  }

  /** Empty: it looks the same already; of blanks the foreground does not matter. */
  #change(from: Rendition, to: Rendition, isBlank: boolean): string {
    if (isBlank ? isSameBlank(from, to) : isSame(from, to)) return ''
    return renditionChange(from, to, this.#dialect.selective)
  }

  /** @param into overwritten, and given back */
  #cellsOf(row: FrameRow, into: RowCells): RowCells {
    for (let x = 0; x < row.length; x++) {
      const cell = row[x]
      into.chars[x] = cell?.[1] ?? ' '
      into.renditions[x] = this.#renditionOf(cell?.[0] ?? 0)
    }
    return into
  }

  #renditionOf(attribute: number): Rendition {
    const known = this.#renditions.get(attribute)
    if (known !== undefined) return known
    const made = this.#palette(attribute)
    const look = this.#looks.get(keyOf(made)) ?? made
    this.#looks.set(keyOf(look), look)
    this.#renditions.set(attribute, look)
    return look
  }
}

interface RowPlan {
  readonly y: number
  readonly wanted: RowCells
  readonly steps: readonly Step[]
  readonly written: Written
}

/** Edits first, then the rendition that is set already, then each other one; null: there is nothing to group. */
function byRendition(steps: readonly Step[], first: Rendition): readonly Step[] | null {
  if (steps.length < 3) return null
  const edits: Step[] = []
  const groups = new Map<Rendition, Step[]>()
  groups.set(first, [])
  for (const step of steps) {
    if (step.isEdit) {
      edits.push(step)
      continue
    }
    const group = groups.get(step.rendition)
    if (group) group.push(step)
    else groups.set(step.rendition, [step])
  }
  if (groups.size < 2) return null
  return edits.concat(...groups.values())
}

function keyOf({ flags, foreground, background }: Rendition): string {
  return `${flags}/${foreground}/${background}`
}

/** As UTF-8. */
function byteLength(text: string): number {
  return Buffer.byteLength(text)
}
