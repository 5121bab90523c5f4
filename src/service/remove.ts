import { existsSync, readFileSync, rmSync } from 'node:fs'
import { errorText, InaError } from '../util/errors.ts'
import type { Systemd } from './systemd.ts'
import { type OwnUnit, readUnit, UNIT_NAME } from './unit.ts'

/** The unit that is installed. @throws InaError usage_invalid: there is none, or it is not ours */
export function installedUnit(systemd: Systemd): OwnUnit {
  const { unitFile, scope } = systemd
  const unit = existsSync(unitFile) ? readUnit(readFileSync(unitFile, 'utf8')) : undefined
  if (unit) return unit
  throw new InaError(
    'usage_invalid',
    unit === null
      ? `${unitFile} is no unit of ina219 service`
      : `there is no ${scope} service of ina219`,
    'install one with: ina219 service install -- --port <port>',
  )
}

/** Stops the logger and takes its unit away; the log stays. @param say gets one line at a time */
export function removeUnit(systemd: Systemd, say: (line: string) => void): void {
  systemd.check()
  const { log, tokenFile } = installedUnit(systemd)
  systemd.systemctl('disable', '--now', '--quiet', UNIT_NAME)
  try {
    rmSync(systemd.unitFile)
  } catch (error) {
    throw new InaError(
      'usage_invalid',
      `${systemd.unitFile} can't be removed: ${errorText(error)}`,
      'a system unit needs root (sudo)',
      error,
    )
  }
  systemd.systemctl('daemon-reload')
  // A unit that had failed would stay in the list of what failed.
  systemd.run('systemctl', ['reset-failed', UNIT_NAME])
  say(`stopped the logger and removed ${systemd.unitFile}`)
  say(`the log stays: ${log}`)
  if (tokenFile !== null) say(`so does the token: ${tokenFile}`)
}
