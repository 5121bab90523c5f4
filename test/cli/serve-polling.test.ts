import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { PlcMemory } from '../../mock/mc3e/memory.ts'
import { noRequestFaults } from '../../mock/mc3e/request-faults.ts'
import { McServer } from '../../mock/mc3e/server.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { type ServeRun, startServe } from '../support/serve.ts'

type Answer = Record<string, unknown>

/** Two PLCs on the same port, with a group of one name. */
function configuration(port: number): string {
  const plc = (label: string, groups: string): string =>
    `[plc.${label}]\nurl = "mc3e://127.0.0.1:${port}"\nline = "A"\n${groups}`
  const group = (label: string, name: string, mode: string, tags: string): string =>
    `[[plc.${label}.group]]\nname = "${name}"\nmode = "${mode}"\ninterval = "100ms"\ntags = [${tags}]\n`
  const file = join(temporaryFolder(), 'p.toml')
  writeFileSync(
    file,
    plc(
      'press1',
      group('press1', 'power', 'fixed', '{channel="v",address="D1"},{channel="a",address="D2"}') +
        group('press1', 'part', 'handshake', '{channel="n",address="D3"}') +
        group('press1', 'both', 'fixed', '{channel="x",address="D4"}'),
    ) + plc('oven', group('oven', 'both', 'fixed', '{channel="x",address="D4"}')),
  )
  return file
}

async function get(run: ServeRun, path: string): Promise<Answer & { status?: unknown }> {
  return (await run.fetch(path)).json() as Promise<Answer>
}

async function change(run: ServeRun, path: string) {
  const answer = await run.change(path)
  return { status: answer.status, body: (await answer.json()) as Answer }
}

/** A client of `/ws/polling`, and all that it was told. */
async function client(run: ServeRun): Promise<{ socket: WebSocket; told: Answer[] }> {
  const socket = new WebSocket(`${run.url.replace('http', 'ws')}/ws/polling`)
  const told: Answer[] = []
  socket.on('message', (data) => told.push(JSON.parse(String(data)) as Answer))
  await new Promise((resolve) => socket.once('open', resolve))
  return { socket, told }
}

/** A `serve` that polls both, once each group at fixed times has been read. */
async function polled(): Promise<ServeRun> {
  const memory = new PlcMemory()
  const server = new McServer({ memory, code: 'ascii', faults: noRequestFaults(), seed: 1 })
  onTestFinished(() => server.close())
  const run = await startServe(['--poll-source', configuration(await server.listen(0))])
  await until('all groups have been read', async () => {
    const { groups } = (await get(run, '/api/polling/status')) as { groups: Answer[] }
    return groups.filter((each) => (each['turns'] as number) > 2).length === 3
  })
  return run
}

describe('polling over the network', () => {
  it('says how PLCs and groups are doing', async () => {
    const run = await polled()
    const status = await get(run, '/api/polling/status')
    expect(status).toMatchObject({ running: true, groups_total: 4, groups_running: 4 })
    const [press1, oven] = status['plcs'] as Answer[]
    expect(press1).toMatchObject({ plc: 'press1', line: 'A', code: null, state: 'live' })
    expect(press1?.['connections']).toBeGreaterThan(0)
    expect(oven).toMatchObject({ plc: 'oven', connections_max: 5, last_error: null })
    const power = await get(run, '/api/polling/groups/power/status')
    expect(power).toMatchObject({
      name: 'power',
      plc: 'press1',
      path: 'press1/power',
      mode: 'fixed',
      interval_ms: 100,
      state: 'running',
      failed_turns: 0,
      failing_tags: 0,
    })
    expect(Date.parse(power['last_read_at'] as string)).toBeGreaterThan(Date.now() - 60_000)
  })

  it('addresses a group of several PLCs by both names', async () => {
    const run = await polled()
    const problem = await run.fetch('/api/polling/groups/both/status')
    expect(problem.status).toBe(400)
    expect((await problem.json()) as Answer).toMatchObject({
      detail: expect.stringContaining('press1/both, oven/both'),
    })
    const answer = await run.fetch('/api/polling/groups/oven%2Fboth/status')
    expect(await answer.json()).toMatchObject({ plc: 'oven', name: 'both' })
    const none = await run.fetch('/api/polling/groups/powr/status')
    expect(none.status).toBe(404)
    expect(await none.json()).toMatchObject({ detail: expect.stringContaining("mean 'power'") })
  })

  it('stops and starts groups, with the token alone', async () => {
    const run = await polled()
    const refused = await run.fetch('/api/polling/groups/power/stop', { method: 'POST' })
    expect(refused.status).toBe(401)
    const stopped = await change(run, '/api/polling/groups/power/stop')
    expect(stopped).toMatchObject({ status: 200, body: { groups: [{ state: 'stopped' }] } })
    expect(await change(run, '/api/polling/groups/power/trigger')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('press1/power is stopped') },
    })
    expect(await change(run, '/api/polling/groups/power/start')).toMatchObject({
      body: { groups: [{ state: 'running' }] },
    })
    const all = await change(run, '/api/polling/stop-all')
    expect(all.body).toMatchObject({ success: true, message: '4 groups are stopped' })
    expect(await get(run, '/api/polling/status')).toMatchObject({
      running: false,
      groups_running: 0,
    })
    const again = await change(run, '/api/polling/start-all')
    expect(again.body).toMatchObject({ message: '4 groups are running' })
    await until('it is on record', async () => {
      const { events } = (await get(run, '/api/v1/events?kind=poll')) as { events: Answer[] }
      return events.some((each) => each['detail'] === 'group power: stopped')
    })
  })

  it('reads a group when it is triggered', async () => {
    const run = await polled()
    const read = await change(run, '/api/polling/groups/part/trigger')
    expect(read).toMatchObject({
      status: 200,
      body: { success: true, values: { n: 0 }, group: { mode: 'handshake', turns: 1 } },
    })
    const latest = await get(run, '/api/v1/latest?device=press1')
    expect(JSON.stringify(latest)).toContain('"n"')
  })

  it('tells clients of the WebSocket each second, and takes their orders', async () => {
    const run = await polled()
    const { socket, told } = await client(run)
    await until('it is told twice', () => told.length >= 2)
    expect(told[0]).toMatchObject({ type: 'polling_status', data: { groups_total: 4 } })
    const ask = async (order: object): Promise<Answer | undefined> => {
      const { length } = told
      socket.send(JSON.stringify(order))
      const answers = (): Answer[] =>
        told.slice(length).filter((each) => each['type'] !== 'polling_status')
      await until('it is answered', () => answers().length > 0)
      return answers()[0]
    }
    expect(await ask({ type: 'trigger', group: 'part' })).toMatchObject({
      type: 'error',
      status: 401,
    })
    socket.send(JSON.stringify({ type: 'token', token: run.token }))
    expect(await ask({ type: 'trigger', group: 'part' })).toMatchObject({
      type: 'trigger_result',
      success: true,
      plc: 'press1',
      values: { n: 0 },
    })
    expect(await ask({ type: 'stop', group: 'nobody' })).toMatchObject({ status: 404 })
    expect(await ask({ type: 'stop', group: 'part' })).toMatchObject({ success: true })
    expect(await ask({ type: 'start' })).toMatchObject({ type: 'start_result', success: true })
    expect(await ask({ type: 'trigger' })).toMatchObject({ type: 'error', status: 400 })
    socket.close()
  })

  it('has the figures of queue, buffer and writer', async () => {
    const run = await polled()
    expect(await get(run, '/api/polling/queue/status')).toMatchObject({
      log: 'recording',
      dropped: 0,
      requests_waiting: expect.any(Number),
    })
    expect(await get(run, '/api/buffer/status')).toMatchObject({
      kind: 'log',
      state: 'recording',
      unsent: 0,
      overflow: 0,
    })
    expect(await get(run, '/api/buffer/writer/metrics')).toMatchObject({ writers: [] })
    expect(await get(run, '/api/buffer/health')).toMatchObject({
      status: 'healthy',
      checks: [{ name: 'log' }, { name: 'plc press1' }, { name: 'plc oven' }],
    })
    const { polling } = (await get(run, '/api/buffer/metrics')) as { polling: Answer }
    expect(polling).toMatchObject({ groups: 4, failures: 0, success_rate: 1 })
    expect(polling['values_per_s']).toBeGreaterThan(1)
  })

  it('has figures for Prometheus', async () => {
    const run = await polled()
    const text = await (await run.fetch('/metrics')).text()
    expect(text).toMatch(
      /^ina219_poll_turns_total\{device="press1",group="power",result="read"\} [1-9]/m,
    )
    expect(text).toMatch(
      /^ina219_poll_turns_total\{device="oven",group="both",result="failed"\} 0$/m,
    )
    expect(text).toMatch(/^ina219_poll_group_running\{device="press1",group="part"\} 1$/m)
    expect(text).toMatch(/^ina219_poll_connections\{device="oven"\} [1-5]$/m)
    // The newest value of each group, not of the newest sample alone.
    expect(text).toMatch(/^ina219_voltage_volts\{device="press1"\} 0$/m)
    expect(text).toMatch(/^ina219_channel_value\{device="press1",channel="x",unit=""\} 0$/m)
  })

  it('describes all of it', async () => {
    const run = await polled()
    const { paths } = (await get(run, '/api/v1/openapi.json')) as { paths: Answer }
    for (const path of [
      '/api/polling/status',
      '/api/polling/groups/{name}/status',
      '/api/polling/groups/{name}/trigger',
      '/api/polling/start-all',
      '/api/polling/queue/status',
      '/api/buffer/status',
      '/api/buffer/writer/metrics',
      '/api/buffer/health',
      '/api/buffer/metrics',
    ]) {
      expect(paths).toHaveProperty([path])
    }
  })
})
