import type { Snapshot } from '../../monitor/view.ts'
import { bigDigits, bigWidth, type DigitRows } from '../view/big-digits.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import { panelHead } from '../view/frame.ts'
import {
  barPieces,
  type GaugeView,
  gaugeViews,
  tailPiece,
  VALUE_CELLS,
  valueStyle,
  verdictPiece,
} from '../view/gauge-view.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { fitLine, type Line, lineWidth, piece } from '../view/styled.ts'

/** Border, digits, bar, border; with digits of five rows where there is the height. */
const ROWS_AROUND = 3

/**
 * Voltage, current and power side by side, each in a frame with big digits and a bar below them:
 *
 * ```
 * ┌ Current ─────────────────────────── ok ┐
 * │ ▄█  ▄█  █▀█ █ █                        │
 * │  █   █  █ █ ▀▀█   A         peak 1.204 A│
 * │ ▄█▄ ▄█▄ ▀▀▀   ▀         35% of 3.2 A   │
 * │ ██████████████████┃···················· │
 * └ 0 ────────────────────────────── 2 A ──┘
 * ```
 *
 * @param isNumbered the first one says by which key they are gone to
 */
export function bigGaugeLines(
  snapshot: Snapshot,
  { width, height, look }: PanelArea,
  figures: FigureMemory = figuresOf(snapshot),
  isNumbered = false,
): Line[] {
  const gauges = gaugeViews(snapshot, look, figures)
  const cells = widths(width, gauges.length)
  const frames = gauges.map((gauge, i) => {
    const head = isNumbered && i === 0 ? panelHead('gauges') : []
    return frame(gauge, head, { width: cells[i] ?? 0, height, look })
  })
  return Array.from({ length: height }, (_, row) =>
    fitLine(
      frames.flatMap((lines) => lines[row] ?? []),
      width,
    ),
  )
}

/** Equal parts; what is left over goes to the last one. */
function widths(width: number, count: number): readonly number[] {
  const part = Math.floor(width / Math.max(1, count))
  return Array.from({ length: count }, (_, i) =>
    i < count - 1 ? part : width - part * (count - 1),
  )
}

/** @param head of all of them, before the name */
function frame(gauge: GaugeView, head: Line, { width, height, look }: PanelArea): Line[] {
  const { glyphs } = look
  const inner = Math.max(0, width - 4)
  const rows: DigitRows = height >= ROWS_AROUND + 5 ? 5 : 3
  const body = [
    ...digitLines(gauge, rows, inner, look),
    ...(gauge.bar === null ? [] : [barPieces(gauge, inner, look)]),
  ]
  const side = glyphs.vertical
  const lines = body.map(
    (line): Line => [piece(`${side} `, 'dim'), ...fitLine(line, inner), piece(` ${side}`, 'dim')],
  )
  const blank: Line = [piece(`${side}${' '.repeat(Math.max(0, width - 2))}${side}`, 'dim')]
  while (lines.length < height - 2) lines.push(blank)
  const word = gauge.word === '' ? [] : [piece(' '), verdictPiece(gauge), piece(' ')]
  return [
    border([...head, piece(` ${gauge.channel.label} `, 'bold')], word, width, {
      begin: glyphs.topLeft,
      rule: glyphs.horizontal,
      end: glyphs.topRight,
    }),
    ...lines.slice(0, Math.max(0, height - 2)),
    border(
      gauge.reach === '' ? [] : [piece(` ${gauge.reach} `, 'dim')],
      gauge.share === '' ? [] : [tailPiece(gauge, ` ${gauge.share.trimStart()} `)],
      width,
      { begin: glyphs.bottomLeft, rule: glyphs.horizontal, end: glyphs.bottomRight },
    ),
  ]
}

/** What a border is drawn with. */
interface BorderGlyphs {
  readonly begin: string
  readonly rule: string
  readonly end: string
}

/** A border with as much in it as fits, the right part first. */
function border(left: Line, right: Line, width: number, { begin, rule, end }: BorderGlyphs): Line {
  const inner = Math.max(0, width - 2)
  const choices: readonly (readonly [Line, Line])[] = [
    [left, right],
    [[], right],
    [left, []],
    [[], []],
  ]
  const [before, behind] = choices.find(
    ([one, other]) => lineWidth(one) + lineWidth(other) <= inner,
  ) ?? [[], []]
  const between = rule.repeat(inner - lineWidth(before) - lineWidth(behind))
  return [piece(begin, 'dim'), ...before, piece(between, 'dim'), ...behind, piece(end, 'dim')]
}

/** What a number needs when it is drawn large: all digits but one are as wide. */
const WIDEST = `${'8'.repeat(VALUE_CELLS - 2)}.8`
const UNIT_CELLS = 3

/** The number large, its unit beside the lowest row, the peak at the right; where there is no room, small. */
function digitLines(gauge: GaugeView, rows: DigitRows, width: number, look: Look): Line[] {
  const { number, unit, peak } = gauge
  const style = valueStyle(gauge)
  const field = bigWidth(WIDEST, rows)
  if (field + UNIT_CELLS > width || bigWidth(number.trim(), rows) > field) {
    if (rows === 5) return [[], ...digitLines(gauge, 3, width, look), []]
    return [[], [piece(`${number} ${unit}`, style)], [piece(peak, 'dim')]]
  }
  return bigDigits(number.trim(), rows, look.ascii).map((text, i) => {
    const isLast = i === rows - 1
    const figure = `${text.padStart(field)}${isLast ? ` ${unit}` : ''}`
    const room = width - figure.length - peak.length
    if (!isLast || room < 1) return [piece(figure, style)]
    return [piece(figure, style), piece(' '.repeat(room)), piece(peak, 'dim')]
  })
}
