import type { IncomingMessage } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Access, Request } from './access/access.ts'
import { requestOf } from './access/request.ts'
import type { Earlier } from './earlier/earlier.ts'
import type { UpgradeListener } from './http-server.ts'
import type { Live } from './live/live.ts'
import { liveSocket } from './live/live-socket.ts'
import type { ServeParts } from './parts.ts'
import { problem, refusalProblem } from './problem.ts'
import type { SocketIo } from './socket-io/socket-io.ts'
import { endUpgrade } from './upgrade-end.ts'
import { viewRoute } from './view/view-route.ts'

/** What is spoken on one path. */
export interface SocketRoute {
  readonly path: string
  /** A client has come; whether it may read is for the route to ask, which may have a token sent first. */
  accept(socket: WebSocket, request: Request, query: URLSearchParams): void
  /** The server ends. */
  close(): void
}

export interface Sockets {
  readonly upgrade: UpgradeListener
  close(): void
}

/** The longest message of a client, in bytes. */
export const MOST_MESSAGE_BYTES = 64 * 1024

/** All that is served over WebSockets. @param socketIo null: not loaded */
export function makeSockets(
  parts: ServeParts,
  live: Live,
  earlier: Earlier,
  socketIo: SocketIo | null,
): Sockets {
  const routes = [liveSocket(live, parts.access), viewRoute(parts), ...earlier.sockets]
  return socketsOf(routes, parts.access, socketIo)
}

function socketsOf(
  routes: readonly SocketRoute[],
  access: Access,
  socketIo: SocketIo | null,
): Sockets {
  // Compression costs 45 % of a core and 260 kB a client at 1000 viewers (bench/serve.ts).
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  })
  return {
    upgrade: (incoming, socket, head) => {
      const request = requestOf(incoming)
      const refusal = access.placeRefusal(request)
      if (refusal !== null) {
        return endUpgrade(socket, refusalProblem(refusal))
      }
      if (socketIo?.takes(incoming) === true) return socketIo.upgrade(incoming, socket, head)
      const path = pathOf(incoming)
      const route = routes.find((each) => each.path === path)
      if (route === undefined) {
        const message = `there is no WebSocket at ${path}`
        return endUpgrade(socket, problem(404, 'not-found', message, 'see /api/docs'))
      }
      server.handleUpgrade(incoming, socket, head, (client) =>
        route.accept(client, request, queryOf(incoming)),
      )
    },
    close: () => {
      for (const route of routes) route.close()
    },
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.replace(/[?#].*$/s, '')
}

function queryOf({ url = '/' }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.replace(/^[^?]*/, ''))
}
