import { cleanText } from '../../domain/sample.ts'
import type { Stamp } from '../../protocol/frames.ts'
import { u32 } from '../../protocol/members.ts'
import { CaptureClock, stampOf } from './capture-clock.ts'
import { type Cell, inBaseUnit, isElectricUnit, readCell } from './cells.ts'
import type { Units } from './format-choice.ts'
import { type Extras, FurtherChannels } from './further-channels.ts'
import { electricOfUnit, type Name, readName } from './names.ts'
import type { NamedValue, Reading } from './reading.ts'
import { ReadingWords } from './reading-words.ts'
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
  /** Number of the sensor's channel; null: it has but one, or its line holds all of them */
  readonly part: number | null
  /** Voltage and current have other names than those that count: they are `extras`. */
  readonly isOther: boolean
  /** Host's monotonic time, ms. */
  readonly atMs: number
}

/** What names mean, and in which units, for one form of lines: learned from the first reading on. */
export class Meaning {
  readonly #given: Partial<Units>
  readonly #usual: Units
  readonly #names = new Map<string, Name>()
  readonly #clock = new CaptureClock()
  /** Of the last reading. */
  readonly #words = new ReadingWords()
  readonly #channels: FurtherChannels
  /** What voltage and current are called, by the number of the channel. */
  readonly #circuits = new Map<number | null, Circuit>()
  /** Names of times that were read. */
  readonly #clocks = new Set<string>()

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
    this.#channels = new FurtherChannels(this.#words, onUnit)
  }

  /** True: units of current or power rest on a convention. */
  get isAssumed(): boolean {
    return this.#words.isAssumed
  }

  /** For people: what is read from which name, and what had to be assumed. */
  get words(): string {
    return this.#words.text
  }

  /** Other names, or other units of the same ones, come from here on. */
  relearn(): void {
    this.#words.clear()
    this.#circuits.clear()
    this.#clocks.clear()
  }

  /**
   * @returns null where nothing in it is a value that can be read, or where voltage, current,
   *   power or time is neither a number nor a word for none: then the line is damaged
   */
  measure(reading: Reading): Measured | null {
    const values = reading.values.flatMap((value) => this.#valueOf(value) ?? [])
    const firstPart = firstOfSeveral(values)
    const taken = unitsFor(values, this.#given, this.#usual)
    const electric: Record<Electric, Measure> = { v: 'absent', a: 'absent', w: 'absent' }
    const ranks: Record<Electric, number> = { v: 0, a: 0, w: 0 }
    const extras: Extras = {}
    let { overflow } = reading
    let hole: string | null = null
    let word: string | null = null
    let seq: number | null = null
    let stamp = stampOf(reading, this.#clock)
    let timeRank = 0
    let part: number | null = reading.part
    let device: number | null = null
    const circuit: Circuit = { v: '', a: '' }
    const { read } = this.#words
    for (const value of values) {
      const { name, cell } = value
      const { slot } = name
      if (firstPart === null) part ??= name.part
      else if (reading.part === null && name.part !== null && name.part !== firstPart) {
        if (!this.#ofOther(extras, value, name.part - firstPart + 1, taken)) return null
        continue
      }
      switch (slot.kind) {
        case 'electric': {
          if (slot.rank <= ranks[slot.id]) {
            this.#channels.addSecond(extras, slot.id, value, taken.v)
            break
          }
          // The bus voltage behind one that the sketch computed from it.
          const before = electric[slot.id]
          if (slot.id === 'v' && typeof before === 'number') extras['load_v'] = before
          ranks[slot.id] = slot.rank
          if (!isReadable(value)) return null
          electric[slot.id] = this.#electric(slot.id, value, cell as Cell, taken)
          if (slot.id !== 'w') circuit[slot.id] = value.label.trim().toLowerCase()
          // Power that is not there can be computed; one that overflowed tells of the current.
          if (cell?.kind === 'hole' && (slot.id !== 'w' || cell.status === 'ovf')) {
            hole = hole === 'ovf' ? hole : cell.status
          }
          break
        }
        case 'channel':
          this.#channels.add(extras, slot.id, value, taken.shunt)
          break
        case 'time': {
          const found = this.#time(value)
          if (found !== null && found.kind !== 'none') this.#clocks.add(value.label)
          // It was a time before, and is none now.
          else if (cell?.kind !== 'hole' && this.#clocks.has(value.label)) return null
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
    if ('load_v' in extras) this.#channels.says('load_v', 'V')
    const isOther = this.#isOther(part, circuit)
    if (isOther) {
      this.#words.restore(read)
      for (const id of ['v', 'a'] as const) {
        const value = electric[id]
        if (typeof value === 'number') this.#channels.addOther(extras, id, circuit[id], value)
      }
      electric.v = 'absent'
      electric.a = 'absent'
      electric.w = 'absent'
    }
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
      isOther,
      atMs: reading.atMs,
    }
  }

  /** Whether both voltage and current have other names than in the first reading that had both. */
  #isOther(part: number | null, { v, a }: Circuit): boolean {
    if (v === '' || a === '') return false
    const own = this.#circuits.get(part)
    if (own === undefined) {
      if (this.#circuits.size < MOST_CIRCUITS) this.#circuits.set(part, { v, a })
      return false
    }
    return own.v !== v && own.a !== a
  }

  /**
   * A value of another channel of the sensor than the first, in the same reading: `v2`, `a2`.
   *
   * @returns false: it is damaged
   */
  #ofOther(
    extras: Extras,
    value: ReadValue,
    part: number,
    taken: Units & { readonly shunt: string },
  ): boolean {
    const { slot } = value.name
    if (slot.kind === 'channel') {
      this.#channels.addOfPart(extras, slot.id, part, value, taken.shunt)
    }
    if (slot.kind !== 'electric') return true
    const { cell } = value
    if (!isReadable(value)) return false
    if (cell?.kind !== 'number') return true
    const unit = this.#unitOf(slot.id, value, taken)
    const channel = `${slot.id}${part}`
    // Of two voltages of a channel, the bus voltage counts.
    const isWeaker = channel in extras && slot.id === 'v' && slot.rank < 3
    if (!isWeaker && this.#channels.says(channel, slot.id.toUpperCase())) {
      extras[channel] = inBaseUnit(cell.digits, unit)
    }
    return true
  }

  #valueOf({ name, text, unit }: NamedValue): ReadValue | null {
    const cell = readCell(text)
    const own = cell?.kind === 'number' && cell.unit !== null && cell.unit !== '' ? cell.unit : unit
    const known = own !== null && isElectricUnit(own) ? own : null
    const named = name === '' ? unnamed(known) : this.#name(name, known)
    // `T=23.5C`
    const isWarm = named?.slot.kind === 'time' && own !== null && TEMPERATURE_UNIT.test(own)
    const found = isWarm ? { ...named, slot: TEMPERATURE } : named
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
    const unit = this.#unitOf(id, value, taken)
    this.#words.reads(id, value.label, unit)
    if (cell.kind === 'hole') return 'hole'
    return inBaseUnit(cell.digits, unit)
  }

  /** The value's own unit, where that is one of the quantity, else the one taken. */
  #unitOf(id: Electric, { unit, label }: ReadValue, taken: Units): string {
    if (unit !== null && electricOfUnit(unit) === id) return unit
    if (!this.#isGiven(id)) this.#words.assume(label, taken[id])
    return taken[id]
  }

  /** A unit for current goes for power, too. */
  #isGiven(id: Electric): boolean {
    const { a, w } = this.#given
    return this.#given[id] !== undefined || (id !== 'v' && (a ?? w) !== undefined)
  }

  #time({ cell, text, unit, label }: ReadValue): Stamp | null {
    if (cell?.kind !== 'number') return text === '' ? null : this.#clock.ofCapture(text)
    const found = this.#clock.ofCell(cell.digits, unit)
    if (found === null) return null
    if (found.assumed !== null && !/milli|micro/i.test(label)) {
      this.#words.assume(label, found.assumed)
    }
    this.#words.reads('time', label, null)
    return found.stamp
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

/** What a reading calls its voltage and current; empty: it has none. */
interface Circuit {
  v: string
  a: string
}

/** Circuits of one sketch that are told apart. */
const MOST_CIRCUITS = 64
const TEMPERATURE_UNIT = /^(?:[*°º˚]?[CFK]|deg.*)$/i
const TEMPERATURE = { kind: 'channel', id: 'temp_c' } as const

/** A number in a unit of V, A or W, or in none; or a word for none. Anything else is damage. */
function isReadable({ cell }: ReadValue): boolean {
  if (cell === null) return false
  return cell.kind === 'hole' || cell.unit === null || isElectricUnit(cell.unit)
}

/** Lowest number in the names of one reading; null: they have none, or all the same. */
function firstOfSeveral(values: readonly ReadValue[]): number | null {
  const parts = new Set(values.flatMap(({ name }) => name.part ?? []))
  return parts.size > 1 ? Math.min(...parts) : null
}
