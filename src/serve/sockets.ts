import type { IncomingMessage } from 'node:http'
import { WebSocketServer } from 'ws'
import type { Access } from './access/access.ts'
import { requestOf } from './access/request.ts'
import type { UpgradeListener } from './http-server.ts'
import { problem, refusalProblem } from './problem.ts'
import type { SocketIo } from './socket-io/socket-io.ts'
import { MOST_MESSAGE_BYTES, type SocketRoute } from './socket-route.ts'
import { endUpgrade } from './upgrade-end.ts'

export interface Sockets {
  readonly upgrade: UpgradeListener
  close(): void
}

/** All that is served over WebSockets. @param socketIo null: not loaded */
export function makeSockets(
  routes: readonly SocketRoute[],
  access: Access,
  socketIo: SocketIo | null,
): Sockets {
  // Compression costs 45 % of a core and 260 kB a client at 1000 viewers.
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
