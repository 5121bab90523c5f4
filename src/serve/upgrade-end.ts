import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { PROBLEM_TYPE, type Problem } from './problem.ts'

/** Answers a request for a WebSocket that gets none, and lets it go: nothing else watches over it any more. */
export function endUpgrade(socket: Duplex, told: Problem): void {
  const body = JSON.stringify(told)
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${told.status} ${STATUS_CODES[told.status] ?? ''}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
