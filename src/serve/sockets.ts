import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Access, Refusal, Request } from './access/access.ts'
import { requestOf } from './access/request.ts'
import type { UpgradeListener } from './http-server.ts'
import type { Live } from './live/live.ts'
import { liveSocket } from './live/live-socket.ts'
import type { ServeParts } from './parts.ts'
import { PROBLEM_TYPE, problem } from './problem.ts'
import { viewRoute } from './view/view-route.ts'

/** What is spoken on one path. */
export interface SocketRoute {
  readonly path: string
  /** A client has come; whether it may read is for the route to ask, which may have a token sent first. */
  accept(socket: WebSocket, request: Request): void
  /** The server ends. */
  close(): void
}

export interface Sockets {
  readonly upgrade: UpgradeListener
  close(): void
}

/** The longest message of a client, in bytes. */
const MOST_MESSAGE_BYTES = 64 * 1024

/** All that is served over WebSockets. */
export function makeSockets(parts: ServeParts, live: Live): Sockets {
  return socketsOf([liveSocket(live, parts.access), viewRoute(parts)], parts.access)
}

function socketsOf(routes: readonly SocketRoute[], access: Access): Sockets {
  // Compression costs 45 % of a core and 260 kB a client at 1000 viewers (bench/serve.ts).
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  })
  return {
    upgrade: (incoming, socket, head) => {
      socket.on('error', () => socket.destroy())
      const request = requestOf(incoming)
      const refusal = access.placeRefusal(request)
      if (refusal !== null) return refuse(socket, refusal)
      const path = pathOf(incoming)
      const route = routes.find((each) => each.path === path)
      if (route === undefined) {
        const message = `there is no WebSocket at ${path}`
        return refuse(socket, { status: 404, reason: 'not_found', message, hint: 'see /api/docs' })
      }
      server.handleUpgrade(incoming, socket, head, (client) => route.accept(client, request))
    },
    close: () => {
      for (const route of routes) route.close()
    },
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/[?#].*$/s, '')
}

interface SocketRefusal extends Pick<Refusal, 'message' | 'hint'> {
  readonly status: Refusal['status'] | 404
  readonly reason: Refusal['reason'] | 'not_found'
}

function refuse(socket: Duplex, { status, reason, message, hint }: SocketRefusal): void {
  const body = JSON.stringify(problem(status, reason.replaceAll('_', '-'), message, hint))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
