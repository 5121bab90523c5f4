import { type Calibration, corrected, isNeutral } from '../domain/calibration.ts'
import type { Detail } from '../domain/detail.ts'
import type { DeviceRange } from '../domain/limits.ts'
import { isMeasured, powerOf } from '../domain/sample.ts'
import type { SampleFrame } from '../protocol/frames.ts'

/** Voltage (V), current (A) and power (W) of one sample; NaN where it is not electric. */
export interface ElectricValues {
  readonly voltage: number
  readonly current: number
  readonly power: number
}

/**
 * The values of a sample as they go on record. What the host corrects has its power made
 * anew from both; invalid samples (PROTOCOL.md 5.1) mean nothing and stay as they were sent.
 *
 * @param calibration null: none is applied
 */
export function electricValues(
  frame: SampleFrame,
  calibration: Calibration | null,
): ElectricValues {
  const { electric, voltage, current } = frame
  if (!electric) return { voltage, current, power: Number.NaN }
  if (calibration === null || !isMeasured(frame.status)) {
    return { voltage, current, power: frame.power ?? powerOf(voltage, current) }
  }
  const volts = corrected(voltage, calibration.voltage)
  const amps = corrected(current, calibration.current)
  return { voltage: volts, current: amps, power: powerOf(volts, amps) }
}

/**
 * The detail of a sample as it goes on record. Its counters are those of the values as sent: where the
 * host corrects these, nothing is known of what the corrected ones come to.
 */
export function calibratedDetail(
  { detail, status }: SampleFrame,
  calibration: Calibration | null,
): Detail | null {
  if (detail === null || calibration === null || !isMeasured(status)) return detail
  const { voltage, current } = calibration
  if (isNeutral(voltage) && isNeutral(current)) return detail
  return {
    ...detail,
    voltageMin: corrected(detail.voltageMin, voltage),
    voltageMax: corrected(detail.voltageMax, voltage),
    currentMin: corrected(detail.currentMin, current),
    currentMax: corrected(detail.currentMax, current),
    chargeMc: Number.NaN,
    energyMj: Number.NaN,
  }
}

/** What the ends of the device's range are once they are corrected. */
export function calibratedRange(range: DeviceRange, calibration: Calibration | null): DeviceRange {
  if (calibration === null) return range
  const { current, voltage } = calibration
  const { voltageMax, currentMax } = range
  return {
    ...range,
    voltageMax: corrected(voltageMax, voltage),
    currentMax: Math.max(corrected(currentMax, current), -corrected(-currentMax, current)),
  }
}
