import { InaError } from '../util/errors.ts'
import type { DeviceNumber } from './view.ts'

/** The device of that number. @throws InaError usage_invalid: there is none */
export function deviceAt<T>(devices: readonly T[], number: DeviceNumber): T {
  const device = devices[number]
  if (device !== undefined) return device
  throw new InaError(
    'usage_invalid',
    `there is no device ${number}`,
    `the devices are numbered from 0 to ${devices.length - 1}`,
  )
}
