import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

/**
 * A web server that takes lines as an InfluxDB does, and keeps them as they came; what it says of them can be chosen. For what
 * has to be looked at byte by byte, and where no server is installed: it judges no line.
 */
export class InfluxDouble {
  readonly #server: Server
  readonly lines: string[] = []
  /** Of each request, body included. */
  readonly posts: {
    readonly url: string
    readonly headers: IncomingMessage['headers']
    readonly body: Buffer
  }[] = []
  requests = 0
  /** Takes requests, and never answers. */
  isDeaf = false
  refuses: (line: string) => boolean = () => false
  /** In place of what it would say. */
  answer: ((response: ServerResponse, request: IncomingMessage) => void) | null = null

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response))
  }

  static async start(): Promise<InfluxDouble> {
    const double = new InfluxDouble()
    double.#server.listen(0, '127.0.0.1')
    await once(double.#server, 'listening')
    return double
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get sinkUrl(): string {
    return `influx+${this.url}/?db=lab`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++
    const body = await buffer(request).catch(() => Buffer.alloc(0))
    this.posts.push({ url: request.url ?? '', headers: request.headers, body })
    if (this.isDeaf) return
    if (this.answer !== null) {
      this.answer(response, request)
      return
    }
    const text =
      request.headers['content-encoding'] === 'gzip' ? gunzipSync(body).toString() : body.toString()
    const lines = text.split('\n').filter((line) => line !== '')
    const bad = lines.find((line) => this.refuses(line))
    this.lines.push(...lines.filter((line) => !this.refuses(line)))
    if (bad === undefined) response.writeHead(204).end()
    else response.writeHead(400).end(JSON.stringify({ error: `unable to parse '${bad}'` }))
  }
}
