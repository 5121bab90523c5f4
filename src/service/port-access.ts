import { realpathSync, statSync } from 'node:fs'

/**
 * Major numbers of the character devices that USB boards are (admin-guide/devices.txt of
 * Linux). By number, since a name such as char-ttyUSB is known to systemd only while the
 * driver is loaded, and that comes with the first board that is plugged in.
 */
const USB_MAJORS: readonly number[] = [188, 166]
const USB_PORT = /^\/dev\/(ttyUSB|ttyACM)\d+$|^\/dev\/serial\/by-/

/**
 * What `DeviceAllow=` lets in, so that a run may open its ports, and no other device. A board
 * gets another number when it is plugged in again, so it is its class that is let in. Pseudo-terminals
 * need none: DevicePolicy=closed has them.
 *
 * @param ports as `--port` names them; empty: the port is found when the run begins
 */
export function allowedDevices(ports: readonly string[]): string[] {
  const devices = new Set<string>()
  const allowUsb = (): void => {
    for (const major of USB_MAJORS) devices.add(`char-${major}`)
  }
  if (ports.length === 0) allowUsb()
  for (const port of ports) {
    const target = realPort(port)
    if (target?.startsWith('/dev/pts/')) continue
    if (USB_PORT.test(port) || (target !== null && USB_PORT.test(target))) allowUsb()
    else if (target?.startsWith('/dev/')) devices.add(target)
    // Not there yet: it may be anything, a link of udev's or of a mock included.
    else if (target === null) {
      allowUsb()
      if (port.startsWith('/dev/')) devices.add(port)
    }
  }
  return [...devices]
}

/** @returns null: there is no such device now */
function realPort(port: string): string | null {
  try {
    const path = realpathSync(port)
    return statSync(path).isCharacterDevice() ? path : null
  } catch {
    return null
  }
}
