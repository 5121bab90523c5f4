import { CAPTURE_TIME } from './capture-prefix.ts'
import { unitOf } from './decimal.ts'

export type Role = 'time' | 'voltage' | 'current' | 'power' | 'status' | 'mode' | 'ignore'

/** What a column is, as far as its name tells. */
export interface NamedColumn {
  /** null: the name says nothing */
  readonly role: Role | null
  /** null: the name has no unit */
  readonly unit: string | null
  /** Of several with one role, the highest is meant. */
  readonly rank: number
}

const NOTHING: NamedColumn = { role: null, unit: null, rank: 0 }

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const NOT_OURS = words(
  'shunt temp temperature humidity energy charge capacity soc percent resistance ovf cnvr mah ah mwh wh',
)
const EXTREMES = words('min max')
const INDEX = words(
  'id index no nr row n count sample samples seq sequence sequencenumber crc r boot',
)
const TIME = words(
  'time timestamp date datetime millis milliseconds micros microseconds elapsed uptime clock created epoch ts tick ticks zeit uhrzeit datum zeitstempel fecha hora heure',
)
const CURRENT = words(
  'current curr amp amps ampere amperes milliamps ima ibus iload strom courant corriente corrente',
)
const POWER = words('power pwr watt watts milliwatts leistung puissance potencia')
const VOLTAGE = words(
  'voltage volt volts millivolts vbus vbat vbatt vin vout vcc vdd vload busv spannung tension voltaje tensao',
)
/** Words that mean something where no better one stands in the name. */
const WEAK_VOLTAGE = words('v mv u bus batt battery')
const WEAK_CURRENT = words('a ma ua i')
const WEAK_POWER = words('w mw uw p')
const WEAK_TIME = words('t s ms us')

/** Reads a column's name: `bus_voltage`, `current_mA`, `I (A)`, `Adjusted vBatt`, `Strom/mA`. */
export function readColumnName(name: string): NamedColumn {
  if (name === CAPTURE_TIME) return { role: 'time', unit: null, rank: -1 }
  const tokens = tokensOf(name)
  const has = (set: ReadonlySet<string>): boolean => tokens.some((token) => set.has(token))
  const unit = tokens.map(unitOf).findLast((each) => each !== null) ?? null
  if (has(NOT_OURS)) return { role: 'ignore', unit, rank: 0 }
  if (INDEX.has(tokens.join(''))) return { role: 'ignore', unit: null, rank: 0 }
  if (has(TIME)) return { role: 'time', unit: timeUnit(unit), rank: 0 }
  if (has(EXTREMES)) return { role: 'ignore', unit, rank: 0 }
  if (tokens.includes('status')) return { role: 'status', unit: null, rank: 0 }
  if (tokens.includes('mode')) return { role: 'mode', unit: null, rank: 0 }
  if (has(CURRENT)) return electric('current', unit, 'A', 2)
  if (has(POWER)) return electric('power', unit, 'W', 2)
  if (has(VOLTAGE))
    return electric('voltage', unit, 'V', tokens.includes('bus') ? 3 : has(LOAD) ? 1 : 2)
  if (has(WEAK_VOLTAGE)) return electric('voltage', unit, 'V', 2)
  // One letter in a sentence means nothing.
  if (tokens.length > 3) return NOTHING
  if (has(WEAK_CURRENT)) return electric('current', unit, 'A', 1)
  if (has(WEAK_POWER)) return electric('power', unit, 'W', 1)
  if (has(WEAK_TIME)) return { role: 'time', unit: timeUnit(unit), rank: 0 }
  return NOTHING
}

/** The load's side of the shunt as Adafruit computes it; the bus voltage is what the sensor read. */
const LOAD = words('load')

function electric(role: Role, unit: string | null, letter: string, rank: number): NamedColumn {
  return { role, unit: unit?.endsWith(letter) ? unit : null, rank }
}

function timeUnit(unit: string | null): string | null {
  return unit !== null && /^(?:[mun]?s|min|h)$/.test(unit) ? unit : null
}

/** Lower-case words: cut at anything that is no letter, and inside `busVoltage` and `vBatt`, not in `mA`. */
export function tokensOf(name: string): string[] {
  return name
    .replace(/[µμ]/g, 'u')
    .replace(/(\p{Ll}{2})(\p{Lu})/gu, '$1 $2')
    .replace(/(^|[^\p{L}])(\p{L})(\p{Lu}\p{Ll}{2})/gu, '$1$2 $3')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((token) => token !== '')
}
