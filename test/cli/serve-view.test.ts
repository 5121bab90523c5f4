import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/monitor/view.ts'
import { finished } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { startServe } from '../support/serve.ts'
import { ViewSocket } from '../support/view-socket.ts'

/** As a proxy says it: the token is needed for reading, too. */
const FAR = { 'x-forwarded-for': '192.168.1.20' }

describe('/api/v1/view', () => {
  it('greets, and answers each question of a view', async () => {
    const run = await startServe([
      '--mock',
      'sine',
      '--mock',
      'noise',
      '--device',
      'one',
      '--device',
      'two',
    ])
    const client = await new ViewSocket(run.url).opened()
    expect(await client.type('hello')).toMatchObject({ protocol: 1, view: 1, mayChange: false })
    await until('samples of both', async () => {
      const { answer } = (await client.ask('snapshot', { device: 1 })) as { answer: Snapshot }
      return answer.devices.every(({ values }) => values !== null)
    })
    expect(await client.ask('snapshot', { device: 1 })).toMatchObject({
      answer: { device: 'two', number: 1, of: 'monitor', devices: [{ device: 'one' }, {}] },
    })
    const trace = { device: 0, spanMs: 60_000, slots: 120, endUs: null }
    const { answer } = (await client.ask('trace', trace)) as { answer: Record<string, unknown> }
    expect(answer).toMatchObject({ length: 120, count: expect.any(Uint32Array) })
    expect(answer['channels']).toMatchObject({ v: { min: expect.any(Float64Array) } })
    expect(await client.ask('statistics', { device: 0, span: { kind: 'reset' } })).toMatchObject({
      answer: { channels: { v: { n: expect.any(Number) } } },
    })
    expect(
      await client.ask('find', { device: 0, what: 'sample', atUs: 0, withinUs: 1 }),
    ).toMatchObject({ answer: null })
    run.child.kill('SIGTERM')
    expect(await client.end()).toEqual({ code: 1001, reason: 'the server ends' })
    expect(await finished(run.child)).toMatchObject({ code: 0 })
  })

  it('changes something with the token alone, which may come later', async () => {
    const run = await startServe()
    const client = await new ViewSocket(run.url).opened()
    const mark = { kind: 'mark', device: 0, text: 'here\u001b[2J', timeUs: null }
    expect(await client.ask('control', mark)).toMatchObject({
      problem: { status: 401, type: 'urn:ina219:problem:token-missing' },
    })
    client.send({ type: 'token', token: run.token })
    await client.first(({ type, mayChange }) => type === 'hello' && mayChange === true)
    expect(await client.ask('control', mark)).toMatchObject({ answer: 'marked: here\ufffd[2J' })
    // It is in the very next snapshot, however often these are made.
    expect(await client.ask('snapshot', { device: 0 })).toMatchObject({
      answer: { events: expect.arrayContaining([expect.objectContaining({ kind: 'marker' })]) },
    })
    const header = await new ViewSocket(run.url, { authorization: `Bearer ${run.token}` }).opened()
    expect(await header.type('hello')).toMatchObject({ mayChange: true })
    expect(run.errors()).not.toContain(run.token)
  })

  it('wants the token first from elsewhere, and closes on a wrong one', async () => {
    const run = await startServe()
    const client = await new ViewSocket(run.url, FAR).opened()
    expect(await client.type('token_wanted')).toEqual({ type: 'token_wanted' })
    expect(await client.ask('snapshot', { device: 0 })).toMatchObject({ problem: { status: 401 } })
    client.send({ type: 'token', token: run.token })
    expect(await client.type('hello')).toMatchObject({ mayChange: true })
    expect(await client.ask('snapshot', { device: 0 })).toMatchObject({ answer: { number: 0 } })
    client.send({ type: 'token', token: 'not the token' })
    expect(await client.type('problem')).toMatchObject({ problem: { status: 401 } })
    expect(await client.end()).toMatchObject({ code: 4401 })
    const many = await new ViewSocket(run.url, FAR).opened()
    for (let i = 0; i < 20; i++) many.send({ type: 'token', token: `guess ${i}` })
    expect(await many.end()).toMatchObject({ code: 4401 })
    for (let i = 0; i < 9; i++) {
      const guess = await new ViewSocket(run.url, {
        ...FAR,
        authorization: `Bearer g${i}`,
      }).opened()
      await guess.end()
    }
    const right = { ...FAR, authorization: `Bearer ${run.token}` }
    expect(await (await new ViewSocket(run.url, right).opened()).end()).toMatchObject({
      code: 4429,
    })
  })

  it('answers what can not be asked with a problem, and goes on', async () => {
    const run = await startServe()
    const client = await new ViewSocket(run.url).opened()
    for (const [ask, request, detail] of [
      ['nothing', {}, "'nothing' can't be asked"],
      ['__proto__', {}, "'__proto__' can't be asked"],
      ['snapshot', {}, 'device: '],
      ['snapshot', { device: 7 }, 'there is no device 7'],
      ['snapshot', { device: -1 }, 'device: '],
      ['trace', { device: 0, spanMs: 1000, slots: 1e9, endUs: null }, 'slots: '],
      ['trace', { device: 0, spanMs: Number.NaN, slots: 10, endUs: null }, 'spanMs: '],
      ['find', { device: 0, what: 'weather', atUs: 0 }, 'what: '],
      ['control', { kind: 'mark', device: 0, text: 'x'.repeat(2000), timeUs: null }, 'text: '],
    ] as const) {
      expect(await client.ask(ask, request)).toMatchObject({
        problem: { status: 400, detail: expect.stringContaining(detail) },
      })
    }
    expect(client.closed).toBeNull()
  })

  it('closes where something else is said', async () => {
    const run = await startServe(['--mock', '--no-log'])
    for (const said of [
      'hello',
      '',
      '[]',
      '{"id":1}',
      '{"id":"1","ask":"snapshot","request":{"device":0}}',
      '{"id":1e999,"ask":"snapshot","request":{"device":0}}',
      Buffer.from('{"id":1,"ask":"snapshot","request":{"device":0}}'),
    ]) {
      const client = await new ViewSocket(run.url).opened()
      client.socket.send(said)
      expect(await client.type('problem')).toMatchObject({ problem: { status: 400 } })
      expect(await client.end(), String(said)).toMatchObject({ code: 4400 })
    }
    const large = await new ViewSocket(run.url).opened()
    large.send(`"${'x'.repeat(70_000)}"`)
    expect(await large.end()).toMatchObject({ code: 1009 })
  })

  it('refuses pages of others, names of others and other paths before it speaks', async () => {
    const run = await startServe(['--mock', '--no-log'])
    const refused = async (headers: Record<string, string>, url = run.url): Promise<unknown> => {
      const client = new ViewSocket(url, headers)
      await client.end()
      return client.refused
    }
    expect(await refused({ origin: 'https://evil.example' })).toBe(403)
    expect(await refused({ host: 'evil.example' })).toBe(421)
    expect(await refused({}, `${run.url}/more`)).toBe(404)
  })

  it('answers on a Unix socket', async () => {
    const path = join(temporaryFolder(), 'view.sock')
    await startServe(['--mock', '--no-log', '--listen', `unix:${path}`])
    const client = await new ViewSocket(`ws+unix:${path}:/api/v1/view`).opened()
    expect(await client.ask('snapshot', { device: 0 })).toMatchObject({ answer: { number: 0 } })
  })
})
