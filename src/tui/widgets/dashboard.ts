import { ELECTRIC_CHANNELS } from '../../domain/channels.ts'
import type { Frame } from '../frame.ts'
import type { BlessedScreen } from '../terminal/blessed-screen.ts'
import { REGIONS, type Region, type Size, thirds } from '../view/layout.ts'
import type { Style } from '../view/styled.ts'
import { BigGauge } from './big-gauge.ts'
import { CellBox } from './cell-box.ts'
import { attributeOf } from './theme.ts'

/** All widgets; puts a frame on blessed's screen. */
export class Dashboard {
  readonly #screen: BlessedScreen
  readonly #boxes = new Map<Region, CellBox>()
  readonly #bigGauges: readonly BigGauge[]
  readonly #help: CellBox
  #arrangement = ''

  constructor(screen: BlessedScreen, colour: boolean) {
    this.#screen = screen
    const attribute = (style: Style): number => attributeOf(style, colour)
    for (const region of REGIONS) this.#boxes.set(region, new CellBox(screen, attribute))
    this.#bigGauges = ELECTRIC_CHANNELS.map((each) => new BigGauge(screen, each, attribute))
    // Last, so that it lies on top.
    this.#help = new CellBox(screen, attribute)
  }

  show(frame: Frame): void {
    this.#arrange(frame)
    for (const [region, box] of this.#boxes) {
      const block = frame.blocks[region]
      box.show(block?.rect ?? null, block?.lines ?? [])
    }
    for (const [i, rect] of bigGaugeRects(frame).entries()) {
      const view = frame.gauges[i]
      if (view) this.#bigGauges[i]?.update(view, rect)
    }
    this.#help.show(frame.help?.rect ?? null, frame.help?.lines ?? [])
    this.#screen.render()
  }

  /** Where something has moved, nothing of the old picture may stay. */
  #arrange(frame: Frame): void {
    const { layout, help } = frame
    const arrangement = JSON.stringify([layout, help?.rect])
    if (arrangement === this.#arrangement) return
    this.#arrangement = arrangement
    clear(this.#screen, layout.size)
    const rects = bigGaugeRects(frame)
    for (const [i, gauge] of this.#bigGauges.entries()) gauge.place(rects[i] ?? null)
  }
}

function bigGaugeRects({ layout }: Frame): ReturnType<typeof thirds> | readonly [] {
  const row = layout.regions.gauges
  return layout.bigGauges && row ? thirds(row) : []
}

function clear(screen: BlessedScreen, size: Size): void {
  screen.clearRegion(0, size.columns, 0, size.rows)
}
