import { isChannelId } from '../../protocol/extras.ts'
import { readColumnName, tokensOf } from '../text/column-names.ts'

/** What a named value of a sketch stands for. */
export type Slot =
  | {
      readonly kind: 'electric'
      readonly id: 'v' | 'a' | 'w'
      /** Of several that could be it, the highest is: the bus voltage before one computed from it. */
      readonly rank: number
    }
  /** @param id of the extra channel */
  | { readonly kind: 'channel'; readonly id: string }
  | { readonly kind: 'time' }
  | { readonly kind: 'sequence' }
  | { readonly kind: 'status' }
  /** A flag: 1 is an overflow of the sensor's arithmetic. */
  | { readonly kind: 'overflow' }
  /** Number of a channel, or of a device, in a table with a row for each. */
  | { readonly kind: 'part' }
  | { readonly kind: 'device' }
  | { readonly kind: 'ignore' }

export interface Name {
  readonly slot: Slot
  /** As `unitOf` names it, from the name itself (`Current[mA]`); null: the name has none. */
  readonly unit: string | null
  /** Number in the name (`Current 2`, `ch2_v`) of a sensor with several channels; null: none. */
  readonly part: number | null
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const SHUNT = words('shunt shu shuntvoltage vshunt vsh')
const TEMPERATURE = words('temp temperature dietemp')
const PART = words('ch chan channel kanal')
const DEVICE = words('dev device')
const SEQUENCE = words('seq sequence sequencenumber')
const OVERFLOW = words('ovf overflow')
/** Of the sensor, and no measurement. */
const NOTHING = words('cnvr mode crc r boot adr addr address man die')
const CURRENT = words('current curr i strom corrente corriente')
const SHUNT_LOAD = words('load')

/** A number at the end, before a unit in brackets; not one of a part number such as INA219. */
const PART_AT_END = /(?:^|[^\d.])(\d)\s*(?:[[(].*)?$/
const PART_IN_FRONT = /^\s*(?:ch|chan|channel|kanal|ina|sensor|rail)\s*[#_-]?\s*(\d)(?![\dv.])/i

/** Channels of one sensor, as its sketch numbers them. */
const HIGHEST_PART = 8

/**
 * Reads the name before a value: `Bus Voltage`, `Shunt Voltage [mV]`, `v_bus`, `Current 2`, `ima`.
 *
 * @param cellUnit of the value behind it, which knows better where both say something
 */
export function readName(name: string, cellUnit: string | null): Name {
  const part = partOf(name)
  const tokens = tokensOf(name.replace(/([a-z])(\d)(?=_|$)/gi, '$1 '))
  const has = (set: ReadonlySet<string>): boolean => tokens.some((token) => set.has(token))
  const column = readColumnName(tokens.join(' '))
  const unit = cellUnit ?? column.unit ?? (tokens.includes('ima') ? 'mA' : null)
  const of = (slot: Slot): Name => ({ slot, unit, part })
  const only = tokens.join('')
  if (PART.has(only)) return { slot: { kind: 'part' }, unit, part: null }
  if (DEVICE.has(only)) return { slot: { kind: 'device' }, unit, part: null }
  if (SEQUENCE.has(only)) return { slot: { kind: 'sequence' }, unit: null, part: null }
  if (OVERFLOW.has(only)) return of({ kind: 'overflow' })
  if (only === 'status') return { slot: { kind: 'status' }, unit: null, part: null }
  if (has(SHUNT) && !has(CURRENT) && !/[AW]$/.test(unit ?? '')) {
    return of({ kind: 'channel', id: 'shunt_mv' })
  }
  // `T` is a temperature, `t` a time; `T[ms]` says itself what it is.
  const isWarm = /^\s*T\s*(?:$|[^\p{L}\s]*\s*(?:deg\w*|[CFK])\b)/u.test(name)
  if (has(TEMPERATURE) || (isWarm && column.unit === null))
    return of({ kind: 'channel', id: 'temp_c' })
  if (column.role === 'time') return { ...of({ kind: 'time' }), part: null }
  // `i_bus` in mA, and a column `Bus` of each: the unit knows better than a word.
  const byUnit = cellUnit === null ? null : electricOfUnit(cellUnit)
  if (byUnit !== null && byUnit !== electricOfRole(column.role)) {
    return of({ kind: 'electric', id: byUnit, rank: 1 })
  }
  const id = has(SHUNT) && has(CURRENT) ? 'a' : (beforeBus(tokens) ?? electricOfRole(column.role))
  if (id !== null) {
    const rank = id === 'v' && has(SHUNT_LOAD) ? 1 : Math.max(1, column.rank)
    return of({ kind: 'electric', id, rank })
  }
  if (NOTHING.has(only) || only === '') return of({ kind: 'ignore' })
  // A running number, which says nothing of the measurement.
  if (
    column.role === 'ignore' &&
    column.unit === null &&
    /^(?:id|index|no|nr|row|n|count|samples?)$/.test(only)
  ) {
    return of({ kind: 'ignore' })
  }
  const slug = tokens.join('_').slice(0, 24)
  return of(isChannelId(slug) ? { kind: 'channel', id: slug } : { kind: 'ignore' })
}

/** What a value without a name is by its unit: `4.98V`. */
export function electricOfUnit(unit: string): 'v' | 'a' | 'w' | null {
  const letter = /^[mu]?([VAW])$/.exec(unit)?.[1]
  return letter === undefined ? null : (letter.toLowerCase() as 'v' | 'a' | 'w')
}

/** `i_bus`, `p_bus`: the letter in front says what of the bus. */
function beforeBus(tokens: readonly string[]): 'a' | 'w' | null {
  if (!tokens.includes('bus')) return null
  if (tokens[0] === 'i') return 'a'
  return tokens[0] === 'p' ? 'w' : null
}

function electricOfRole(role: string | null): 'v' | 'a' | 'w' | null {
  if (role === 'voltage') return 'v'
  if (role === 'current') return 'a'
  return role === 'power' ? 'w' : null
}

function partOf(name: string): number | null {
  const found = PART_IN_FRONT.exec(name) ?? PART_AT_END.exec(name)
  if (found === null) return null
  const part = Number(found[1])
  return part <= HIGHEST_PART ? part : null
}
