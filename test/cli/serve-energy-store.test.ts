import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
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
    let does: 'switch' | 'nothing' | 'hang up' | 'fail' = 'switch'
    const asked: string[] = []
    const board = createServer(async (request, response) => {
      let text = ''
      for await (const part of request) text += String(part)
      if (request.method === 'POST') asked.push(text)
      if (does === 'hang up') request.socket.destroy()
      if (does === 'fail') response.statusCode = 500
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
      body: { ...OFF, A: true, D: true, unconfirmed: [], virtual: false, device: 'energy-store' },
    })
    const failures = [
      ['nothing', 502, 'relay-unconfirmed'],
      ['fail', 502, 'relay-unconfirmed'],
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
    does = 'switch'
    expect(await update({ B: true })).toMatchObject({
      status: 200,
      body: { ...OFF, A: true, B: true, D: true, unconfirmed: [] },
    })
    // Each once, and what stood behind one that failed never.
    expect(asked).toEqual(['{"A":true}', ...failures.map(() => '{"B":true}'), '{"B":true}'])
    const events = await outputEvents(run, 'output B on')
    expect(events.filter((text) => text === 'output B on: unconfirmed')).toHaveLength(3)
    expect(events).toContain('relays: the board is not reached')
  })

  it.each([
    [['--energy-store', '--no-log'], '--energy-store answers when samples are in the log'],
    [['--mock', '--relay-url', 'http://127.0.0.1/'], 'there is none'],
    [['--energy-store', '--relay-url', 'ftp://127.0.0.1/'], 'is no address of HTTP'],
    [['--energy-store', '--relay-url', 'http://me:secret@127.0.0.1/'], 'takes no user or password'],
    [['--energy-store', '--ingest', 'energy-store'], 'is named twice'],
  ])('%s is refused', async (args, why) => {
    const { code, stderr } = await ina219(['serve', '--listen', '127.0.0.1:0', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)])
    expect(stderr).not.toContain('secret')
  })
})
