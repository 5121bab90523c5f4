import { buildPicture } from '../../src/tui/picture.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { type Line, lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { electric, type SnapshotChanges, sampleSnapshot, traceOf } from './snapshots.ts'

/** ASCII with colours. */
export const LOOK = lookOf({ ascii: true, colour: true })

/** The lines of a whole picture: of a healthy monitor but for these changes, at 5 V and 1 A. */
export function pictureText(
  changes: SnapshotChanges = {},
  view = INITIAL_VIEW,
  columns = 80,
  rows = 24,
): string[] {
  const points = Array.from({ length: 60 }, (_, slot) => ({
    slot,
    values: electric(5, 1),
  }))
  const context = { size: { columns, rows }, view, look: LOOK, trouble: null }
  const picture = buildPicture(sampleSnapshot(changes), traceOf(60, points), context)
  return Object.values(picture.blocks).flatMap((block) => block.lines.map(lineText))
}

/** `style:text` of each part of a line. */
export function styled(line: Line): string {
  return line.map(({ text, style }) => `${style}:${text}`).join('/')
}
