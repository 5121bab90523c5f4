import type { PortInfo } from './ports.ts'

/** What tells the device that was open from any other, under whatever name it comes back. */
export interface PortIdentity {
  readonly port: PortInfo
  /** False: another port looked just the same, so that only the old name can be trusted. */
  readonly unique: boolean
}

/**
 * @param path the port as the system lists it, links followed
 * @returns null where the port is no USB device of the list (pseudo-terminals, built-in ports)
 */
export function identityOf(ports: readonly PortInfo[], path: string): PortIdentity | null {
  const port = ports.find((candidate) => candidate.path === path)
  if (port === undefined || port.vendorId === null) return null
  return { port, unique: ports.filter((other) => looksLike(other, port)).length === 1 }
}

/**
 * Looks for a device that was open before: under its old name, else under any.
 * A port of the old name that is somebody else is not it, and two that might be
 * it are none: never a guess.
 */
export function findAgain(ports: readonly PortInfo[], identity: PortIdentity): PortInfo | null {
  const same = ports.filter((port) => looksLike(port, identity.port))
  const underOldName = same.find((port) => port.path === identity.port.path)
  if (underOldName !== undefined) return underOldName
  const [only] = same
  const distinct = identity.port.serialNumber !== null || identity.port.stableName !== null
  return identity.unique && distinct && only !== undefined && same.length === 1 ? only : null
}

function looksLike(port: PortInfo, model: PortInfo): boolean {
  // A board with several ports has one serial number for all; the stable name tells them apart.
  const namesAgree =
    port.stableName === null || model.stableName === null || port.stableName === model.stableName
  return (
    namesAgree &&
    port.vendorId === model.vendorId &&
    port.productId === model.productId &&
    port.serialNumber === model.serialNumber
  )
}
