import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { batchesOf, makeLog, openWriter, START_US, series } from '../support/log-fixture.ts'

const STATISTICS = ['mean_time', 'stddev', 'p2p', 'p5', 'p50', 'p95', 'p99', 'crest', 'slope']
const PROGRAM = fileURLToPath(new URL('../support/statistics.py', import.meta.url))
const hasPython = spawnSync('python3', ['-c', 'import sqlite3']).status === 0
const COLUMNS: Readonly<Record<string, string>> = { v: 'voltage_v', a: 'current_a', w: 'power_w' }

/** What the independent program says of one channel in one bucket. */
type Row = Readonly<Record<string, number | string | null>>

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

async function recomputed(everyS: number, ...span: number[]): Promise<Row[]> {
  const run = promisify(execFile)
  const { stdout } = await run('python3', [PROGRAM, file, String(everyS), ...span.map(String)])
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

/** A generator of the same numbers every time (Park and Miller). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 0x7fffffff
    return state / 0x7fffffff
  }
}

interface Kind {
  readonly isNumbered: boolean
  readonly seed: number
}

/** Bursts, pauses, losses, late samples, both directions, troubles of the sensor, channels that come and go. */
function recording({ isNumbered, seed }: Kind): string {
  const random = numbers(seed)
  const lines: string[] = []
  const late: string[] = []
  let ms = START_US / 1000 + seed
  for (let i = 0; i < 700; i++) {
    const dice = random()
    ms += dice < 0.6 ? 1 + Math.floor(random() * 20) : 100 + Math.floor(random() * 900)
    if (i % 150 === 149) ms += 20_000
    const isBare = random() < 0.15
    const micro = Math.floor(random() * 3e6) - 1.2e6
    const electric = `"v":${(5 + Math.floor(random() * 3) * 0.004).toFixed(3)},"a":${(micro / 1e6).toFixed(6)},`
    const soc = isBare || random() < 0.3 ? `"soc":${(80 + random()).toFixed(3)},` : ''
    const number = isNumbered ? `"seq":${i},` : ''
    const status = random() < 0.05 ? 'ovf' : 'ok'
    const line = `{${isBare ? '' : electric}${soc}${number}"ts":${ms},"status":"${status}"}`
    const fate = isNumbered ? random() : 1
    if (fate < 0.03) late.push(line)
    else if (fate >= 0.06) lines.push(line)
    if (i % 25 === 24) lines.push(...late.splice(0))
  }
  return `${lines.join('\n')}\n`
}

async function record(device: string, kind: Kind): Promise<void> {
  const args = ['monitor', '--stdin', '--output', 'none', '--keep-time', '--db', file]
  const { code } = await ina219([...args, '--device', device], recording(kind))
  expect(code).toBe(0)
}

describe.skipIf(!hasPython)('against an independent program (python3)', () => {
  test('history and export print the same digits, for recordings with gaps, bursts and late samples', async () => {
    await record('numbered', { isNumbered: true, seed: 7 })
    await record('bare', { isNumbered: false, seed: 11 })

    const history = await ina219(['history', '--db', file, '--format', 'json', '--stats', 'all'])
    const { devices } = JSON.parse(history.stdout)
    const whole = await recomputed(0)
    expect(whole).toHaveLength(8)
    for (const row of whole) {
      const own = devices.find(({ device }: { device: string }) => device === row['device'])
      const channel = String(row['channel'])
      const figures = COLUMNS[channel] ? own[COLUMNS[channel]] : own.channels[channel]
      expect(own.statistics).toBe('computed')
      expect(figures).toMatchObject(pick(row, ['min', 'max', ...STATISTICS]))
      expect(figures.percentile_error).toBe(0)
      const coveredS = COLUMNS[channel] ? own.covered_s : figures.covered_s
      expect(coveredS).toBeCloseTo(Number(row['covered_us']) / 1e6, 6)
    }

    const order = ['p99', 'slope', 'mean_time', 'stddev', 'p2p', 'p5', 'p50', 'p95', 'crest']
    const args = ['--db', file, '--every', '7s', '--stats', order.join(), '--channels', 'all']
    const exported = await ina219(['export', ...args, '--format', 'ndjson'])
    const buckets = exported.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const byBucket = new Map(
      buckets.map((each) => [`${Date.parse(each.time)} ${each.device}`, each]),
    )
    const rows = await recomputed(7)
    expect(rows.length).toBeGreaterThan(60)
    for (const row of rows) {
      const bucket = byBucket.get(`${Number(row['bucket']) / 1000} ${row['device']}`)
      const stem = COLUMNS[String(row['channel'])] ?? row['channel']
      const got = ['min', 'avg', 'max', ...STATISTICS].map((name) => bucket[`${stem}_${name}`])
      expect(got).toEqual(['min', 'avg', 'max', ...STATISTICS].map((name) => row[name]))
    }
    const csv = await ina219(['export', ...args])
    const head = csv.stdout.split('\n')[0] ?? ''
    expect(head).toContain('energy_mwh,voltage_v_p99,voltage_v_slope,')
    expect(head.endsWith('soc_p50,soc_p95,soc_crest')).toBe(true)
  })

  test('a part of the log has the figures of its samples, what lies before decides what they follow on', async () => {
    await record('bare', { isNumbered: false, seed: 3 })
    const [fromUs, toUs] = [START_US + 31.5e6, START_US + 77.25e6]
    const range = ['--from', String(fromUs / 1e6), '--to', String(toUs / 1e6)]
    const { stdout } = await ina219(['history', '--db', file, ...range, '--format', 'json'])
    const [device] = JSON.parse(stdout).devices
    for (const row of await recomputed(0, fromUs, toUs)) {
      const channel = String(row['channel'])
      const figures = COLUMNS[channel] ? device[COLUMNS[channel]] : device.channels[channel]
      expect(figures).toMatchObject(pick(row, STATISTICS))
    }
  })
})

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
}

describe('what is shown', () => {
  test('the table has them for the totals, and for buckets those that are asked for', async () => {
    makeLog(file, series(600, 100_000))
    const whole = await ina219(['history', '--db', file])
    expect(whole.stdout).toMatch(/voltage \(V\) +current \(A\) +power \(W\)\n +mean_time/)
    expect(whole.stdout).toContain('percentiles  exact: measured values')
    const chosen = await ina219(['history', '--db', file, '--stats', 'p95'])
    expect(chosen.stdout).toMatch(/\n {2}p95 +[\d.]+ +[\d.]+ +[\d.]+\n/)
    expect(chosen.stdout).not.toContain('stddev')
    const plain = await ina219(['history', '--db', file, '--every', '30s'])
    expect(plain.stdout).not.toContain('p95')
    const buckets = await ina219([
      'history',
      '--db',
      file,
      '--every',
      '30s',
      '--stats',
      'p95,crest',
    ])
    expect(buckets.stdout).toMatch(/voltage \(V\) +current \(A\) +power \(W\)\n/)
    expect(buckets.stdout).toMatch(/time( +p95 +crest){3}\n/)
  })

  test('all may stand among names, and percentiles of which none is exact are not called so', async () => {
    makeLog(file, series(70_000, 1e4))
    const { code, stdout } = await ina219(['history', '--db', file, '--stats', 'p5,all'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/ {2}p5 .*\n {2}mean_time /)
    expect(stdout).toContain('  percentiles  within 0.1 % of a measured value\n')
  })

  test('a voltage that comes without a current is a channel of its own', async () => {
    const none = { voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
    const samples = series(6, 1e6).map((each, i) =>
      i % 2 === 0 ? each : { ...each, ...none, electric: false, extras: { v: i } },
    )
    makeLog(file, samples)
    const { stdout } = await ina219(['history', '--db', file, '--format', 'json'])
    const [device] = JSON.parse(stdout).devices
    const voltages = samples.filter(({ electric }) => electric).map(({ voltage }) => voltage)
    expect(device).toMatchObject({ statistics: 'computed', measured: 3 })
    expect(device.voltage_v.p99).toBe(Math.max(...voltages))
    expect(device.channels.v).toMatchObject({ n: 3, p50: 3, stddev: 2, mean_time: 3 })
  })

  test('what has passed the retention has none, and a hint says so', async () => {
    const { writer, end } = openWriter(file, 60_000)
    writer.write(batchesOf(series(400, 1e6)))
    end()
    const args = ['--db', file, '--every', '1m', '--stats', 'p50']
    const { code, stdout, stderr } = await ina219(['export', ...args])
    expect(code).toBe(0)
    const rows = stdout.trim().split('\n').slice(1)
    expect(rows[0]).toMatch(/,,,$/)
    expect(rows.at(-1)).not.toMatch(/,,,$/)
    expect(stderr).toContain('the columns of --stats are empty')
    const history = await ina219(['history', '--db', file, '--format', 'json'])
    const [device] = JSON.parse(history.stdout).devices
    expect(device).toMatchObject({ statistics: 'expired', voltage_v: { p50: null, stddev: null } })
    const table = await ina219(['history', '--db', file])
    expect(table.stdout).toContain('samples of this time have passed the retention')
  })

  test.each([
    [['export', '--stats', 'p95'], '--stats needs --every'],
    [['export', '--every', '1m', '--stats', 'p96'], "'p96' is no statistic"],
    [['export', '--events', '--stats', 'p95'], '--events has no --stats'],
    [['history', '--stats', ''], "'' is no statistic; say all, or some of mean_time"],
    [['history', '--stats', 'all,p96'], "'p96' is no statistic"],
  ])('%j is refused', async (args, reason) => {
    const { code, stderr } = await ina219([...args, '--db', file])
    expect([code, stderr.split('\n').length]).toEqual([2, 2])
    expect(stderr).toContain(reason)
  })
})
