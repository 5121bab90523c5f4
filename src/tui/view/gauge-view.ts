import type { Channel } from '../../domain/channels.ts'
import { mainChannels } from '../../domain/main-channels.ts'
import {
  barOf,
  fullRatio,
  type GaugeBar,
  gaugeScaleOf,
  isOpenEnded,
  verdict,
} from '../../figures/gauge.ts'
import type { GaugeScale } from '../../figures/gauge-scale.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { numberText } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { decimalsOf, inUnit, type ScaledUnit } from '../../util/scaled-unit.ts'
import { nameText } from './channel-text.ts'
import { type FigureMemory, figureText, withUnit } from './figure-memory.ts'
import type { Look } from './look.ts'
import { type Reading, readingOf } from './reading.ts'
import { append, type Piece, piece, type Style } from './styled.ts'

export interface GaugeView {
  readonly channel: Channel
  readonly name: string
  /** Newest value in 9 cells; dashes where the newest sample has none. */
  readonly number: string
  /** `mA`; may be empty. */
  readonly unit: string
  /** False: the value, if any, is not of now. */
  readonly current: boolean
  /** null: there is no scale, and no bar */
  readonly bar: GaugeBar | null
  /** `peak 5.102 V`, that of the last minute; empty before the first sample. */
  readonly peak: string
  /** From where to where the bar reaches: `0..6 V`; empty without one. */
  readonly reach: string
  /** Of what the device can measure: `19% of 26 V`; empty without a value. */
  readonly share: string
  readonly word: string
  readonly style: Style
}

export const VALUE_CELLS = 9
const END_CELLS = 6
/** Ends of a range have four digits at most before the point. */
const ENDS_BELOW = 10_000

/** Voltage, current and power; of a device without them, its first channels. */
export function gaugeViews(snapshot: Snapshot, look: Look, figures: FigureMemory): GaugeView[] {
  const reading = readingOf(snapshot, look)
  return mainChannels(snapshot.channels).map((channel) =>
    gaugeView(snapshot, reading, channel, look, figures),
  )
}

function gaugeView(
  snapshot: Snapshot,
  reading: Reading,
  channel: Channel,
  look: Look,
  figures: FigureMemory,
): GaugeView {
  const value = ownValue(reading.values, channel.id)
  const fullScale = ownValue(snapshot.fullScale, channel.id) ?? 0
  const seen = ownValue(snapshot.windows[0]?.stats, channel.id)
  const peak = seen === undefined ? null : farthest(seen.min, seen.max)
  const shown = [value, peak].filter((each) => each !== undefined && each !== null)
  const form = figures.form('gauge', snapshot.number, channel, shown, look)
  const text = (number: number): string => figureText(number, form, VALUE_CELLS)
  const scale = gaugeScaleOf(snapshot, channel, value, figures)
  const ratio = fullRatio(channel, value, fullScale, scale)
  const { word, style } = reading.current ? verdict(ratio, channel, snapshot.alarms) : reading
  const own = isOpenEnded(channel) ? null : scale
  const end = fullScale > 0 ? { from: 0, to: fullScale } : null
  const full = channel.quantity === null ? own : end
  // Ends are round: they need no memory against flicker.
  const sized = (range: GaugeScale): ScaledUnit =>
    figures.plainUnit(channel.unit, sizeOf(range), look, 'auto')
  return {
    channel,
    name: nameText(channel, look),
    number: (value === undefined ? '--' : text(value)).padStart(VALUE_CELLS),
    unit: form.unit.text,
    current: reading.current,
    bar: scale && barOf(snapshot, channel, reading.current ? value : undefined, scale),
    peak: peak === null ? '' : withUnit(`peak ${text(peak)}`, form.unit),
    reach: scale === null ? '' : rangeText(scale, form.unit, sized(scale)),
    share:
      value === undefined || full === null
        ? ''
        : `${percentText(ratio ?? 0)} of ${rangeText(full, figures.plainUnit(channel.unit, sizeOf(full), look), sized(full), true)}`,
    word,
    style,
  }
}

function farthest(min: number, max: number): number {
  return Math.abs(min) > Math.abs(max) ? min : max
}

function percentText(ratio: number): string {
  return `${String(Math.round(ratio * 100)).padStart(3)}%`
}

function sizeOf({ from, to }: GaugeScale): number {
  return Math.max(Math.abs(from), Math.abs(to))
}

/**
 * `0..6 V`, `-2..2 A`.
 *
 * @param wanted as what stands beside it; not where that makes it a row of digits
 * @param sized what suits it best
 * @param isFull full scale: `26 V`
 */
function rangeText(
  range: GaugeScale,
  wanted: ScaledUnit,
  sized: ScaledUnit,
  isFull = false,
): string {
  const { from, to } = range
  const unit = inUnit(sizeOf(range), wanted.exponent) < ENDS_BELOW ? wanted : sized
  const end = (value: number): string => {
    const scaled = inUnit(value, unit.exponent)
    return numberText(scaled, Math.min(3, decimalsOf(scaled)), END_CELLS)
  }
  return withUnit(isFull && from === 0 ? end(to) : `${end(from)}..${end(to)}`, unit)
}

export function valueStyle({ current, channel }: GaugeView): Style {
  return current ? channel.role : 'dim'
}

export function tailPiece({ current }: GaugeView, text: string): Piece {
  return piece(text, current ? 'plain' : 'dim')
}

export function verdictPiece(gauge: GaugeView): Piece {
  return piece(gauge.word, gauge.style)
}

/** A bar in cells, counted from 0 at its left end. */
export interface BarCells {
  /** Full from here, and so many. */
  readonly first: number
  readonly count: number
  readonly isNegative: boolean
  /** Where the zero is; null: at the left end, in no cell of its own. */
  readonly zero: number | null
  /** Beyond the value. */
  readonly peaks: readonly number[]
  readonly limits: readonly number[]
}

/** Full up to the value, with a mark at each limit and at the peaks beyond it. */
export function barCells(bar: GaugeBar, cells: number): BarCells {
  // Two-sided: the zero has a cell of its own, and both sides have as many.
  const side = bar.zero > 0 ? Math.floor((cells - 1) / 2) : cells
  const first = bar.zero > 0 ? side + 1 : 0
  const filledTo = (place: number): number =>
    Math.round(((place - bar.zero) / (1 - bar.zero)) * side)
  /** The last cell that a bar up to there fills. */
  const cellOf = (place: number): number => {
    const filled = filledTo(place)
    return filled < 0 ? first - 1 + filled : first + filled - 1
  }
  const filled = bar.value === null ? 0 : filledTo(bar.value)
  const { highPeak: high, lowPeak: low } = bar
  const peaks = [
    ...(high !== null && filledTo(high) > Math.max(0, filled) ? [cellOf(high)] : []),
    ...(low !== null && filledTo(low) < Math.min(0, filled) ? [cellOf(low)] : []),
  ]
  const isThere = (cell: number): boolean => cell >= 0 && cell < cells
  return {
    first: filled < 0 ? first - 1 + filled : first,
    count: Math.abs(filled),
    isNegative: filled < 0,
    zero: bar.zero > 0 ? side : null,
    peaks: peaks.filter(isThere),
    limits: bar.limits.map(cellOf).filter(isThere),
  }
}

export function barPieces({ bar, channel }: GaugeView, cells: number, look: Look): Piece[] {
  if (bar === null || cells < 1) return [piece(' '.repeat(Math.max(0, cells)))]
  const { glyphs } = look
  const { first, count, isNegative, zero, peaks, limits } = barCells(bar, cells)
  const drawn: Piece[] = Array.from({ length: cells }, () => piece(glyphs.barEmpty, 'dim'))
  if (zero !== null) drawn[zero] = piece(glyphs.vertical, 'dim')
  const full = piece(isNegative ? glyphs.barNegative : glyphs.barFull, channel.role)
  for (let i = Math.max(0, first); i < Math.min(cells, first + count); i++) drawn[i] = full
  for (const peak of peaks) drawn[peak] = piece(glyphs.peak, 'bold')
  for (const limit of limits) drawn[limit] = piece(glyphs.limit, 'plain')
  const pieces: Piece[] = []
  for (const cell of drawn) append(pieces, cell)
  return pieces
}
