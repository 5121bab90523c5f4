import type { WebSocket } from 'ws'
import type { Request } from './access/access.ts'

/** The longest message of a client, in bytes. */
export const MOST_MESSAGE_BYTES = 64 * 1024

/** What is spoken on one path. */
export interface SocketRoute {
  readonly path: string
  /** A client has come; whether it may read is for the route to ask, which may have a token sent first. */
  accept(socket: WebSocket, request: Request, query: URLSearchParams): void
  /** The server ends. */
  close(): void
}
