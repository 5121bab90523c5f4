import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Epoch, Sample } from '../../src/domain/sample.ts'
import { openLog } from '../../src/storage/client/log-client.ts'
import { parseCsvRecord } from '../../src/util/csv.ts'
import { CLI, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
  HOURS_48_MS,
  makeLog,
  openWriter,
  START_US,
  sampleAt,
  series,
  WORKER_URL,
} from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = temporaryFolder()
  file = join(folder, 'log.db')
})

const HEADER = 'time,device,voltage_v,current_a,power_w,seq,status\n'
const BUCKET_HEADER =
  'time,device,samples,lost,coverage,voltage_v_min,voltage_v_avg,voltage_v_max,' +
  'current_a_min,current_a_avg,current_a_max,power_w_min,power_w_avg,power_w_max,' +
  'charge_mah,energy_mwh\n'

/** As simple as can be: what the fast writer has to equal. */
function reference(samples: readonly Sample[], device = 'bench'): string {
  return samples
    .map((each) => {
      const time = new Date(Math.floor(each.timeUs / 1000)).toISOString()
      const numbers = [each.voltage, each.current, each.power].map(String)
      return `${[time, device, ...numbers, each.seq ?? '', each.status].join(',')}\n`
    })
    .join('')
}

describe('samples', () => {
  test('are written with the digits of the device', async () => {
    const samples = [
      sampleAt(START_US, 0, { voltage: 5.02, current: 0.245, power: 1.23 }),
      sampleAt(START_US + 123_999, 1, { voltage: 5, current: -0.1, power: -0.000001 }),
      sampleAt(START_US + 1e6, null, { voltage: 12.3456789, current: 1e-7, power: 0 }),
      sampleAt(START_US + 2e6, 4_294_967_295, {
        voltage: 26,
        current: 1e16,
        power: 0.30000000000000004,
      }),
      ...series(3000, 333_333, 10),
    ]
    makeLog(file, samples)
    const run = await ina219(['export', '--db', file])
    expect(run).toEqual({ code: 0, stderr: '', stdout: HEADER + reference(samples) })
    expect(run.stdout).toContain('2026-11-20T20:13:00.123Z,bench,5,-0.1,-0.000001,1,ok\n')
  })

  test('as NDJSON have the same names and values', async () => {
    const samples = [sampleAt(START_US, null, { status: 'say "x"' }), ...series(2500, 1000, 5)]
    makeLog(file, samples)
    const run = await ina219(['export', '--db', file, '--format', 'ndjson'])
    const rows = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(rows).toEqual(
      samples.map((each) => ({
        time: new Date(Math.floor(each.timeUs / 1000)).toISOString(),
        device: 'bench',
        voltage_v: each.voltage,
        current_a: each.current,
        power_w: each.power,
        seq: each.seq,
        status: each.status,
      })),
    )
    expect(Object.keys(rows[0] as object).join()).toBe(HEADER.trimEnd())
  })

  test('text cells are quoted, and formulas made harmless', async () => {
    const nasty = ['=1+1', '+x', '-2', '@SUM(A1)', 'a,b', 'he said "no"', 'plain', '\tTab']
    const device: Epoch = { ...EPOCH, device: "=cmd|' /C calc'!A0" }
    makeLog(
      file,
      nasty.map((status, i) => sampleAt(START_US + i, i, { status })),
      {
        epochs: [device],
      },
    )
    const { stdout } = await ina219(['export', '--db', file])
    const rows = stdout.trimEnd().split('\n').slice(1).map(parseCsvRecord)
    expect(rows.map((row) => row[6])).toEqual([
      "'=1+1",
      "'+x",
      "'-2",
      "'@SUM(A1)",
      'a,b',
      'he said "no"',
      'plain',
      "'\tTab",
    ])
    expect(rows.every((row) => row[1] === "'=cmd|' /C calc'!A0")).toBe(true)
    expect(stdout).toContain(',"a,b"\n')
    expect(stdout).toContain(',"he said ""no"""\n')
    // A negative number is a number.
    expect(stdout).not.toContain("'0.245")
  })

  test('only those of the time asked for', async () => {
    const samples = series(600, 1e6)
    makeLog(file, samples)
    const at = (s: number): string => new Date(START_US / 1000 + s * 1000).toISOString()
    const part = await ina219(['export', '--db', file, '--from', at(60), '--to', at(120)])
    expect(part.stdout).toBe(HEADER + reference(samples.slice(60, 120)))
    const epoch = await ina219(['export', '--db', file, '--from', `${START_US / 1e6 + 599}`])
    expect(epoch.stdout).toBe(HEADER + reference(samples.slice(599)))
  })

  test('--last begins before now and has no upper end', async () => {
    const nowUs = Date.now() * 1000
    const samples = [-7200, -3500, -10, 5000].map((s, i) => sampleAt(nowUs + s * 1e6, i))
    makeLog(file, samples)
    const run = await ina219(['export', '--db', file, '--last', '1h'])
    expect(run.stdout).toBe(HEADER + reference(samples.slice(1)))
  })

  test('where nothing lies in it: the header, and a hint with the span of the log', async () => {
    makeLog(file, [sampleAt(1_600_000_000e6, 0), sampleAt(1_600_000_100e6, 1)])
    for (const args of [
      ['--last', '1h'],
      ['--from', '2030-01-01', '--to', '2030-01-02'],
    ]) {
      const run = await ina219(['export', '--db', file, ...args])
      expect(run).toMatchObject({ code: 0, stdout: HEADER })
      expect(run.stderr).toContain('2020-09-13T12:26:40.000Z to 2020-09-13T12:28:20.000Z')
    }
  })
})

describe('buckets', () => {
  test('have the promised columns; a gap is rows without values', async () => {
    const samples = [...series(120, 1e6), ...series(60, 1e6, 300)]
    makeLog(file, samples, {
      lost: [
        {
          epochId: 1,
          firstSeq: 120,
          count: 180,
          fromUs: START_US + 119e6,
          toUs: START_US + 300e6,
          reason: 'gone',
        },
      ],
    })
    const { stdout } = await ina219(['export', '--db', file, '--every', '1m'])
    const [header, ...rows] = stdout.trimEnd().split('\n')
    expect(`${header}\n`).toBe(BUCKET_HEADER)
    const cells = rows.map((row) => row.split(','))
    expect(cells.map((row) => row.slice(2, 4).join())).toEqual([
      '60,0',
      '60,0',
      '0,60',
      '0,60',
      '0,60',
      '60,0',
    ])
    expect(rows[2]).toBe('2026-11-20T20:15:00.000Z,bench,0,60,0,,,,,,,,,,,')
    const minute = samples.slice(60, 120)
    const values = minute.map((each) => each.current)
    expect(Number(cells[1]?.[8])).toBe(Math.min(...values))
    expect(Number(cells[1]?.[9])).toBeCloseTo(values.reduce((a, b) => a + b) / 60, 9)
    expect(Number(cells[1]?.[10])).toBe(Math.max(...values))
    let charge = 0
    for (let i = 60; i < 120; i++) {
      charge += ((samples[i - 1]?.current ?? 0) + (samples[i]?.current ?? 0)) / 2 / 3.6
    }
    expect(Number(cells[1]?.[14])).toBeCloseTo(charge, 8)
    expect(cells.map((row) => row[4])).toEqual(['0.983333', '1', '0', '0', '0', '0.983333'])
  })

  test('of any length, aligned to multiples of it', async () => {
    makeLog(file, series(100, 100_000))
    const run = await ina219(['export', '--db', file, '--every', '700ms', '--format', 'ndjson'])
    const rows = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.reduce((sum, row) => sum + row.samples, 0)).toBe(100)
    expect(rows.every((row) => Date.parse(row.time) % 700 === 0)).toBe(true)
    expect(Object.keys(rows[0]).join()).toBe(BUCKET_HEADER.trimEnd())
  })

  test('of whole minutes are still there after the retention; raw samples leave a hint', async () => {
    const log = openWriter(file, 3_600_000)
    for (const batch of batchesOf(series(10_000, 1e6), { epochs: [EPOCH] }))
      log.writer.write([batch])
    log.end()
    const whole = await ina219(['export', '--db', file, '--every', '1m'])
    expect(whole.stdout.trimEnd().split('\n')).toHaveLength(1 + 167)
    expect(whole.stderr).toBe('')
    const raw = await ina219(['export', '--db', file])
    expect(raw.stdout.trimEnd().split('\n')).toHaveLength(1 + 3601)
    expect(raw.stderr).toContain('--every 1m')
  })
})

test('--events writes the ledger of what happened', async () => {
  makeLog(file, series(10, 1e6), {
    events: [
      { timeUs: START_US, device: 'bench', kind: 'restart', detail: 'boot 7' },
      { timeUs: START_US + 5e6, device: 'bench', kind: 'reconnect', detail: '=after, 3 s' },
    ],
  })
  const { stdout } = await ina219(['export', '--db', file, '--events'])
  expect(stdout).toBe(
    'time,device,kind,detail\n' +
      '2026-11-20T20:13:00.000Z,bench,restart,boot 7\n' +
      '2026-11-20T20:13:05.000Z,bench,reconnect,"\'=after, 3 s"\n',
  )
})

describe('a file', () => {
  test('appears when it is complete, and replaces what was there', async () => {
    makeLog(file, series(100, 1e6))
    const target = join(folder, 'out.csv')
    writeFileSync(target, 'old', { mode: 0o640 })
    const run = await ina219(['export', '--db', file, '-o', target])
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(target, 'utf8')).toBe(HEADER + reference(series(100, 1e6)))
    if (process.platform !== 'win32') expect(statSync(target).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder).sort()).toEqual(['log.db', 'out.csv'])
    const link = join(folder, 'link.csv')
    symlinkSync(target, link)
    await ina219(['export', '--db', file, '-o', link, '--to', '2000-01-01'])
    expect(readFileSync(target, 'utf8')).toBe(HEADER)
  })

  test('that cannot be written is a usage error, and nothing is left', async () => {
    makeLog(file, series(10, 1e6))
    const run = await ina219(['export', '--db', file, '-o', join(folder, 'none', 'out.csv')])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/^ina219: .*ENOENT.*\n$/)
    const folderItself = await ina219(['export', '--db', file, '-o', folder])
    expect(folderItself.code).toBe(2)
    expect(readdirSync(folder)).toEqual(['log.db'])
  })
})

describe('what can go wrong', () => {
  test('has an exit code and one line', async () => {
    const missing = await ina219(['export', '--db', file])
    expect(missing.code).toBe(4)
    expect(missing.stderr.trimEnd().split('\n')).toHaveLength(1)
    writeFileSync(file, 'x'.repeat(4096))
    expect((await ina219(['export', '--db', file])).code).toBe(4)
  })

  test('in the options is reported', async () => {
    makeLog(file, series(10, 1e6))
    const run = (...args: string[]): Promise<{ code: number | null; stderr: string }> =>
      ina219(['export', '--db', file, ...args])
    expect((await run('--device', 'bensh')).stderr).toContain("did you mean 'bench'?")
    for (const args of [
      ['--device', 'nobody'],
      ['--last', '1h', '--from', '0'],
      ['--from', '5', '--to', '5'],
      ['--from', 'yesterday'],
      ['--every', '10'],
      ['--every', '-5m'],
      ['--format', 'xml'],
      ['--events', '--every', '1m'],
    ]) {
      expect((await run(...args)).code, args.join(' ')).toBe(2)
    }
  })

  test('a reader that goes away ends it quietly', async () => {
    makeLog(file, series(50_000, 1e5))
    const child = start(['export', '--db', file])
    child.stdin?.end()
    let stderr = ''
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    child.stdout?.once('data', () => child.stdout?.destroy())
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

test('a large log takes no more memory than a small one, however slow the reader', async () => {
  makeLog(file, series(300_000, 10_000))
  // 300,000 rows as objects or text would not fit.
  const child = start(['export', '--db', file], { NODE_OPTIONS: '--max-old-space-size=24' })
  child.stdin?.end()
  child.stdout?.pause()
  let bytes = 0
  let lines = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    for (const byte of chunk) if (byte === 10) lines++
  })
  child.stdout?.pause()
  await until('it has written what the pipe holds', () => (child.stdout?.readableLength ?? 0) > 0)
  child.stdout?.resume()
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect({ code, lines }).toEqual({ code: 0, lines: 300_001 })
  expect(bytes).toBeGreaterThan(15e6)
})

test('works while a monitor is writing', async () => {
  const log = await openLog({ file, retainMs: HOURS_48_MS }, WORKER_URL)
  const own = log.forDevice()
  own.epoch(EPOCH)
  const samples = series(20_000, 1000)
  for (const sample of samples.slice(0, 10_000)) own.append(sample)
  await until('half of it is there', () => log.state.queued === 0)
  const exported = ina219(['export', '--db', file])
  for (const sample of samples.slice(10_000)) {
    own.append(sample)
    if (sample.seq !== null && sample.seq % 500 === 0) await new Promise(setImmediate)
  }
  const { stdout, code } = await exported
  await log.close()
  expect(code).toBe(0)
  const whole = HEADER + reference(samples)
  expect(stdout.length).toBeGreaterThan(whole.length / 2 - 1000)
  expect(whole.startsWith(stdout)).toBe(true)
})

test('a reader that goes away leaves nothing beside the log', async () => {
  makeLog(file, series(20_000, 1000))
  const before = readdirSync(folder)
  const pipe = `'${process.execPath}' '${CLI}' export --db '${file}' | head -n 1`
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', pipe])
  expect(stdout).toMatch(/^time,device/)
  expect(readdirSync(folder)).toEqual(before)
})
