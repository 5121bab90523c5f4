/** blessed-contrib declares no types for its single widgets. */
declare module 'blessed-contrib/lib/widget/gauge.js' {
  import type { Widgets } from 'blessed'

  interface GaugeOptions extends Widgets.BoxOptions {
    /** Colour of the bar: a number of the 256-colour palette. */
    readonly stroke: number
    /** Colour of the text in the bar. */
    readonly fill: number
    readonly showLabel?: boolean
  }

  interface GaugeElement extends Widgets.BoxElement {
    /** @param ratio 0 to 1; larger numbers are read as percent */
    setPercent(ratio: number): void
  }

  const Gauge: new (options: GaugeOptions) => GaugeElement
  export default Gauge
}
