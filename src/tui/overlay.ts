import type { Burst } from '../domain/burst.ts'
import type { Snapshot } from '../monitor/view.ts'
import { burstLines } from './panels/burst.ts'
import { helpExtent, helpLines } from './panels/help.ts'
import { answerLines, promptLines } from './panels/prompt.ts'
import { keyOffer, type PictureContext, pictureLayout } from './picture-context.ts'
import type { Block } from './view/frame.ts'
import type { HelpExtent } from './view/help-place.ts'
import type { KeyOffer } from './view/keymap.ts'
import { isTiny, type Rect, type Size } from './view/layout.ts'
import type { Completion } from './view/prompt.ts'
import { type Line, lineWidth } from './view/styled.ts'
import type { ViewState } from './view/view-state.ts'

const NO_COMPLETION: Completion = { from: 0, candidates: [] }

/** What lies over the panels: the prompt, help, a burst or a long answer; null: nothing does. @param snapshot null: there is none yet */
export function overlayOf(snapshot: Snapshot | null, context: PictureContext): Block | null {
  const { view, size, look, completion } = context
  const area = { width: size.columns, height: size.rows, look }
  if (view.prompt !== null) {
    return atBottom(promptLines(view.prompt, completion ?? NO_COMPLETION, area), size, 0)
  }
  if (isTiny(size)) return null
  if (view.help !== null) return helpBlock(keyOffer(snapshot), context)
  if (view.burst !== null && view.burst.device === view.selected) {
    return burstBlock(view.burst.burst, snapshot, context)
  }
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

/** Rows that a picture of a burst has at least, where there are so many. */
const BURST_ROWS = 16
/** And cells. */
const BURST_CELLS = 60

/** Over the chart; where that is too small, or not there, over more. */
function burstBlock(burst: Burst, snapshot: Snapshot | null, context: PictureContext): Block {
  const { size, look } = context
  const whole: Rect = { x: 0, y: 1, width: size.columns, height: size.rows - 2 }
  const chart =
    snapshot === null ? whole : (pictureLayout(snapshot, context).regions.chart ?? whole)
  const isWide = chart.width >= BURST_CELLS
  const height = Math.min(whole.height, Math.max(chart.height, BURST_ROWS))
  const rect = {
    x: isWide ? chart.x : 0,
    y: Math.min(chart.y, whole.y + whole.height - height),
    width: isWide ? chart.width : size.columns,
    height,
  }
  return { rect, lines: burstLines(burst, { ...rect, look }) }
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
