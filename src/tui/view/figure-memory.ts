import { FormMemory } from '../../figures/form-memory.ts'
import type { Snapshot } from '../../monitor/view.ts'
import type { UnitChoice } from '../../util/scaled-unit.ts'
import { cellText, cutEnd } from './cell-text.ts'
import type { Look } from './look.ts'

export { type FigureForm, figureText, withUnit } from '../../figures/form-memory.ts'

const UNIT_CELLS = 6
/** Figures of windows stand still so long, µs: they are read off, and each change is paid for in bytes. */
const WINDOWS_US = 500_000

/** What the figures of the screen are written with; units take a few cells at most. */
export class FigureMemory extends FormMemory<Look> {
  #held: { readonly period: number; readonly of: Snapshot } | null = null

  constructor() {
    super((text, look) => cutEnd(cellText(text, look), UNIT_CELLS, look))
  }

  /** The windows of a snapshot, or of one of the same half second: for where the newest value changes more often. */
  heldWindows(snapshot: Snapshot): Pick<Snapshot, 'windows' | 'sampleUs' | 'nowUs'> {
    const period = Math.floor(snapshot.nowUs / WINDOWS_US)
    const isHeld = this.#held?.period === period && this.#held.of.number === snapshot.number
    if (!isHeld || this.#held === null) this.#held = { period, of: snapshot }
    return this.#held.of
  }
}

/** The memory of a screen that has just been opened. */
export function figuresOf(snapshot: Snapshot, choice: UnitChoice = 'auto'): FigureMemory {
  const figures = new FigureMemory()
  figures.begin(snapshot, choice)
  return figures
}
