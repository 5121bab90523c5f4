import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { until } from '../support/polling.ts'
import { type ServeRun, startServe } from '../support/serve.ts'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

const line = (seq: number, more = ''): string =>
  `{"v":5.02,"a":0.5,"w":2.51,"ts":${1_790_000_000 + seq},"seq":${seq},"status":"ok"${more}}\n`

/** Value of a series, its labels as they are written; null: it is not there. */
async function seriesOf(run: ServeRun, series: string): Promise<number | null> {
  const answer = await run.fetch('/metrics')
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await answer.text()
  const found = text.split('\n').find((each) => each.startsWith(`${series} `))
  return found === undefined ? null : Number(found.slice(series.length))
}

describe('/metrics', () => {
  it('counts what was received, lost and received late, and the charge between scrapes', async () => {
    const run = await startServe(['--stdin', '--device', 'bench', '--keep-time'])
    let text = ''
    for (let seq = 1; seq <= 101; seq++) if (seq < 50 || seq > 52) text += line(seq, ',"t":21.5')
    run.child.stdin?.write(text)
    const of = (name: string): Promise<number | null> =>
      seriesOf(run, `ina219_${name}{device="bench"}`)
    await until('all are read', async () => (await of('samples_total')) === 98)
    expect(await of('lost_total')).toBe(3)
    expect(await of('voltage_volts')).toBe(5.02)
    expect(await seriesOf(run, 'ina219_channel_value{device="bench",channel="t",unit=""}')).toBe(
      21.5,
    )
    // Two gaps of the hole apart, 97 intervals of one second at 0.5 A.
    const charge = 'ina219_charge_coulombs_total{device="bench",direction="forward"}'
    expect(await seriesOf(run, charge)).toBeCloseTo(96 * 0.5, 9)
    run.child.stdin?.write(line(51, ',"r":1'))
    await until('it came late', async () => (await of('late_total')) === 1)
    // A counter that fell would look like a restart.
    expect(await of('lost_total')).toBe(3)
    run.child.stdin?.end(line(102).replace('"ok"', '"nosensor"'))
    await until('the input has ended', async () => (await of('device_up')) === 0)
    expect(await of('voltage_volts')).toBeNull()
    expect(await of('out_of_range_samples_total')).toBe(0)
  })

  it('has names and text of devices as labels, and no token, no path', async () => {
    const run = await startServe(['--mock', '--device', 'a "b"\\c'])
    const text = await (await run.fetch('/api/v1/metrics')).text()
    expect(text).toContain('ina219_device_up{device="a \\"b\\"\\\\c"}')
    expect(text).not.toContain(run.token)
    expect(text).not.toContain('log.db')
  })

  it.skipIf(!hasPromtool)('passes promtool check metrics', async () => {
    const run = await startServe(['--mock', '--alarm', 'a > 1A as overload'])
    await until('there are values', async () => (await seriesOf(run, 'ina219_viewers')) === 0)
    const input = await (await run.fetch('/metrics')).text()
    const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
    expect(checked).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(input).toMatch(/^ina219_alarm_active\{device=".*",alarm="overload"\} [01]$/m)
  })
})

/** Nobody listens there. */
const AWAY = 'influx+http://someone:hush@127.0.0.1:9/?db=lab'

describe('a sink that is away', () => {
  it('is in metrics, API and health, without what is secret', async () => {
    const run = await startServe(['--mock', '--sink', AWAY])
    const labels = '{sink="influx+http://127.0.0.1:9/?db=lab",kind="influx"}'
    const queued = (): Promise<number | null> =>
      seriesOf(run, `ina219_sink_queued_samples${labels}`)
    await until('samples wait for it', async () => ((await queued()) ?? 0) > 0)
    expect(await seriesOf(run, `ina219_sink_up${labels}`)).toBe(0)
    const text = await (await run.fetch('/metrics')).text()
    if (hasPromtool) {
      const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
      expect(checked).toMatchObject({ status: 0, stdout: '', stderr: '' })
    }
    const answer = await (await run.fetch('/api/v1/sinks')).text()
    expect(JSON.parse(answer)).toMatchObject({
      sinks: [{ kind: 'influx', state: 'waiting', samples: 0, refused: 0 }],
    })
    expect(await (await run.fetch('/api/v1/health')).json()).toMatchObject({
      status: 'degraded',
      sinks: 1,
      sinks_up: 0,
    })
    expect(await (await run.fetch('/status')).json()).toMatchObject({ status: 'degraded' })
    for (const each of [text, answer]) expect(each).not.toMatch(/hush|someone/)
  })
})

describe('the files for Prometheus and Grafana', () => {
  it('speak of series that there are', async () => {
    const run = await startServe(['--mock', '--alarm', 'a > 1A as overload'])
    await until('it is live', async () => {
      return (await (await run.fetch('/metrics')).text()).includes('ina219_voltage_volts{')
    })
    const text = await (await run.fetch('/metrics')).text()
    const dashboard = readFileSync('docs/prometheus/grafana-dashboard.json', 'utf8')
    const names = new Set(dashboard.match(/\bina219_\w+/g))
    expect(names.size).toBeGreaterThan(10)
    for (const name of names) expect(text).toContain(`# TYPE ${name} `)
  })

  it.skipIf(!hasPromtool)('is a configuration that promtool takes', () => {
    const run = spawnSync('promtool', ['check', 'config', 'docs/prometheus/prometheus.yml'])
    expect(run.status).toBe(0)
  })
})
