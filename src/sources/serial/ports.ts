import { boardOf } from './boards.ts'
import { type PortSystem, type RawPort, realPortSystem } from './port-system.ts'

export interface PortInfo {
  /** What to open: `/dev/ttyUSB0`, `COM3`. May change at the next plug. */
  readonly path: string
  /** A name that stays the same (`/dev/serial/by-id/…`); null where the system has none. */
  readonly stableName: string | null
  readonly manufacturer: string | null
  /** USB vendor number, 4 lower-case hex digits; null where the port is not on USB. */
  readonly vendorId: string | null
  readonly productId: string | null
  readonly serialNumber: string | null
  /** The board's name, as far as its USB identity tells; null where it doesn't look like one. */
  readonly board: string | null
  /** Surely a board: good enough to be opened without being named. */
  readonly sure: boolean
}

export interface ListOptions {
  /** With the legacy ports that have no hardware behind them. */
  readonly all?: boolean
  readonly system?: PortSystem
}

/** Serial ports of this machine: boards first, then by name. */
export async function listPorts(options: ListOptions = {}): Promise<PortInfo[]> {
  const system = options.system ?? realPortSystem
  const [raws, stableNames] = await Promise.all([system.list(), system.stableNames()])
  const ports: PortInfo[] = []
  for (const raw of raws) {
    if (options.all !== true && (await system.isEmptySlot(raw.path))) continue
    ports.push(describe(raw, stableNames.get(raw.path) ?? null))
  }
  return ports.sort(
    (a, b) => Number(b.sure) - Number(a.sure) || (sortKey(a.path) < sortKey(b.path) ? -1 : 1),
  )
}

/** `ttyS2` before `ttyS10`; a collator of Intl would take 7 MB. */
function sortKey(path: string): string {
  return path.replace(/\d+/g, (digits) => digits.padStart(9, '0'))
}

function describe(raw: RawPort, stableName: string | null): PortInfo {
  const vendorId = hexId(raw.vendorId)
  const productId = hexId(raw.productId)
  const board = boardOf(vendorId, productId)
  return {
    path: raw.path,
    stableName,
    manufacturer: raw.manufacturer?.trim() || null,
    vendorId,
    productId,
    serialNumber: raw.serialNumber?.trim() || null,
    board,
    sure: board !== null,
  }
}

/** `0x2341`, `2341` or `7B` as 4 lower-case hex digits. */
function hexId(text: string | undefined): string | null {
  const digits = text?.trim().replace(/^0x/i, '').toLowerCase() ?? ''
  return /^[0-9a-f]{1,4}$/.test(digits) ? digits.padStart(4, '0') : null
}

export type PickedPort =
  | { readonly port: PortInfo; readonly reason: '' }
  /** @param reason why no port can be chosen, to follow "and" */
  | { readonly port: null; readonly reason: string }

/** The one port that is surely a board; never a guess among several, or at a doubtful one. */
export function pickPort(ports: readonly PortInfo[]): PickedPort {
  const boards = ports.filter((port) => port.sure)
  const [only] = boards
  if (only !== undefined && boards.length === 1) return { port: only, reason: '' }
  if (boards.length > 1) return { port: null, reason: `${boards.length} ports look like a board` }
  if (ports.length === 0) return { port: null, reason: 'this machine has no serial port' }
  return { port: null, reason: 'no port is surely a board' }
}
