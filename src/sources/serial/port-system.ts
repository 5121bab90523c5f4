import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A port as the system names it; what is not known is undefined. */
export interface RawPort {
  readonly path: string
  readonly manufacturer: string | undefined
  readonly serialNumber: string | undefined
  readonly vendorId: string | undefined
  readonly productId: string | undefined
}

/** What the list of ports is made from; injected so that tests own it. */
export interface PortSystem {
  list(): Promise<readonly RawPort[]>
  /** Port path → name that stays the same over replugs. */
  stableNames(): Promise<ReadonlyMap<string, string>>
  /** True for a legacy port (`/dev/ttyS7`) that has no hardware behind it. */
  isEmptySlot(path: string): Promise<boolean>
}

const BY_ID = '/dev/serial/by-id'
const SYSFS_TTY = '/sys/class/tty'

export const realPortSystem: PortSystem = {
  async list() {
    // serialport would start udevadm, which containers and small systems lack; the kernel itself tells as much.
    if (process.platform === 'linux') return listFromSysfs(SYSFS_TTY)
    const { SerialPort } = await import('serialport')
    return SerialPort.list()
  },

  async stableNames() {
    const names = new Map<string, string>()
    for (const name of await readdir(BY_ID).catch(() => [])) {
      const link = join(BY_ID, name)
      const target = await realpath(link).catch(() => null)
      if (target !== null) names.set(target, link)
    }
    return names
  },

  async isEmptySlot(path) {
    if (!/^\/dev\/ttyS\d+$/.test(path)) return false
    // 0 is PORT_UNKNOWN of linux/serial_core.h: the driver found no UART there.
    const type = await read(join(SYSFS_TTY, basename(path), 'type'))
    return type === undefined || type === '0'
  },
}

/** Ports with a device behind them, as the Linux kernel lists them. @param root `/sys/class/tty` */
export async function listFromSysfs(root: string): Promise<RawPort[]> {
  const ports: RawPort[] = []
  for (const name of await readdir(root).catch(() => [])) {
    if (!/^(tty(S|USB|ACM|AMA|MFD|O|XRUSB|WCH)|rfcomm)\d+$/.test(name)) continue
    const device = await realpath(join(root, name, 'device')).catch(() => null)
    if (device === null) continue
    ports.push({ path: `/dev/${name}`, ...(await usbIdentity(device)) })
  }
  return ports
}

/** The USB device stands a few folders above its interface's tty. */
async function usbIdentity(device: string): Promise<Omit<RawPort, 'path'>> {
  let folder = device
  while (dirname(folder) !== folder && (await read(join(folder, 'idVendor'))) === undefined) {
    folder = dirname(folder)
  }
  return {
    manufacturer: await read(join(folder, 'manufacturer')),
    serialNumber: await read(join(folder, 'serial')),
    vendorId: await read(join(folder, 'idVendor')),
    productId: await read(join(folder, 'idProduct')),
  }
}

async function read(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text?.trim()
}
