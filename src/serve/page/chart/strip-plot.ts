import uPlot from 'uplot'
import type { Trace } from '../../../chart/trace.ts'
import type { Channel } from '../../../domain/channels.ts'
import type { Snapshot } from '../../../monitor/view.ts'
import type { PageFigures } from '../model/figures.ts'
import type { Span } from '../model/selection.ts'
import { curvePaths } from './curve-paths.ts'
import { type StripAxis, stripAxis } from './strip-axis.ts'
import { cssColour } from './theme-colours.ts'
import { timeLabels } from './time-labels.ts'

/** What a strip shows. */
export interface StripContent {
  readonly trace: Trace
  readonly fromUs: number
  readonly toUs: number
  readonly snapshot: Snapshot
  readonly selection: Span | null
}

export interface StripOptions {
  /** Each has an axis of its own; the first at the left. */
  readonly channels: readonly Channel[]
  readonly figures: PageFigures
  /** The times stand below the lowest strip. */
  readonly hasTimes: boolean
  /** Strips below each other have their left edges in line. */
  readonly rightAxes: number
}

export const AXIS_PX = 62
/** Right of the curves: half of the last time below them. */
export const RIGHT_PX = 26
const TIMES_PX = 26
const FONT = '11px system-ui, sans-serif'

/** One uPlot: the curves of one channel, or of several with an axis each. */
export class StripPlot {
  readonly #options: StripOptions
  readonly #plot: uPlot
  readonly #axes = new Map<string, StripAxis>()
  #content: StripContent | null = null

  constructor(host: HTMLElement, options: StripOptions, width: number, height: number) {
    this.#options = options
    this.#plot = new uPlot(
      this.#plotOptions(width, height),
      [[], ...options.channels.map(() => [])],
      host,
    )
    this.#plot.over.setAttribute('data-plot', options.channels.map(({ id }) => id).join(' '))
  }

  /** The part of it where the curves are. */
  get over(): HTMLElement {
    return this.#plot.over
  }

  show(content: StripContent): void {
    this.#content = content
    const { trace, fromUs, toUs, snapshot } = content
    const height = this.#plot.over.clientHeight || this.#plot.height
    for (const channel of this.#options.channels) {
      const axis = stripAxis(trace, channel, snapshot, this.#options.figures, height)
      if (axis !== null) this.#axes.set(channel.id, axis)
    }
    this.#plot.batch(() => {
      this.#plot.setData(this.#data(trace), false)
      this.#plot.setScale('x', { min: fromUs / 1e6, max: toUs / 1e6 })
      for (const { id } of this.#options.channels) {
        const { min = 0, max = 1 } = this.#axes.get(id) ?? {}
        this.#plot.setScale(id, { min, max })
      }
    })
    this.#select()
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height })
  }

  /** @param timeUs null: none */
  point(timeUs: number | null): void {
    const left = timeUs === null ? -10 : this.#plot.valToPos(timeUs / 1e6, 'x')
    this.#plot.setCursor({ left, top: timeUs === null ? -10 : 0 }, false)
  }

  destroy(): void {
    this.#plot.destroy()
  }

  #select(): void {
    const { selection } = this.#content ?? {}
    const left = selection ? this.#plot.valToPos(selection.fromUs / 1e6, 'x') : 0
    const right = selection ? this.#plot.valToPos(selection.toUs / 1e6, 'x') : 0
    const width = this.#plot.over.clientWidth
    const from = Math.max(0, Math.min(width, left))
    const to = Math.max(0, Math.min(width, right))
    const height = this.#plot.over.clientHeight
    this.#plot.setSelect({ left: from, width: to - from, top: 0, height }, false)
  }

  #data(trace: Trace): uPlot.AlignedData {
    const xs: number[] = []
    const columns = this.#options.channels.map(({ id }) => ({
      last: trace.channels[id]?.last,
      ys: [] as (number | null)[],
    }))
    for (let i = 0; i < trace.length; i++) {
      if (trace.count[i] === 0) continue
      xs.push((trace.startUs + (i + 0.5) * trace.slotUs) / 1e6)
      for (const { last, ys } of columns) {
        const value = last?.[i] ?? Number.NaN
        ys.push(Number.isNaN(value) ? null : value)
      }
    }
    return [xs, ...columns.map(({ ys }) => ys)]
  }

  #plotOptions(width: number, height: number): uPlot.Options {
    const { channels, hasTimes, rightAxes } = this.#options
    const quiet = { stroke: () => cssColour('dim'), font: FONT }
    const grid = { stroke: () => cssColour('hair'), width: 1 }
    const unused = Math.max(0, rightAxes - (channels.length - 1)) * AXIS_PX
    return {
      width,
      height,
      padding: [8, RIGHT_PX + unused, hasTimes ? 0 : 4, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: { size: 7, width: 2 },
        // Where the pointer is, is said to all strips by the state.
        bind: {
          mousemove: () => null,
          mousedown: () => null,
          mouseup: () => null,
          mouseleave: () => null,
          mouseenter: () => null,
          click: () => null,
          dblclick: () => null,
        },
      },
      scales: {
        x: { time: true, auto: false },
        ...Object.fromEntries(channels.map(({ id }) => [id, { auto: false }])),
      },
      series: [
        {},
        ...channels.map(({ id, role }) => ({
          scale: id,
          stroke: () => cssColour(role),
          fill: () => `${cssColour(role)}47`,
          width: 1.5,
          points: { show: false },
          paths: curvePaths(() => this.#content?.trace ?? null, id, id),
        })),
      ],
      axes: [
        {
          ...quiet,
          grid,
          show: true,
          size: hasTimes ? TIMES_PX : 0,
          ticks: { show: hasTimes, stroke: () => cssColour('hair'), size: 4 },
          space: 90,
          gap: 4,
          values: (_u, splits, _axis, _space, step) => (hasTimes ? timeLabels(splits, step) : []),
        },
        ...channels.map(({ id, role }, i) => ({
          ...quiet,
          stroke: () => cssColour(role),
          scale: id,
          side: i === 0 ? (3 as const) : (1 as const),
          size: AXIS_PX,
          gap: 6,
          grid: { ...grid, show: i === 0 },
          ticks: { show: false },
          splits: () => [...(this.#axes.get(id)?.splits ?? [])],
          values: () => [...(this.#axes.get(id)?.labels ?? [])],
        })),
      ],
      hooks: { draw: [(u) => this.#drawLimits(u)] },
    }
  }

  #drawLimits(u: uPlot): void {
    const { snapshot } = this.#content ?? {}
    const { ctx, bbox } = u
    ctx.save()
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio])
    for (const { id, role } of this.#options.channels) {
      ctx.strokeStyle = cssColour(role)
      for (const { channel, low, high } of snapshot?.limits ?? []) {
        for (const end of channel === id ? [low, high] : []) {
          const y = end === null ? Number.NaN : u.valToPos(end, id, true)
          if (!(y >= bbox.top && y <= bbox.top + bbox.height)) continue
          ctx.beginPath()
          ctx.moveTo(bbox.left, y)
          ctx.lineTo(bbox.left + bbox.width, y)
          ctx.stroke()
        }
      }
    }
    ctx.restore()
  }
}
