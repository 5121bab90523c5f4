import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server of loopback over real sockets, on which connections break. */
export class TroubledProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Bytes that came from the clients. */
  bytes = 0
  /** Posts among them, as far as they begin a packet. */
  requests = 0
  /** Takes connections, and neither hands anything on nor answers. */
  isDeaf = false

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(port: number): Promise<TroubledProxy> {
    const server = createServer()
    const proxy = new TroubledProxy(server)
    server.on('connection', (client) => proxy.#join(client, port))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Every connection breaks now, in the middle of whatever it is in. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.reset()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket, port: number): void {
    const onward = connect(port, '127.0.0.1')
    for (const socket of [client, onward]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        client.destroy()
        onward.destroy()
      })
    }
    client.on('data', (chunk) => {
      this.bytes += chunk.length
      if (chunk.subarray(0, 5).toString() === 'POST ') this.requests++
      if (!this.isDeaf) onward.write(chunk)
    })
    onward.on('data', (chunk) => {
      if (!this.isDeaf) client.write(chunk)
    })
  }
}
