import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { LiveViewer } from '../support/live-viewer.ts'
import { until } from '../support/polling.ts'
import { type ServeRun, startServe } from '../support/serve.ts'
import { ViewSocket } from '../support/view-socket.ts'

type Payload = Record<string, unknown>

const OFF = { A: false, B: false, C: false, D: false }
const SUN = { soc: 85, solar_w: 12.5, lux: 35_000 }

/** A client as the original page has one, and what it was told. */
function client(url: string, options: Parameters<typeof io>[1] = {}) {
  const socket: Socket = io(url, { reconnectionDelay: 50, reconnectionDelayMax: 100, ...options })
  const told: [event: string, payload: Payload][] = []
  const failures: (Error & { context?: { status?: number; responseText?: string } })[] = []
  socket.onAny((event: string, payload: Payload) => told.push([event, payload]))
  socket.on('connect_error', (error) => failures.push(error))
  onTestFinished(() => void socket.close())
  const of = (event: string): Payload[] =>
    told.filter(([each]) => each === event).map(([, payload]) => payload)
  return { socket, told, of, failures, newest: (event: string) => of(event).at(-1) }
}

async function update(run: ServeRun, body: object): Promise<number> {
  return (await run.change('/api/relay/update', body)).status
}

function post(run: ServeRun, body: object): Promise<Response> {
  return run.change('/api/data/solar', body)
}

describe('serve --socket-io', () => {
  it('tells of the sample that an earlier run has logged, until there is one of its own', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const before = await startServe(['--energy-store', '--db', db])
    expect((await post(before, [{ ...SUN, soc: 84 }, SUN])).status).toBe(202)
    const { ts } = (await (await before.fetch('/api/data/latest')).json()) as Payload
    before.child.kill('SIGKILL')
    await finished(before.child)
    const run = await startServe(['--energy-store', '--socket-io', '--db', db])
    const latest = (await (await run.fetch('/api/data/latest')).json()) as Payload
    expect(latest).toMatchObject({ ...SUN, ts, status: 'ok', state: 'silent', virtual: false })
    expect(latest['age_s']).toBeGreaterThan(0)
    const one = client(run.url)
    await until('it is told', () => one.of('new_sun_data').length === 1)
    expect(one.newest('new_sun_data')).toMatchObject({ ...SUN, ts, state: 'silent' })
    expect((await post(run, { ...SUN, soc: 86 })).status).toBe(202)
    await until('the next one', () => one.newest('new_sun_data')?.['soc'] === 86)
    expect(one.newest('new_sun_data')).toMatchObject({ state: 'live' })
  })

  it.each([['polling'], ['websocket'], ['polling', 'websocket']])(
    'tells clients of the store and its relays over %s %s',
    async (...transports) => {
      const run = await startServe(['--energy-store', '--socket-io'])
      const one = client(run.url, { transports })
      await until('it is connected', () => one.of('connection_response').length === 1)
      expect(one.newest('connection_response')).toMatchObject({ status: 'connected' })
      await until('the relays', () => one.newest('relay_status_update')?.['A'] === false)
      expect(one.of('new_sun_data')).toEqual([])
      expect((await post(run, SUN)).status).toBe(202)
      await until('the sample', () => one.of('new_sun_data').length === 1)
      expect(one.newest('new_sun_data')).toMatchObject({ ...SUN, device: 'energy-store' })
      const two = client(run.url, { transports })
      await until('it is told at once', () => two.of('relay_status_update').length > 0)
      expect(two.told.slice(0, 3)).toMatchObject([
        ['connection_response', { status: 'connected' }],
        ['new_sun_data', SUN],
        ['relay_status_update', { ...OFF, virtual: true, unconfirmed: [] }],
      ])
      // As GET answers it, whoever switches.
      expect(await update(run, { B: true })).toBe(200)
      const status = (await (await run.fetch('/api/relay/status')).json()) as Payload
      for (const each of [one, two]) {
        await until('the relay', () => each.newest('relay_status_update')?.['B'] === true)
        expect(each.newest('relay_status_update')).toEqual(status)
        // Under way, it is no other state.
        expect(each.of('relay_status_update')).toContainEqual({
          ...status,
          ...OFF,
          unconfirmed: ['B'],
        })
      }
      const metrics = await (await run.fetch('/metrics')).text()
      expect(metrics).toMatch(/^ina219_socket_io_clients 2$/m)
      const earlier = (await (await run.fetch('/status')).json()) as Payload
      expect(earlier['clients']).toBe(2)
      two.socket.close()
      await until('it is gone', async () => {
        return ((await (await run.fetch('/status')).json()) as Payload)['clients'] === 1
      })
    },
  )

  it('shows a change of one at all others: REST, a shell, a terminal elsewhere', async () => {
    const run = await startServe(['--energy-store', '--socket-io'])
    const clients = [client(run.url), client(run.url, { transports: ['websocket'] })]
    const live = new LiveViewer(run)
    await live.hear('hello')
    live.say({ type: 'subscribe' })
    await live.hear('snapshot')
    for (const { of } of clients)
      await until('connected', () => of('relay_status_update').length > 0)
    const tokenFile = run.errors().match(/needs the token in (.*)\n/)?.[1] ?? ''
    const words = ['send', 'output.C=on', '--connect', run.url, '--token-file', tokenFile]
    expect(await ina219(words)).toMatchObject({ code: 0 })
    for (const { newest } of clients) {
      await until('told', () => newest('relay_status_update')?.['C'] === true)
    }
    await until('the live stream', () =>
      live.of('event').some(({ text, detail }) => `${text}${detail}`.includes('output C on')),
    )
    expect(await (await run.fetch('/api/relay/status')).json()).toMatchObject({ C: true })
    const terminal = await new ViewSocket(run.url).opened()
    const { answer } = (await terminal.ask('snapshot', { device: 0 })) as { answer: Payload }
    expect(answer).toMatchObject({ outputs: { C: true }, unconfirmed: {} })
    terminal.socket.close()
  })

  it('tells all clients of a relay that does not confirm, until it does', async () => {
    const relays: Record<string, boolean> = { ...OFF }
    let isStuck = true
    const board = createServer(async (request, response) => {
      let text = ''
      for await (const part of request) text += String(part)
      if (text !== '' && !isStuck) Object.assign(relays, JSON.parse(text))
      response.end(JSON.stringify(relays))
    })
    await new Promise<void>((resolve) => board.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void board.close())
    const url = `http://127.0.0.1:${(board.address() as AddressInfo).port}/`
    const run = await startServe(['--energy-store', '--socket-io', '--relay-url', url])
    const clients = [client(run.url), client(run.url, { transports: ['websocket'] })]
    for (const { newest } of clients) {
      await until('the relays', () => newest('relay_status_update')?.['B'] === false)
    }
    expect(await update(run, { B: true })).toBe(502)
    for (const { newest, of } of clients) {
      await until('it is unconfirmed', () =>
        JSON.stringify(newest('relay_status_update')?.['unconfirmed']).includes('B'),
      )
      // Never as switched.
      expect(of('relay_status_update').every(({ B }) => B !== true)).toBe(true)
    }
    const terminal = await new ViewSocket(run.url).opened()
    const { answer } = (await terminal.ask('snapshot', { device: 0 })) as { answer: Payload }
    expect(answer).toMatchObject({ outputs: OFF, unconfirmed: { B: true } })
    terminal.socket.close()
    isStuck = false
    expect(await update(run, { A: true, B: true })).toBe(200)
    for (const { newest } of clients) {
      await until('it is on', () => newest('relay_status_update')?.['B'] === true)
      expect(newest('relay_status_update')).toMatchObject({ A: true, unconfirmed: [] })
    }
  })

  it('lets in pages of its own origin and of --allow-origin, and no others', async () => {
    const friend = 'https://bench.example.org'
    const run = await startServe(['--energy-store', '--socket-io', '--allow-origin', friend])
    const from = (origin: string, transports: string[]) =>
      client(run.url, { transports, extraHeaders: { origin } })
    for (const transports of [['polling'], ['websocket']]) {
      const foreign = from('https://evil.example.org', transports)
      await until('it is refused', () => foreign.failures.length > 0)
      expect(foreign.told).toEqual([])
      foreign.socket.close()
      const own = from(friend, transports)
      await until('it is let in', () => own.of('connection_response').length > 0)
    }
    const hello = '/socket.io/?EIO=4&transport=polling'
    const allowed = await run.fetch(hello, { headers: { origin: friend } })
    expect(allowed.headers.get('access-control-allow-origin')).toBe(friend)
    const before = await run.fetch(hello, { method: 'OPTIONS', headers: { origin: friend } })
    expect(before.status).toBe(204)
    const foreign = await run.fetch(hello, { headers: { origin: 'https://evil.example.org' } })
    expect(foreign.status).toBe(403)
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('tells when the virtual store ends, and what is known of the real one then', async () => {
    const run = await startServe(['--energy-store', '--socket-io'])
    const one = client(run.url)
    expect((await run.change('/simulator/start')).status).toBe(200)
    await until('the virtual sun', () => one.newest('new_sun_data')?.['virtual'] === true)
    expect((await run.change('/simulator/stop')).status).toBe(200)
    await until('it is over', () => one.newest('new_sun_data')?.['virtual'] === false)
    expect(one.newest('new_sun_data')).toMatchObject({
      ...{ device: 'energy-store', state: 'silent' },
      ...{ soc: null, solar_w: null, lux: null, ts: null },
    })
  })

  it('wants the token where reading does', async () => {
    const run = await startServe([
      '--energy-store',
      '--socket-io',
      '--allow-origin',
      'http://a.test',
    ])
    // As behind a proxy, which stands for anybody.
    const extraHeaders = { 'x-forwarded-for': '203.0.113.7' }
    const bare = client(run.url, { extraHeaders })
    await until('it is refused', () => bare.failures.length > 0)
    expect(bare.failures[0]?.message).toBe(
      'reading from here needs the token; ' +
        'send it as auth.token: io(url, { auth: { token } }); it is in the file of --token-file',
    )
    const wrong = client(run.url, { extraHeaders, auth: { token: 'guess' } })
    await until('that is none', () => wrong.failures.length > 0)
    expect(wrong.failures[0]?.message).toBe(
      'that is not the token; look into the file of --token-file on the server',
    )
    const known = client(run.url, { extraHeaders, auth: { token: run.token } })
    await until('it is let in', () => known.of('relay_status_update').length > 0)
    expect([...bare.told, ...wrong.told]).toEqual([])
  })

  it('comes back by itself after a restart, and is told how things are then', async () => {
    const port = await freePort()
    const args = ['--energy-store', '--socket-io', '--listen', `127.0.0.1:${port}`]
    const first = await startServe(args)
    const [polling, websocket] = [
      client(first.url, { transports: ['polling'] }),
      client(first.url, { transports: ['websocket'] }),
    ]
    for (const { of } of [polling, websocket]) {
      await until('connected', () => of('relay_status_update').length > 0)
    }
    expect(await update(first, { D: true })).toBe(200)
    first.child.kill('SIGTERM')
    await new Promise((resolve) => first.child.once('close', resolve))
    await startServe(args)
    for (const { of, newest } of [polling, websocket]) {
      await until('it is back', () => of('connection_response').length === 2)
      await until('its relays are off', () => newest('relay_status_update')?.['D'] === false)
    }
  })

  it('has room for 200, and turns away further ones until one has gone', async () => {
    const run = await startServe(['--energy-store', '--socket-io'])
    const all = Array.from({ length: 200 }, () => client(run.url, { transports: ['websocket'] }))
    await until('all are connected', () => all.every(({ socket }) => socket.connected))
    const late = client(run.url, { transports: ['polling'] })
    await until('it is turned away', () => late.failures.length > 0)
    const refused = await run.fetch('/socket.io/?EIO=4&transport=polling')
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('too many clients: try again later'),
    ])
    all[0]?.socket.close()
    await until('there is room', () => late.of('connection_response').length === 1)
  })

  it('keeps no more than 64 messages for a client that does not fetch them, and the newest', async () => {
    const run = await startServe(['--energy-store', '--socket-io'])
    const path = '/socket.io/?EIO=4&transport=polling'
    const open = await (await run.fetch(path)).text()
    const { sid } = JSON.parse(open.slice(1)) as { sid: string }
    await run.fetch(`${path}&sid=${sid}`, { method: 'POST', body: '40' })
    const poll = async (): Promise<Payload[]> => {
      const text = await (await run.fetch(`${path}&sid=${sid}`)).text()
      const packets = text.split('\x1e').filter((each) => each.startsWith('42'))
      return packets.flatMap((each) => JSON.parse(each.slice(2)) as [string, Payload]) as Payload[]
    }
    await until('it is there', async () => (await poll()).length > 0)
    const count = 300
    const samples = Array.from({ length: count }, (_, i) => ({ ...SUN, soc: (i + 1) / 10, seq: i }))
    expect((await post(run, samples)).status).toBe(202)
    const socs: unknown[] = []
    const isNewest = (): boolean => socs.at(-1) === count / 10
    const first = await poll()
    expect(first.length / 2).toBeLessThanOrEqual(64)
    socs.push(...first.flatMap(({ soc }) => soc ?? []))
    expect(isNewest()).toBe(false)
    await until('it has the newest', async () => {
      socs.push(...(await poll()).flatMap(({ soc }) => soc ?? []))
      return isNewest()
    })
    expect(socs).toEqual(socs.toSorted((one, other) => Number(one) - Number(other)))
    expect(socs.length).toBeLessThan(70)
  })

  it('leaves the other WebSockets, and what is no Socket.IO, as they are', async () => {
    const run = await startServe(['--energy-store', '--socket-io'])
    const live = new LiveViewer(run)
    await live.hear('hello')
    live.say({ type: 'subscribe' })
    await live.hear('snapshot')
    expect((await run.fetch('/socket.io/?EIO=4&transport=none')).status).toBe(400)
    expect((await run.fetch('/socket.io/?EIO=4&transport=polling&sid=none')).status).toBe(400)
    for (const odd of ['transport=constructor', 'transport=polling&sid=__proto__', 'EIO=3', '']) {
      expect((await run.fetch(`/socket.io/?${odd}`)).status).toBe(400)
    }
    expect((await run.fetch('/socket.io', { method: 'DELETE' })).ok).toBe(false)
    expect((await run.fetch('/socket.iox')).status).toBe(404)
    const long = await run.fetch('/socket.io/?EIO=4&transport=polling', {
      method: 'POST',
      body: 'x'.repeat(200_000),
    })
    expect(long.status).toBe(400)
    // Half a request, and gone.
    const { port } = new URL(run.url)
    const half = connect(Number(port), '127.0.0.1').on('error', () => {})
    half.end('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\n')
    expect((await run.fetch('/api/v1/health')).status).toBe(200)
  })

  it('is not spoken unless it is asked for', async () => {
    const run = await startServe(['--energy-store'])
    const answer = await run.fetch('/socket.io/?EIO=4&transport=polling')
    expect(answer.status).toBe(404)
    expect(((await answer.json()) as Payload)['detail']).toContain('--socket-io')
    expect(await (await run.fetch('/metrics')).text()).not.toContain('socket_io')
  })
})
