import { FormMemory, type UnitLook } from '../../../figures/form-memory.ts'

/** Browsers have every letter. */
export const LOOK: UnitLook = { ascii: false }

/** Of a unit from outside, in characters. */
const UNIT_CHARACTERS = 12

/** What the page writes its figures with. */
export class PageFigures extends FormMemory<UnitLook> {
  constructor() {
    super((text) => text.slice(0, UNIT_CHARACTERS))
  }
}
