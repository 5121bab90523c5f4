import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../support/polling.ts'
import { restLog, serveLog } from '../support/rest-log.ts'
import { type ServeRun, startServe } from '../support/serve.ts'

interface Message {
  readonly type: string
  readonly [member: string]: unknown
}

/** A client that keeps what it is told. */
function listen(run: ServeRun, path: string) {
  const socket = new WebSocket(`${run.url.replace('http', 'ws')}${path}`)
  const messages: Message[] = []
  let code: number | null = null
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Message))
  socket.on('close', (of) => {
    code = of
  })
  const count = (type: string): number => messages.filter((each) => each.type === type).length
  return { socket, messages, count, code: () => code }
}

async function body(
  run: ServeRun,
  path: string,
  init?: RequestInit,
): Promise<Record<string, unknown>> {
  return (await run.fetch(path, init)).json() as Promise<Record<string, unknown>>
}

const POST = { method: 'POST' }

/** One of this machine that is not loopback; undefined: there is none. */
const OWN_ADDRESS = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

describe('clients of the earlier back end', () => {
  it('get measurements and the newest minute as they know them', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const ws = listen(run, '/ws')
    const realtime = listen(run, '/ws/realtime')
    await until(
      'there are some',
      () => ws.count('measurement') > 5 && realtime.count('realtime') > 2,
    )
    expect(ws.messages[0]).toMatchObject({ type: 'status', message: 'mock:normal: live' })
    const measured = ws.messages.filter(({ type }) => type === 'measurement')
    const seqs = measured.map(({ data }) => (data as { seq: number }).seq)
    expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] as number) + i))
    const [first] = measured as [Message & { data: Record<string, unknown>; timestamp: string }]
    expect(Object.keys(first.data)).toEqual(
      expect.arrayContaining(['v', 'a', 'w', 'ts', 'seq', 'status', 'mode']),
    )
    expect(Date.parse(first.timestamp)).toBeCloseTo((first.data['ts'] as number) * 1000, 0)
    const newest = realtime.messages.at(-1)?.['data'] as {
      current: { a: number }
      stats: Record<'min_1m' | 'max_1m' | 'avg_1m', { a: number }>
    }
    expect(newest.stats.min_1m.a).toBeLessThanOrEqual(newest.current.a)
    expect(newest.stats.max_1m.a).toBeGreaterThanOrEqual(newest.current.a)
    expect(await body(run, '/status')).toMatchObject({ clients: 2, simulator: 'running' })
  })

  it('stop and start the simulator, which begins anew without a loss', async () => {
    const run = await startServe(['--mock', '--allow-from', '127.0.0.1'])
    const ws = listen(run, '/ws')
    await until('it runs', () => ws.count('measurement') > 0)
    const stopped = { running: false, simulator: 'stopped' }
    expect(await body(run, '/simulator/stop', POST)).toMatchObject(stopped)
    expect(await body(run, '/simulator/stop', POST)).toMatchObject({
      ...stopped,
      message: 'simulator is already stopped',
    })
    expect(await body(run, '/status')).toMatchObject({ ...stopped, connected: false })
    await until(
      'it is said',
      () => ws.messages.at(-1)?.['message'] === 'waiting: the simulator is stopped',
    )
    const before = ws.count('measurement')
    expect(await body(run, '/simulator/start', POST)).toMatchObject({
      running: true,
      status: 'running',
    })
    await until('it runs again', () => ws.count('measurement') > before + 2)
    expect(await body(run, '/api/v1/losses')).toEqual({ losses: [], next: null })
    expect(await body(run, '/status')).toMatchObject({ status: 'ok', devices: [{ lost: 0 }] })
  })

  it('need the token to change something, and are told where there is no simulator', async () => {
    const run = await startServe(['--stdin', '--no-log'])
    expect((await run.fetch('/simulator/start', POST)).status).toBe(401)
    const answer = await run.change('/simulator/start')
    expect(answer.status).toBe(409)
    expect(((await answer.json()) as { detail: string }).detail).toContain(
      'start serve with --mock',
    )
  })

  it.skipIf(OWN_ADDRESS === undefined)(
    'may read and write on these paths, and on no others, without the token where --allow-from names them',
    async () => {
      const address = OWN_ADDRESS as string
      const listen = ['--listen', `${address}:0`]
      const run = await startServe(['--mock', '--no-log', ...listen, '--allow-from', address])
      expect((await run.fetch('/status')).status).toBe(200)
      expect((await run.fetch('/simulator/stop', POST)).status).toBe(200)
      // What it shows is not looked at, as where it writes.
      const stale = { authorization: 'Bearer of-another-server' }
      expect((await run.fetch('/status', { headers: stale })).status).toBe(200)
      expect((await run.fetch('/api/v1/latest')).status).toBe(401)
      // A proxy there stands for anybody.
      const headers = { 'x-forwarded-for': '203.0.113.7' }
      expect((await run.fetch('/status', { headers })).status).toBe(401)
      expect((await run.fetch('/simulator/start', { ...POST, headers })).status).toBe(401)
      const others = await startServe([
        '--mock',
        '--no-log',
        ...listen,
        '--allow-from',
        '192.0.2.99',
      ])
      expect((await others.fetch('/simulator/stop', POST)).status).toBe(401)
    },
  )

  it('have the token sent first where reading needs it', async () => {
    // As from elsewhere: only that makes reading need the token.
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    const closed = await startServe(['--mock', '--no-log'])
    expect((await closed.fetch('/status', { headers })).status).toBe(401)
    const socket = new WebSocket(`${closed.url.replace('http', 'ws')}/ws`, { headers })
    const heard: Message[] = []
    socket.on('message', (data) => heard.push(JSON.parse(String(data)) as Message))
    await until('the token is wanted', () => heard.length > 0)
    expect(heard[0]?.type).toBe('token_wanted')
    socket.send(JSON.stringify({ type: 'token', token: closed.token }))
    await until('it may read', () => heard.some(({ type }) => type === 'measurement'))
  })

  it('get the past as rows, under the names of the wire and of the log', async () => {
    const run = await serveLog(await restLog())
    const from = '2026-11-20T20:13:00Z'
    const query = `device=bench&from=${from}&to=2026-11-20T20:14:00Z`
    const rows = (await body(run, `/api/history?${query}`)) as unknown as Record<string, unknown>[]
    expect(rows).toHaveLength(240)
    expect(rows[0]).toMatchObject({
      timestamp: '2026-11-20T20:13:00.000Z',
      ts: Date.parse(from) / 1000,
      v: 5,
      voltage: 5,
      current: -0.1,
      seq: 0,
      status: 'ok',
      device: 'bench',
    })
    const all = (await body(run, '/api/history?device=bench')) as unknown as { samples: number }[]
    expect(all.length).toBeLessThanOrEqual(11_000)
    expect(all.reduce((sum, { samples }) => sum + samples, 0)).toBeGreaterThan(11_000)
    expect((await run.fetch('/api/history?from=yesterday')).status).toBe(400)
  })

  it('are let go with a reason', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const lost = listen(run, '/ws?device=nothing')
    await until('it is let go', () => lost.code() !== null)
    expect(lost.code()).toBe(4404)
    const ws = listen(run, '/ws?device=mock:normal')
    await until('it watches', () => ws.count('measurement') > 0)
    ws.socket.send('{"type":"ping"}')
    await until('it is answered', () => ws.count('pong') === 1)
    run.child.kill('SIGTERM')
    await until('it is told of the end', () => ws.code() !== null)
    expect(ws.code()).toBe(1001)
  })
})
