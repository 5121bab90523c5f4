import { type Channel, mainChannels } from '../../domain/channels.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { numberText } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { nameText, unitText } from './channel-text.ts'
import { limitWord } from './limit-word.ts'
import type { Look } from './look.ts'
import { type Reading, readingOf } from './reading.ts'
import { type Line, type Piece, piece, type Style, spread } from './styled.ts'

export interface GaugeView {
  readonly channel: Channel
  readonly name: string
  /** Newest value in 8 cells, with unit; dashes where the newest sample has none. */
  readonly value: string
  /** False: the value, if any, is not of now. */
  readonly current: boolean
  readonly negative: boolean
  /** The bar, of full scale, 0 to 1; 0 where the value is not of now. Null: there is no scale. */
  readonly ratio: number | null
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
const VALUE_CELLS = 8
/** Voltage, current and power; of a device without them, its first channels. */
export function gaugeViews(snapshot: Snapshot, look: Look): GaugeView[] {
  const reading = readingOf(snapshot, look)
  return mainChannels(snapshot.channels).map((channel) =>
    gaugeView(snapshot, reading, channel, look),
  )
}

function gaugeView(snapshot: Snapshot, reading: Reading, channel: Channel, look: Look): GaugeView {
  const value = ownValue(reading.values, channel.id)
  const unit = unitText(channel, look)
  const withUnit = (text: string): string => (unit === '' ? text : `${text} ${unit}`)
  const text = (number: number): string => numberText(number, channel.decimals, VALUE_CELLS)
  const scale = scaleOf(channel, ownValue(snapshot.fullScale, channel.id))
  const ratio = scale && (value === undefined ? 0 : share(value, scale))
  const peak = peakOf(snapshot, channel)
  const { word, style } = reading.current ? verdict(ratio, channel, snapshot.alarms) : reading
  return {
    channel,
    name: nameText(channel, look),
    value: withUnit((value === undefined ? '--' : text(value)).padStart(VALUE_CELLS)),
    current: reading.current,
    negative: scale?.from === 0 && (value ?? 0) < 0,
    ratio: reading.current || ratio === null ? ratio : 0,
    peakRatio: peak === null || scale === null ? 0 : share(peak, scale),
    peak: peak === null ? '' : withUnit(`peak ${text(peak)}`),
    share: value === undefined || scale === null ? '' : withUnit(shareText(ratio ?? 0, scale)),
    word,
    style,
  }
}

/** A bar's two ends, in the channel's unit. */
interface Scale {
  readonly from: number
  readonly to: number
}

/** V, A and W: from 0 to the device's full scale, either sign. Others: their range, where both ends are known. */
function scaleOf({ range, quantity }: Channel, fullScale = 0): Scale | null {
  if (quantity !== null) return { from: 0, to: fullScale }
  if (range === null || !Number.isFinite(range.min) || !Number.isFinite(range.max)) return null
  return { from: range.min, to: range.max }
}

function share(value: number, { from, to }: Scale): number {
  if (!(to > from)) return 0
  const ratio = from === 0 ? Math.abs(value) / to : (value - from) / (to - from)
  return Math.max(0, Math.min(1, ratio))
}

/** Of the last minute, the value farthest from zero. */
function peakOf({ windows }: Snapshot, { id }: Channel): number | null {
  const range = ownValue(windows[0]?.stats, id)
  if (!range) return null
  return Math.abs(range.min) > Math.abs(range.max) ? range.min : range.max
}

function shareText(ratio: number, { from, to }: Scale): string {
  const percent = String(Math.round(ratio * 100)).padStart(3)
  const end = (value: number): string => numberText(value, 1, 6).replace(/\.0$/, '')
  return `${percent}% of ${from === 0 ? '' : `${end(from)}..`}${end(to)}`
}

/** What the sensor can't measure is graver than a limit. Only its full scale is something to be near to: a battery at 100 % is well. */
function verdict(
  ratio: number | null,
  { quantity, id }: Channel,
  alarms: Snapshot['alarms'],
): { readonly word: string; readonly style: Style } {
  const share = quantity === null || ratio === null ? 0 : ratio
  if (share >= 1) return { word: 'FULL !', style: 'bad' }
  const beyond = limitWord(alarms, id)
  if (beyond !== null) return beyond
  if (share >= HIGH) return { word: 'HIGH !', style: 'warn' }
  return ratio === null ? { word: '', style: 'plain' } : { word: 'ok', style: 'good' }
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

/** The two lines above a big gauge's bar. */
export function bigGaugeLines(gauge: GaugeView, width: number): Line[] {
  return [
    spread([piece(gauge.value.trimStart(), valueStyle(gauge))], [verdictPiece(gauge)], width),
    spread([tailPiece(gauge, gauge.share.trimStart())], [piece(gauge.peak, 'dim')], width),
  ]
}
