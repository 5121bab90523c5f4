import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HttpRelays } from '../../src/sources/posted/http-relays.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { type ServeRun, startServe } from '../support/serve.ts'

type Answer = Record<string, unknown>

async function get(run: ServeRun, path: string): Promise<Answer> {
  return (await run.fetch(path)).json() as Promise<Answer>
}

async function change(run: ServeRun, path: string, body: unknown) {
  const answer = await run.change(path, body)
  return { status: answer.status, body: (await answer.json()) as Answer }
}

/** Events of kind `output`, and notes, in order, once the log has the last of them. */
async function outputEvents(run: ServeRun, last: string): Promise<string[]> {
  let texts: string[] = []
  await until(`'${last}' is in the log`, async () => {
    const { events } = (await get(run, '/api/v1/events?kind=output,note')) as unknown as {
      events: { detail: string }[]
    }
    texts = events.map(({ detail }) => detail)
    return texts.at(-1) === last
  })
  return texts
}

const OFF = { A: false, B: false, C: false, D: false }

const SUN = { soc: 85, solar_w: 12.5, lux: 35_000 }

function post(run: ServeRun, body: object) {
  return change(run, '/api/data/solar', body)
}

describe('the energy store', () => {
  it('posts what it measures: channels with units and ranges, in the log before the answer', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const run = await startServe(['--energy-store', '--allow-from', '127.0.0.1', '--db', db])
    expect(await get(run, '/api/data/latest')).toMatchObject({
      soc: null,
      ts: null,
      state: 'silent',
    })
    const post = (body: unknown): Promise<Response> =>
      run.fetch('/api/data/solar', { method: 'POST', body: JSON.stringify(body) })
    expect((await post({ soc: 85, solar_w: 12.5, lux: 35000 })).status).toBe(202)
    const log = new Database(db, { readonly: true })
    const rows = log.prepare('SELECT device, channel, value, unit FROM channel_log').raw().all()
    log.close()
    expect(rows).toEqual(
      expect.arrayContaining([
        ['energy-store', 'soc', 85, '%'],
        ['energy-store', 'solar_w', 12.5, 'W'],
        ['energy-store', 'lux', 35000, 'lx'],
      ]),
    )
    expect(await get(run, '/api/data/latest')).toMatchObject({
      device: 'energy-store',
      soc: 85,
      solar_w: 12.5,
      lux: 35000,
      state: 'live',
      status: 'ok',
    })
    expect((await post({ soc: 120, solar_w: 12.5, lux: null })).status).toBe(202)
    expect(await get(run, '/api/data/latest')).toMatchObject({ lux: null, status: 'out_of_range' })
    const wrong = await post({ soc: 85, solarW: 12.5, lux: 3 })
    expect(wrong.status).toBe(400)
    expect(((await wrong.json()) as { detail: string }).detail).toContain('has no solar_w')
    expect((await post({ soc: '85', solar_w: 1, lux: 3 })).status).toBe(400)
    expect((await post(null)).status).toBe(400)
  })

  it('says what is wrong with a sample in words of this path, and takes none that would lose a value', async () => {
    const run = await startServe(['--energy-store', '--allow-from', '127.0.0.1'])
    const refused = async (body: string): Promise<string> => {
      const answer = await run.fetch('/api/data/solar', { method: 'POST', body })
      expect(answer.status).toBe(400)
      return ((await answer.json()) as { detail: string }).detail
    }
    const sun = '"soc":85,"solar_w":12.5,"lux":1'
    expect(await refused('{"soc":1e400,"solar_w":12.5,"lux":1}')).toContain('member "soc" that')
    expect(await refused(`{${sun},"k":1e400}`)).toContain('has a member "k" that is no finite')
    expect(await refused(`{${sun},"ts":-1}`)).toContain('has a member ts that is no number from 0')
    expect(await refused(`{${sun},"mode":7}`)).toContain('has a member mode that is no text')
    expect(await refused('{"soc":null,"solar_w":null,"lux":null}')).toContain('has no number that')
    expect(await refused('{}')).toContain('has no soc that is a number')
    const { devices } = (await get(run, '/api/v1/devices')) as { devices: unknown[] }
    expect(devices[0]).toMatchObject({ from: null, source: { state: 'silent' } })
  })

  it('is told apart from a run without one', async () => {
    const run = await startServe(['--stdin', '--no-log'])
    for (const path of ['/api/data/latest', '/api/relay/status']) {
      const answer = await run.fetch(path)
      expect(answer.status).toBe(404)
      expect(((await answer.json()) as { detail: string }).detail).toContain('--energy-store')
    }
    expect((await run.change('/api/data/solar', { soc: 1 })).status).toBe(404)
    expect((await run.change('/api/relay/update', { A: true })).status).toBe(404)
  })
})

describe('relays', () => {
  it('that are virtual are switched by any client, for all to see, and are said to be virtual', async () => {
    const run = await startServe(['--energy-store', 'shed', '--channel', 'shed:soc:%:10..90'])
    await until('they have said how they are', async () => {
      return (await get(run, '/api/relay/status'))['A'] === false
    })
    expect(await get(run, '/api/relay/status')).toEqual({
      ...OFF,
      unconfirmed: [],
      virtual: true,
      device: 'shed',
      reason: '',
    })
    expect((await run.fetch('/api/relay/update', { method: 'POST', body: '{}' })).status).toBe(401)
    const updated = await change(run, '/api/relay/update', { A: true, C: 'on', D: 0 })
    expect(updated).toMatchObject({ status: 200, body: { ...OFF, A: true, C: true } })
    // A terminal elsewhere.
    const tokenFile = run.errors().match(/needs the token in (.*)\n/)?.[1] ?? ''
    const sent = await ina219([
      ...['send', 'output.B=on', '--connect', run.url, '--token-file', tokenFile],
    ])
    expect(sent).toMatchObject({ code: 0 })
    expect(await get(run, '/api/relay/status')).toMatchObject({ A: true, B: true, C: true })
    expect(await outputEvents(run, 'output B on')).toEqual([
      'the relays are virtual: nothing is switched',
      'output A off, B off, C off, D off',
      'output A on',
      'output C on',
      'output B on',
    ])
    for (const body of [{}, { E: true }, { A: 'yes' }, [true], 7]) {
      expect((await change(run, '/api/relay/update', body)).status).toBe(400)
    }
  })

  it('are the outputs of a board where the run has one', async () => {
    const run = await startServe(['--energy-store', '--mock'])
    await until('the board is there', async () => {
      return (await get(run, '/api/relay/status'))['A'] !== null
    })
    expect(await change(run, '/api/relay/update', { B: true })).toMatchObject({
      status: 200,
      body: { ...OFF, B: true, device: 'mock:normal', virtual: true },
    })
  })

  it('of a board with HTTP are switched when it says so, and shown as unconfirmed where it does not', async () => {
    const states: Record<string, boolean> = { ...OFF, D: true }
    let does: 'switch' | 'nothing' | 'hang up' | 'fail' | 'move' | 'babble' | 'break off' = 'switch'
    const asked: string[] = []
    const board = createServer(async (request, response) => {
      let text = ''
      for await (const part of request) text += String(part)
      if (request.method === 'POST') asked.push(text)
      if (does === 'hang up') request.socket.destroy()
      if (does === 'fail') response.statusCode = 500
      if (does === 'move') response.writeHead(302, { location: '/elsewhere' })
      if (does === 'babble') {
        response.write('x'.repeat(20_000))
        return
      }
      if (does === 'break off') {
        response.write('{', () => request.socket.destroy())
        return
      }
      if (does === 'switch' && text !== '') Object.assign(states, JSON.parse(text))
      response.end(JSON.stringify(states))
    })
    await new Promise<void>((resolve) => board.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void board.close())
    const url = `http://127.0.0.1:${(board.address() as AddressInfo).port}/relays`
    const run = await startServe(['--energy-store', '--relay-url', url])
    await until('it has said how they are', async () => {
      return (await get(run, '/api/relay/status'))['D'] === true
    })
    const update = (body: unknown) => change(run, '/api/relay/update', body)
    expect(await update({ A: true })).toEqual({
      status: 200,
      body: {
        ...{ ...OFF, A: true, D: true, unconfirmed: [], virtual: false },
        ...{ device: 'energy-store', reason: '' },
      },
    })
    // Also one that was asked for what it shows already: whether it still is so, nobody knows.
    does = 'hang up'
    expect((await update({ A: true })).status).toBe(504)
    expect(await get(run, '/api/relay/status')).toMatchObject({
      ...{ ...OFF, A: true, D: true, unconfirmed: ['A'] },
      reason: 'the board is not reached',
    })
    const health = async (): Promise<unknown> => {
      await post(run, SUN)
      const { live, status } = await get(run, '/api/v1/health')
      return live === 1 ? status : null
    }
    await until('health says so', async () => (await health()) === 'degraded')
    does = 'switch'
    expect(await update({ A: true })).toMatchObject({
      status: 200,
      body: { A: true, unconfirmed: [], reason: '' },
    })
    await until('all is well', async () => (await health()) === 'ok')
    const failures = [
      ['nothing', 502, 'relay-unconfirmed'],
      ['fail', 502, 'relay-unconfirmed'],
      ['move', 502, 'relay-unconfirmed'],
      ['babble', 502, 'relay-unconfirmed'],
      ['break off', 502, 'relay-unconfirmed'],
      ['hang up', 504, 'relay-silent'],
    ] as const
    for (const [how, status, name] of failures) {
      does = how
      const { body, ...rest } = await update({ B: true, C: true })
      expect([rest.status, body['type']]).toEqual([status, `urn:ina219:problem:${name}`])
      expect(await get(run, '/api/relay/status')).toMatchObject({
        ...OFF,
        A: true,
        D: true,
        unconfirmed: ['B'],
      })
    }
    // Whoever asks: a terminal elsewhere.
    const tokenFile = run.errors().match(/needs the token in (.*)\n/)?.[1] ?? ''
    does = 'nothing'
    const sent = await ina219([
      ...['send', 'output.C=on', '--connect', run.url, '--token-file', tokenFile],
    ])
    expect(sent).toMatchObject({ code: 3 })
    expect(sent.stdout + sent.stderr).toContain(
      'unconfirmed (answered, but not reported as switched)',
    )
    const open = { ...OFF, A: true, D: true, unconfirmed: ['B', 'C'] }
    expect(await get(run, '/api/relay/status')).toMatchObject(open)
    const { devices } = (await get(run, '/api/v1/devices')) as { devices: unknown[] }
    expect(devices[0]).toMatchObject({
      unconfirmed: ['B', 'C'],
      outputs: { ...OFF, A: true, D: true },
    })
    const metrics = await (await run.fetch('/metrics')).text()
    expect(metrics).toMatch(/^ina219_output_unconfirmed\{device="energy-store",output="C"\} 1$/m)
    expect(metrics).toMatch(/^ina219_output_on\{device="energy-store",output="C"\} 0$/m)
    does = 'switch'
    expect(await update({ B: true, C: false })).toMatchObject({
      status: 200,
      body: { ...OFF, A: true, B: true, D: true, unconfirmed: [] },
    })
    // Each once, and what stood behind one that failed never.
    expect(asked).toEqual([
      ...['{"A":true}', '{"A":true}', '{"A":true}', ...failures.map(() => '{"B":true}')],
      ...['{"C":true}', '{"B":true}', '{"C":false}'],
    ])
    const events = await outputEvents(run, 'output B on')
    expect(events.filter((text) => text === 'output B on: unconfirmed')).toHaveLength(6)
    expect(events).toContain('relays: the board is not reached')
  })

  it.each([
    [true, true],
    ['yes', true],
    [1, true],
    [false, false],
    ['off', false],
    [null, false],
  ])('of a board that says "virtual": %j of itself are taken for virtual: %s', async (said, is) => {
    const board = createServer((_request, response) => {
      response.end(JSON.stringify({ ...OFF, virtual: said }))
    })
    await new Promise<void>((resolve) => board.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void board.close())
    const relays = new HttpRelays(`http://127.0.0.1:${(board.address() as AddressInfo).port}/`)
    expect(await relays.read()).toEqual({ outputs: OFF })
    expect(relays.isVirtual).toBe(is)
  })

  it.each([
    [['--energy-store', '--no-log'], '--energy-store answers when samples are in the log'],
    [['--mock', '--relay-url', 'http://127.0.0.1/'], 'there is none'],
    [['--mock', '--socket-io'], '--socket-io tells of an energy store, and there is none'],
    [['--energy-store', '--energy-store', 'shed'], 'It is given twice; leave one of them out'],
    [
      ['--energy-store', '--relay-url', 'http://127.0.0.1/a', '--relay-url', 'http://127.0.0.1/b'],
      'It is given twice; leave one of them out',
    ],
    [['--energy-store', '--relay-url', 'ftp://127.0.0.1/'], 'is no address of HTTP'],
    [['--energy-store', '--relay-url', 'http://me:secret@127.0.0.1/'], 'takes no user or password'],
    [['--energy-store', '--ingest', 'energy-store'], 'is named twice'],
  ])('%s is refused', async (args, why) => {
    const { code, stderr } = await ina219(['serve', '--listen', '127.0.0.1:0', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)])
    expect(stderr).not.toContain('secret')
  })
})
