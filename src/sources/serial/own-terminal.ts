import { fstatSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isatty } from 'node:tty'
import { InaError } from '../../util/errors.ts'

const STANDARD_STREAMS: readonly number[] = [0, 1, 2]

/**
 * A link that was left of a pseudo-terminal may name the one that the user sits at by now. Opened as a
 * port, it would take the user's keys, and questions to a device would be written over the screen.
 *
 * @throws InaError `device_unsupported`
 */
export async function refuseOwnTerminal(path: string): Promise<void> {
  const port = await stat(path).catch(() => null)
  if (port === null || !port.isCharacterDevice()) return
  const isOwn = STANDARD_STREAMS.some((fd) => isatty(fd) && fstatSync(fd).rdev === port.rdev)
  if (!isOwn) return
  throw new InaError(
    'device_unsupported',
    `'${path}' is the terminal that this runs in, not a serial port`,
    "look at 'ina219 ports' for those that are; where it is a link to a mock, start that again",
  )
}
