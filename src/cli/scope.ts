import { InaError } from '../util/errors.ts'
import {
  deviceCalled,
  type Given,
  type NamedDevice,
  namesOf,
  noSuchDevice,
} from './named-devices.ts'
import { blamed, blaming } from './origins.ts'

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
 * The values that hold for each device, the last one of which counts: those for all of
 * them come before those for the device itself, and what its profile says before what flag
 * and environment say, after what the rest of the file says.
 *
 * @param option as in `--baud`, for the error
 * @throws InaError usage_invalid where a value is for a device that is not there
 */
export function byDevice<T>(
  given: Given<Scoped<T>>,
  option: string,
  devices: readonly NamedDevice[],
): ReadonlyMap<NamedDevice, readonly T[]> {
  refuseOthers(given, option)
  const general = given.values.filter((each) => each.device === null)
  const own = given.values.flatMap(({ device: name, value, text }) => {
    if (name === null) return []
    const device = deviceCalled(name, devices)
    if (device !== null) return [{ device, value }]
    if (given.mustMatch) {
      throw blamed([given.said], noSuchDevice(name, `${option} ${text}`, devices))
    }
    return []
  })
  return new Map(
    devices.map((device) => {
      const said = [...general, ...own.filter((each) => each.device === device)]
      const ofProfile = given.profiles?.get(device.profile?.label ?? '') ?? []
      const all = given.isAboveProfiles ? [...ofProfile, ...said] : [...said, ...ofProfile]
      return [device, all.map(({ value }) => value)]
    }),
  )
}

/** The tables are checked, whether their devices are in the run or not. */
function refuseOthers<T>({ profiles, profilesSaid }: Given<Scoped<T>>, option: string): void {
  for (const [label, values] of profiles ?? []) {
    const ofOther = values.find((each) => each.device !== null)
    if (ofOther === undefined) continue
    throw blamed(
      [profilesSaid?.get(label)],
      new InaError(
        'usage_invalid',
        `the table of '${label}' says ${option} ${ofOther.text}, which is for '${ofOther.device}'`,
        'name no device there: the table says which one it is',
      ),
    )
  }
}

/** What is given, read by a parser that makes any number of values of the texts of one place. */
export function readGiven<T>(
  { profiles, ...given }: Given<string>,
  read: (texts: readonly string[], isOfProfile: boolean) => readonly T[],
): Given<T> {
  const values = blaming([given.said], () => read(given.values, false))
  if (profiles === undefined) return { ...given, values }
  const ofProfiles = [...profiles].map(([label, texts]) => {
    const ofProfile = blaming([given.profilesSaid?.get(label)], () => read(texts, true))
    return [label, ofProfile] as const
  })
  return { ...given, values, profiles: new Map(ofProfiles) }
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
