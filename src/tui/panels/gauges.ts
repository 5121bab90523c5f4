import { isOpenEnded } from '../../figures/gauge.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import {
  barPieces,
  type GaugeView,
  gaugeViews,
  tailPiece,
  valueStyle,
  verdictPiece,
} from '../view/gauge-view.ts'
import type { Look } from '../view/look.ts'
import { aimed, fitLine, type Line, type Piece, piece } from '../view/styled.ts'

/** Room for the word at the end, and the least for a bar, in cells. */
const WORD_CELLS = 7
const BAR_MIN = 8
/** A longer bar than this takes precedence over the words of what it is a share. */
const BAR_WANTED = 20
/** What `reach` and `share` have at least, so that the bars keep their length from picture to picture. */
const REACH_CELLS = 9
const SHARE_CELLS = 13
const PERCENT_CELLS = 4

/** ` V     5.053 V │████████┃···│ 0..6 V     19% of 26 V   ok    ` */
export function gaugeLines(
  snapshot: Snapshot,
  width: number,
  look: Look,
  figures: FigureMemory = figuresOf(snapshot),
): Line[] {
  const gauges = gaugeViews(snapshot, look, figures)
  const grid = gridOf(gauges, width)
  return gauges.map((gauge) => fitLine(gaugeLine(gauge, grid, look), width))
}

/** Widths in cells. */
interface Grid {
  readonly name: number
  readonly unit: number
  /** 0: no room for a bar */
  readonly bar: number
  readonly reach: number
  readonly share: number
}

function gridOf(gauges: readonly GaugeView[], width: number): Grid {
  const widest = (least: number, of: (gauge: GaugeView) => string): number =>
    Math.max(least, ...gauges.map((gauge) => of(gauge).length))
  const name = widest(0, (gauge) => gauge.name)
  const unit = widest(0, ({ unit: each }) => each)
  const [first] = gauges
  const head = 1 + name + 1 + (first?.number.length ?? 0) + 1 + unit + 1
  const reach = widest(REACH_CELLS, (gauge) => gauge.reach)
  const share = widest(SHARE_CELLS, (gauge) => gauge.share)
  // What is wanted least goes first: of what the percentage is, then where the bar ends, then the bar.
  const choices = [
    { reach, share, least: BAR_WANTED },
    { reach, share: PERCENT_CELLS, least: BAR_MIN },
    { reach: 0, share: PERCENT_CELLS, least: BAR_MIN },
  ]
  for (const { least, ...tail } of choices) {
    const tailCells = tail.share + 1 + (tail.reach > 0 ? tail.reach + 1 : 0)
    const bar = width - head - 2 - 1 - tailCells - WORD_CELLS
    if (bar < least) continue
    // A long word of the device takes its room from the bar.
    const over = Math.max(0, ...gauges.map((gauge) => wordCells(gauge, tailCells) - tailCells))
    const left = bar - Math.max(0, over - WORD_CELLS)
    return { name, unit, bar: left >= BAR_MIN ? left : 0, ...tail }
  }
  return { name, unit, bar: 0, reach: 0, share: PERCENT_CELLS }
}

/** Of the word, and of what stands between it and the bar. */
function wordCells({ share, word }: GaugeView, tailCells: number): number {
  return share === '' ? word.length : tailCells + word.length
}

function gaugeLine(gauge: GaugeView, grid: Grid, look: Look): Line {
  const value = `${gauge.number} ${gauge.unit.padEnd(grid.unit)}`
  const text = ` ${gauge.name.padEnd(grid.name)} ${value} `
  const head = aimed(piece(text, valueStyle(gauge)), { kind: 'channel', channel: gauge.channel.id })
  const tail = tailOf(gauge, grid)
  if (gauge.bar === null || grid.bar === 0) return [head, ...tail, verdictPiece(gauge)]
  const side = piece(look.glyphs.vertical, 'dim')
  return [head, side, ...barPieces(gauge, grid.bar, look), side, ...tail, verdictPiece(gauge)]
}

/** Without a value, the room of a share goes to the word, which may be a long one of the device. */
function tailOf(gauge: GaugeView, { reach, share }: Grid): Piece[] {
  if (gauge.share === '' && !isOpenEnded(gauge.channel)) return [piece(' ')]
  const text = gauge.share.slice(0, share === PERCENT_CELLS ? PERCENT_CELLS : undefined)
  const left = reach > 0 ? `${gauge.reach.padEnd(reach)} ` : ''
  return [tailPiece(gauge, ` ${left}${text.padEnd(share)} `)]
}
