/** What a device measures, as data: names, units, digits, colour roles and ranges come from here alone. */

/** The three quantities of an electric sample, as its typed members are called. */
export type Quantity = 'voltage' | 'current' | 'power'
export const QUANTITIES: readonly Quantity[] = ['voltage', 'current', 'power']

/** What a theme gives a colour of its own; the extra channels of a device share eight. */
export type ColourRole = Quantity | `extra${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`

export interface Channel {
  /** Name on the wire and in `channel_log`: `v`, `soc`. */
  readonly id: string
  /** For people: `Voltage`, `soc`. */
  readonly label: string
  /** `V`; empty where nobody said. */
  readonly unit: string
  /** Decimals on the screen. */
  readonly decimals: number
  /** Smallest height of an axis, in the unit: a few steps of the sensor. */
  readonly finest: number
  readonly role: ColourRole
  /** Name of the column in CSV, and of the member in NDJSON. */
  readonly column: string
  /** Plausible values, both ends included; null: all, or what the device says of its range. */
  readonly range: ValueRange | null
  /** The typed member of a sample that holds it; null: an extra channel. */
  readonly quantity: Quantity | null
}

export interface ValueRange {
  readonly min: number
  readonly max: number
}

/**
 * The channels of an electric sample. Decimals show the INA219's own steps: 4 mV,
 * 0.1 mA, 2 mW (TI SBOS448, registers).
 */
export const ELECTRIC: Readonly<Record<Quantity, Channel>> = {
  voltage: {
    id: 'v',
    label: 'Voltage',
    unit: 'V',
    decimals: 3,
    finest: 0.04,
    role: 'voltage',
    column: 'voltage_v',
    range: null,
    quantity: 'voltage',
  },
  current: {
    id: 'a',
    label: 'Current',
    unit: 'A',
    decimals: 4,
    finest: 0.002,
    role: 'current',
    column: 'current_a',
    range: null,
    quantity: 'current',
  },
  power: {
    id: 'w',
    label: 'Power',
    unit: 'W',
    decimals: 3,
    finest: 0.02,
    role: 'power',
    column: 'power_w',
    range: null,
    quantity: 'power',
  },
}

export const ELECTRIC_CHANNELS: readonly Channel[] = QUANTITIES.map((each) => ELECTRIC[each])

/**
 * Decimals of power in W. It is mostly computed, so that it bears those of the current, not the many
 * of a product.
 *
 * @param current decimals that currents have in A
 */
export function powerDecimals(current: number): number {
  const { decimals } = ELECTRIC.power
  return current > decimals + 1 ? current : decimals
}

/** Voltage, current or power. */
export function isElectric({ quantity }: Channel): boolean {
  return quantity !== null
}

/** Values of extra channels by id; what one sample carries beside voltage, current and power. */
export type Extras = Readonly<Record<string, number>>

/** What the user says of an extra channel (`--channel`). */
export interface ChannelSetting {
  readonly id: string
  /** Empty where nobody said. */
  readonly unit: string
  /** Plausible values; an end that is left open is infinite. null: all */
  readonly range: ValueRange | null
}

/** Different extra channels that one device may have; further ones are left out, with an event. */
export const MAX_EXTRA_CHANNELS = 64
/** The longest id of a channel, in characters. */
export const MAX_CHANNEL_ID = 32

/** Decimals of an extra channel on the screen, where nobody says. */
const EXTRA_DECIMALS = 3
const EXTRA_ROLES = 8

/**
 * An extra channel of a device.
 *
 * @param place among the extra channels of its device, from 0 on; gives the colour
 */
export function extraChannel(
  id: string,
  place: number,
  unit = '',
  range: ValueRange | null = null,
): Channel {
  return {
    id,
    label: id,
    unit,
    decimals: EXTRA_DECIMALS,
    finest: 10 ** -EXTRA_DECIMALS,
    role: `extra${(place % EXTRA_ROLES) as 0}`,
    column: id,
    range,
    quantity: null,
  }
}
