import { once } from 'node:events'
import { WebSocket } from 'ws'
import { fromWire, toWire } from '../../src/serve/view/wire.ts'
import { until } from './polling.ts'

/** A client of `/api/v1/view` that says whatever a test wants. */
export class ViewSocket {
  readonly socket: WebSocket
  /** All that came, decoded. */
  readonly messages: Record<string, unknown>[] = []
  closed: { readonly code: number; readonly reason: string } | null = null
  /** The answer to the upgrade, where it was refused. */
  refused: number | null = null
  /** Apart from those that a test gives. */
  #nextId = 1000

  /** @param url of the server, `http://…`; or all of it, `ws+unix:…` */
  constructor(url: string, headers: Record<string, string> = {}) {
    const address = url.startsWith('http') ? `${url.replace('http', 'ws')}/api/v1/view` : url
    this.socket = new WebSocket(address, { headers })
    this.socket.on('message', (data) => {
      this.messages.push(fromWire(String(data)) as Record<string, unknown>)
    })
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
    })
    this.socket.on('unexpected-response', (_, answer) => {
      this.refused = answer.statusCode ?? 0
      this.socket.terminate()
    })
    this.socket.on('error', () => {})
  }

  async opened(): Promise<this> {
    if (this.socket.readyState !== WebSocket.OPEN) await once(this.socket, 'open')
    return this
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : toWire(message))
  }

  /** Asks, and waits for the answer. */
  async ask(ask: string, request: unknown): Promise<unknown> {
    const id = this.#nextId++
    this.send({ id, ask, request })
    return (await this.first((message) => message['id'] === id)) as unknown
  }

  /** The first message of a type. */
  type(type: string): Promise<Record<string, unknown>> {
    return this.first((message) => message['type'] === type)
  }

  async first(
    isMeant: (message: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>> {
    await until('a message', () => this.messages.some(isMeant) || this.closed !== null)
    const found = this.messages.find(isMeant)
    if (found === undefined) throw new Error(`closed: ${JSON.stringify(this.closed)}`)
    return found
  }

  async end(): Promise<{ readonly code: number; readonly reason: string } | null> {
    await until('the end', () => this.closed !== null)
    return this.closed
  }
}
