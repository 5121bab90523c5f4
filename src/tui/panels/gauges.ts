import { QUANTITIES, type Quantity } from '../../domain/channels.ts'
import type { Snapshot } from '../../monitor/snapshot.ts'
import { DECIMALS, numberText, UNIT } from '../view/format.ts'
import type { Look } from '../view/look.ts'
import { type Reading, readingOf } from '../view/reading.ts'
import { fitLine, type Line, type Span, type Style, span, spread } from '../view/styled.ts'

export interface GaugeView {
  readonly quantity: Quantity
  /** Newest value with unit, 10 cells; dashes where the newest sample has none. */
  readonly value: string
  /** False: the value, if any, is not of now. */
  readonly current: boolean
  readonly negative: boolean
  /** Of full scale, 0 to 1; 0 where the value is not of now. */
  readonly ratio: number
  /** Largest within the last minute, of full scale, 0 to 1. */
  readonly peakRatio: number
  /** `peak 5.102 V`; empty before the first sample. */
  readonly peak: string
  /** `19% of 26 V`; empty without a value. */
  readonly share: string
  readonly word: string
  readonly style: Style
}

/** From this share of full scale on, a value is called high: the sensor clips at 1. */
const HIGH = 0.95
/** Room for the share of full scale, and for the word at the end, in cells. */
const SHARE_CELLS = 14
const WORD_CELLS = 7

export function gaugeViews(snapshot: Snapshot, look: Look): GaugeView[] {
  const reading = readingOf(snapshot, look)
  return QUANTITIES.map((quantity) => gaugeView(snapshot, reading, quantity))
}

function gaugeView(snapshot: Snapshot, reading: Reading, quantity: Quantity): GaugeView {
  const value = reading.values?.[quantity]
  const scale = snapshot.fullScale[quantity]
  const unit = UNIT[quantity]
  const range = snapshot.windows[0]?.stats[quantity]
  const peak = range && (Math.abs(range.min) > Math.abs(range.max) ? range.min : range.max)
  const ratio = share(value ?? 0, scale)
  const text = (number: number, width: number): string =>
    numberText(number, DECIMALS[quantity], width)
  const { word, style } = reading.current ? verdict(ratio) : reading
  return {
    quantity,
    value: `${(value === undefined ? '--' : text(value, 8)).padStart(8)} ${unit}`,
    current: reading.current,
    negative: (value ?? 0) < 0,
    ratio: reading.current ? ratio : 0,
    peakRatio: share(peak ?? 0, scale),
    peak: typeof peak === 'number' ? `peak ${text(peak, 8)} ${unit}` : '',
    share: value === undefined ? '' : shareText(ratio, scale, unit),
    word,
    style,
  }
}

function share(value: number, scale: number): number {
  return scale > 0 ? Math.min(1, Math.abs(value) / scale) : 0
}

function shareText(ratio: number, scale: number, unit: string): string {
  const percent = String(Math.round(ratio * 100)).padStart(3)
  return `${percent}% of ${numberText(scale, 1, 6).replace(/\.0$/, '')} ${unit}`
}

function verdict(ratio: number): { word: string; style: Style } {
  if (ratio >= 1) return { word: 'FULL !', style: 'bad' }
  if (ratio >= HIGH) return { word: 'HIGH !', style: 'warn' }
  return { word: 'ok', style: 'good' }
}

/** ` V    5.053 V │█████····┃····│  19% of 26 V   ok    ` */
export function gaugeLines(snapshot: Snapshot, width: number, look: Look): Line[] {
  return gaugeViews(snapshot, look).map((gauge) => {
    const head = ` ${UNIT[gauge.quantity]} ${gauge.value} `
    // Without a share, its room goes to the word, which may be a long one of the device.
    const tail = gauge.share === '' ? ' ' : ` ${gauge.share.padEnd(SHARE_CELLS)} `
    const barCells = width - head.length - 2 - (SHARE_CELLS + 2) - WORD_CELLS
    const style = valueStyle(gauge)
    if (barCells < 8) {
      return fitLine([span(head, style), tailSpan(gauge, tail), verdictSpan(gauge)], width)
    }
    return fitLine(
      [
        span(head, style),
        span(look.glyphs.vertical, 'dim'),
        ...bar(gauge, barCells, look),
        span(look.glyphs.vertical, 'dim'),
        tailSpan(gauge, tail),
        verdictSpan(gauge),
      ],
      width,
    )
  })
}

function valueStyle({ current, quantity }: GaugeView): Style {
  return current ? quantity : 'dim'
}

function tailSpan({ current }: GaugeView, text: string): Span {
  return span(text, current ? 'plain' : 'dim')
}

function verdictSpan(gauge: GaugeView): Span {
  return span(gauge.word, gauge.style)
}

function bar(gauge: GaugeView, cells: number, { glyphs }: Look): Span[] {
  const filled = Math.round(gauge.ratio * cells)
  const full = (gauge.negative ? glyphs.barNegative : glyphs.barFull).repeat(filled)
  // The last cell that the bar had filled.
  const peakAt = Math.round(gauge.peakRatio * cells) - 1
  if (peakAt < filled) {
    return [span(full, gauge.quantity), span(glyphs.barEmpty.repeat(cells - filled), 'dim')]
  }
  return [
    span(full, gauge.quantity),
    span(glyphs.barEmpty.repeat(peakAt - filled), 'dim'),
    span(glyphs.peak, 'bold'),
    span(glyphs.barEmpty.repeat(cells - peakAt - 1), 'dim'),
  ]
}

/** The two lines above a big gauge's bar. */
export function bigGaugeLines(gauge: GaugeView, width: number): Line[] {
  return [
    spread([span(gauge.value.trimStart(), valueStyle(gauge))], [verdictSpan(gauge)], width),
    spread([tailSpan(gauge, gauge.share.trimStart())], [span(gauge.peak, 'dim')], width),
  ]
}
