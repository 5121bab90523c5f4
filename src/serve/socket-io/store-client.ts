import type { Socket } from 'socket.io'

/** Messages that wait for a client in this process; further ones are left out but for the newest of each kind. */
const MOST_QUEUED = 64

/** A client over Socket.IO. One that does not keep up misses some: nothing grows for it, and nothing waits for it. */
export class StoreClient {
  readonly #socket: Socket
  #queued = 0
  /** The newest of each kind that found no room. */
  readonly #leftOut = new Map<string, object>()

  constructor(socket: Socket) {
    this.#socket = socket
    const { conn } = socket
    conn.on('packetCreate', () => {
      this.#queued++
    })
    conn.on('drain', () => {
      this.#queued = 0
      // What is queued just now is not sent yet: behind it.
      if (this.#leftOut.size > 0) setImmediate(() => this.#catchUp())
    })
  }

  tell(event: string, payload: object): void {
    if (this.#leftOut.has(event) || this.#queued >= MOST_QUEUED) this.#leftOut.set(event, payload)
    else this.#socket.emit(event, payload)
  }

  #catchUp(): void {
    const leftOut = [...this.#leftOut]
    this.#leftOut.clear()
    for (const [event, payload] of leftOut) this.tell(event, payload)
  }
}
