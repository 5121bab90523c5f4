import { FormMemory } from '../../figures/form-memory.ts'
import type { Snapshot } from '../../monitor/view.ts'
import type { UnitChoice } from '../../util/scaled-unit.ts'
import { cellText, cutEnd } from './cell-text.ts'
import type { Look } from './look.ts'

export { type FigureForm, figureText, withUnit } from '../../figures/form-memory.ts'

const UNIT_CELLS = 6

/** What the figures of the screen are written with; units take a few cells at most. */
export class FigureMemory extends FormMemory<Look> {
  constructor() {
    super((text, look) => cutEnd(cellText(text, look), UNIT_CELLS, look))
  }
}

/** The memory of a screen that has just been opened. */
export function figuresOf(snapshot: Snapshot, choice: UnitChoice = 'auto'): FigureMemory {
  const figures = new FigureMemory()
  figures.begin(snapshot, choice)
  return figures
}
