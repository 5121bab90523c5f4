import { request } from 'node:http'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { type ServeRun, startServe } from '../support/serve.ts'

const PATH = '/api/v1/ingest/pump'

async function post(run: ServeRun, body: unknown, path = PATH) {
  const answer = await run.change(path, body)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** `channel_log` of a device in order of time: `soc 85 #7`. */
function logged(db: string, device = 'pump'): string[] {
  const log = new Database(db, { readonly: true })
  try {
    const rows = log
      .prepare(
        'SELECT channel, value, sequence FROM channel_log WHERE device = ? ORDER BY timestamp',
      )
      .all(device) as { channel: string; value: number; sequence: number | null }[]
    return rows.map(({ channel, value, sequence }) => `${channel} ${value} #${sequence}`)
  } finally {
    log.close()
  }
}

describe('POST /api/v1/ingest/{device}', () => {
  it('takes samples into log, views and alarms, each device for itself', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const run = await startServe([
      ...['--ingest', 'pump', '--ingest', 'tank', '--mock', '--db', db],
      ...['--channel', 'pump:soc:%:0..100', '--alarm', 'pump:soc < 20 as low'],
    ])
    expect(await post(run, { soc: 85, seq: 1 })).toEqual({
      status: 202,
      body: { device: 'pump', samples: 1, repeated: 0 },
    })
    expect(logged(db)).toEqual(['soc 85 #1'])
    const array = [
      { soc: 84, seq: 2 },
      { soc: 10, seq: 3 },
      { soc: 184, seq: 4 },
    ]
    expect((await post(run, array)).body).toEqual({ device: 'pump', samples: 3, repeated: 0 })
    expect((await post(run, array)).body).toEqual({ device: 'pump', samples: 3, repeated: 3 })
    expect((await post(run, { v: 5, a: 0.5 }, '/api/v1/ingest/tank')).status).toBe(202)
    expect(logged(db)).toEqual(['soc 85 #1', 'soc 84 #2', 'soc 10 #3', 'soc 184 #4'])
    const { devices } = (await (await run.fetch('/api/v1/latest')).json()) as {
      devices: Record<string, unknown>[]
    }
    expect(devices.map(({ device }) => device)).toContain('mock:normal')
    expect(devices.find(({ device }) => device === 'pump')).toMatchObject({
      source: { label: 'ingest:pump', state: 'live' },
      status: 'out_of_range',
      channels: [{ id: 'soc', unit: '%' }],
      lost: 0,
    })
    expect(devices.find(({ device }) => device === 'tank')).toMatchObject({ values: { w: 2.5 } })
    const { alarms } = (await (await run.fetch('/api/v1/alarms')).json()) as { alarms: object[] }
    expect(alarms).toMatchObject([{ device: 'pump', name: 'low', state: 'on' }])
  })

  it('refuses a request whole, and says which sample is wrong and what to do', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const run = await startServe(['--ingest', 'pump', '--ingest', 'tank', '--db', db])
    const answer = await post(run, [{ soc: 1 }, { soc: 'full' }])
    expect(answer).toMatchObject({
      status: 400,
      body: {
        type: 'urn:ina219:problem:sample-invalid',
        detail:
          'sample 1 (from 0) of the array has no number that was measured; ' +
          'nothing of it was taken; correct it, and send all of it again',
      },
    })
    const unknown = await post(run, { soc: 1 }, '/api/v1/ingest/pum')
    expect(unknown.status).toBe(404)
    expect(unknown.body['detail']).toContain('start serve with --ingest and that name')
    expect(unknown.body['detail']).toContain('pump, tank')
    expect((await run.fetch(PATH, { method: 'POST', body: '{"soc":1}' })).status).toBe(401)
    expect((await post(run, { soc: 1, note: 'x'.repeat(70_000) })).status).toBe(413)
    const health = await run.fetch(PATH)
    expect([health.status, health.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
    expect(logged(db)).toEqual([])
    const api = (await (await run.fetch('/api/v1/openapi.json')).json()) as {
      paths: Record<string, { post: { responses: object } }>
    }
    expect(Object.keys(api.paths['/api/v1/ingest/{device}']?.post.responses ?? {})).toContain('202')
  })

  it('needs no token from peers of --allow-from, nor a content type', async () => {
    const run = await startServe(['--ingest', 'pump', '--allow-from', '127.0.0.1'])
    const body = '{"soc":85}'
    expect((await run.fetch(PATH, { method: 'POST', body })).status).toBe(202)
    const headers = { origin: 'http://elsewhere.example' }
    expect((await run.fetch(PATH, { method: 'POST', body, headers })).status).toBe(403)
  })

  it('takes what many post at once, late and slowly', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const run = await startServe(['--ingest', 'pump', '--allow-from', '127.0.0.1', '--db', db])
    await post(run, { soc: 0, seq: 0 })
    // A body that comes in two parts holds up nobody.
    const { hostname, port } = new URL(run.url)
    const slow = request({ hostname, port, path: PATH, method: 'POST' })
    const answered = new Promise<number | undefined>((resolve, reject) => {
      slow.on('response', ({ statusCode }) => resolve(statusCode))
      slow.on('error', reject)
    })
    slow.write('{"soc":99,')
    const seqs = Array.from({ length: 120 }, (_, i) => i + 1)
    // Each tenth post is behind its time.
    const order = seqs.toSorted((one, other) => delayed(one) - delayed(other))
    const answers = await Promise.all(order.map((seq) => post(run, { soc: seq % 100, seq })))
    expect(answers.filter(({ status }) => status !== 202)).toEqual([])
    slow.end('"seq":121}')
    expect(await answered).toBe(202)
    const found = logged(db).map((row) => Number(row.split('#')[1]))
    expect(found.toSorted((one, other) => one - other)).toEqual([0, ...seqs, 121])
    const { losses } = (await (await run.fetch('/api/v1/losses')).json()) as { losses: object[] }
    expect(losses).toEqual([])
  })

  it('takes what a device kept while the network was away at the times that it says', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const run = await startServe(['--ingest', 'pump', '--keep-time', '--db', db])
    const firstS = Math.floor(Date.now() / 1000) - 3600
    const steps = Array.from({ length: 120 }, (_, i) => 30 * i + (i % 7))
    const samples = steps.map((step, seq) => ({ v: 5, a: 0.1, ts: firstS + step, seq }))
    await post(run, samples)
    await post(run, { v: 5, a: 0.1, ts: Date.now() / 1000, seq: samples.length })
    run.child.kill('SIGTERM')
    const { stdout } = await ina219(['export', '--db', db])
    const rows = stdout.trimEnd().split('\n').slice(1)
    expect(rows).toHaveLength(121)
    expect(rows.filter((row) => !row.endsWith(',ok'))).toEqual([])
    const times = rows.map((row) => Date.parse(row.split(',')[0] as string) / 1000 - firstS)
    expect(times.slice(0, 120)).toEqual(steps)
  })

  it('knows what an earlier run has logged, by its time or by its number', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const nowS = Math.floor(Date.now() / 1000)
    const samples = [
      { soc: 85, v: 12.6, a: 0.1, ts: nowS - 3, seq: 1 },
      { soc: 84, ts: nowS - 2 + 0.0625, seq: 2 },
      { soc: 84, seq: 3 },
    ]
    const first = await startServe(['--ingest', 'pump', '--db', db])
    expect((await post(first, samples)).body).toMatchObject({ samples: 3, repeated: 0 })
    const gone = new Promise((resolve) => first.child.once('close', resolve))
    first.child.kill('SIGKILL')
    await gone
    const run = await startServe(['--ingest', 'pump', '--db', db])
    expect((await post(run, samples)).body).toMatchObject({ samples: 3, repeated: 3 })
    // Another time, another value, another number.
    const others = [
      { ...samples[0], ts: nowS + 5 },
      { soc: 83, seq: 3 },
      { soc: 84, seq: 4 },
    ]
    expect((await post(run, others)).body).toMatchObject({ samples: 3, repeated: 0 })
    expect(logged(db)).toHaveLength(6)
  })

  it('has every sample of every 202 in the log, and what is posted again to the next run once, wherever it is killed', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const confirmed = new Set<number>()
    /** What got no answer. */
    let open: object[][] = []
    let next = 0
    for (const until202 of [1, 7, 23, 60]) {
      const run = await startServe(['--ingest', 'pump', '--db', db])
      const gone = new Promise((resolve) => run.child.once('close', resolve))
      let answers = 0
      for (const samples of open) expect((await post(run, samples)).status).toBe(202)
      open = []
      const poster = async (): Promise<void> => {
        for (;;) {
          const seqs = [next++, next++, next++]
          const samples = seqs.map((seq) => ({ soc: seq, ts: Date.now() / 1000, seq }))
          try {
            const { status } = await post(run, samples)
            if (status !== 202) throw new Error(`answered ${status}`)
          } catch {
            open.push(samples)
            return
          }
          for (const seq of seqs) confirmed.add(seq)
          if (++answers === until202) run.child.kill('SIGKILL')
        }
      }
      await Promise.all([poster(), poster(), poster()])
      await gone
    }
    expect(confirmed.size).toBeGreaterThan(250)
    // What the next run finds.
    const after = await startServe(['--ingest', 'pump', '--db', db])
    for (const samples of open) expect((await post(after, samples)).status).toBe(202)
    const found = logged(db).map((row) => Number(row.split('#')[1]))
    expect(found.toSorted((one, other) => one - other)).toEqual(
      Array.from({ length: next }, (_, i) => i),
    )
    after.child.kill('SIGTERM')
  })
})

function delayed(seq: number): number {
  return seq % 10 === 0 ? seq + 25 : seq
}

describe('--ingest', () => {
  it.each([
    [['--ingest', 'pump', '--no-log'], '--no-log writes none'],
    [['--ingest', 'a/b'], "'a/b' is no name of a device to post to"],
    [['--ingest', 'pump', '--ingest', 'pump'], "'pump' is named twice by --ingest"],
    [['--ingest', 'pump', '--set', 'interval=100'], 'hears nothing'],
    [['--ingest', 'pump', '--on-alarm', 'output:A=off', '--alarm', 'soc < 2'], 'hears nothing'],
  ])('%s is refused', async (args, why) => {
    const { code, stderr } = await ina219(['serve', '--listen', '127.0.0.1:0', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)])
  })
})
