import type { Detail } from '../domain/detail.ts'
import { isWhole } from '../domain/sample.ts'
import { DETAIL, optional, type RawMembers, type SAMPLE } from './members.ts'

/**
 * PROTOCOL.md 5.1, of a line that has the names of one.
 *
 * @param status of the sample
 * @returns undefined where one of its members is not what it must be
 */
export function readDetail(
  members: RawMembers<typeof DETAIL & typeof SAMPLE>,
  status: string,
): Detail | undefined {
  const n = DETAIL.n.read(members.n)
  const voltageMin = DETAIL.vmin.read(members.vmin)
  const voltageMax = DETAIL.vmax.read(members.vmax)
  const currentMin = DETAIL.amin.read(members.amin)
  const currentMax = DETAIL.amax.read(members.amax)
  const chargeMc = optional(members.mc, DETAIL.mc)
  const energyMj = optional(members.mj, DETAIL.mj)
  if (
    n === null ||
    voltageMin === null ||
    voltageMax === null ||
    currentMin === null ||
    currentMax === null ||
    chargeMc === undefined ||
    energyMj === undefined
  ) {
    return undefined
  }
  const hasCounters = chargeMc !== null && energyMj !== null
  return {
    n,
    voltageMin,
    voltageMax,
    currentMin,
    currentMax,
    chargeMc: hasCounters ? chargeMc : Number.NaN,
    energyMj: hasCounters ? energyMj : Number.NaN,
    isWhole: isWhole(status),
  }
}
