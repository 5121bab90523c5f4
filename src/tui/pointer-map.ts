import type { Trace } from '../chart/trace.ts'
import type { Snapshot } from '../monitor/view.ts'
import type { PlotExtent } from './panels/chart.ts'
import { overviewChart } from './panels/overview.ts'
import { buildPicture } from './picture.ts'
import { type PictureContext, placedChart } from './picture-context.ts'
import { rectWithin } from './view/frame.ts'
import { type Rect, regionAt } from './view/layout.ts'
import type { PointerMap } from './view/pointer.ts'
import { targetIn } from './view/styled.ts'

/** A plot whose characters stand for times. */
interface PlacedPlot {
  /** Of the panel, title and time line included. */
  readonly rect: Rect
  readonly extent: PlotExtent
}

/**
 * What lies where on the screen, for the mouse.
 *
 * @param overview as `buildPicture` has it
 */
export function pointerMap(
  snapshot: Snapshot,
  trace: Trace | null,
  context: PictureContext,
  overview: Trace | null = null,
): PointerMap {
  const { view, look } = context
  const { layout, blocks } = buildPicture(snapshot, trace, context, { overview })
  const { chart, overview: strip } = layout.regions
  const plots: PlacedPlot[] = []
  const panel = view.statistics === null ? placedChart(snapshot, trace, context) : null
  if (chart !== undefined && panel !== null) plots.push({ rect: chart, extent: panel.plot })
  if (strip !== undefined) {
    const rect = layout.framed.includes('overview') ? rectWithin(strip) : strip
    const { plot } = overviewChart({ ...context, snapshot, trace: overview }, { ...rect, look })
    plots.push({ rect, extent: plot })
  }
  return {
    regionAt: (x, y) => regionAt(layout, x, y),
    targetAt: (x, y) => {
      const region = regionAt(layout, x, y)
      const block = region === null ? undefined : blocks[region]
      if (!block) return null
      const [column, row] = [x - block.rect.x, y - block.rect.y]
      const letter = (region === 'chart' ? (panel?.legend ?? []) : []).find(
        (each) => each.y === row && column >= each.x && column < each.x + each.width,
      )
      if (letter !== undefined) return letter.target
      return targetIn(block.lines[row] ?? [], column)
    },
    timeAt: (x, y) => plots.map((plot) => timeIn(plot, x, y)).find((each) => each !== null) ?? null,
  }
}

/** @returns Unix µs; null: it is none of its characters */
function timeIn({ rect, extent }: PlacedPlot, x: number, y: number): number | null {
  const cell = x - rect.x - extent.left
  const isRow = y > rect.y && y < rect.y + rect.height - 1
  if (extent.startUs === null || !isRow || cell < 0 || cell >= extent.cells) return null
  return extent.startUs + (cell + 0.5) * extent.cellUs
}
