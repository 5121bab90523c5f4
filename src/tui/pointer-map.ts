import type { Trace } from '../chart/trace.ts'
import type { Snapshot } from '../monitor/view.ts'
import { chartPanelLegend, chartPlot } from './panels/chart-panel.ts'
import { buildPicture } from './picture.ts'
import type { PictureContext } from './picture-context.ts'
import { regionAt } from './view/layout.ts'
import type { PointerMap } from './view/pointer.ts'
import { targetIn } from './view/styled.ts'

/** What lies where on the screen, for the mouse. */
export function pointerMap(
  snapshot: Snapshot,
  trace: Trace | null,
  context: PictureContext,
): PointerMap {
  const { view, look, figures, compared } = context
  const { layout, blocks } = buildPicture(snapshot, trace, context)
  const { chart } = layout.regions
  const area = chart && { width: chart.width, height: chart.height, look }
  const isChart = area !== undefined && view.statistics === null
  const plot = isChart ? chartPlot(snapshot, trace, view, area, figures, compared) : null
  const legend = isChart ? chartPanelLegend(snapshot, trace, view, area, figures, compared) : []
  return {
    regionAt: (x, y) => regionAt(layout, x, y),
    targetAt: (x, y) => {
      const region = regionAt(layout, x, y)
      const block = region === null ? undefined : blocks[region]
      if (!block) return null
      const [column, row] = [x - block.rect.x, y - block.rect.y]
      const letter = (region === 'chart' ? legend : []).find(
        (each) => each.y === row && column >= each.x && column < each.x + each.width,
      )
      if (letter !== undefined) return letter.target
      return targetIn(block.lines[row] ?? [], column)
    },
    timeAt: (x, y) => {
      if (!chart || plot === null || plot.startUs === null) return null
      const cell = x - chart.x - plot.left
      const isPlot = cell >= 0 && cell < plot.cells && y > chart.y && y < chart.y + chart.height - 1
      return isPlot ? plot.startUs + (cell + 0.5) * plot.cellUs : null
    },
  }
}
