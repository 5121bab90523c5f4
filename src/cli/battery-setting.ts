import type { BatterySetting } from '../stats/battery.ts'
import { InaError } from '../util/errors.ts'
import { numberIn } from '../util/numbers.ts'
import { readQuantity } from '../util/quantity.ts'
import { BLANK_OR_COMMA, type CliOption, option } from './option.ts'
import { scoped } from './scope.ts'

/** Charge or energy of a full battery. */
export type Capacity = Pick<BatterySetting, 'unit' | 'capacity'>

/** Full, where nobody says anything else. */
export const DEFAULT_START_PERCENT = 100

/** A thousandth of a mAh to a megawatt-hour: anything that a power monitor may hang on. */
const RANGE = { min: 0.001, max: 1e9 }

/** Reads `2000mAh`, `2Ah`, `7.4Wh`. @throws InaError usage_invalid */
export function parseCapacity(text: string): Capacity {
  const charge = readQuantity(text, ['Ah'], 'mAh')
  const energy = readQuantity(text, ['Wh'], 'mWh')
  const capacity = charge?.unit ? charge : energy
  if (!capacity?.unit || capacity.value < RANGE.min || capacity.value > RANGE.max) {
    throw new InaError(
      'usage_invalid',
      `'${text}' is no capacity of a battery`,
      'write a charge or an energy above 0, such as 2000mAh, 2Ah or 7.4Wh',
    )
  }
  return { unit: capacity.unit === 'Ah' ? 'mAh' : 'mWh', capacity: capacity.value }
}

export function batteryOption(): CliOption {
  return option(
    '--battery <capacity>',
    'follow the battery that the device draws from: its capacity, such as 2000mAh or 7.4Wh; <device>:<capacity> for one device',
    { list: BLANK_OR_COMMA, perDevice: 'last', defaultText: 'none', parse: scoped(parseCapacity) },
  )
}

export function batteryStartOption(): CliOption {
  return option(
    '--battery-start <percent>',
    'its state of charge when the totals begin, 0 to 100 %; <device>:<percent> for one device',
    {
      list: BLANK_OR_COMMA,
      perDevice: 'last',
      defaultText: String(DEFAULT_START_PERCENT),
      parse: scoped(numberIn({ min: 0, max: 100, unit: '%' })),
    },
  )
}
