import { describe, expect, it } from 'vitest'
import { faultOf, HostileRequests, sendRaw } from '../support/hostile-requests.ts'
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
