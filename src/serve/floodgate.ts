import { limitKey } from './access/peer.ts'
import type { PeerLimits } from './access/peer-limits.ts'
import { requestOf } from './access/request.ts'
import type { HttpListeners } from './http-server.ts'
import { PROBLEM_TYPE, problem } from './problem.ts'
import { endUpgrade } from './upgrade-end.ts'

const TOO_OFTEN = problem(
  429,
  'too-many-requests',
  'too many requests from there',
  'ask less often, or use /api/v1/live',
)
const BODY = JSON.stringify(TOO_OFTEN)

/** Lets a peer ask only so often, before anything is done for it. */
export function limited(limits: PeerLimits, { request, upgrade }: HttpListeners): HttpListeners {
  return {
    request: (incoming, outgoing) => {
      if (limits.asked(limitKey(requestOf(incoming)))) return request(incoming, outgoing)
      // What else was sent along with it is not read.
      outgoing.writeHead(429, {
        'Content-Type': PROBLEM_TYPE,
        'Retry-After': '1',
        'Cache-Control': 'no-store',
        Connection: 'close',
      })
      outgoing.end(BODY)
    },
    upgrade: (incoming, socket, head) => {
      socket.on('error', () => socket.destroy())
      if (limits.asked(limitKey(requestOf(incoming)))) return upgrade(incoming, socket, head)
      endUpgrade(socket, TOO_OFTEN)
    },
  }
}
