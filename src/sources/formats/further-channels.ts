import { MAX_CHANNEL_ID } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import { isChannelId } from '../../protocol/extras.ts'
import { tokensOf } from '../text/column-names.ts'
import { inBaseUnit, inThousandths } from './cells.ts'
import type { ReadingWords } from './reading-words.ts'
import type { Electric, ReadValue } from './usual-units.ts'

/** Values by extra channel. */
export type Extras = Record<string, number>

/**
 * What values become that are not the voltage, current and power that count: extra channels,
 * each in the unit in which it came first.
 */
export class FurtherChannels {
  readonly #units = new Map<string, string>()
  readonly #words: ReadingWords
  readonly #onUnit: (channel: string, unit: string) => void

  /** @param onUnit called before the first value of a channel that has one */
  constructor(words: ReadingWords, onUnit: (channel: string, unit: string) => void) {
    this.#words = words
    this.#onUnit = onUnit
  }

  /** @param usual unit of a voltage that has none */
  add(extras: Extras, id: string, value: ReadValue, usual: string): void {
    const { cell } = value
    if (cell?.kind !== 'number') return
    const isVoltage = id === 'shunt_mv' || id === 'load_v'
    const unit = isVoltage && value.unit === null ? usual : value.unit
    if (isVoltage && value.unit === null) this.#words.assume(value.label, usual)
    if (id === 'shunt_mv') {
      extras[id] = inThousandths(cell.digits, unit ?? usual)
      this.says(id, 'mV')
    } else if (id === 'load_v') {
      extras[id] = inBaseUnit(cell.digits, unit ?? usual)
      this.says(id, 'V')
    } else if (id === 'temp_c') {
      const isFahrenheit = /F$/i.test(unit ?? '')
      const own = isFahrenheit ? 'temp_f' : id
      extras[own] = Number(cell.digits)
      this.says(own, isFahrenheit ? '°F' : '°C')
    } else if (Number.isFinite(Number(cell.digits)) && this.says(id, cleanText(unit ?? ''))) {
      extras[id] = Number(cell.digits)
    }
  }

  /** The same of a further channel of the sensor: `shunt_mv2`. */
  addOfPart(extras: Extras, id: string, part: number, value: ReadValue, usual: string): void {
    const own: Extras = {}
    this.add(own, id, value, usual)
    for (const [each, amount] of Object.entries(own)) {
      const channel = `${each}${part}`
      if (this.says(channel, this.#units.get(each) ?? '')) extras[channel] = amount
    }
  }

  /** Another voltage, current or power than the one that counts: a channel under its own name. */
  addSecond(extras: Extras, id: Electric, value: ReadValue, usual: string): void {
    const slug = slugOf(value.label)
    const isLoad = id === 'v' && /load/i.test(value.label)
    if (isLoad) this.add(extras, 'load_v', value, usual)
    else if (slug !== null) this.add(extras, slug, value, usual)
  }

  /** Voltage or current of another circuit: a channel under its own name. @param amount V or A */
  addOther(extras: Extras, id: 'v' | 'a', label: string, amount: number): void {
    const channel = slugOf(label) ?? `other_${id}`
    if (this.says(channel, id.toUpperCase())) extras[channel] = amount
  }

  /** @returns false: the channel had another unit before, so that this value is none of it */
  says(id: string, unit: string): boolean {
    const before = this.#units.get(id)
    if (before !== undefined) return before === unit
    this.#units.set(id, unit)
    if (unit !== '') this.#onUnit(id.slice(0, MAX_CHANNEL_ID), unit)
    this.#words.reads(id, '', unit)
    return true
  }
}

/** What a sketch calls a value, as an id; null: it is none. */
function slugOf(label: string): string | null {
  const slug = tokensOf(label).join('_').slice(0, MAX_CHANNEL_ID)
  return isChannelId(slug) && slug.length > 1 ? slug : null
}
