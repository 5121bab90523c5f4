import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { hasOpenssl, makeCertificate } from '../support/certificates.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, START_US, sampleAt, series } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'
import { InfluxDouble } from '../support/servers/influx-double.ts'
import { hasVictoriaMetrics, VictoriaMetrics } from '../support/servers/victoria-metrics.ts'
import { sendAll, startSink } from '../support/sink-rig.ts'

let file: string
let server: InfluxDouble

beforeEach(async () => {
  file = join(temporaryFolder(), 'log.db')
  server = await InfluxDouble.start()
  return () => server.close()
})

/** Of the posts with lines. */
const withLines = (): InfluxDouble['posts'] => server.posts.filter(({ body }) => body.length > 0)

describe('posts of an influx sink', () => {
  const extras = { lux: 12.5 }

  test.each([
    ['db=lab&rp=short', {}, '/write?db=lab&rp=short&precision=u', undefined],
    [
      'org=us&bucket=b%201',
      { INFLUX_TOKEN: 'abc' },
      '/api/v2/write?org=us&bucket=b+1&precision=us',
      'Token abc',
    ],
    [
      'bucket=lab&prefix=x',
      { INFLUX_TOKEN: 'abc' },
      '/api/v2/write?bucket=lab&precision=us',
      'Token abc',
    ],
  ])('with %s', async (query, env, path, authorization) => {
    makeLog(file, [sampleAt(START_US, 3, { extras })])
    await sendAll(file, `influx+${server.url}/?${query}`, env)
    expect(server.posts[0]).toMatchObject({ url: path, body: Buffer.alloc(0) })
    const [samples, records] = withLines()
    expect(samples?.url).toBe(path)
    expect(records?.url).toBe(path.replace(/u(s?)$/, 'n$1'))
    expect(samples?.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8' })
    expect(samples?.headers.authorization).toBe(authorization)
    const prefix = query.includes('prefix=x') ? 'x' : 'power'
    expect(samples?.body.toString()).toMatch(
      new RegExp(
        `^${prefix}_sample,device=bench,log=[0-9a-f]{12} voltage_v=5.02,current_a=0.245,power_w=1.23,lux=12.5,seq=3i,boot=7i,run=1i,status="ok" ${START_US}$`,
      ),
    )
    expect(records?.body.toString()).toMatch(
      new RegExp(`^${prefix}_run,device=bench,log=[0-9a-f]{12} boot=7i,run=1i ${START_US}001$`),
    )
  })

  test.skipIf(!hasOpenssl)('a certificate that nobody trusts is said, and what to do', async () => {
    makeLog(file, [sampleAt(START_US, 3)])
    const { cert, key } = makeCertificate(temporaryFolder(), 'influx')
    const secure = createServer({ cert: readFileSync(cert), key: readFileSync(key) })
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void secure.close())
    const { port } = secure.address() as AddressInfo
    const { runner, ended } = await startSink(file, `influx+https://127.0.0.1:${port}/?db=lab`, {
      isOnce: false,
    })
    await until('it is not trusted', () => runner.status.lastError !== null)
    expect(runner.status.lastError?.text).toMatch(/self-signed certificate: .*NODE_EXTRA_CA_CERTS/)
    runner.stop(0)
    await ended
  })

  test('as a user, by a path in front, and packed where that is shorter', async () => {
    makeLog(file, series(500, 1000))
    await sendAll(file, `influx+${server.url.replace('//', '//lab@')}/influx/?db=lab`, {
      INFLUX_PASSWORD: 'pä:ss',
    })
    const [samples, records] = withLines()
    expect(samples?.url).toBe('/influx/write?db=lab&precision=u')
    expect(samples?.headers.authorization).toBe(
      `Basic ${Buffer.from('lab:pä:ss').toString('base64')}`,
    )
    expect(samples?.headers['content-encoding']).toBe('gzip')
    expect(
      gunzipSync(samples?.body as Buffer)
        .toString()
        .split('\n'),
    ).toHaveLength(500)
    expect(records?.headers['content-encoding']).toBeUndefined()
  })

  test.each([
    [
      'a page in place of an answer',
      200,
      { 'content-type': 'text/html' },
      '<html><title>Log in</title>',
      /it answers 200 with a text.*Log in/,
    ],
    [
      'another place',
      307,
      { location: 'https://user:pw@other/x?token=pw' },
      '',
      /sends us on to https:\/\/other\/x; name that/,
    ],
    [
      'the page of a proxy',
      502,
      { 'content-type': 'text/html' },
      '<html><title>502 Bad Gateway</title>',
      /^502 502 Bad Gateway$/,
    ],
    [
      'too much at once',
      429,
      { 'retry-after': '1' },
      '{"code":"too many requests","message":"slow down"}',
      /^429 slow down$/,
    ],
    [
      'a token without rights',
      403,
      {},
      '{"code":"forbidden","message":"insufficient permissions"}',
      /403 insufficient permissions; give this user or token/,
    ],
  ])('are not sent where the answer is %s', async (_what, status, headers, text, said) => {
    makeLog(file, series(10, 1000))
    server.answer = (response) =>
      response.writeHead(status, headers as Record<string, string>).end(text)
    const { runner, ended } = await startSink(file, server.sinkUrl)
    await until('it is said', () => said.test(runner.status.lastError?.text ?? ''))
    expect(runner.status).toMatchObject({ samples: 0, refused: 0 })
    server.answer = null
    await ended
    expect(server.lines.filter((line) => line.startsWith('power_sample'))).toHaveLength(10)
  })
})

test.skipIf(!hasVictoriaMetrics)(
  'the write path of version 2 on a server that is not ours',
  async () => {
    const victoria = await VictoriaMetrics.start(temporaryFolder())
    onTestFinished(() => victoria.down())
    const samples = series(3000, 1000)
    makeLog(file, samples)
    const status = await sendAll(file, `influx+${victoria.url}/?org=us&bucket=lab`, {
      INFLUX_TOKEN: 'x',
    })
    expect(status).toMatchObject({ refused: 0, queued: 0, samples: 3000 })
    await until(
      'all is seen',
      async () => (await victoria.values('power_sample_voltage_v')).values.length === 3000,
    )
    const { values, timestamps } = await victoria.values('power_sample_voltage_v')
    expect(values).toEqual(samples.map(({ voltage }) => voltage))
    expect(timestamps).toEqual(samples.map(({ timeUs }) => Math.floor(timeUs / 1000)))
  },
)
