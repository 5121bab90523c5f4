import Gauge from 'blessed-contrib/lib/widget/gauge.js'
import type { Channel } from '../../domain/channels.ts'
import { asWidget, type BlessedScreen } from '../terminal/blessed-screen.ts'
import { bigGaugeLines, type GaugeView } from '../view/gauge-view.ts'
import type { Rect } from '../view/layout.ts'
import type { Style } from '../view/styled.ts'
import { CellBox } from './cell-box.ts'
import { ROLE_COLOUR } from './theme.ts'

/** Black reads well on all three bars. */
const BAR_TEXT = 16

/** blessed-contrib's gauge with the value above its bar; for large terminals with colour. */
export class BigGauge {
  readonly #gauge: InstanceType<typeof Gauge>
  readonly #text: CellBox

  constructor(screen: BlessedScreen, channel: Channel, attributeOf: (style: Style) => number) {
    const colour = ROLE_COLOUR[channel.role]
    this.#gauge = new Gauge({
      screen: asWidget(screen),
      stroke: colour,
      fill: BAR_TEXT,
      border: { type: 'line' },
      style: { border: { fg: 240 as unknown as string } },
      label: ` ${channel.label} `,
      hidden: true,
    } as ConstructorParameters<typeof Gauge>[0])
    // Its canvas is made on `attach`, which a parent given above would send too early.
    screen.append(this.#gauge)
    this.#text = new CellBox(screen, attributeOf)
  }

  /** To be called on every change of the layout: the canvas takes its size only then. */
  place(rect: Rect | null): void {
    if (!rect) {
      this.#gauge.hide()
      this.#text.show(null, [])
      return
    }
    Object.assign(this.#gauge, {
      left: rect.x,
      top: rect.y,
      width: rect.width,
      height: rect.height,
    })
    this.#gauge.show()
    this.#gauge.emit('attach')
  }

  update(view: GaugeView, rect: Rect): void {
    // A percentage of a value that is not of now would be one more number to believe.
    Object.assign(this.#gauge.options, { showLabel: view.current })
    this.#gauge.setPercent(view.ratio ?? 0)
    const inner = { x: rect.x + 2, y: rect.y + 1, width: rect.width - 4, height: 2 }
    this.#text.show(inner, bigGaugeLines(view, inner.width))
  }
}
