import { useEffect, useRef } from 'preact/hooks'
import type { Channel } from '../../../domain/channels.ts'
import { listenToGestures } from '../chart/gestures.ts'
import { StripPlot } from '../chart/strip-plot.ts'
import type { PageState } from '../model/store.ts'
import { chartEdge, shown } from '../model/time-window.ts'
import { usePage } from './use-page.ts'

interface Props {
  /** Those of a group share a strip. */
  readonly groups: readonly (readonly Channel[])[]
}

const TIMES_PX = 26
const LEAST_STRIP_PX = 84

/** The strips below each other: one uPlot each, with the same left and right edges. */
export function Strips({ groups }: Props) {
  const page = usePage()
  const host = useRef<HTMLDivElement>(null)
  // Who shows other channels gives this part another key: plots are made once.
  const first = useRef(groups)
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const strips = new DrawnStrips(element, first.current, page)
    return () => strips.end()
  }, [page])
  return (
    <section
      class="strips"
      ref={host}
      style={{ minHeight: `${LEAST_STRIP_PX * groups.length + TIMES_PX}px` }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys move the cursor
      tabIndex={0}
      aria-label="Curves; arrow keys move, c sets a cursor, plus and minus zoom"
      data-part="strips"
    />
  )
}

/** What a picture depends on. */
const DEPENDS = ['trace', 'window', 'snapshot', 'selection', 'units'] as const

/** The plots of the strips, drawn where something has changed, and at most once a frame. */
class DrawnStrips {
  readonly #host: HTMLElement
  readonly #page: Parameters<typeof listenToGestures>[2]
  readonly #plots: readonly StripPlot[]
  readonly #ends: (() => void)[] = []
  #drawn: PageState | null = null
  #frame = 0
  #width = 0

  constructor(
    host: HTMLElement,
    groups: Props['groups'],
    page: Parameters<typeof listenToGestures>[2],
  ) {
    this.#host = host
    this.#page = page
    const rightAxes = Math.max(0, ...groups.map(({ length }) => length - 1))
    this.#plots = groups.map((channels, i) => {
      const hasTimes = i === groups.length - 1
      const options = { channels, figures: page.figures, hasTimes, rightAxes }
      return new StripPlot(
        host,
        options,
        host.clientWidth,
        LEAST_STRIP_PX + (hasTimes ? TIMES_PX : 0),
      )
    })
    const sizes = new ResizeObserver(() => this.#resize())
    sizes.observe(host)
    this.#ends.push(
      () => sizes.disconnect(),
      page.store.subscribe(() => this.#schedule()),
      listenToGestures(host, () => this.#edges(), page),
    )
    this.#resize()
  }

  end(): void {
    cancelAnimationFrame(this.#frame)
    for (const end of this.#ends) end()
    for (const plot of this.#plots) plot.destroy()
  }

  #edges(): DOMRect | null {
    return this.#plots[0]?.over.getBoundingClientRect() ?? null
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#host
    const each = Math.max(LEAST_STRIP_PX, Math.floor((height - TIMES_PX) / this.#plots.length))
    for (const [i, plot] of this.#plots.entries()) {
      plot.resize(width, each + (i === this.#plots.length - 1 ? TIMES_PX : 0))
    }
    this.#drawn = null
    this.#schedule()
  }

  /** A trace has as many slots as the curves are wide; known only after uPlot has laid itself out. */
  #measure(): void {
    const width = Math.round(this.#edges()?.width ?? 0)
    if (width === 0 || width === this.#width) return
    this.#width = width
    this.#page.feed.resized(width)
  }

  #schedule(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#draw()
    })
  }

  #draw(): void {
    const { state } = this.#page.store
    const before = this.#drawn
    const { trace, snapshot, window, selection, cursorUs } = state
    if (trace === null || snapshot === null) return
    if (before === null || DEPENDS.some((name) => before[name] !== state[name])) {
      const span = shown(window, chartEdge(snapshot, trace))
      if (span === null) return
      for (const plot of this.#plots) plot.show({ trace, snapshot, selection, ...span })
    }
    for (const plot of this.#plots) plot.point(cursorUs)
    this.#measure()
    this.#drawn = state
    this.#host.dataset['drawn'] = String(Math.round(window.spanMs))
  }
}
