import { isIP, isIPv6 } from 'node:net'
import { InaError } from '../util/errors.ts'

export const DEFAULT_LISTEN = '127.0.0.1:8219'
export const DEFAULT_PORT = 8219

/** Where a server listens. */
export type ListenAddress =
  /** @param port 0: one that is free */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/**
 * Reads `127.0.0.1:8219`, `[::1]:8219`, `0.0.0.0`, `bench.local:80`, `:8219` (all addresses) or
 * `unix:/run/ina219.sock`.
 *
 * @throws InaError usage_invalid
 */
export function parseListen(text: string): ListenAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length)
    if (path === '') throw refused(text, 'a socket needs a path')
    return { kind: 'unix', path }
  }
  if (isIP(text) !== 0) return { kind: 'tcp', host: text, port: DEFAULT_PORT }
  const [, bracketed, plain, digits] =
    /^(?:\[([^\]]*)\]|([^:[\]/\s]*))(?::(\d+))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const isNamed = bracketed === undefined || isIPv6(bracketed)
  if (host === undefined || !isNamed || (host === '' && digits === undefined)) {
    throw refused(text, 'that is no address')
  }
  const port = digits === undefined ? DEFAULT_PORT : Number(digits)
  if (port > 65_535) throw refused(text, 'a port is 0 to 65535')
  return { kind: 'tcp', host: host === '' ? '::' : host, port }
}

function refused(text: string, reason: string): InaError {
  return new InaError(
    'usage_invalid',
    `can't listen on '${text}': ${reason}`,
    `write it as ${DEFAULT_LISTEN}, [::1]:8219 or unix:/run/user/1000/ina219.sock`,
  )
}

/** As a browser or `--connect` takes it. @param isTls whether it speaks TLS */
export function addressText(address: ListenAddress, isTls: boolean): string {
  if (address.kind === 'unix') return `unix:${address.path}`
  const host = isIPv6(address.host) ? `[${address.host}]` : address.host
  return `${isTls ? 'https' : 'http'}://${host}:${address.port}`
}
