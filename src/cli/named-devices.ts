import type { RelayPlan } from '../app/run-plan.ts'
import type { DeviceProfile } from '../config/option.ts'
import { cleanText } from '../domain/sample.ts'
import type { PlcPlan } from '../sources/mc/poll-plan.ts'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { isSamePort } from '../util/paths.ts'
import { profileFor } from './device-profiles.ts'
import { blaming, type Said } from './origins.ts'

/** What `--energy-store` and `--relay-url` say. */
export interface StoreSetting {
  /** null: those of a board of the run */
  readonly relays: RelayPlan | null
}

/** A source as an option names it. */
export type NamedSource =
  /** @param serial USB serial number; absent where it is not known, or nothing hangs on it */
  | { readonly kind: 'port'; readonly path: string; readonly serial?: string | null }
  | { readonly kind: 'mock'; readonly scenario: string }
  | { readonly kind: 'stdin' }
  /** @param store it is the energy store; absent: it is not */
  | { readonly kind: 'ingest'; readonly name: string; readonly store?: StoreSetting }
  | { readonly kind: 'plc'; readonly plan: PlcPlan }

/** A device under the names by which options speak of it. */
export interface NamedDevice {
  readonly source: NamedSource
  /** `/dev/ttyUSB0`, `mock:motor`, `stdin`, `ingest:pump`, `plc:press1`; a second mock of a scenario is `mock:motor#2`. */
  readonly sourceName: string
  /** Of `--device`, else of its profile; null: none. */
  readonly label: string | null
  /** What the configuration file says of it; null: nothing. */
  readonly profile: DeviceProfile | null
}

/** What options say of devices. */
export interface Given<T> {
  readonly values: readonly T[]
  /**
   * False: given at a lower level than the sources (in the file, with the sources on
   * the command line). Then it may speak of devices that are not part of this run.
   */
  readonly mustMatch: boolean
  /** What profiles say, by their labels; absent where there are none. */
  readonly profiles?: ReadonlyMap<string, readonly T[]>
  /** Who says `values`; null, absent: the command line. */
  readonly said?: Said | null
  /** Who says those of the profiles, by their labels. */
  readonly profilesSaid?: ReadonlyMap<string, Said>
  /** `values` come from flag or environment, and have the last word over profiles. */
  readonly isAboveProfiles?: boolean
}

/**
 * Gives the devices of a run the labels of `--device`: in the order of the
 * sources (`bench`), or by the name of a source (`bench=/dev/ttyUSB0`); and to each
 * its profile, which names those that are left.
 *
 * @throws InaError usage_invalid
 */
export function nameDevices(
  sources: readonly NamedSource[],
  labels: Given<string>,
  profiles: readonly DeviceProfile[] = [],
): readonly NamedDevice[] {
  const devices = sourceNames(sources).map((sourceName, i) => ({
    source: sources[i] as NamedSource,
    sourceName,
    label: ownName(sources[i] as NamedSource),
    profile: null as DeviceProfile | null,
  }))
  return blaming([labels.said], () => {
    giveLabels(labels, devices)
    for (const device of devices) {
      device.profile = profileFor(device, profiles)
      device.label ??= device.profile?.label ?? null
    }
    refuseSameName(devices)
    return devices
  })
}

/** Of those that are posted to, that of their path; of PLCs, that of their table. */
function ownName(source: NamedSource): string | null {
  if (source.kind === 'ingest') return source.name
  return source.kind === 'plc' ? source.plan.label : null
}

function giveLabels(labels: Given<string>, devices: readonly Labelled[]): void {
  const inOrder: string[] = []
  for (const text of labels.values) {
    const named = splitLabel(text, devices)
    if (named !== null) setLabel(named.device, named.label)
    else if (!text.includes('=')) inOrder.push(checked(text))
    else if (labels.mustMatch) throw noSuchSource(text, devices)
  }
  const unnamed = devices.filter((each) => each.label === null)
  if (inOrder.length > unnamed.length && labels.mustMatch) throw tooManyLabels(inOrder, unnamed)
  // A list of labels goes with a list of sources: of other sources it says nothing.
  if (!labels.mustMatch && inOrder.length !== 1) return
  unnamed.forEach((each, i) => {
    each.label = inOrder[i] ?? null
  })
}

/** The device with that label or source; null: there is none. */
export function deviceCalled(name: string, devices: readonly NamedDevice[]): NamedDevice | null {
  return (
    devices.find((each) => each.label === name) ??
    devices.find((each) => each.sourceName === name) ??
    devices.find(({ source }) => source.kind === 'port' && isSamePort(source.path, name)) ??
    null
  )
}

/** The names by which options may speak of these devices. */
export function namesOf(devices: readonly NamedDevice[]): string[] {
  return devices.flatMap(({ label, sourceName }) =>
    label === null ? [sourceName] : [label, sourceName],
  )
}

/** @param given the option and its text, as in `--set b:interval=100` */
export function noSuchDevice(
  name: string,
  given: string,
  devices: readonly NamedDevice[],
): InaError {
  const names = namesOf(devices)
  return new InaError(
    'usage_invalid',
    `${given} is for a device '${name}', and there is none`,
    didYouMean(name, names, `there are: ${names.join(', ')}`),
  )
}

function sourceNames(sources: readonly NamedSource[]): string[] {
  const used = new Map<string, number>()
  return sources.map((source, i) => {
    const first = sources.findIndex((each) => isSameSource(each, source))
    if (first < i) throw readTwice(source)
    if (source.kind === 'port') return source.path
    if (source.kind === 'stdin') return 'stdin'
    if (source.kind === 'ingest') return `ingest:${source.name}`
    if (source.kind === 'plc') return `plc:${source.plan.label}`
    const name = `mock:${source.scenario}`
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    return count === 1 ? name : `${name}#${count}`
  })
}

/** A mock is made anew for each option; a port and a pipe are there once. */
function isSameSource(a: NamedSource, b: NamedSource): boolean {
  // Nor have two PLCs one label: the files that describe them have been checked.
  if (a.kind === 'mock' || b.kind === 'mock') return a === b
  if (a.kind === 'plc' || b.kind === 'plc') return a === b
  if (a.kind === 'stdin' || b.kind === 'stdin') return a.kind === b.kind
  if (a.kind === 'ingest') return b.kind === 'ingest' && a.name === b.name
  if (b.kind === 'ingest') return false
  return isSamePort(a.path, b.path)
}

interface Labelled extends NamedDevice {
  label: string | null
}

/** At the first `=` behind which a source stands: labels and paths may have some of their own. */
function splitLabel(
  text: string,
  devices: readonly Labelled[],
): { readonly device: Labelled; readonly label: string } | null {
  for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
    const name = text.slice(at + 1)
    const device = devices.find(({ source, sourceName }) =>
      source.kind === 'port' ? isSamePort(source.path, name) : sourceName === name,
    )
    if (device !== undefined) return { device, label: checked(text.slice(0, at)) }
  }
  return null
}

function checked(label: string): string {
  if (label.trim() !== '') return cleanText(label)
  throw new InaError('usage_invalid', 'a label of --device is empty', 'give each device a name')
}

function setLabel(device: Labelled, label: string): void {
  if (device.label === null) {
    device.label = label
    return
  }
  throw new InaError(
    'usage_invalid',
    `--device gives ${device.sourceName} two labels, '${device.label}' and '${label}'`,
    'leave one of them out',
  )
}

/** Labels keep devices apart in the log, so no two may be called the same. */
function refuseSameName(devices: readonly Labelled[]): void {
  for (const device of devices) {
    const twin = devices.find(
      (each) => each !== device && namesOf([each]).includes(device.label ?? device.sourceName),
    )
    if (twin === undefined) continue
    throw new InaError(
      'usage_invalid',
      `'${device.label ?? device.sourceName}' would stand for two devices, ${device.sourceName} and ${twin.sourceName}`,
      'give each device a label of its own with --device',
    )
  }
}

function readTwice(source: NamedSource): InaError {
  if (source.kind === 'ingest') {
    const message = `'${source.name}' is named twice by --ingest or --energy-store`
    return new InaError('usage_invalid', message, 'leave one of them out')
  }
  const [name, option] = source.kind === 'port' ? [source.path, '--port'] : ['stdin', '--stdin']
  return new InaError(
    'usage_invalid',
    `${name} is named twice, and can be read only once`,
    `leave one ${option} out`,
  )
}

function tooManyLabels(labels: readonly string[], unnamed: readonly NamedDevice[]): InaError {
  const left = unnamed.map((each) => each.sourceName).join(', ')
  const rest = unnamed.length === 0 ? 'no device is left for' : `only ${left} is left for`
  return new InaError(
    'usage_invalid',
    `--device gives more labels than there are devices: ${rest} ${labels.join(', ')}`,
    'give one --device for each source, in their order, or by source: bench=/dev/ttyUSB0',
  )
}

function noSuchSource(text: string, devices: readonly NamedDevice[]): InaError {
  const name = text.slice(text.indexOf('=') + 1)
  const names = devices.map((each) => each.sourceName)
  return new InaError(
    'usage_invalid',
    `--device ${text} is for a source '${name}', and there is none`,
    didYouMean(
      name,
      names,
      `the sources are: ${names.join(', ')}; a label that has a '=' needs one behind it`,
    ),
  )
}
