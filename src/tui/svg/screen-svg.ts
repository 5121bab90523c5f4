import { pageStyle } from '../../theme/page-style.ts'
import { type Style, type ThemeChoice, WEIGHT } from '../../theme/themes.ts'
import { xmlText } from '../../util/xml.ts'
import { CELL, glyphShape } from './glyph-shapes.ts'

/** What a cell of the screen shows. The right half of a wide character has an empty text. */
export interface ScreenCell {
  readonly char: string
  readonly style: Style
}

/** Rows from the top. */
export type ScreenCells = readonly (readonly ScreenCell[])[]

export interface ScreenSvgOptions {
  readonly theme: ThemeChoice
  /** For those who can't see it. */
  readonly title: string
  /** How long each frame stands, s; of use where there are several. */
  readonly frameS?: number
}

const MARGIN = 8
/** From the top of a cell to the line that letters stand on. */
const BASELINE = 12.8

/**
 * The screen as the text of an SVG file: letters as text, one run a style, braille, boxes and bars as
 * shapes at their exact places. Of several frames each row is drawn once for as long as it stays
 * as it is; they follow one another by CSS alone. Pure: the same cells are always the same text.
 */
export function screenSvg(frames: readonly ScreenCells[], options: ScreenSvgOptions): string {
  const rows = Math.max(1, ...frames.map((frame) => frame.length))
  const columns = Math.max(1, ...frames.flatMap((frame) => frame.map((row) => row.length)))
  const [width, height] = [columns * CELL.width + 2 * MARGIN, rows * CELL.height + 2 * MARGIN]
  const styles = new Set(frames.flat(2).map(({ style }) => style))
  const steps = new Set<string>()
  const bodies: string[] = []
  for (let y = 0; y < rows; y++) {
    for (const { from, end } of spansOf(frames, y)) {
      const row = rowSvg(frames[from]?.[y] ?? [], y)
      const isSteady = end - from === frames.length
      if (!isSteady) steps.add(`${from}-${end}`)
      if (row !== '') bodies.push(isSteady ? row : `<g class="f${from}-${end}">${row}</g>`)
    }
  }
  const title = xmlText(options.title)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">\n`,
    `<title>${title}</title>\n`,
    '<style>text{font-size:13.33px;font-family:monospace;white-space:pre}.bold{font-weight:bold}',
    pageStyle(options.theme, [...styles].filter(isColoured)),
    ...[...steps].map((step) => keyframes(step, frames.length, options.frameS ?? 1)),
    '</style>\n',
    `<rect class="page" width="${width}" height="${height}" rx="6"/>\n`,
    `<g transform="translate(${MARGIN} ${MARGIN})">\n`,
    bodies.join('\n'),
    '\n</g>\n</svg>\n',
  ].join('')
}

function isColoured(style: Style): boolean {
  return style !== 'plain' && style !== 'bold' && style !== 'invert'
}

/** The frames in which a row stays the same, from the first to before the last. */
function spansOf(frames: readonly ScreenCells[], y: number): { from: number; end: number }[] {
  const spans: { from: number; end: number }[] = []
  let shown: string | null = null
  for (const [i, frame] of frames.entries()) {
    const content = JSON.stringify(frame[y] ?? [])
    const last = spans.at(-1)
    if (last !== undefined && content === shown) last.end = i + 1
    else spans.push({ from: i, end: i + 1 })
    shown = content
  }
  return spans
}

/** Shown from one frame to another, hidden in the others, over and over. */
function keyframes(step: string, count: number, frameS: number): string {
  const [from = 0, end = 0] = step.split('-').map(Number)
  const share = (frame: number): string => `${Math.round((frame / count) * 1e4) / 100}%`
  const hidden = 'visibility:hidden'
  const begin = from === 0 ? '' : `0%{${hidden}}`
  const rest = end === count ? '' : `${share(end)}{${hidden}}`
  const name = `f${step}`
  return `.${name}{animation:${name} ${count * frameS}s step-end infinite}@keyframes ${name}{${begin}${share(from)}{visibility:visible}${rest}}`
}

function rowSvg(row: readonly ScreenCell[], y: number): string {
  const shapes = new Map<string, string>()
  const texts: string[] = []
  const top = y * CELL.height
  const add = (fill: string, path: string): void => {
    shapes.set(fill, (shapes.get(fill) ?? '') + path)
  }
  for (let x = 0; x < row.length; ) {
    const { style } = row[x] as ScreenCell
    let end = x
    while (end < row.length && row[end]?.style === style) end++
    const isInverse = WEIGHT[style]?.inverse === true
    const fill = fillOf(style)
    if (isInverse) {
      const width = (end - x) * CELL.width
      add(fill, `M${x * CELL.width} ${top}h${width}v${CELL.height}h-${width}z`)
    }
    const ink = isInverse ? 'page' : fill
    const run = runSvg(row, { from: x, end, top, ink, isBold: WEIGHT[style]?.bold === true })
    if (run.path !== '') add(ink, run.path)
    texts.push(...run.texts)
    x = end
  }
  const drawn = [...shapes].sort(
    ([one], [other]) => Number(one === 'page') - Number(other === 'page'),
  )
  return (
    drawn.map(([fill, path]) => `<path class="${fill}" d="${path}"/>`).join('') + texts.join('')
  )
}

/** Cells of one style in a row. */
interface Run {
  readonly from: number
  readonly end: number
  /** Upper edge of the row, in the picture's units. */
  readonly top: number
  /** Class of what is drawn. */
  readonly ink: string
  readonly isBold: boolean
}

/** The letters of a run, and the shapes of its other characters as path data. */
function runSvg(row: readonly ScreenCell[], run: Run): { texts: readonly string[]; path: string } {
  const { from, end, top } = run
  const texts: string[] = []
  let path = ''
  let text = ''
  let begin = from
  const flush = (x: number): void => {
    const word = text.trimEnd()
    if (word !== '') texts.push(textSvg(word, begin, run))
    text = ''
    begin = x
  }
  for (let x = from; x < end; x++) {
    const char = row[x]?.char ?? ' '
    const shape = char === '' || char === ' ' ? null : glyphShape(char, x * CELL.width, top)
    if (shape !== null) {
      path += shape
      flush(x + 1)
    } else if (char === ' ' && (text === '' || row[x + 1]?.char === ' ')) flush(x + 1)
    else text += char
    // What is not of one cell would push the rest of its run.
    if (char.length > 1 || char === '' || char > '\u024f') flush(x + 1)
  }
  flush(end)
  return { texts, path }
}

function textSvg(text: string, x: number, { top, ink, isBold }: Run): string {
  const bold = isBold ? ' bold' : ''
  // Whatever the font, each letter is in its cell.
  const length = text.length > 1 ? ` textLength="${text.length * CELL.width}"` : ''
  const y = Math.round((top + BASELINE) * 10) / 10
  return `<text class="${ink}${bold}" x="${x * CELL.width}" y="${y}"${length}>${xmlText(text)}</text>`
}

function fillOf(style: Style): string {
  return isColoured(style) ? style : 'text'
}
