import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { Request } from './access.ts'

/** What Node knows of a request. */
export function requestOf(incoming: IncomingMessage): Request {
  const { socket, headers } = incoming
  return {
    peer: socket.remoteAddress ?? null,
    local: socket.localAddress ?? null,
    isTls: socket instanceof TLSSocket,
    header: (name) => {
      const value = headers[name]
      return Array.isArray(value) ? (value[0] ?? null) : (value ?? null)
    },
  }
}
