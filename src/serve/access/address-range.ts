import { BlockList, isIP, isIPv4 } from 'node:net'
import { InaError } from '../../util/errors.ts'

/** A peer, or a network of peers. */
export interface AddressRange {
  /** As it was written. */
  readonly text: string
  has(address: string): boolean
}

/** Reads `192.168.1.20`, `192.168.1.0/24`, `fd00::/8`. @throws InaError usage_invalid */
export function parseAddressRange(text: string): AddressRange {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  const most = version === 4 ? 32 : 128
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (version === 0 || rest.length > 0 || !(length <= most)) {
    throw new InaError(
      'usage_invalid',
      `'${text}' is no address and no network`,
      'write it as 192.168.1.20 or 192.168.1.0/24',
    )
  }
  const list = new BlockList()
  list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  return {
    text,
    has: (peer) => {
      const bare = withoutMapping(peer)
      return isIP(bare) !== 0 && list.check(bare, isIPv4(bare) ? 'ipv4' : 'ipv6')
    },
  }
}

/** An IPv4 peer of a socket for both is written as `::ffff:192.168.1.20`. */
export function withoutMapping(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

/** Asked of every request: a BlockList would make an object for each. */
export function isLoopback(address: string): boolean {
  const bare = withoutMapping(address)
  if (bare.startsWith('127.')) return isIPv4(bare)
  return bare === '::1' || bare === '0:0:0:0:0:0:0:1'
}
