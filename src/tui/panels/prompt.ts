import { wrapText } from '../../util/wrap-text.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import { graphemes } from '../view/line-edit.ts'
import type { Look, PanelArea } from '../view/look.ts'
import type { Candidate, Completion, Prompt } from '../view/prompt.ts'
import { fitLine, type Line, lineWidth, type Piece, piece, spread } from '../view/styled.ts'

/** Most candidates that are shown at once. */
const MOST_CANDIDATES = 14
const FORM_CELLS = 29
/** The head of the list and the line itself. */
const OTHER_ROWS = 2

/**
 * The line that is being written, and above it what may stand at its cursor or what is wrong
 * with it; as many lines as that needs, at most half the height of the area.
 *
 * @param completion of the line as it is; of no use while Tab goes through an earlier one
 */
export function promptLines(prompt: Prompt, completion: Completion, area: PanelArea): Line[] {
  const { height } = area
  const line = inputLine(prompt, area)
  const rows = Math.min(MOST_CANDIDATES, Math.floor(height / 2) - OTHER_ROWS)
  if (rows < 1) return [prompt.problem === '' ? line : (problemLines(prompt, area, 1)[0] ?? line)]
  if (prompt.problem !== '') {
    return [head('not carried out', '', area), ...problemLines(prompt, area, rows), line]
  }
  const { candidates, at } = prompt.menu ?? { ...completion, at: null }
  if (candidates.length === 0) return [head('nothing begins so', '', area), line]
  const top = Math.max(0, Math.min((at ?? 0) - rows + 1, candidates.length - rows))
  const shown = candidates.slice(top, top + rows)
  const place =
    shown.length < candidates.length
      ? `${top + 1}-${top + shown.length} of ${candidates.length}`
      : ''
  return [
    head('Tab completes, Enter does it, Esc closes', place, area),
    ...(candidates.length === 1
      ? candidateLines(shown[0] as Candidate, area).slice(0, rows)
      : shown.map((each, i) => candidateLine(each, top + i === at, area))),
    line,
  ]
}

function candidateLine({ form, about }: Candidate, isChosen: boolean, area: PanelArea): Line {
  const { width, look } = area
  const name = formText(form, look)
  const help = cutEnd(cellText(about, look), width - name.length, look)
  const line = [
    piece(name, isChosen ? 'invert' : 'bold'),
    piece(help, isChosen ? 'invert' : 'plain'),
  ]
  return fitLine(line, width)
}

/** The only one has room for all that is said of it. */
function candidateLines({ form, about }: Candidate, { width, look }: PanelArea): Line[] {
  const name = formText(form, look)
  const room = Math.max(1, width - name.length - 1)
  return wrapText(cellText(about, look), room).map((text, i) =>
    fitLine([piece(i === 0 ? name : ' '.repeat(name.length), 'bold'), piece(text)], width),
  )
}

function formText(form: string, look: Look): string {
  return ` ${cutEnd(cellText(form, look), FORM_CELLS, look).padEnd(FORM_CELLS)} `
}

/** An answer that is longer than the event line, whole, as far as there is room. */
export function answerLines(text: string, area: PanelArea): Line[] {
  const { width, height, look } = area
  const rows = Math.max(1, Math.floor(height / 2) - 1)
  const lines = wrapText(cellText(text, look), Math.max(1, width - 2)).slice(0, rows)
  return [
    head('answer', '', area),
    ...lines.map((each) => fitLine([piece(` ${cutEnd(each, width - 1, look)}`)], width)),
  ]
}

function head(text: string, place: string, { width, look }: PanelArea): Line {
  const rule = (cells: number): Piece =>
    piece(look.glyphs.horizontal.repeat(Math.max(0, cells)), 'dim')
  const left = [rule(2), piece(` ${text} `, 'dim')]
  const right = place === '' ? [] : [piece(` ${place} `, 'dim'), rule(2)]
  const middle = rule(width - lineWidth(left) - lineWidth(right))
  return spread([...left, middle], right, width)
}

function problemLines({ problem }: Prompt, { width, look }: PanelArea, rows: number): Line[] {
  return wrapText(cellText(problem, look), Math.max(1, width - 2))
    .slice(0, rows)
    .map((each) => fitLine([piece(` ${cutEnd(each, width - 1, look)}`, 'warn')], width))
}

/** `:interval=10_`; where it is longer than the screen, the part around the cursor. */
function inputLine({ line }: Prompt, { width, look }: PanelArea): Line {
  const { text, cursor } = line
  const left = cellText(text.slice(0, cursor), look)
  const [under = ' ', ...behind] = graphemes(text.slice(cursor))
  const right = cellText(behind.join(''), look)
  const cell = cellText(under, look) || ' '
  const room = Math.max(0, width - 1 - cell.length)
  const cutLeft = left.length <= room ? left : left.slice(left.length - room)
  const sign = left.length <= room ? ':' : look.glyphs.ellipsis
  return fitLine([piece(sign, 'bold'), piece(cutLeft), piece(cell, 'invert'), piece(right)], width)
}
