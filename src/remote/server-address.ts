import { isIP, isIPv6 } from 'node:net'
import { isLoopback } from '../serve/access/address-range.ts'
import { DEFAULT_PORT } from '../serve/listen-address.ts'
import { InaError } from '../util/errors.ts'

/** Where a running `serve` is reached. */
export type ServerAddress =
  /** @param url `https://bench.example.org/power`, without a slash at its end */
  { readonly kind: 'tcp'; readonly url: string } | { readonly kind: 'unix'; readonly path: string }

/**
 * Reads `http://host:8219`, `https://bench.example.org/power`, `unix:/run/ina219.sock`; without a scheme
 * what `--listen` takes: `host`, `host:8219`, `[::1]:8219`.
 *
 * @throws InaError usage_invalid
 */
export function parseServerAddress(text: string): ServerAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    if (path === '') throw refused(text, 'a socket needs a path')
    return { kind: 'unix', path }
  }
  const url = urlOf(text)
  if (url === null) throw refused(text, 'that is no address')
  if (url.username !== '' || url.password !== '') {
    throw new InaError(
      'usage_invalid',
      'a token in the address would be seen in lists of processes',
      'put it into a file, and name that with --token-file',
    )
  }
  if (url.search !== '' || url.hash !== '') throw refused(text, 'nothing stands behind its path')
  return { kind: 'tcp', url: url.href.replace(/\/+$/, '') }
}

function urlOf(text: string): URL | null {
  if (/^https?:\/\//i.test(text)) return URL.canParse(text) ? new URL(text) : null
  if (isIPv6(text)) return urlOf(`http://[${text}]:${DEFAULT_PORT}`)
  if (!/^(\[[^\]]+\]|[^:/?#\s@]+)(:\d+)?$/.test(text)) return null
  return urlOf(/:\d+$/.test(text) ? `http://${text}` : `http://${text}:${DEFAULT_PORT}`)
}

function refused(text: string, reason: string): InaError {
  return new InaError(
    'usage_invalid',
    `can't connect to '${text}': ${reason}`,
    'write it as http://host:8219, https://host or unix:/run/user/1000/ina219.sock',
  )
}

/** As it is shown. */
export function addressName(address: ServerAddress): string {
  return address.kind === 'unix' ? `unix:${address.path}` : address.url
}

/** Whether it is on this machine, so that its token may be in this user's own file. */
export function isOwnMachine(address: ServerAddress): boolean {
  if (address.kind === 'unix') return true
  const host = new URL(address.url).hostname.replace(/^\[(.*)\]$/, '$1')
  return host === 'localhost' || (isIP(host) !== 0 && isLoopback(host))
}
