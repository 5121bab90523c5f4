import type { Picture } from '../picture.ts'
import type { BlessedScreen } from '../terminal/blessed-screen.ts'
import { REGIONS, type Region, type Size } from '../view/layout.ts'
import { CellBox } from './cell-box.ts'

/** All widgets; puts a picture on blessed's screen. */
export class Dashboard {
  readonly #screen: BlessedScreen
  readonly #boxes = new Map<Region, CellBox>()
  readonly #overlay: CellBox
  #arrangement = ''

  constructor(screen: BlessedScreen) {
    this.#screen = screen
    for (const region of REGIONS) this.#boxes.set(region, new CellBox(screen))
    // Last, so that it lies on top.
    this.#overlay = new CellBox(screen)
  }

  show(picture: Picture): void {
    this.#arrange(picture)
    for (const [region, box] of this.#boxes) {
      const block = picture.blocks[region]
      if (block !== undefined) box.show(block.rect, block.lines)
      else if (!isBoxed(region, picture)) box.show(null, [])
    }
    this.#overlay.show(picture.overlay?.rect ?? null, picture.overlay?.lines ?? [])
    this.#screen.render()
  }

  /** Where something has moved, nothing of the old picture may stay. */
  #arrange(picture: Picture): void {
    const { layout, overlay } = picture
    const arrangement = JSON.stringify([layout, overlay?.rect])
    if (arrangement === this.#arrangement) return
    this.#arrangement = arrangement
    clear(this.#screen, layout.size)
  }
}

/** Whether the region has a place, be it drawn anew or not. */
function isBoxed(region: Region, { layout }: Picture): boolean {
  return layout.regions[region] !== undefined
}

function clear(screen: BlessedScreen, size: Size): void {
  screen.clearRegion(0, size.columns, 0, size.rows)
}
