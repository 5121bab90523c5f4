import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileTarget } from '../app/output-target.ts'
import { setKey } from '../config/set-key.ts'
import type { Calibration } from '../domain/calibration.ts'
import { InaError } from '../util/errors.ts'
import { realPath } from '../util/paths.ts'
import { calibrationSetting } from './calibration-setting.ts'
import type { OneDevice } from './one-device.ts'

/** Under which name a device has its table, and what a new table knows it by. */
export interface DevicePlace {
  readonly label: string
  /** `serial` or `port`; empty: by its label alone. */
  readonly knownBy: Readonly<Record<string, string>>
}

/**
 * @param ownName what the device says of itself; null: nothing
 * @throws InaError usage_invalid: nothing would tell the device from others
 */
export async function placeOf(
  { named, plan }: OneDevice,
  ownName: string | null,
): Promise<DevicePlace> {
  const { source } = named
  const label = named.label ?? plan.device
  if (source.kind === 'port') {
    const serial = source.serial ?? (await serialAt(source.path))
    const knownBy = serial === null ? { port: source.path } : { serial }
    return { label: label ?? ownName ?? basename(source.path), knownBy }
  }
  if (named.label !== null) return { label: named.label, knownBy: {} }
  throw new InaError(
    'usage_invalid',
    'a device that is not at a port is known by its label, and has none',
    'give it one with --device, or have the calibration printed with --print',
  )
}

/** USB serial number; null: it has none, or nobody says. */
async function serialAt(path: string): Promise<string | null> {
  const { listPorts } = await import('../sources/serial/ports.ts')
  const real = realPath(path)
  const ports = await listPorts().catch(() => [])
  return ports.find((each) => each.path === path || each.path === real)?.serialNumber ?? null
}

/**
 * Keeps what the host is to apply in the configuration file: one key of the device's table
 * is set, all else stays, and the file as it was is beside it as `<file>.bak`.
 *
 * @throws InaError config_invalid
 */
export function keepCalibration(path: string, place: DevicePlace, calibration: Calibration): void {
  const isThere = existsSync(path)
  const before = isThere ? readFileSync(path, 'utf8') : ''
  const { label, knownBy } = place
  const value = calibrationSetting(calibration)
  const after = setKey(before, {
    table: ['device', label],
    key: 'calibration',
    value,
    withNewTable: knownBy,
  })
  if (after === null) {
    throw new InaError(
      'config_invalid',
      `the configuration file ${path} is written in a way that can't be changed safely`,
      `write calibration = "${value}" into the table [device.${label}] yourself`,
    )
  }
  if (!isThere) mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  else copyFileSync(path, `${path}.bak`)
  const target = fileTarget(path, null)
  try {
    void target.write(after)
    target.finish()
  } catch (error) {
    target.abandon()
    throw error
  }
}
