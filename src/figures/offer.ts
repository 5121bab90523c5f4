import { isOffered } from '../monitor/simulators.ts'
import type { DeviceBrief, DeviceNumber, Snapshot } from '../monitor/view.ts'

/** A virtual device that stands in for the one that is shown. */
export interface Offer {
  readonly number: DeviceNumber
  readonly device: string
  readonly isRunning: boolean
}

/** While nothing comes from the device that is shown; null: nothing stands in for it, or it is live. */
export function offerOf({ devices, device, source }: Snapshot): Offer | null {
  if (source.state === 'live') return null
  const found = devices.find((each) => each.source.simulator?.standsFor === device)
  if (found === undefined) return null
  return {
    number: found.number,
    device: found.device,
    isRunning: found.source.simulator?.isRunning === true,
  }
}

/** Those to be listed: one that is only offered is no part of the run, unless somebody looks at it. */
export function listedDevices({ devices, number }: Snapshot): readonly DeviceBrief[] {
  return devices.filter((each) => each.number === number || !isOffered(each.source))
}
