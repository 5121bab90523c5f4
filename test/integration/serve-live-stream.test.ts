import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { OpenAPIHono } from '@hono/zod-openapi'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Access } from '../../src/serve/access/access.ts'
import type { Live, LivePort } from '../../src/serve/live/live.ts'
import { addLiveStream } from '../../src/serve/live/live-stream.ts'
import { Viewer } from '../../src/serve/live/viewer.ts'
import type { ServeParts } from '../../src/serve/parts.ts'
import type { WebEnv } from '../../src/serve/web.ts'
import { until } from '../support/polling.ts'

/** The route over real HTTP; whoever watches is in the hands of the test. */
async function makeStream() {
  const ports: LivePort[] = []
  const left: LivePort[] = []
  let begin = (): void => {}
  const mayBegin = new Promise<void>((resolve) => {
    begin = resolve
  })
  const live = {
    isFull: false,
    subscribe: async (port: LivePort) => {
      ports.push(port)
      await mayBegin
      return new Viewer(port, { channels: null, maxHz: null }, '', 0)
    },
    leave: (port: LivePort) => left.push(port),
    delivered: () => {},
  } as unknown as Live
  const app = new OpenAPIHono<WebEnv>()
  addLiveStream(app, live, { access: { refusal: () => null } as unknown as Access } as ServeParts)
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  return { server, ports, left, begin }
}

/** A client that has asked, and reads nothing. */
function ask(server: Server, method = 'GET'): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.pause()
  socket.on('error', () => {})
  socket.write(`${method} /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  return socket
}

const servers: Server[] = []

describe('a stream of events', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  })

  afterEach(() => {
    vi.useRealTimers()
    for (const server of servers.splice(0)) {
      server.close()
      server.closeAllConnections()
    }
  })

  it('waits for a reader that stands still without a word of warning, and ends once', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): number => warnings.push(warning)
    process.on('warning', onWarning)
    const { server, ports, left, begin } = await makeStream()
    begin()
    const socket = ask(server)
    await until('it has begun', () => vi.getTimerCount() === 1)
    const [port] = ports as [LivePort]
    // More than the kernel takes.
    for (let i = 0; i < 2000; i++) port.send(`{"type":"samples","cursor":"${'x'.repeat(8000)}"}`)
    port.close(4408, 'too slow')
    // None of these is there any more: a comment to keep it, a failure, another message.
    vi.advanceTimersByTime(60_000)
    port.fail(new Error('too late'))
    port.send('{"type":"event"}')
    await new Promise(setImmediate)
    expect(left).toContain(port)
    expect(warnings).toEqual([])
    process.off('warning', onWarning)
    socket.destroy()
    await until('nothing is left of it', () => vi.getTimerCount() === 0)
  })

  it('leaves nothing behind of a client that goes before it begins', async () => {
    const { server, ports, left, begin } = await makeStream()
    const socket = ask(server)
    await until('it is asked for', () => ports.length === 1)
    const gone = once(server, 'connection').then(() => {})
    socket.destroy()
    // Whoever connects next is heard after that one has gone.
    ask(server, 'HEAD')
    await gone
    begin()
    await until('it has left', () => left.length > 0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has headers alone for HEAD, which would never end', async () => {
    const { server, ports } = await makeStream()
    const socket = ask(server, 'HEAD')
    let text = ''
    socket.on('data', (part) => {
      text += String(part)
    })
    socket.resume()
    await until('the headers are there', () => text.endsWith('\r\n\r\n'))
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text.toLowerCase()).toContain('content-type: text/event-stream')
    expect(ports).toEqual([])
  })
})
