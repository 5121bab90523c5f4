/** blessed-contrib declares no types for its single widgets. */
declare module 'blessed-contrib/lib/widget/gauge.js' {
  import type { Widgets } from 'blessed'

  interface GaugeOptions extends Widgets.BoxOptions {
    readonly showLabel?: boolean
  }

  interface Segment {
    /** Up to 1.001 a ratio, beyond that percent. */
    readonly percent: number
    /** Colour: a number of the 256-colour palette; `normal`: none. */
    readonly stroke: number | 'normal'
  }

  class Gauge extends Widgets.BoxElement {
    constructor(options: GaugeOptions)
    /** What is drawn on; there from `attach` on. */
    readonly ctx: {
      readonly _canvas: { frame(): string }
      clearRect(x: number, y: number, width: number, height: number): void
    }
    canvasSize: { readonly width: number; readonly height: number }
    /** Called on `attach`. */
    calcSize(): void
    /** Begins at the left end; one segment behind the other. */
    setStack(segments: readonly Segment[]): void
    /** That of a box, with what `setContent` has. */
    _render(): ReturnType<Widgets.BoxElement['render']>
  }

  export default Gauge
}
