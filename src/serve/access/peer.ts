import { isIPv6 } from 'node:net'
import type { Request } from './access.ts'
import { isLoopback, withoutMapping } from './address-range.ts'

/** Headers by which a proxy says that it is one (RFC 7239, RFC 9110, and what was used before). */
const OF_PROXIES: readonly string[] = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
]
/** Of a header that names a peer, so much is looked at. */
const MOST_NAME = 64

/** Whether somebody else may stand behind the peer. */
export function isProxied(request: Request): boolean {
  return OF_PROXIES.some((name) => request.header(name) !== null)
}

/**
 * Who is held to a limit: an IPv4 address; of IPv6 the /64, all of which one line has; for a proxy
 * on this machine, whom it names last (what stands before may be made up by that one).
 */
export function limitKey(request: Request): string {
  const { peer } = request
  const mayBeProxy = peer === null || isLoopback(peer)
  const named = mayBeProxy ? request.header('x-forwarded-for') : null
  if (named === null) return peer === null ? 'unix' : peerKey(peer)
  const last = named.split(',').at(-1)?.trim() ?? ''
  return `for ${peerKey(last.slice(0, MOST_NAME))}`
}

/** The same of a connection, which a proxy shares among those behind it. @param address as Node gives it */
export function peerKey(address: string): string {
  const bare = withoutMapping(address)
  return isIPv6(bare) ? networkOf(bare) : bare
}

/** The first four groups of an IPv6 address, `2001:db8:0:1`. */
function networkOf(address: string): string {
  const [plain = ''] = address.split('%')
  const [before = '', after] = plain.split('::')
  const groups = before === '' ? [] : before.split(':')
  const rest = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? 0 : 8 - groups.length - rest.length
  const all = [...groups, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...rest]
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')
}
