import {
  deviceCalled,
  type Given,
  type NamedDevice,
  namesOf,
  noSuchDevice,
} from './named-devices.ts'

/** A value for one device, or for all of them. */
export interface Scoped<T> {
  /** Label or source; null: all devices. */
  readonly device: string | null
  readonly value: T
  /** As given, for errors. */
  readonly text: string
}

/** A reader of `9600` and `bench:9600`, for values that have no colon. */
export function scoped<T>(parse: (text: string) => T): (text: string) => Scoped<T> {
  return (text) => {
    const at = text.lastIndexOf(':')
    if (at < 0) return { device: null, value: parse(text), text }
    return { device: text.slice(0, at), value: parse(text.slice(at + 1)), text }
  }
}

/**
 * The values that hold for each device: those for all of them first, so that what
 * is given for the device itself has the last word.
 *
 * @param option as in `--baud`, for the error
 * @throws InaError usage_invalid where a value is for a device that is not there
 */
export function byDevice<T>(
  given: Given<Scoped<T>>,
  option: string,
  devices: readonly NamedDevice[],
): ReadonlyMap<NamedDevice, readonly T[]> {
  const general = given.values.filter((each) => each.device === null)
  const own = given.values.flatMap(({ device: name, value, text }) => {
    if (name === null) return []
    const device = deviceCalled(name, devices)
    if (device !== null) return [{ device, value }]
    if (given.mustMatch) throw noSuchDevice(name, `${option} ${text}`, devices)
    return []
  })
  return new Map(
    devices.map((device) => [
      device,
      [...general, ...own.filter((each) => each.device === device)].map(({ value }) => value),
    ]),
  )
}

/**
 * The device that a text begins with, where its values may have colons of their
 * own: the longest name that stands before one of them.
 *
 * @param at where to begin in the text
 */
export function scopeAt(text: string, at: number, devices: readonly NamedDevice[]): string | null {
  const fitting = namesOf(devices).filter((name) => text.startsWith(`${name}:`, at))
  return fitting.reduce<string | null>(
    (longest, name) => (longest === null || name.length > longest.length ? name : longest),
    null,
  )
}
