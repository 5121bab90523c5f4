import type { Picture } from '../../src/tui/picture.ts'
import { cellsOf } from '../../src/tui/view/cell-units.ts'
import { lineText } from '../../src/tui/view/styled.ts'

/** A picture as the rows of a screen, blanks at their ends left out. */
export function screenText({ layout, blocks, overlay }: Picture): string {
  const { columns, rows } = layout.size
  const cells = Array.from({ length: rows }, () => new Array<string>(columns).fill(' '))
  for (const { rect, lines } of [...Object.values(blocks), ...(overlay ? [overlay] : [])]) {
    for (const [i, line] of lines.entries()) {
      const row = cells[rect.y + i]
      for (const [j, char] of cellsOf(lineText(line)).entries()) if (row) row[rect.x + j] = char
    }
  }
  return `${cells.map((row) => row.join('').trimEnd()).join('\n')}\n`
}
