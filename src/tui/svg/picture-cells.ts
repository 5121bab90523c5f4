import type { Picture } from '../picture.ts'
import { cellsOf } from '../view/cell-units.ts'
import type { ScreenCell, ScreenCells } from './screen-svg.ts'

/** A whole picture as the cells of its screen, without a terminal. */
export function pictureCells({ layout, blocks, overlay }: Picture): ScreenCells {
  const { columns, rows } = layout.size
  const blank: ScreenCell = { char: ' ', style: 'plain' }
  const cells = Array.from({ length: rows }, () => new Array<ScreenCell>(columns).fill(blank))
  for (const { rect, lines } of [...Object.values(blocks), ...(overlay ? [overlay] : [])]) {
    for (const [i, line] of lines.entries()) {
      const row = cells[rect.y + i]
      let { x } = rect
      for (const { text, style } of line) {
        for (const char of cellsOf(text)) {
          if (row !== undefined && x < columns) row[x] = { char, style }
          x++
        }
      }
    }
  }
  return cells
}
