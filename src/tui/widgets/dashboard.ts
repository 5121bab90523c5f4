import type { Meter } from '../panels/wall.ts'
import type { Picture } from '../picture.ts'
import type { BlessedScreen } from '../terminal/blessed-screen.ts'
import { REGIONS, type Region, type Size } from '../view/layout.ts'
import { lookOf } from '../view/look.ts'
import { CellBox } from './cell-box.ts'
import type { GaugeMeter } from './gauge-meter.ts'

/** One for each main channel. */
const METERS = 3
/** Meters are for terminals that have more than ASCII. */
const { glyphs: GLYPHS } = lookOf({ ascii: false, colour: true })

/** All widgets; puts a picture on blessed's screen. */
export class Dashboard {
  readonly #screen: BlessedScreen
  readonly #boxes = new Map<Region, CellBox>()
  readonly #overlay: CellBox
  readonly #onMeters: () => void
  #meters: readonly GaugeMeter[] = []
  #areMetersAskedFor = false
  #arrangement = ''

  /** @param onMeters a widget that was not there for the last picture is there for the next */
  constructor(screen: BlessedScreen, onMeters: () => void) {
    this.#screen = screen
    this.#onMeters = onMeters
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
    if (picture.meters !== null) this.#showMeters(picture.meters)
    this.#overlay.show(picture.overlay?.rect ?? null, picture.overlay?.lines ?? [])
    this.#screen.render()
  }

  /** Those of the layout are drawn of characters until the widget is there. */
  #showMeters(meters: readonly Meter[]): void {
    if (meters.length > 0 && !this.#areMetersAskedFor) {
      this.#areMetersAskedFor = true
      void this.#makeMeters()
    }
    for (const [i, widget] of this.#meters.entries()) widget.show(meters[i] ?? null, GLYPHS)
  }

  /** What is never shown costs nothing: the package is read only now. */
  async #makeMeters(): Promise<void> {
    const { GaugeMeter } = await import('./gauge-meter.ts')
    this.#meters = Array.from({ length: METERS }, () => new GaugeMeter(this.#screen))
    this.#overlay.toFront()
    this.#onMeters()
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
