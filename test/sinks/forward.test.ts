import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { finished, heard, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { makeLog, query, series } from '../support/log-fixture.ts'
import { makeLogV1 } from '../support/log-v1.ts'
import { toLayout4 } from '../support/old-layouts.ts'
import { until } from '../support/polling.ts'
import { InfluxDouble } from '../support/servers/influx-double.ts'

function logOf(count: number): string {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(count, 1000))
  return file
}

async function double(): Promise<InfluxDouble> {
  const server = await InfluxDouble.start()
  onTestFinished(() => server.close())
  return server
}

const nowhere = async (): Promise<string> => `influx+http://127.0.0.1:${await freePort()}/?db=lab`

describe('forward --once', () => {
  test('sends all, says so, and the next one has nothing to do, with the server or without', async () => {
    const server = await double()
    const file = logOf(700)
    const args = ['forward', '--once', '--db', file, '--sink', server.sinkUrl]
    const first = await ina219(args)
    expect(first).toMatchObject({ code: 0, stdout: '' })
    expect(first.stderr).toContain('?db=lab: 700 samples sent\n')
    expect(server.lines.filter((line) => line.startsWith('power_sample'))).toHaveLength(700)
    const { length } = server.lines
    expect((await ina219(args)).stderr).toContain('?db=lab: 0 samples sent\n')
    expect(server.lines).toHaveLength(length)
    await server.close()
    expect(await ina219(args)).toMatchObject({ code: 0 })
  })

  test('that is stopped before all is sent ends with 3, and says why', async () => {
    const file = logOf(30)
    const args = ['forward', '--once', '--duration', '1s', '--db', file, '--sink', await nowhere()]
    const { code, stderr } = await ina219(args)
    expect(code).toBe(3)
    expect(stderr).toMatch(/0 samples sent, 30 are left for the next run\n/)
    expect(stderr).toMatch(
      /^ina219: not all is sent to influx.*ECONNREFUSED [^?]*; run it again .*$/m,
    )
  })

  test('of a log that is not there, or none at all, ends with 4', async () => {
    const db = join(temporaryFolder(), 'none.db')
    const { code, stderr } = await ina219([
      'forward',
      '--once',
      '--db',
      db,
      '--sink',
      await nowhere(),
    ])
    expect(code).toBe(4)
    expect(stderr).toContain(db)
    expect(existsSync(db)).toBe(false)
  })
})

describe('forward of a log of an older layout brings it up to date', () => {
  test.each([
    ['4', toLayout4],
    ['1', () => {}],
  ] as const)('%s', async (layout, make) => {
    const server = await double()
    const file = layout === '1' ? join(temporaryFolder(), 'log.db') : logOf(200)
    if (layout === '1') makeLogV1(file, 200)
    make(file)
    const { code } = await ina219(['forward', '--once', '--db', file, '--sink', server.sinkUrl])
    expect(code).toBe(0)
    expect(server.lines.filter((line) => line.startsWith('power_sample'))).toHaveLength(200)
    expect(server.lines.some((line) => line.startsWith('power_run'))).toBe(true)
  })
})

describe('forward ends', () => {
  test('with 0 after a signal, or two, while the server does not answer', async () => {
    const server = await double()
    server.isDeaf = true
    const child = start(['forward', '--db', logOf(10), '--sink', server.sinkUrl])
    const end = finished(child)
    await until('it is connected', () => server.requests > 0)
    const startedMs = performance.now()
    child.kill('SIGTERM')
    // Once more changes nothing.
    child.kill('SIGTERM')
    const { code, stderr } = await end
    expect(code).toBe(0)
    expect(stderr).toContain('10 are left for the next run')
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  })

  test('after --duration, whatever is left', async () => {
    const { code, stderr } = await ina219([
      'forward',
      '--db',
      logOf(10),
      '--sink',
      await nowhere(),
      '--duration',
      '1s',
    ])
    expect(code).toBe(0)
    expect(stderr).toMatch(/connect ECONNREFUSED/)
    expect(stderr).toContain('0 samples sent, 10 are left for the next run')
  })
})

test('of two processes that send to the same place, the second ends with 4', async () => {
  const server = await double()
  const file = logOf(10)
  const args = ['forward', '--db', file, '--sink', server.sinkUrl]
  const first = start(args)
  await until('it has sent', () => server.lines.length > 10)
  const second = await ina219(args)
  expect(second.code).toBe(4)
  expect(second.stderr).toMatch(
    /^ina219: process \d+ on .* sends the log .* already; end that one first/,
  )
  expect(
    (await ina219([...args.slice(0, -1), `${server.sinkUrl}&name=another`, '--once'])).code,
  ).toBe(0)
  first.kill('SIGKILL')
  await finished(first)
  expect((await ina219([...args, '--once'])).code).toBe(0)
})

test('one that another process has taken over from while it was held up says so, and sends nothing more', async () => {
  const server = await double()
  const file = logOf(10)
  const child = start(['forward', '--db', file, '--sink', server.sinkUrl])
  const said = heard(child.stderr)
  await until('it has sent', () => server.lines.length > 10)
  // As the other one would have written it, a moment ago.
  const db = new Database(file)
  const report = db.prepare('SELECT report FROM reader_state').pluck().get() as string
  const { status, ...rest } = JSON.parse(report)
  const taken = { ...rest, run: 'another', status: { ...status, atMs: Date.now() + 10_000 } }
  db.prepare('UPDATE reader_state SET report = ?').run(JSON.stringify(taken))
  db.close()
  await until('it has found out', () => /process \d+ on .* sends this log to it now/.test(said()))
  makeLog(file, series(10, 1000, 10))
  const sent = server.lines.length
  child.kill('SIGTERM')
  expect((await finished(child)).code ?? child.exitCode).toBe(0)
  expect(server.lines).toHaveLength(sent)
  const after = new Database(file, { readonly: true })
  expect(after.prepare('SELECT report FROM reader_state').pluck().get()).toContain('"another"')
  after.close()
})

test('what is kept past the retention stays as it was said, until something else is said', async () => {
  const server = await double()
  const file = logOf(10)
  const args = ['forward', '--once', '--db', file, '--sink', server.sinkUrl]
  const kept = (): unknown => query(file, 'SELECT keep_bytes FROM reader')[0]?.['keep_bytes']
  await ina219(args)
  expect(kept()).toBe(1e9)
  await ina219([...args, '--sink-keep', '5GB'])
  expect(kept()).toBe(5e9)
  await ina219(args)
  expect(kept()).toBe(5e9)
  await ina219([...args, '--sink-keep', '0'])
  await ina219(args)
  expect(kept()).toBe(0)
})

test('a log that is moved away and replaced while it is read: the new one follows from its begin', async () => {
  const server = await double()
  const file = logOf(300)
  const child = start(['forward', '--db', file, '--sink', server.sinkUrl])
  const said = heard(child.stderr)
  const samplesOf = (): number =>
    server.lines.filter((line) => line.startsWith('power_sample')).length
  await until('the first log is there', () => samplesOf() === 300)
  const other = logOf(200)
  const away = join(temporaryFolder(), 'away.db')
  for (const end of ['', '-wal', '-shm'])
    if (existsSync(file + end)) renameSync(file + end, away + end)
  await until('it is missed', () => said().includes('log.db'))
  renameSync(other, file)
  await until('the second log is there', () => samplesOf() === 500)
  expect(
    new Set(
      server.lines
        .filter((line) => line.startsWith('power_sample'))
        .map((line) => /log=(\w+)/.exec(line)?.[1]),
    ).size,
  ).toBe(2)
  child.kill('SIGTERM')
  expect((await finished(child)).code ?? child.exitCode).toBe(0)
})

test('one sink that is dead does not hold up another', async () => {
  const server = await double()
  const file = logOf(3000)
  const deaf = await double()
  deaf.isDeaf = true
  const child = start([
    'forward',
    '--db',
    file,
    '--sink',
    await nowhere(),
    '--sink',
    deaf.sinkUrl,
    '--sink',
    server.sinkUrl,
  ])
  await until('all is there', () => server.lines.length >= 3000)
  child.kill('SIGTERM')
  expect((await finished(child)).code).toBe(0)
  const { stdout } = await ina219(['sinks', '--db', file, '--format', 'json'])
  const { sinks } = JSON.parse(stdout) as { sinks: { queued: number }[] }
  expect(sinks.map(({ queued }) => queued).sort((a, b) => a - b)).toEqual([0, 3000, 3000])
})

test('rows that are refused wait while there is no place for them', async () => {
  const server = await double()
  server.refuses = (line) => line.includes('seq=3i')
  const file = logOf(10)
  const letters = `${file}.refused-x.ndjson`
  // A folder in its place: nothing can be written there, as on a full disk.
  mkdirSync(letters)
  const child = start(['forward', '--db', file, '--sink', `${server.sinkUrl}&name=x`])
  const said = heard(child.stderr)
  await until('it says so', () => said().includes('EISDIR'))
  rmSync(letters, { recursive: true })
  await until('it is set aside', () => existsSync(letters))
  await until('it goes on', () => /x: 1 rows refused/.test(said()))
  child.kill('SIGTERM')
  await finished(child)
  expect(query(file, 'SELECT name FROM reader')).toEqual([{ name: 'x' }])
})
