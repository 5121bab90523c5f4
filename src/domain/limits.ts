/** What the hardware can measure (TI SBOS448, absolute maximum and full-scale ranges). */

import { type Detail, isMeanPower } from './detail.ts'

/** Step of the shunt voltage register, V (SBOS448G, register 01). */
export const SHUNT_LSB_V = 10e-6

export interface DeviceRange {
  /** Largest bus voltage in V. The INA219's pins stand 26 V, whatever BRNG says. */
  readonly voltageMax: number
  /** Largest current in A, either sign: shunt full scale over shunt resistance. */
  readonly currentMax: number
  /** Of another instrument: its voltage may be negative, and its power (of an alternating current) need not be their product. */
  readonly isForeign?: boolean
}

/** Of an instrument that nothing is known of. */
export const ANY_RANGE: DeviceRange = {
  voltageMax: Number.POSITIVE_INFINITY,
  currentMax: Number.POSITIVE_INFINITY,
  isForeign: true,
}

/** The usual board: 0.1 Ω shunt at ±320 mV, 26 V on the pins. */
export const DEFAULT_RANGE: DeviceRange = { voltageMax: 26, currentMax: 3.2 }

/**
 * Whether a power agrees with voltage times current. Loose on purpose: the
 * power register is unsigned (so signs are not compared) and comes from another
 * conversion than shunt and bus, so a load step makes them differ honestly; in
 * the recordings we have by up to 23 %.
 *
 * @param voltage V
 * @param current A
 * @param power W
 */
export function powerAgrees(voltage: number, current: number, power: number): boolean {
  const expected = Math.abs(voltage * current)
  const said = Math.abs(power)
  return Math.abs(said - expected) <= 0.5 + 0.25 * Math.max(said, expected)
}

/**
 * Whether all three quantities are physically possible and agree with each other.
 *
 * @param detail of means, whose power is the mean of the products; null: they are one reading
 */
export function isInRange(
  voltage: number,
  current: number,
  power: number,
  range: DeviceRange,
  detail: Detail | null = null,
): boolean {
  const { voltageMax, currentMax, isForeign = false } = range
  if (isForeign) return Math.abs(voltage) <= voltageMax && Math.abs(current) <= currentMax
  return (
    voltage >= 0 &&
    voltage <= voltageMax &&
    Math.abs(current) <= currentMax &&
    (powerAgrees(voltage, current, power) || (detail !== null && isMeanPower(detail, power)))
  )
}
