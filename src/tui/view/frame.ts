import type { Panel, Rect } from './layout.ts'
import type { Look, PanelArea } from './look.ts'
import { fitLine, type Line, type Piece, piece, type Style } from './styled.ts'

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
  /** By which a key goes to it. */
  readonly number: number
  readonly isFocused: boolean
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
  { panel, title: name = PANEL_TITLE[panel], number, isFocused }: FrameOptions,
  { glyphs }: Look,
): Line[] {
  const style: Style = isFocused ? 'bold' : 'dim'
  const inner = Math.max(0, width - 2)
  const title: Line = [piece(` ${number} `, style), piece(`${name} `, 'bold')]
  const cut = fitLine(title, Math.min(inner, ` ${number} ${name} `.length))
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
