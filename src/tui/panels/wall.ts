import type { Snapshot } from '../../monitor/view.ts'
import { bigDigits, bigWidth, type DigitRows, isDrawn } from '../view/big-digits.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import {
  barPieces,
  type GaugeView,
  gaugeViews,
  tailPiece,
  valueStyle,
  verdictPiece,
} from '../view/gauge-view.ts'
import type { Rect } from '../view/layout.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { aimed, fitLine, type Line, lineWidth, piece, spread } from '../view/styled.ts'

/** A gauge's bar that has room for more than a line of characters. */
export interface Meter {
  /** Its cells, from the upper left corner of the panel. */
  readonly rect: Rect
  readonly gauge: GaugeView
}

export interface WallPanel {
  readonly lines: readonly Line[]
  readonly meters: readonly Meter[]
}

/** The largest digits first, each from so many rows of a gauge on: digits, a line about the bar, and the bar. */
const SIZES: readonly { readonly rows: DigitRows; readonly least: number }[] = [
  { rows: 20, least: 25 },
  { rows: 15, least: 19 },
  { rows: 10, least: 13 },
  { rows: 5, least: 6 },
  { rows: 3, least: 3 },
]
const WORD_ROWS: readonly DigitRows[] = [10, 5, 3]
/** Room that a number has at least; it keeps it, so that its digits stay in their places. */
const WIDEST = '88.8888'
/** Beside digits of so many rows; not named: as text. */
const UNIT_ROWS: Readonly<Partial<Record<DigitRows, DigitRows>>> = { 5: 3, 10: 5, 15: 10, 20: 10 }
/** Left and right of everything, and between a number and what follows it. */
const EDGE = 1
const GAP = 2
/** From so many rows of a gauge on, one of them is empty. */
const APART_FROM_ROWS = 8
/** The share of a gauge's rows that its bar has at most. */
const BAR_PART = 0.3
/** A narrower bar, or one of a single row, is drawn of characters. */
const METER_LEAST = { width: 20, height: 2 } as const
/** Within a line. */
const BAR_LEAST = 10
const REACH_CELLS = 9
const SHARE_CELLS = 14

/**
 * Voltage, current and power one below the other, to be read from across the room: large digits with
 * unit and, where something is wrong, a large word; below them the bar as wide as the panel.
 */
export function wallPanel(
  snapshot: Snapshot,
  { width, height, look }: PanelArea,
  figures: FigureMemory = figuresOf(snapshot),
): WallPanel {
  const gauges = gaugeViews(snapshot, look, figures)
  const lines: Line[] = []
  const meters: Meter[] = []
  const tail = tailOf(gauges)
  // All of one size; rows that are left over keep them apart, or stay free at the end.
  const rows = Math.floor(height / Math.max(1, gauges.length))
  const isApart = height - rows * gauges.length >= gauges.length - 1
  for (const gauge of gauges) {
    if (isApart && lines.length > 0) lines.push([])
    const y = lines.length
    const block = gaugeBlock(gauge, tail, { width, height: rows, look })
    const { bar } = block
    if (bar.height >= METER_LEAST.height && bar.width >= METER_LEAST.width && gauge.bar !== null) {
      meters.push({ gauge, rect: { ...bar, y: y + bar.y } })
    }
    lines.push(...block.lines)
  }
  return { lines: lines.map((line) => fitLine(line, width)), meters }
}

/** Cells beside a bar, the same for all gauges, so that their bars are equally long. */
interface Tail {
  readonly reach: number
  readonly share: number
}

function tailOf(gauges: readonly GaugeView[]): Tail {
  return {
    reach: Math.max(REACH_CELLS, ...gauges.map(({ reach }) => reach.length)),
    share: Math.max(SHARE_CELLS, ...gauges.map(({ share }) => share.length)),
  }
}

interface GaugeBlock {
  readonly lines: readonly Line[]
  /** Within the block; no rows: it is a part of a line. */
  readonly bar: Rect
}

function gaugeBlock(gauge: GaugeView, tail: Tail, { width, height, look }: PanelArea): GaugeBlock {
  const inner = Math.max(0, width - 2 * EDGE)
  const figure = figureLines(gauge, inner, height, look)
  const around = height - figure.length
  // Where there is a line alone beside the digits, the bar is in it.
  const hasRows = around >= 2 && gauge.bar !== null
  const apart = height >= APART_FROM_ROWS ? 1 : 0
  const barMost = Math.max(1, Math.floor(height * BAR_PART))
  const barRows = hasRows ? Math.min(around - 1 - apart, barMost) : 0
  const bar = Array.from({ length: barRows }, () => barPieces(gauge, inner, look))
  const about = hasRows ? aboutLine(gauge, inner) : aboutWithBar(gauge, tail, inner, look)
  const body = around >= 1 ? [...figure, about, ...bar] : figure
  const lines = body.map((line): Line => [piece(' '.repeat(EDGE)), ...fitLine(line, inner)])
  const blank = Math.max(0, height - lines.length)
  // What is left keeps the gauges apart.
  const above = Math.ceil(blank / 2)
  const empty = (count: number): Line[] => Array.from({ length: count }, () => [])
  return {
    lines: [...empty(above), ...lines, ...empty(blank - above)].slice(0, height),
    bar: { x: EDGE, y: above + figure.length + 1, width: inner, height: barRows },
  }
}

/** As large as there is room; a line where there is none. */
function figureLines(gauge: GaugeView, width: number, height: number, look: Look): Line[] {
  const { name, number, unit } = gauge
  const fitting = SIZES.filter(({ least }) => height >= least)
  for (const { rows } of fitting) {
    // Where there is no row for its name, only V, A and W are known by their unit.
    if (rows === height && gauge.channel.quantity === null) continue
    const unit = unitLines(gauge, rows, look)[0]?.length ?? 0
    const room = width - numberCells(gauge, rows) - GAP - unit
    if (room >= 0) return largeLines(gauge, rows, room, look)
  }
  const small = [piece(`${name} ${number} ${unit} `, valueStyle(gauge)), verdictPiece(gauge)]
  // With fewer or more rows, the line below has it.
  return [height === 2 && gauge.bar !== null ? [...small, piece(`  ${gauge.peak}`, 'dim')] : small]
}

function numberCells({ number }: GaugeView, rows: DigitRows): number {
  return Math.max(bigWidth(WIDEST, rows), bigWidth(number.trim(), rows))
}

/** At the foot of digits of so many rows. */
function unitLines({ unit }: GaugeView, rows: DigitRows, { ascii }: Look): readonly string[] {
  const size = UNIT_ROWS[rows]
  const isLarge = size !== undefined && isDrawn(unit, size, ascii)
  const lines = isLarge ? bigDigits(unit, size, ascii) : [unit]
  const blank = ' '.repeat(lines[0]?.length ?? 0)
  return [...Array.from({ length: rows - lines.length }, () => blank), ...lines]
}

/** @param room for the word, right of number and unit */
function largeLines(gauge: GaugeView, rows: DigitRows, room: number, look: Look): Line[] {
  const field = numberCells(gauge, rows)
  const units = unitLines(gauge, rows, look)
  const words = wordLines(gauge, rows, room - GAP, look)
  const target = { kind: 'channel', channel: gauge.channel.id } as const
  return bigDigits(gauge.number.trim(), rows, look.ascii).map((text, i): Line => {
    const figure = `${text.padStart(field)}${' '.repeat(GAP)}${units[i] ?? ''}`
    const left = [aimed(piece(figure, valueStyle(gauge)), target)]
    return spread(left, words[i] ?? [], figure.length + room)
  })
}

/** What is wrong, as large as it can be; what is well is small. Beside the number's rows, in their middle. */
function wordLines(gauge: GaugeView, rows: DigitRows, room: number, look: Look): readonly Line[] {
  const { word, style } = gauge
  const text = word.replace(' !', '!').toUpperCase()
  const sizes = style === 'good' || text === '' ? [] : WORD_ROWS.filter((each) => each <= rows)
  for (const size of sizes) {
    const cells = bigWidth(text, size, look.ascii) + 2
    if (!isDrawn(text, size, look.ascii) || cells > room) continue
    const drawn = bigDigits(text, size, look.ascii).map((line): Line => [piece(` ${line} `, style)])
    // An inverse box has a rim where there is a row for it.
    const rim: Line[] = size + 2 <= rows ? [[piece(' '.repeat(cells), style)]] : []
    return atMiddle([...rim, ...drawn, ...rim], rows)
  }
  return word.length <= room ? atMiddle([[verdictPiece(gauge)]], rows) : []
}

function atMiddle(lines: readonly Line[], rows: number): readonly Line[] {
  const above = Math.floor((rows - lines.length) / 2)
  return [...Array.from({ length: above }, (): Line => []), ...lines]
}

/** `Voltage  peak 5.102 V                      0..6 V  19% of 26 V` */
function aboutLine(gauge: GaugeView, width: number): Line {
  const { channel, peak, reach, share } = gauge
  // The label of an extra channel is as the device sent it.
  const name = channel.quantity === null ? gauge.name : channel.label
  const left = [piece(`${name}  `, valueStyle(gauge)), piece(peak, 'dim')]
  const right = [
    ...(reach === '' ? [] : [piece(reach, 'dim')]),
    ...(share === '' ? [] : [tailPiece(gauge, `  ${share.trimStart()}`)]),
  ]
  return lineWidth(left) + lineWidth(right) < width ? spread(left, right, width) : left
}

/** The same with the bar in it, where there is no row for that. */
function aboutWithBar(gauge: GaugeView, tail: Tail, width: number, look: Look): Line {
  const { name, reach, share } = gauge
  const head = piece(`${name} `, valueStyle(gauge))
  if (gauge.bar === null) return [head, piece(gauge.peak, 'dim')]
  const right = [piece(` ${reach.padEnd(tail.reach)}`, 'dim'), tailPiece(gauge, ` ${share}`)]
  const side = piece(look.glyphs.vertical, 'dim')
  const bar = width - head.text.length - 2 - (1 + tail.reach) - (1 + tail.share)
  if (bar < BAR_LEAST) return [head, ...barPieces(gauge, width - head.text.length, look)]
  return spread([head, side, ...barPieces(gauge, bar, look), side, ...right], [], width)
}
