import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { finished, heard, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/polling.ts'
import { type ServeRun, startServe } from '../support/serve.ts'

type Answer = Record<string, unknown>

async function get(run: ServeRun, path: string): Promise<Answer> {
  return (await run.fetch(path)).json() as Promise<Answer>
}

async function change(run: ServeRun, path: string, body: object = {}) {
  const answer = await run.change(path, body)
  return { status: answer.status, body: (await answer.json()) as Answer }
}

const SUN = { soc: 85, solar_w: 12.5, lux: 35_000 }

/** Labels that have samples in a log, with how many. */
function logged(db: string): Record<string, number> {
  const log = new Database(db, { readonly: true })
  const rows = log
    .prepare("SELECT device, count(*) FROM channel_log WHERE channel = 'soc' GROUP BY device")
    .raw()
    .all() as [string, number][]
  log.close()
  return Object.fromEntries(rows)
}

describe('mock --energy-store', () => {
  const ARGS = ['mock', '--energy-store', '--day', '20m', '--start', '1790000000']

  it('prints the same samples for the same seed, whose energies add up', async () => {
    const run = (...more: string[]) =>
      ina219([...ARGS, '--rate', 'max', '--interval', '1000', '--count', '1200', ...more])
    const [one, same, other] = await Promise.all([run(), run(), run('--seed', '2')])
    expect(one.code).toBe(0)
    expect(same.stdout).toBe(one.stdout)
    expect(other.stdout).not.toBe(one.stdout)
    const samples = one.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number> & { mode: string })
    expect(samples).toHaveLength(1200)
    // A day of 20 min is a 72nd of one of 24 h, and so is its battery.
    const capacityWh = 160 / 72
    for (const [i, sample] of samples.entries()) {
      expect(sample.mode).toBe('VIRTUAL')
      expect(sample['soc']).toBeCloseTo((100 * (sample['stored_wh'] as number)) / capacityWh, 1)
      if (i === 0) continue
      const rise = (sample['stored_wh'] as number) - (samples[i - 1]?.['stored_wh'] as number)
      const { solar_w: solar = 0, load_w: load = 0, loss_w: loss = 0 } = sample
      // Each figure is rounded: 0.01 mWh and 1 mW.
      expect(Math.abs(rise - (solar - load - loss) / 3600)).toBeLessThan(1.1e-5 + 2e-6)
    }
  })

  it('is read by monitor through a pipe, and by a port, where it obeys', async () => {
    const frames = await ina219([...ARGS, '--rate', 'max', '--interval', '1000', '--count', '20'])
    const db = join(temporaryFolder(), 'log.db')
    const read = await ina219(
      ['monitor', '--stdin', '--output', 'none', '--keep-time', '--db', db],
      frames.stdout,
    )
    expect(read.code).toBe(0)
    expect(Object.values(logged(db))).toEqual([20])
    const port = join(temporaryFolder(), 'board')
    const printed = heard(start([...ARGS, '--rate', '20', '--pty', port]).stdout)
    await until('the device is there', () => printed().endsWith('\n'))
    const sent = await ina219(['send', 'output.D=on', '--port', port])
    expect(sent).toMatchObject({ code: 0 })
    const after = await ina219(['send', 'read', '--port', port])
    expect(after.stdout).toContain('load_w 15.5')
  })

  it('is not what the environment says of serve', async () => {
    const env = {
      INA219_ENERGY_STORE: 'shed',
      INA219_POST: 'http://127.0.0.1:9',
      INA219_RELAYS: '0',
    }
    const { code, stdout } = await ina219(['mock', '--rate', 'max', '--count', '2'], '', env)
    expect([code, stdout.includes('soc')]).toEqual([0, false])
  })

  it.each([
    [['--day', '20m'], 'is about an energy store'],
    [['--post', 'http://127.0.0.1:1'], 'is about an energy store'],
    [['--energy-store', '--mc3e', '0'], 'does not go with'],
    [['--energy-store', '--board'], 'does not go with'],
    [['--energy-store', '--scenario', 'motor'], 'does not go with'],
    [['--energy-store', '--day', '3s'], 'no day of 1m to 24h'],
    [['--energy-store', '--post', 'mailto:me'], 'no address of HTTP'],
    [['--energy-store', '--post', 'http://127.0.0.1:1', '--pty'], 'does not go with --post'],
  ])('%s is refused', async (args, why) => {
    expect(await ina219(['mock', ...args])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(why),
    })
  })

  it('is the board of a serve: posts to it, and switches when it is asked', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const mock = start([
      ...['mock', '--energy-store', '--day', '20m', '--rate', '50', '--relays', '0'],
      ...['--post', 'http://127.0.0.1:9', '--summary', '-'],
    ])
    // Not before the server is there: this one posts to nobody, and is asked for its relays alone.
    const printed = heard(mock.stdout)
    await until('its relays are there', () => printed().endsWith('\n'))
    const url = printed().trim()
    const run = await startServe([
      ...['--energy-store', '--relay-url', url, '--allow-from', '127.0.0.1', '--db', db],
    ])
    await until('they have said how they are', async () => {
      return (await get(run, '/api/relay/status'))['A'] === false
    })
    expect(await change(run, '/api/relay/update', { B: true })).toMatchObject({
      status: 200,
      // It says of itself that it is made up.
      body: { A: false, B: true, virtual: true, unconfirmed: [] },
    })
    expect((await fetch(url)).status).toBe(200)
    for (const body of ['{"E":true}', '{}', '[', 'x'.repeat(20_000)]) {
      const wrong = await fetch(url, { method: 'POST', body }).catch(() => null)
      expect(wrong?.status ?? 400).toBe(400)
    }
    const board = finished(
      start([
        ...['mock', '--energy-store', '--rate', '50', '--count', '100', '--post', run.url],
        ...['--summary', '-'],
      ]),
    )
    const { code, stderr } = await board
    expect(code).toBe(0)
    expect(JSON.parse(stderr)).toMatchObject({ posted: 100, failed: 0, unposted: 0 })
    // Never under the label of the real one.
    expect(logged(db)).toEqual({ 'energy-store-virtual': 100 })
    // It may be silent by now.
    const still = await change(run, '/api/data/solar', { ...SUN, mode: 'VIRTUAL' })
    expect(still).toMatchObject({ status: 202, body: { device: 'energy-store-virtual' } })
    expect(await get(run, '/api/data/latest')).toMatchObject({
      device: 'energy-store-virtual',
      virtual: true,
    })
    expect(await change(run, '/simulator/start')).toMatchObject({ status: 409 })
    // Its battery is of a size that it alone knows: nothing is said that its stored_wh would contradict.
    const latest = (await get(run, '/api/v1/latest?device=energy-store-virtual'))['devices']
    expect(latest).toMatchObject([
      { virtual: true, energy_store: { soc: SUN.soc, capacity_mwh: null, stored_mwh: null } },
    ])
    // The one that posts hears nobody: without --relay-url, the relays are those that only remember.
    const alone = await startServe(['--energy-store', '--allow-from', '127.0.0.1'])
    const posted = await change(alone, '/api/data/solar', { ...SUN, mode: 'VIRTUAL' })
    expect(posted.body).toMatchObject({ device: 'energy-store-virtual' })
    expect(await change(alone, '/api/relay/update', { A: true })).toMatchObject({
      status: 200,
      body: { A: true, B: false, virtual: true, unconfirmed: [], device: 'energy-store' },
    })
    mock.kill('SIGTERM')
    expect(await finished(mock)).toMatchObject({ code: 0 })
  })

  it('waits for a server that is away, and ends where it is refused', async () => {
    const port = await freePort()
    const waiting = start([
      ...['mock', '--energy-store', '--rate', '100', '--count', '400', '--summary', '-'],
      ...['--post', `http://127.0.0.1:${port}`],
    ])
    const db = join(temporaryFolder(), 'log.db')
    const late = ['--energy-store', '--allow-from', '127.0.0.1', '--listen', `127.0.0.1:${port}`]
    await startServe([...late, '--db', db])
    const { code, stderr } = await finished(waiting)
    expect(code).toBe(0)
    const lines = stderr.trim().split('\n')
    const { posted, unposted } = JSON.parse(lines.pop() ?? '') as Record<string, number>
    expect(lines).toEqual([
      expect.stringContaining('nothing listens there; they wait until they can'),
      'ina219: samples are posted again; none was dropped',
    ])
    expect([posted, unposted, logged(db)['energy-store-virtual']]).toEqual([400, 0, 400])
    const run = await startServe(['--energy-store'])
    const args = ['mock', '--energy-store', '--rate', '50', '--post', run.url]
    const refused = await ina219(args)
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('--allow-from') })
  })
})

describe('mock --energy-store --post to a server that is away', () => {
  it('says so, and ends with 3 where samples were never posted, unless somebody ends it', async () => {
    const summary = join(temporaryFolder(), 'summary.json')
    const url = `http://127.0.0.1:${await freePort()}`
    const args = ['mock', '--energy-store', '--rate', '100', '--post', url]
    const { code, stderr } = await ina219([...args, '--count', '20', '--summary', summary])
    expect([code, stderr.trim().split('\n')]).toEqual([
      3,
      [
        `ina219: samples can't be posted to ${url}/api/data/solar: nothing listens there; they wait until they can`,
        expect.stringContaining('20 of 20 samples were never posted'),
      ],
    ])
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ posted: 0, unposted: 20 })
    const ended = start(args)
    const said = heard(ended.stderr)
    await until('it says that they wait', () => said().includes('they wait'))
    ended.kill('SIGTERM')
    expect(await finished(ended)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/\d+ of \d+ samples were never posted\n$/),
    })
  })
})

describe('serve --energy-store offers the virtual store', () => {
  it('beside a mock, what can begin begins, and what the real store is there for does not', async () => {
    const run = await startServe(['--energy-store', 'shed', '--mock'])
    expect((await change(run, '/api/data/solar', SUN)).status).toBe(202)
    await change(run, '/simulator/stop')
    expect(await change(run, '/simulator/start')).toMatchObject({
      status: 200,
      body: { simulator: 'running' },
    })
    const { devices } = (await get(run, '/api/v1/devices')) as { devices: Answer[] }
    expect(devices.find(({ device }) => device === 'shed-virtual')).toMatchObject({
      source: { state: 'waiting' },
    })
  })

  it('as a device of its own, which is no part of the run until it is begun', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const summary = join(temporaryFolder(), 'summary.json')
    const run = await startServe([
      ...['--energy-store', 'shed', '--allow-from', '127.0.0.1', '--db', db, '--summary', summary],
    ])
    const devices = async () => {
      return (await get(run, '/api/v1/devices'))['devices'] as Record<string, unknown>[]
    }
    expect(await devices()).toMatchObject([
      { device: 'shed', virtual: false },
      { device: 'shed-virtual', virtual: true, source: { state: 'waiting' } },
    ])
    expect(await get(run, '/api/v1/health')).toMatchObject({ devices: 1 })
    expect(await (await run.fetch('/metrics')).text()).not.toContain('shed-virtual')
    expect(await get(run, '/api/data/latest')).toMatchObject({ device: 'shed', virtual: false })
    expect(await change(run, '/simulator/start')).toMatchObject({
      status: 200,
      body: { simulator: 'running' },
    })
    await until('it measures', async () => (await get(run, '/api/data/latest'))['soc'] !== null)
    const latest = await get(run, '/api/data/latest')
    expect(latest).toMatchObject({ device: 'shed-virtual', virtual: true, state: 'live' })
    const running = (await get(run, '/api/v1/latest?device=shed-virtual'))['devices']
    expect(running).toMatchObject([{ energy_store: { capacity_mwh: (1000 * 160) / 72 } }])
    // Where there are no real relays, its own.
    const switched = await change(run, '/api/relay/update', { C: true })
    expect(switched).toMatchObject({
      status: 200,
      body: { C: true, virtual: true, device: 'shed-virtual' },
    })
    // Somebody elsewhere may not post under its label meanwhile, nor mix the two.
    const virtual = { ...SUN, mode: 'VIRTUAL' }
    expect((await change(run, '/api/data/solar', virtual)).status).toBe(409)
    expect((await change(run, '/api/data/solar', { 0: 1 })).status).toBe(400)
    expect((await run.change('/api/data/solar', [virtual, SUN])).status).toBe(400)
    // The real one answers: it is the one that is shown, and the other one ends.
    expect((await change(run, '/api/data/solar', SUN)).status).toBe(202)
    expect(await get(run, '/api/data/latest')).toMatchObject({
      ...SUN,
      device: 'shed',
      virtual: false,
    })
    expect(await devices()).toMatchObject([{}, { source: { state: 'waiting' } }])
    expect(await change(run, '/simulator/start')).toMatchObject({ status: 409 })
    expect(await get(run, '/api/relay/status')).toMatchObject({ device: 'shed', C: false })
    run.child.kill('SIGTERM')
    await new Promise((resolve) => run.child.once('close', resolve))
    const { devices: summed } = JSON.parse(readFileSync(summary, 'utf8')) as { devices: Answer[] }
    expect(summed).toMatchObject([{ device: 'shed', samples: 1 }, { device: 'shed-virtual' }])
    const { shed, ...others } = logged(db)
    expect([shed, Object.keys(others)]).toEqual([1, ['shed-virtual']])
    // The log does not say of earlier runs what was made up.
    const later = await startServe(['--ingest', 'pump', '--db', db])
    const { devices: known } = (await get(later, '/api/v1/devices')) as { devices: Answer[] }
    expect(known).toContainEqual(
      expect.objectContaining({ device: 'shed-virtual', running: false, virtual: null }),
    )
  })
})

describe('samples of mode VIRTUAL', () => {
  it('never get under the label of a real device, by whatever path, nor measured ones under that of a virtual one', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const run = await startServe([
      ...['--energy-store', '--ingest', 'pump', '--allow-from', '127.0.0.1', '--db', db],
    ])
    const ingest = (device: string): string => `/api/v1/ingest/${device}`
    const post = async (path: string, samples: object): Promise<[number, unknown]> => {
      const { status, body } = await change(run, path, samples)
      return [status, body['device'] ?? body['type']]
    }
    const refused = (status: number, name: string) => [status, `urn:ina219:problem:${name}`]
    const twin = [202, 'energy-store-virtual']
    const virtual = (mode: string) => ({ ...SUN, mode })
    const paths = ['/api/data/solar', ingest('energy-store'), ingest('energy-store-virtual')]
    for (const path of paths) {
      expect(await post(path, virtual('VIRTUAL'))).toEqual(twin)
      expect(await post(path, virtual('Virtual'))).toEqual(twin)
      expect(await post(path, [virtual('virtual'), virtual('VIRTUAL')])).toEqual(twin)
      expect(await post(path, [virtual('VIRTUAL'), SUN])).toEqual(refused(400, 'sample-invalid'))
    }
    expect(await post(ingest('pump'), virtual('virtual'))).toEqual(refused(409, 'device-real'))
    expect(await post(ingest('energy-store-virtual'), SUN)).toEqual(refused(409, 'device-virtual'))
    const posted = await ina219([
      ...['mock', '--energy-store', '--rate', '50', '--count', '3'],
      ...['--post', run.url + ingest('energy-store')],
    ])
    expect(posted.code).toBe(0)
    expect(Object.keys(logged(db))).toEqual(['energy-store-virtual'])
    // Its own, while it runs.
    const other = await startServe(['--energy-store', '--allow-from', '127.0.0.1'])
    expect((await change(other, '/simulator/start')).status).toBe(200)
    for (const path of paths) {
      expect((await change(other, path, virtual('VIRTUAL'))).body).toMatchObject({
        status: 409,
        type: 'urn:ina219:problem:simulator-running',
      })
    }
  })
})
