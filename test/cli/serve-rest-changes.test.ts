import { describe, expect, it } from 'vitest'
import { until } from '../support/polling.ts'
import { type ServeRun, startServe } from '../support/serve.ts'

async function firstSample(run: ServeRun): Promise<void> {
  await until('a sample is in the log', async () => {
    const { devices } = (await (await run.fetch('/api/v1/devices')).json()) as {
      devices: { to: string | null }[]
    }
    return devices.every(({ to }) => to !== null)
  })
}

async function kinds(run: ServeRun): Promise<string[]> {
  const answer = await run.fetch('/api/v1/events')
  const { events } = (await answer.json()) as { events: { kind: string; detail: string }[] }
  return events.map(({ kind, detail }) => `${kind}: ${detail}`)
}

describe('what changes something', () => {
  it('is done, answered in words, and on record', async () => {
    const run = await startServe(['--mock', '--alarm', 'a > 1mA latch as over'])
    await firstSample(run)
    const set = await run.change('/api/v1/commands', { words: 'interval=200 averaging=8' })
    expect(set.status).toBe(200)
    expect(await set.json()).toMatchObject({
      outcomes: [
        { setting: 'interval=200', cmd: 'set_interval', value: 200, result: 'ok', text: 'ok' },
        { setting: 'averaging=8', result: 'ok', error: null },
      ],
    })
    const ack = await run.change('/api/v1/alarms/over/ack')
    expect(await ack.json()).toEqual({
      done: [{ device: 'mock:normal', text: "alarm 'over' acknowledged" }],
    })
    const { alarms } = (await (await run.fetch('/api/v1/alarms')).json()) as { alarms: object[] }
    expect(alarms).toMatchObject([{ name: 'over', state: 'acknowledged', device: 'mock:normal' }])
    const mark = await run.change('/api/v1/markers', { text: 'heater <b>on</b>\u202e' })
    expect(mark.status).toBe(201)
    expect((await run.change('/api/v1/totals/reset')).status).toBe(200)
    const isThere = async (): Promise<boolean> => {
      const all = await kinds(run)
      const begins = ['command: set_averaging 8: ok', 'alarm_ack: over', 'totals: reset']
      const isOnRecord = begins.every((each) => all.some((event) => event.startsWith(each)))
      return isOnRecord && all.includes('marker: heater <b>on</b>\ufffd')
    }
    await until('all of it is on record', isThere)
  })

  it('is refused without the token, and says what is wrong', async () => {
    const run = await startServe(['--mock', '--mock', '--no-log'])
    for (const path of ['commands', 'markers', 'totals/reset', 'alarms/over/ack']) {
      const answer = await run.fetch(`/api/v1/${path}`, { method: 'POST' })
      expect([path, answer.status]).toEqual([path, 401])
      expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    }
    const cases = [
      ['commands', { words: 'interval=100' }, 400, 'name one of them as device: mock:normal, mock'],
      ['commands', { device: 'x', words: 'interval=100' }, 404, "there is no device 'x'"],
      ['commands', { device: 'mock:normal', words: 'volume=11' }, 400, "'volume' is no setting"],
      ['commands', { device: 'mock:normal', word: 'hello' }, 400, 'words: give words'],
      ['markers', { device: 'mock:normal', text: ' ' }, 400, 'text: '],
      ['markers', { device: 'mock:normal', text: 'x', time: 'then' }, 400, "'then' is not a time"],
      ['alarms/over/ack', {}, 404, "there is no alarm 'over'; rules come from --limit and --alarm"],
      ['totals/reset', { device: 'x' }, 404, 'there are: mock:normal'],
    ] as const
    for (const [path, body, status, detail] of cases) {
      const answer = await run.change(`/api/v1/${path}`, body)
      expect([path, body, answer.status]).toEqual([path, body, status])
      expect(((await answer.json()) as { detail: string }).detail).toContain(detail)
    }
  })

  it('says which command a device refused', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const words = ['interval=200', 'shunt=1000000000', 'save']
    const answer = await run.change('/api/v1/commands', { words })
    const { outcomes, detail } = (await answer.json()) as { outcomes: object[]; detail: string }
    expect([answer.status, detail]).toEqual([409, expect.stringContaining('was not carried out')])
    expect(outcomes).toMatchObject([
      { result: 'ok' },
      { result: 'refused', error: 'range' },
      { setting: 'save', result: 'not_sent' },
    ])
  })

  it('has a body that is JSON, short, and maybe of unknown length', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const post = (body: string | ReadableStream | null, headers: Record<string, string> = {}) =>
      run.fetch('/api/v1/totals/reset', {
        method: 'POST',
        headers: { authorization: `Bearer ${run.token}`, ...headers },
        body,
        duplex: 'half',
      } as RequestInit)
    const json = { 'content-type': 'application/json' }
    const chunked = (text: string): ReadableStream => new Blob([text]).stream() as ReadableStream
    expect((await post(null)).status).toBe(200)
    expect((await post(chunked('{}'), json)).status).toBe(200)
    expect((await post(chunked('{"device":"x"}'), json)).status).toBe(404)
    expect((await post('{"device', json)).status).toBe(400)
    expect((await post('{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(`"${'x'.repeat(70_000)}"`, json)).status).toBe(413)
    expect((await post(chunked(`"${'x'.repeat(70_000)}"`), json)).status).toBe(413)
  })
})

describe('every path', () => {
  it('says what it has: 405 with Allow, OPTIONS, HEAD', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const wrong = await run.fetch('/api/v1/latest', { method: 'DELETE' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const options = await run.fetch('/api/v1/alarms/a%20b/ack', { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS'])
    const head = await run.fetch('/api/v1/latest', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await run.fetch('/api/v1/nothing')).status).toBe(404)
    expect((await run.fetch('/api/v1/series')).status).toBe(404)
  })

  it('is described: OpenAPI, and a page without script that loads nothing from elsewhere', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const answer = await run.fetch('/api/v1/openapi.json')
    const document = (await answer.json()) as {
      openapi: string
      paths: Record<string, Record<string, { parameters?: { name: string }[] }>>
    }
    expect(document.openapi).toBe('3.1.0')
    for (const path of [
      '/api/v1/devices',
      '/api/v1/alarms/{name}/ack',
      '/api/v1/live',
      '/api/v1/view',
      '/ws/realtime',
      '/api/v1/health',
    ]) {
      expect(Object.keys(document.paths)).toContain(path)
    }
    const names = document.paths['/api/v1/series']?.['get']?.parameters?.map(({ name }) => name)
    expect(names).toEqual(['device', 'from', 'to', 'last', 'points', 'channels'])
    const page = await run.fetch('/api/docs')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const html = await page.text()
    expect(html).not.toMatch(/<script|style=|https?:\/\/|\son\w+=/)
    for (const path of Object.keys(document.paths)) expect(html).toContain(path)
    expect((await run.fetch('/api/docs.css')).headers.get('content-type')).toContain('text/css')
  })

  it('is compressed for who takes it so', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const get = (path: string, accepted: string) =>
      run.fetch(`/api/v1/${path}`, { headers: { 'accept-encoding': accepted } })
    const plain = await (await get('openapi.json', 'identity')).text()
    for (const [accepted, coding] of [
      ['br', 'br'],
      ['gzip;q=1, br;q=0', 'gzip'],
      ['gzip, deflate', 'gzip'],
      ['identity', null],
    ] as const) {
      const answer = await get('openapi.json', accepted)
      expect(answer.headers.get('content-encoding'), accepted).toBe(coding)
      expect(answer.headers.get('vary'), accepted).toBe('Accept-Encoding')
      expect(await answer.text(), accepted).toBe(plain)
      const short = await get('health', accepted)
      expect(short.headers.get('content-encoding'), accepted).toBeNull()
    }
  })
})
