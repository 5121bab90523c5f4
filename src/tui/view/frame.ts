import { PANELS, type Panel, type Rect } from './layout.ts'
import type { Look, PanelArea } from './look.ts'
import { fitLine, type Line, lineWidth, type Piece, piece, type Style } from './styled.ts'

/** A rectangle of the screen and exactly the lines that fill it. */
export interface Block {
  readonly rect: Rect
  readonly lines: readonly Line[]
}

export const PANEL_TITLE: Readonly<Record<Panel, string>> = {
  gauges: 'values',
  chart: 'chart',
  table: 'table',
  totals: 'charge and energy',
  link: 'link',
  alarms: 'alarms',
  events: 'events',
  histogram: 'histogram',
  overview: 'overview',
}

interface FrameOptions {
  readonly panel: Panel
  /** Default: that of the panel. */
  readonly title?: string
  readonly isFocused: boolean
}

/** ` 3 table `: the number by which a key goes to it, and what it is. @param style of the number */
export function panelHead(panel: Panel, style: Style = 'dim', title = PANEL_TITLE[panel]): Line {
  return [piece(` ${1 + PANELS.indexOf(panel)} `, style), piece(`${title} `, 'bold')]
}

/** Where it lies on the screen. */
export function rectWithin({ x, y, width, height }: Rect): Rect {
  return { x: x + 1, y: y + 1, width: Math.max(0, width - 2), height: Math.max(0, height - 2) }
}

/** What a frame leaves. */
export function areaWithin(rect: Rect, look: Look): PanelArea {
  const { width, height } = rectWithin(rect)
  return { width, height, look }
}

/** Lines of a panel with a border around them: `┌ 3 table ────┐`; bold where the focus is on it. */
export function framed(
  lines: readonly Line[],
  { width, height }: Rect,
  { panel, title, isFocused }: FrameOptions,
  { glyphs }: Look,
): Line[] {
  const style: Style = isFocused ? 'bold' : 'dim'
  const inner = Math.max(0, width - 2)
  const head = panelHead(panel, style, title)
  const cut = fitLine(head, Math.min(inner, lineWidth(head)))
  const rule = (cells: number): Piece => piece(glyphs.horizontal.repeat(Math.max(0, cells)), style)
  const used = cut.reduce((sum, { text }) => sum + text.length, 0)
  const side = piece(glyphs.vertical, style)
  const body = Array.from({ length: Math.max(0, height - 2) }, (_, i) => lines[i] ?? [])
  return [
    [piece(glyphs.topLeft, style), ...cut, rule(inner - used), piece(glyphs.topRight, style)],
    ...body.map((line): Line => [side, ...fitLine(line, inner), side]),
    [piece(glyphs.bottomLeft, style), rule(inner), piece(glyphs.bottomRight, style)],
  ]
}
