import type { Snapshot } from '../monitor/view.ts'
import { helpExtent, helpLines } from './panels/help.ts'
import { answerLines, promptLines } from './panels/prompt.ts'
import { keyOffer, type PictureContext } from './picture-context.ts'
import type { Block } from './view/frame.ts'
import type { HelpExtent } from './view/help-place.ts'
import type { KeyOffer } from './view/keymap.ts'
import { isTiny, type Size } from './view/layout.ts'
import type { Completion } from './view/prompt.ts'
import { type Line, lineWidth } from './view/styled.ts'
import type { ViewState } from './view/view-state.ts'

const NO_COMPLETION: Completion = { from: 0, candidates: [] }

/** What lies over the panels: the prompt, help or a long answer; null: nothing does. @param snapshot null: there is none yet */
export function overlayOf(snapshot: Snapshot | null, context: PictureContext): Block | null {
  const { view, size, look, completion } = context
  const area = { width: size.columns, height: size.rows, look }
  if (view.prompt !== null) {
    return atBottom(promptLines(view.prompt, completion ?? NO_COMPLETION, area), size, 0)
  }
  if (isTiny(size)) return null
  if (view.help !== null) return helpBlock(keyOffer(snapshot), context)
  const text = snapshot === null ? null : longNotice(view, snapshot.nowUs, size)
  // The keys stay.
  return text === null ? null : atBottom(answerLines(text, area), size, 1)
}

/** What is said to the user at the moment and is too long for the event line; null: nothing is. */
function longNotice({ notice }: ViewState, nowUs: number, size: Size): string | null {
  if (notice === null || notice.untilUs <= nowUs) return null
  return notice.text.length > size.columns - 2 ? notice.text : null
}

function atBottom(lines: readonly Line[], { columns, rows }: Size, above: number): Block {
  const y = Math.max(0, rows - above - lines.length)
  return { rect: { x: 0, y, width: columns, height: lines.length }, lines }
}

function helpBlock(offer: KeyOffer, { view, size, look }: PictureContext): Block | null {
  if (view.help === null) return null
  const lines = helpLines(offer, view.help, { width: size.columns, height: size.rows, look })
  const width = lineWidth(lines[0] ?? [])
  const height = lines.length
  const rect = {
    x: Math.max(0, Math.floor((size.columns - width) / 2)),
    y: Math.max(0, Math.floor((size.rows - height) / 2)),
    width,
    height,
  }
  return { rect, lines }
}

/** How much help there is, and how much of it is shown at once. @param snapshot null: there is none yet */
export function helpRoom(snapshot: Snapshot | null, { size, look }: PictureContext): HelpExtent {
  return helpExtent(keyOffer(snapshot), { width: size.columns, height: size.rows, look })
}
