import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  HOURS_48_MS,
  makeLog,
  openWriter,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'
import { differences, pointsOf } from '../support/servers/influx-content.ts'
import { hasInfluxd, Influxd, type InfluxdOptions } from '../support/servers/influxd.ts'
import { TroubledProxy } from '../support/servers/troubled-proxy.ts'
import { contentOf, type SinkRun, sendAll, startSink } from '../support/sink-rig.ts'

describe.skipIf(!hasInfluxd)('an InfluxDB 1.6 in trouble', () => {
  let file: string
  const servers: Influxd[] = []

  beforeEach(() => {
    file = join(temporaryFolder(), 'log.db')
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.down()
  })

  async function influxd(
    options: Omit<InfluxdOptions, 'folder'> & { folder?: string } = {},
  ): Promise<Influxd> {
    const server = await Influxd.start({ folder: temporaryFolder(), ...options })
    servers.push(server)
    return server
  }

  const troubleOf = ({ runner }: SinkRun): string => runner.status.lastError?.text ?? ''

  /** Waits for a trouble, and looks that nothing was sent or set aside meanwhile. */
  async function inTrouble(run: SinkRun, text: string): Promise<void> {
    await until(text, () => troubleOf(run).includes(text))
    expect(run.runner.status).toMatchObject({ samples: 0, refused: 0, deadLetters: null })
  }

  test('a wrong password is said at once, and never printed', async () => {
    makeLog(file, series(100, 1000))
    const server = await influxd({ user: ['lab', 'right'] })
    const wrong = await startSink(file, server.sinkUrl().replace('//', '//lab:wr0ng@'), {
      isOnce: false,
    })
    await inTrouble(wrong, '401 authorization failed; check the user and INFLUX_PASSWORD')
    expect(JSON.stringify(wrong.runner.status)).not.toContain('wr0ng')
    wrong.runner.stop(0)
    await wrong.ended
    const url = server.sinkUrl().replace('//', '//lab@')
    await sendAll(file, url, { INFLUX_PASSWORD: 'right' })
    expect(await differences(server, contentOf(file))).toEqual([])
  })

  test('a password file that is put right counts at the next attempt; so does a scheme that is wrong', async () => {
    makeLog(file, series(100, 1000))
    const server = await influxd({ user: ['lab', 'right'] })
    const secret = join(temporaryFolder(), 'secret')
    writeFileSync(secret, 'wrong\n')
    const url = server.sinkUrl(`&password-file=${secret}`).replace('//', '//lab@')
    const run = await startSink(file, url)
    await inTrouble(run, '401 authorization failed')
    writeFileSync(secret, 'right\n')
    await run.ended
    expect(await differences(server, contentOf(file))).toEqual([])
    const tls = await startSink(file, `${url.replace('http:', 'https:')}&name=tls`, {
      isOnce: false,
    })
    await inTrouble(tls, 'the server does not speak TLS at that port; write influx+http://')
    tls.runner.stop(0)
    await tls.ended
  })

  test('a database that is not there yet is waited for', async () => {
    makeLog(file, series(100, 1000))
    const server = await influxd()
    await server.query('DROP DATABASE lab')
    const run = await startSink(file, server.sinkUrl())
    await inTrouble(run, '404 database not found: "lab"; make the database')
    await server.query('CREATE DATABASE lab')
    await run.ended
    expect(await differences(server, contentOf(file))).toEqual([])
  })

  test('a measurement of another shape is refused as a whole, until it is put right', async () => {
    makeLog(file, series(700, 1000))
    const server = await influxd()
    await server.write(`power_sample seq=1.5 ${START_US}`)
    const run = await startSink(file, server.sinkUrl())
    await inTrouble(run, 'field type conflict: input field "seq" on measurement "power_sample"')
    expect(existsSync(`${file}.refused`)).toBe(false)
    await server.query('DROP MEASUREMENT power_sample')
    await run.ended
    expect(run.runner.status).toMatchObject({ refused: 0, queued: 0 })
    expect(await differences(server, contentOf(file))).toEqual([])
  })

  test('channels of another type cost their values alone', async () => {
    const odd = (seq: number): boolean => seq % 100 === 7
    const extras = { soc: 50.5, 'wei rd,=': 3, lux: 7 }
    makeLog(
      file,
      Array.from({ length: 1000 }, (_, seq) =>
        sampleAt(START_US + seq, seq, odd(seq) ? { extras } : {}),
      ),
    )
    const server = await influxd()
    await server.write(`power_sample soc="full",wei\\ rd\\,\\=="x" ${START_US}`)
    const status = await sendAll(file, server.sinkUrl())
    // Two values of ten samples.
    expect(status).toMatchObject({ refused: 20, samples: 1000, queued: 0 })
    const letters = readFileSync(status.deadLetters as string, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(new Set(letters.map(({ row }) => row.seq)).size).toBe(10)
    expect(letters[0]).toMatchObject({
      reason: expect.stringContaining('field type conflict'),
      row: { seq: 7, extras },
    })
    await server.query('DROP SERIES WHERE "log" = \'\'')
    const points = await pointsOf(server, 'power_sample')
    expect(points.map((each) => Number(each['seq'])).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, seq) => seq),
    )
    const withLux = points.filter((each) => Number(each['lux']) === 7)
    expect(withLux.map(({ seq }) => Number(seq)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, i) => 100 * i + 7),
    )
    expect(points.every((each) => each['voltage_v'] !== null)).toBe(true)
  })

  test('what is past its retention policy is counted, and holds up nothing', async () => {
    const nowUs = Date.now() * 1000
    const hour = 3.6e9
    // 2000 samples of days ago, then 500 of now, and a year that has no number among the newest.
    const old = series(2000, 1000).map((each) => ({
      ...each,
      timeUs: each.timeUs - START_US + nowUs - 80 * hour,
    }))
    const young = series(500, 1000, 2000).map((each) => ({
      ...each,
      timeUs: each.timeUs - START_US + nowUs - hour,
    }))
    const log = openWriter(file, 1000 * HOURS_48_MS)
    for (const batch of batchesOf([...old, ...young, sampleAt(Date.UTC(2263, 0) * 1000, 2500)]))
      log.writer.write([batch])
    log.end()
    const server = await influxd()
    await server.query('CREATE RETENTION POLICY short ON lab DURATION 2h REPLICATION 1 DEFAULT')
    const status = await sendAll(file, server.sinkUrl())
    const stored = await pointsOf(server, 'power_sample')
    expect(stored).toHaveLength(500)
    // The run as well began at a time that is past it, and one sample has a year without a number.
    expect(status).toMatchObject({ queued: 0, samples: 500, records: 0, refused: 2000 + 1 + 1 })
    const letters = readFileSync(status.deadLetters as string, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const expired = letters.filter(({ rows }) => rows !== undefined)
    expect(expired.reduce((sum, { rows }) => sum + rows, 0)).toBe(2001)
    expect(expired[0].reason).toContain('points beyond retention policy dropped=')
    expect(letters.filter(({ row }) => row?.seq === 2500)).toHaveLength(1)
  })

  test('bodies that are too long for it become shorter', async () => {
    makeLog(file, series(9000, 1000))
    const server = await influxd({ maxBodySize: 100_000 })
    const proxy = await TroubledProxy.start(server.port)
    const status = await sendAll(file, server.sinkUrl().replace(`${server.port}`, `${proxy.port}`))
    await proxy.close()
    expect(status).toMatchObject({ refused: 0, queued: 0 })
    expect(await differences(server, contentOf(file))).toEqual([])
    // The first batch by halves, the others short from the start.
    expect(proxy.requests).toBeLessThan(40)
  })

  test('connections that are reset anywhere, and answers that never come, cost nothing and double nothing', async () => {
    makeLog(file, series(20_000, 1000))
    const server = await influxd()
    const proxy = await TroubledProxy.start(server.port)
    const run = await startSink(file, server.sinkUrl().replace(`${server.port}`, `${proxy.port}`))
    let resets = 0
    while (run.runner.status.queued > 0 && resets < 30) {
      await until('some bytes', () => proxy.bytes > 3000 * resets)
      proxy.reset()
      resets++
      await new Promise(setImmediate)
    }
    proxy.isDeaf = true
    proxy.reset()
    proxy.isDeaf = false
    proxy.reset()
    await run.ended
    await proxy.close()
    expect(run.runner.status).toMatchObject({ refused: 0, queued: 0 })
    expect(await differences(server, contentOf(file))).toEqual([])
  })

  test('a server that is killed again and again has everything once in the end', async () => {
    makeLog(file, series(40_000, 1000))
    const server = await influxd()
    const run = await startSink(file, server.sinkUrl())
    for (let round = 1; round <= 3; round++) {
      await until('some more', () => run.runner.status.samples >= round * 5000)
      await server.down('SIGKILL')
      await until('it is missed', () => run.runner.status.state === 'waiting')
      await server.up()
    }
    await run.ended
    expect(await differences(server, contentOf(file))).toEqual([])
  })

  test('a full disk is waited for', async (context) => {
    const disk = join(temporaryFolder(), 'disk')
    mkdirSync(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      context.skip('only root can mount a small disk')
    }
    onTestFinished(() => void execFileSync('umount', ['-l', disk]))
    const server = await influxd({ folder: join(disk, 'influx') })
    const ballast = join(disk, 'ballast')
    try {
      writeFileSync(ballast, Buffer.alloc(16e6))
    } catch {
      // The disk is full now.
    }
    makeLog(file, series(20_000, 1000))
    const run = await startSink(file, server.sinkUrl())
    await until('it says so', () => /no space left/.test(troubleOf(run)))
    expect(run.runner.status.refused).toBe(0)
    rmSync(ballast)
    await run.ended
    expect(await differences(server, contentOf(file))).toEqual([])
  })
})
