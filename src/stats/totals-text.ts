import { formatClockDuration } from '../util/duration.ts'
import { formatIso } from '../util/time-text.ts'
import type { Totals } from './totals.ts'

/**
 * What totals were, for the record, in full digits: `13.412345 mAh, 67.9 mWh since …Z (00:12:41, 00:12:40
 * of it covered)`, and both directions where both occur.
 *
 * @param sinceUs Unix µs
 */
export function totalsText(totals: Totals, sinceUs: number, elapsedS: number): string {
  const { chargeMah, chargeForwardMah, energyMwh, energyForwardMwh, coveredS, countedS } = totals
  const charge = `${amount(chargeMah)} mAh${directions(chargeMah, chargeForwardMah)}`
  const energy = `${amount(energyMwh)} mWh${directions(energyMwh, energyForwardMwh)}`
  const elapsed = formatClockDuration(elapsedS * 1000)
  const covered = formatClockDuration(coveredS * 1000)
  const counted =
    countedS > 0 ? `, ${formatClockDuration(countedS * 1000)} counted by the device` : ''
  return `${charge}, ${energy} since ${formatIso(sinceUs)} (${elapsed}, ${covered} of it covered${counted})`
}

function directions(signed: number, forward: number | null): string {
  if (forward === null || forward === 0 || forward === signed) return ''
  return ` (${amount(forward)} forward, ${amount(signed - forward)} backward)`
}

function amount(value: number): string {
  return String(Number(value.toFixed(6)))
}
