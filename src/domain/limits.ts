/** What the hardware can measure (TI SBOS448, absolute maximum and full-scale ranges). */

export interface DeviceRange {
  /** Largest bus voltage in V. The INA219's pins stand 26 V, whatever BRNG says. */
  readonly voltageMax: number
  /** Largest current in A, either sign: shunt full scale over shunt resistance. */
  readonly currentMax: number
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

/** Whether all three quantities are physically possible and agree with each other. */
export function isInRange(
  voltage: number,
  current: number,
  power: number,
  range: DeviceRange,
): boolean {
  return (
    voltage >= 0 &&
    voltage <= range.voltageMax &&
    Math.abs(current) <= range.currentMax &&
    powerAgrees(voltage, current, power)
  )
}
