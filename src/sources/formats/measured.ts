import { MAX_CHANNEL_ID } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import { isChannelId } from '../../protocol/extras.ts'
import type { Stamp } from '../../protocol/frames.ts'
import { u32 } from '../../protocol/members.ts'
import { tokensOf } from '../text/column-names.ts'
import { CaptureClock, stampOf } from './capture-clock.ts'
import { type Cell, inBaseUnit, inThousandths, isElectricUnit, readCell } from './cells.ts'
import type { Units } from './format-choice.ts'
import { electricOfUnit, type Name, readName } from './names.ts'
import type { NamedValue, Reading } from './reading.ts'
import { type Electric, type ReadValue, unitsFor } from './usual-units.ts'

/** A value that is absent, or that the sketch could not measure. */
export type Measure = number | 'absent' | 'hole'

/** One reading with its meaning. */
export interface Measured {
  /** V */
  readonly v: Measure
  /** A */
  readonly a: Measure
  /** W */
  readonly w: Measure
  readonly extras: Readonly<Record<string, number>>
  readonly stamp: Stamp
  /** u32, or null */
  readonly seq: number | null
  readonly status: string
  /** Number of the sensor's channel; null: it has but one */
  readonly part: number | null
  /** Host's monotonic time, ms. */
  readonly atMs: number
}

/** What names mean, and in which units, for one form of lines: learned from the first reading on. */
export class Meaning {
  readonly #given: Partial<Units>
  readonly #usual: Units
  readonly #names = new Map<string, Name>()
  readonly #clock = new CaptureClock()
  /** Units of extra channels, by id. */
  readonly #channelUnits = new Map<string, string>()
  readonly #onUnit: (channel: string, unit: string) => void
  /** How each quantity is read, in words; of the last reading. */
  readonly #words = new Map<string, string>()
  readonly #assumed = new Map<string, string>()

  /**
   * @param given what the user says of values without a unit
   * @param usual what such values are in, in this form
   * @param onUnit called before the first value of an extra channel that has one
   */
  constructor(
    given: Partial<Units>,
    usual: Units,
    onUnit: (channel: string, unit: string) => void,
  ) {
    this.#given = given
    this.#usual = usual
    this.#onUnit = onUnit
  }

  /** True: units of current or power rest on a convention. */
  get isAssumed(): boolean {
    return [...this.#assumed.values()].some((unit) => !unit.endsWith('V'))
  }

  /** For people: what is read from which name, and what had to be assumed. */
  get words(): string {
    const read = [...this.#words].map(([id, from]) => `${id} ${from}`).join(', ')
    if (!this.isAssumed) return read
    const taken = [...this.#assumed].map(([name, unit]) => `${name} in ${unit}`).join(', ')
    return `${read}; no unit is printed, assumed: ${taken}`
  }

  /** @returns null where nothing in it is a value that can be read */
  measure(reading: Reading): Measured | null {
    const values = reading.values.flatMap((value) => this.#valueOf(value) ?? [])
    const taken = unitsFor(values, this.#given, this.#usual)
    const electric: Record<Electric, Measure> = { v: 'absent', a: 'absent', w: 'absent' }
    const ranks: Record<Electric, number> = { v: 0, a: 0, w: 0 }
    const extras: Record<string, number> = {}
    let { overflow } = reading
    let hole: string | null = null
    let word: string | null = null
    let seq: number | null = null
    let stamp = stampOf(reading, this.#clock)
    let timeRank = 0
    let part: number | null = reading.part
    let device: number | null = null
    for (const value of values) {
      const { name, cell } = value
      const { slot } = name
      part ??= name.part
      switch (slot.kind) {
        case 'electric': {
          if (slot.rank <= ranks[slot.id]) {
            this.#second(extras, slot.id, value, taken.v)
            break
          }
          // The bus voltage behind one that the sketch computed from it.
          const before = electric[slot.id]
          if (slot.id === 'v' && typeof before === 'number') extras['load_v'] = before
          ranks[slot.id] = slot.rank
          if (cell === null) break
          electric[slot.id] = this.#electric(slot.id, value, cell, taken)
          if (cell.kind === 'hole') hole = hole === 'ovf' ? hole : cell.status
          break
        }
        case 'channel':
          if (cell?.kind === 'number') this.#further(extras, slot.id, value, taken.shunt)
          break
        case 'time': {
          const found = this.#time(value)
          // Unix time tells most; of two that are alike, the first.
          if (found !== null && rankOf(found) > timeRank) {
            stamp = found
            timeRank = rankOf(found)
          }
          break
        }
        case 'sequence':
          seq = cell?.kind === 'number' ? u32(Number(cell.digits)) : null
          break
        case 'status':
          word = cleanText(value.text)
          break
        case 'overflow':
          overflow ||= cell?.kind === 'number' ? Number(cell.digits) !== 0 : cell?.kind === 'hole'
          break
        case 'part':
          part = cell?.kind === 'number' ? Number(cell.digits) : part
          break
        case 'device':
          device = cell?.kind === 'number' ? Number(cell.digits) : device
          break
        case 'ignore':
      }
    }
    if ('load_v' in extras) this.#say('load_v', 'V')
    const { v, a, w } = electric
    const isEmpty = v === 'absent' && a === 'absent' && w === 'absent'
    if (isEmpty && Object.keys(extras).length === 0) return null
    if (device !== null && part !== null) part += device * 3
    const status = overflow ? 'ovf' : (hole ?? word ?? 'ok')
    return {
      v,
      a,
      w,
      extras,
      stamp,
      seq,
      status: status === '' ? 'ok' : status,
      part,
      atMs: reading.atMs,
    }
  }

  #valueOf({ name, text, unit }: NamedValue): ReadValue | null {
    const cell = readCell(text)
    const own = cell?.kind === 'number' && cell.unit !== null && cell.unit !== '' ? cell.unit : unit
    const known = own !== null && isElectricUnit(own) ? own : null
    const found = name === '' ? unnamed(known) : this.#name(name, known)
    return found === null ? null : { name: found, label: name, cell, text, unit: own ?? found.unit }
  }

  #name(text: string, unit: string | null): Name {
    const key = `${text}\n${unit ?? ''}`
    let name = this.#names.get(key)
    if (name === undefined) {
      name = readName(text, unit)
      // Names that never come again must not fill the memory.
      if (this.#names.size < 256) this.#names.set(key, name)
    }
    return name
  }

  #electric(id: Electric, value: ReadValue, cell: Cell, taken: Units): Measure {
    if (cell.kind === 'hole') return 'hole'
    const isSaid = value.unit !== null && electricOfUnit(value.unit) === id
    const unit = isSaid ? (value.unit as string) : taken[id]
    if (!isSaid && !this.#isGiven(id)) this.#assume(value.label, unit)
    this.#words.set(
      id,
      value.label === '' ? `in ${unit}` : `from '${shown(value.label)}' in ${unit}`,
    )
    return inBaseUnit(cell.digits, unit)
  }

  /** A unit for current goes for power, too. */
  #isGiven(id: Electric): boolean {
    const { a, w } = this.#given
    return this.#given[id] !== undefined || (id !== 'v' && (a ?? w) !== undefined)
  }

  /** Another voltage, current or power than the one that counts: a channel under its own name. */
  #second(extras: Record<string, number>, id: Electric, value: ReadValue, usual: string): void {
    const slug = tokensOf(value.label).join('_').slice(0, MAX_CHANNEL_ID)
    const isLoad = id === 'v' && /load/i.test(value.label)
    if (isLoad) this.#further(extras, 'load_v', value, usual)
    else if (isChannelId(slug) && slug.length > 1) this.#further(extras, slug, value, usual)
  }

  /** @param usual unit of a voltage that has none */
  #further(extras: Record<string, number>, id: string, value: ReadValue, usual: string): void {
    const { cell } = value
    if (cell?.kind !== 'number') return
    const isVoltage = id === 'shunt_mv' || id === 'load_v'
    const unit = isVoltage && value.unit === null ? usual : value.unit
    if (isVoltage && value.unit === null) this.#assume(value.label, usual)
    if (id === 'shunt_mv') {
      extras[id] = inThousandths(cell.digits, unit ?? usual)
      this.#say(id, 'mV')
    } else if (id === 'load_v') {
      extras[id] = inBaseUnit(cell.digits, unit ?? usual)
      this.#say(id, 'V')
    } else if (id === 'temp_c') {
      const isFahrenheit = /F$/i.test(unit ?? '')
      const own = isFahrenheit ? 'temp_f' : id
      extras[own] = Number(cell.digits)
      this.#say(own, isFahrenheit ? '°F' : '°C')
    } else if (Number.isFinite(Number(cell.digits)) && this.#say(id, cleanText(unit ?? ''))) {
      extras[id] = Number(cell.digits)
    }
  }

  /** @returns false: the channel had another unit before, so that this value is none of it */
  #say(id: string, unit: string): boolean {
    const before = this.#channelUnits.get(id)
    if (before !== undefined) return before === unit
    this.#channelUnits.set(id, unit)
    if (unit !== '') this.#onUnit(id.slice(0, MAX_CHANNEL_ID), unit)
    this.#words.set(id, unit === '' ? '' : `in ${unit}`)
    return true
  }

  #time({ cell, text, unit, label }: ReadValue): Stamp | null {
    if (cell?.kind !== 'number') return text === '' ? null : this.#clock.ofCapture(text)
    const found = this.#clock.ofCell(cell.digits, unit)
    if (found === null) return null
    if (found.assumed !== null && !/milli|micro/i.test(label)) this.#assume(label, found.assumed)
    this.#words.set('time', `from '${shown(label)}'`)
    return found.stamp
  }

  #assume(label: string, unit: string): void {
    if (this.#assumed.size < 16) this.#assumed.set(`'${shown(label)}'`, unit)
  }
}

function unnamed(unit: string | null): Name | null {
  const id = unit === null ? null : electricOfUnit(unit)
  return id === null ? null : { slot: { kind: 'electric', id, rank: 1 }, unit, part: null }
}

/** Unix time before a count of the device's. */
function rankOf(stamp: Stamp): number {
  if (stamp.kind === 'none') return 0
  return stamp.kind === 'ts' && stamp.value >= 1e9 ? 2 : 1
}

function shown(label: string): string {
  return cleanText(label.trim()).slice(0, 40)
}
