import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { limitKey } from './access/peer.ts'
import type { PeerLimits } from './access/peer-limits.ts'
import { requestOf } from './access/request.ts'
import type { HttpListeners } from './http-server.ts'
import { PROBLEM_TYPE, problem } from './problem.ts'
import { endUpgrade } from './upgrade-end.ts'

/** Requests of one connection that wait for their answers; browsers and most programs send one after the other. */
const MOST_UNDER_WAY = 16

const TOO_OFTEN = problem(
  429,
  'too-many-requests',
  'too many requests from there',
  'ask less often, or use /api/v1/live',
)
const BODY = JSON.stringify(TOO_OFTEN)

/**
 * Lets a peer ask only so often, before anything is done for it, and has peers take turns: one
 * request each time the main loop comes round, so that neither samples nor others wait for a flood.
 */
export function limited(limits: PeerLimits, { request, upgrade }: HttpListeners): HttpListeners {
  const turns = new Turns()
  const connections = new WeakMap<Socket, Connection>()
  return {
    request: (incoming, outgoing) => {
      const { socket } = incoming
      const connection = connections.get(socket) ?? { underWay: 0, isRefused: false }
      // A flood comes in thousands at once: as little as can be is done for each.
      if (connection.isRefused) return
      connections.set(socket, connection)
      const key = limitKey(requestOf(incoming))
      const isFlood = connection.underWay >= MOST_UNDER_WAY
      if (isFlood) limits.shutOut(key)
      if (isFlood || !limits.asked(key)) {
        connection.isRefused = true
        refuse(socket, outgoing, connection.underWay === 0)
        return
      }
      connection.underWay++
      outgoing.once('close', () => {
        connection.underWay--
      })
      turns.take(key, () => {
        if (!outgoing.destroyed) request(incoming, outgoing)
      })
    },
    upgrade: (incoming, socket, head) => {
      socket.on('error', () => socket.destroy())
      if (limits.asked(limitKey(requestOf(incoming)))) return upgrade(incoming, socket, head)
      endUpgrade(socket, TOO_OFTEN)
    },
  }
}

interface Connection {
  underWay: number
  /** Nothing more that it sends is looked at. */
  isRefused: boolean
}

/** @param isHeard no answer is owed before this one */
function refuse(socket: Socket, outgoing: ServerResponse, isHeard: boolean): void {
  if (!isHeard) {
    socket.destroy()
    return
  }
  outgoing.writeHead(429, {
    'Content-Type': PROBLEM_TYPE,
    'X-Content-Type-Options': 'nosniff',
    'Retry-After': '1',
    'Cache-Control': 'no-store',
    Connection: 'close',
  })
  outgoing.end(BODY)
}

/** Work of many, a piece of each in turn. */
class Turns {
  readonly #waiting = new Map<string, (() => void)[]>()

  take(key: string, work: () => void): void {
    const isBusy = this.#waiting.size > 0
    const queue = this.#waiting.get(key)
    if (queue === undefined) this.#waiting.set(key, [work])
    else queue.push(work)
    if (!isBusy) setImmediate(() => this.#next())
  }

  #next(): void {
    for (const [key, queue] of this.#waiting) {
      this.#waiting.delete(key)
      const work = queue.shift()
      // Behind the others.
      if (queue.length > 0) this.#waiting.set(key, queue)
      if (this.#waiting.size > 0) setImmediate(() => this.#next())
      work?.()
      return
    }
  }
}
