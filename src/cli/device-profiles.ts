import { basename } from 'node:path'
import type { Command } from 'commander'
import type { DeviceProfile } from '../config/option.ts'
import { InaError } from '../util/errors.ts'
import { isSamePort } from '../util/paths.ts'
import type { NamedDevice, NamedSource } from './named-devices.ts'
import type { Said } from './origins.ts'

/** What the configuration file says of single devices, for the command that runs. */
const PROFILES = new WeakMap<Command, readonly DeviceProfile[]>()

export function rememberProfiles(command: Command, profiles: readonly DeviceProfile[]): void {
  PROFILES.set(command, profiles)
}

export function profilesOf(command: Command): readonly DeviceProfile[] {
  return PROFILES.get(command) ?? []
}

/**
 * What the profiles say of an option, by their labels.
 *
 * @param key attribute name of the option, whose parser makes values of type T
 */
export function saidInProfiles<T>(
  command: Command,
  key: string,
): ReadonlyMap<string, readonly T[]> {
  const name = command.options.find((each) => each.attributeName() === key)?.name()
  return new Map(
    profilesOf(command).map(({ label, values }) => {
      const said = values.filter((each) => each.name === name)
      return [label, said.flatMap(({ value }) => value as T | readonly T[])]
    }),
  )
}

/** Who says it, by their labels. */
export function saidByProfiles(command: Command, key: string): ReadonlyMap<string, Said> {
  const name = command.options.find((each) => each.attributeName() === key)?.name()
  return new Map(
    profilesOf(command).flatMap(({ label, values }) => {
      const said = values.find((each) => each.name === name)
      return said === undefined ? [] : [[label, said] as const]
    }),
  )
}

/**
 * The profile of a device: that of its label, else that of its board or port.
 *
 * @throws InaError usage_invalid where the label is that of another board
 */
export function profileFor(
  { source, label }: Pick<NamedDevice, 'source' | 'label'>,
  profiles: readonly DeviceProfile[],
): DeviceProfile | null {
  const ofLabel = profiles.find((each) => each.label === label)
  if (ofLabel === undefined) return profiles.find((each) => isAt(each, source)) ?? null
  // Limits and corrections of one board, applied to another, would make wrong figures.
  if (source.kind === 'port' && isOtherBoard(ofLabel, source)) {
    throw new InaError(
      'usage_invalid',
      `--device '${label}' is the board with the USB serial number ${ofLabel.serial} in the configuration file, and ${source.path} is that with ${source.serial}`,
      `correct serial in [device.${label}], or give this board another label`,
    )
  }
  return ofLabel
}

function isAt({ serial, port }: DeviceProfile, source: NamedSource): boolean {
  if (source.kind !== 'port') return false
  if (serial !== null && source.serial) return serial === source.serial
  if (serial !== null && isNameOf(source.path, serial)) return true
  return port !== null && isSamePort(port, source.path)
}

function isOtherBoard(
  { serial }: DeviceProfile,
  source: NamedSource & { readonly kind: 'port' },
): boolean {
  return serial !== null && !!source.serial && source.serial !== serial
}

/**
 * Whether a name below /dev/serial/by-id, such as usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0,
 * is that of a serial number: known also while the board is not plugged in.
 */
function isNameOf(path: string, serial: string): boolean {
  const name = basename(path).replace(/-if\d+(-port\d+)?$/, '')
  return name.startsWith('usb-') && name.endsWith(`_${serial}`)
}
