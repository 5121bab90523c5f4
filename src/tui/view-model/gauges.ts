import { QUANTITIES, type Quantity } from '../../domain/sample.ts'
import type { Snapshot } from '../../monitor/snapshot.ts'
import { DECIMALS, numberText, UNIT } from './format.ts'
import type { Look } from './look.ts'
import { fitLine, type Line, type Span, type Style, span, spread } from './styled.ts'

export interface GaugeView {
  readonly quantity: Quantity
  /** Newest value with unit, 10 cells; dashes before the first. */
  readonly value: string
  readonly negative: boolean
  /** Of full scale, 0 to 1. */
  readonly ratio: number
  /** Largest within the last minute, of full scale, 0 to 1. */
  readonly peakRatio: number
  /** `peak 5.102 V`; empty before the first sample. */
  readonly peak: string
  /** `19% of 26 V` */
  readonly share: string
  readonly word: string
  readonly style: Style
}

/** From this share of full scale on, a value is called high: the sensor clips at 1. */
const HIGH = 0.95

export function gaugeViews(snapshot: Snapshot): GaugeView[] {
  return QUANTITIES.map((quantity) => gaugeView(snapshot, quantity))
}

function gaugeView(snapshot: Snapshot, quantity: Quantity): GaugeView {
  const value = snapshot.values?.[quantity]
  const scale = snapshot.fullScale[quantity]
  const unit = UNIT[quantity]
  const range = snapshot.windows[0]?.stats[quantity]
  const peak = range && (Math.abs(range.min) > Math.abs(range.max) ? range.min : range.max)
  const ratio = share(value ?? 0, scale)
  const text = (number: number, width: number): string =>
    numberText(number, DECIMALS[quantity], width)
  const { word, style } = verdict(value, ratio)
  return {
    quantity,
    value: `${(value === undefined ? '--' : text(value, 8)).padStart(8)} ${unit}`,
    negative: (value ?? 0) < 0,
    ratio,
    peakRatio: share(peak ?? 0, scale),
    peak: typeof peak === 'number' ? `peak ${text(peak, 8)} ${unit}` : '',
    share: `${String(Math.round(ratio * 100)).padStart(3)}% of ${numberText(scale, 1, 6).replace(/\.0$/, '')} ${unit}`,
    word,
    style,
  }
}

function share(value: number, scale: number): number {
  return scale > 0 ? Math.min(1, Math.abs(value) / scale) : 0
}

function verdict(value: number | undefined, ratio: number): { word: string; style: Style } {
  if (value === undefined) return { word: '', style: 'dim' }
  if (ratio >= 1) return { word: 'FULL !', style: 'bad' }
  if (ratio >= HIGH) return { word: 'HIGH !', style: 'warn' }
  return { word: 'ok', style: 'good' }
}

/** ` V    5.053 V │█████····┃····│  19% of 26 V   ok    ` */
export function gaugeLines(snapshot: Snapshot, width: number, look: Look): Line[] {
  return gaugeViews(snapshot).map((gauge) => {
    const head = ` ${UNIT[gauge.quantity]} ${gauge.value} `
    const tail = ` ${gauge.share.padEnd(14)} `
    const barCells = width - head.length - 2 - tail.length - 7
    if (barCells < 8) {
      return fitLine([span(head, gauge.quantity), span(tail), verdictSpan(gauge)], width)
    }
    return fitLine(
      [
        span(head, gauge.quantity),
        span(look.glyphs.vertical, 'dim'),
        ...bar(gauge, barCells, look),
        span(look.glyphs.vertical, 'dim'),
        span(tail),
        verdictSpan(gauge),
      ],
      width,
    )
  })
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
    spread([span(gauge.value.trimStart(), gauge.quantity)], [verdictSpan(gauge)], width),
    spread([span(gauge.share.trimStart())], [span(gauge.peak, 'dim')], width),
  ]
}
