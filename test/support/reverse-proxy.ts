import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface ProxyOptions {
  /** Of the server behind, `http://127.0.0.1:8219` */
  readonly target: string
  /** Below which the server is shown, `/power/`; taken away before it is asked. */
  readonly prefix: string
  /** What the proxy adds or changes. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A reverse proxy as others write it: it takes a prefix away, and hands upgrades through. @returns its address */
export async function startProxy({ target, prefix, headers = {} }: ProxyOptions): Promise<string> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const ask = (url: string, method: string | undefined, of: IncomingHttpHeaders) =>
    request({
      hostname,
      port,
      path: `/${url.slice(prefix.length)}`,
      method,
      headers: { ...of, ...headers },
    })
  const server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? ''
    if (!url.startsWith(prefix)) {
      outgoing.writeHead(404).end()
      return
    }
    const asked = ask(url, incoming.method, incoming.headers)
    asked.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    asked.on('error', () => outgoing.destroy())
    outgoing.on('close', () => asked.destroy())
    incoming.pipe(asked)
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.on('upgrade', (incoming, socket, head) => {
    const asked = ask(incoming.url ?? '', incoming.method, incoming.headers)
    asked.on('upgrade', (answer, behind, first) => {
      const lines = answer.rawHeaders.flatMap((each, i, all) =>
        i % 2 === 0 ? [`${each}: ${all[i + 1]}`] : [],
      )
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
      socket.write(first)
      behind.write(head)
      behind.pipe(socket).pipe(behind)
      for (const end of [socket, behind]) end.on('error', () => socket.destroy())
      socket.on('close', () => behind.destroy())
    })
    asked.on('response', (answer) => socket.end(`HTTP/1.1 ${answer.statusCode} no\r\n\r\n`))
    asked.on('error', () => socket.destroy())
    asked.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
