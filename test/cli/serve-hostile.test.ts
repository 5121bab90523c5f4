import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { faultOf, HostileRequests, sendRaw } from '../support/hostile-requests.ts'
import { until } from '../support/polling.ts'
import { startServe } from '../support/serve.ts'

const REQUESTS = 1500

describe('serve and hostile requests', () => {
  it('answers each of them, tells none a secret, and goes on', async () => {
    const run = await startServe()
    const port = Number(new URL(run.url).port)
    const secrets = [run.token, process.cwd(), 'node_modules']
    const hostile = new HostileRequests(1)
    const faults: string[] = []
    const statuses = new Set<string>()
    for (let i = 0; i < REQUESTS; i++) {
      const { bytes } = hostile.request(run.token)
      const answer = await sendRaw(port, bytes)
      statuses.add(answer.slice(9, 12))
      const fault = faultOf(answer, secrets)
      if (fault !== null) faults.push(`${fault}: ${bytes.toString('latin1').slice(0, 300)}`)
    }
    expect(faults).toEqual([])
    // They got everywhere.
    const wanted = ['200', '400', '401', '403', '404', '413', '421']
    expect([...statuses]).toEqual(expect.arrayContaining(wanted))

    expect((await run.fetch('/api/v1/health')).status).toBe(200)
    const said = run
      .errors()
      .split('\n')
      .filter((line) => line.startsWith('ina219: '))
    expect(said).toHaveLength(2)
    expect(run.errors()).not.toContain(run.token)
  })

  it('answers who sends some requests at once, and lets go who sends thousands', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const port = Number(new URL(run.url).port)
    const one = 'GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n'
    const last = one.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')
    const some = await sendRaw(port, one.repeat(9) + last, true)
    expect(some.match(/HTTP\/1\.1 \d+/g)).toEqual(Array(10).fill('HTTP/1.1 200'))
    const thousands = await sendRaw(port, one.repeat(5000), true)
    expect((thousands.match(/HTTP\/1\.1/g) ?? []).length).toBeLessThanOrEqual(16)
    // Shut out for a second, and nothing has happened else.
    await until('it is let in again', async () =>
      run.fetch('/api/v1/health').then(
        ({ status }) => status === 200,
        () => false,
      ),
    )
  })

  it('lets a refused WebSocket go, also where the other side does not', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const socket = connect(Number(new URL(run.url).port), '127.0.0.1')
    let text = ''
    socket.on('data', (part) => {
      text += part
    })
    const closed = new Promise((resolve) => socket.once('end', resolve))
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13'
    socket.write(
      `GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example.org\r\n${upgrade}\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    await closed
    socket.destroy()
    expect(text).toMatch(/^HTTP\/1\.1 403 /)
  })

  it('hears rubbish over WebSockets, and lets those go who send no end of it', async () => {
    const run = await startServe()
    const hostile = new HostileRequests(2)
    const codes = new Set<number>()
    const texts: string[] = []
    for (const path of ['/api/v1/live', '/api/v1/view']) {
      for (let i = 0; i < 40; i++) {
        const socket = new WebSocket(run.url.replace('http', 'ws') + path)
        socket.on('message', (data) => texts.push(String(data)))
        await once(socket, 'open')
        const closed = once(socket, 'close')
        for (let k = 0; k < 8; k++) socket.send(hostile.message())
        // What is no message at all ends it, if nothing before has.
        for (let k = 0; k < 5; k++) socket.send('{')
        codes.add((await closed)[0])
      }
    }
    expect([...codes].every((code) => [4400, 4401, 4429].includes(code))).toBe(true)
    expect(codes).toContain(4400)
    expect(texts.length).toBeGreaterThan(80)
    const all = texts.join('\n')
    for (const secret of [run.token, process.cwd(), 'node_modules', 'internal-fault']) {
      expect(all).not.toContain(secret)
    }
    expect((await run.fetch('/api/v1/health')).status).toBe(200)
  })

  it.each([
    ['no length', 'POST /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 404],
    [
      'chunks',
      'POST /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      404,
    ],
    [
      'a length that is too long',
      'POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n',
      413,
    ],
    [
      'both length and chunks (request smuggling)',
      'POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n',
      400,
    ],
    [
      'two lengths',
      'POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n',
      400,
    ],
    ['no host', 'GET /api/v1/health HTTP/1.1\r\n\r\n', 400],
    ['no host, as of old', 'GET /api/v1/health HTTP/1.0\r\n\r\n', 400],
    ['a line that goes on', 'GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c: d\r\n\r\n', 400],
    ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : localhost\r\n\r\n', 400],
    [
      'headers of 20 kB',
      `GET / HTTP/1.1\r\nHost: localhost\r\nA: ${'b'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    ['HTTP/2 by heart', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ])('a request with %s gets one answer', async (_what, bytes, status) => {
    const run = await startServe(['--mock', '--no-log'])
    const answer = await sendRaw(Number(new URL(run.url).port), bytes)
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`])
  })
})
