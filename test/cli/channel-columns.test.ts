import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { batchesOf, EPOCH, openWriter, START_US, sampleAt } from '../support/log-fixture.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

const STORE = { ...EPOCH, id: 2, device: 'store', boot: null }

function bare(timeUs: number, epochId: number, extras: Record<string, number>): Sample {
  const [voltage, current, power] = [Number.NaN, Number.NaN, Number.NaN]
  return sampleAt(timeUs, null, { electric: false, voltage, current, power, extras, epochId })
}

/** A board with a temperature, and an energy store that measures neither voltage nor current. */
function makePlural(): void {
  const log = openWriter(file)
  const second = (n: number): number => START_US + n * 1e6
  const samples = [
    sampleAt(second(0), 1, { voltage: 5, current: 0.36, power: 1.8, extras: { t: 23.5 } }),
    bare(second(0) + 1, 2, { soc: 85, status: 1 }),
    sampleAt(second(1), 2, { voltage: 5, current: 0.36, power: 1.8 }),
    bare(second(1) + 1, 2, { soc: 84.25 }),
    sampleAt(second(2), 3, { voltage: 5, current: 0.36, power: 1.8, extras: { t: -0.5 } }),
    bare(second(2) + 1, 2, { lux: 35000 }),
  ]
  const channels = [{ device: 'store', id: 'soc', unit: '%' }]
  log.writer.write(batchesOf(samples, { epochs: [EPOCH, STORE], channels }))
  log.end()
}

const run = (...args: string[]): ReturnType<typeof ina219> =>
  ina219([...args, '--db', file], '', { TZ: 'UTC' })

const HEADER = 'time,device,voltage_v,current_a,power_w,seq,status'

describe('export --channels', () => {
  test('writes all of them behind the fixed columns, and rows of the devices that have nothing else', async () => {
    makePlural()
    expect(await run('export', '--channels', 'all')).toEqual({
      code: 0,
      stderr: '',
      stdout: `${HEADER},t,soc,status_channel,lux
2026-11-20T20:13:00.000Z,bench,5,0.36,1.8,1,ok,23.5,,,
2026-11-20T20:13:00.000Z,store,,,,,ok,,85,1,
2026-11-20T20:13:01.000Z,bench,5,0.36,1.8,2,ok,,,,
2026-11-20T20:13:01.000Z,store,,,,,ok,,84.25,,
2026-11-20T20:13:02.000Z,bench,5,0.36,1.8,3,ok,-0.5,,,
2026-11-20T20:13:02.000Z,store,,,,,ok,,,,35000
`,
    })
  })

  test('writes those that are named, in that order', async () => {
    makePlural()
    const { stdout } = await run('export', '--channels', 'lux, soc', '--device', 'store')
    expect(stdout).toBe(`${HEADER},lux,soc
2026-11-20T20:13:00.000Z,store,,,,,ok,,85
2026-11-20T20:13:01.000Z,store,,,,,ok,,84.25
2026-11-20T20:13:02.000Z,store,,,,,ok,35000,
`)
    // Samples that have none of them have no row.
    const lux = await run('export', '--channels', 'lux', '--device', 'store')
    expect(lux.stdout.split('\n')).toHaveLength(3)
  })

  test('as NDJSON: members, null where there is none', async () => {
    makePlural()
    const { stdout } = await run('export', '--channels', 'soc,status', '--format', 'ndjson')
    const rows = stdout.trimEnd().split('\n')
    expect(rows.slice(0, 2)).toEqual([
      '{"time":"2026-11-20T20:13:00.000Z","device":"bench","voltage_v":5,"current_a":0.36,"power_w":1.8,"seq":1,"status":"ok","soc":null,"status_channel":null}',
      '{"time":"2026-11-20T20:13:00.000Z","device":"store","voltage_v":null,"current_a":null,"power_w":null,"seq":null,"status":"ok","soc":85,"status_channel":1}',
    ])
    // Of the store's samples the one that has lux alone has no row.
    expect(rows).toHaveLength(5)
  })

  test('under the names that the NDJSON of monitor has, each once', async () => {
    const log = openWriter(file)
    const extras = { voltage_v: 1, voltage_v_channel: 2, toString: 3 } as unknown as Record<
      string,
      number
    >
    log.writer.write(
      batchesOf([sampleAt(START_US, 1, { extras }), sampleAt(START_US + 1e6, 2)], {
        epochs: [EPOCH],
      }),
    )
    log.end()
    const { stdout } = await run('export', '--channels', 'all', '--format', 'ndjson')
    const [first = '', second = ''] = stdout.split('\n')
    const names = ['voltage_v_channel', 'voltage_v_channel_channel', 'toString']
    expect(first).toMatch(new RegExp(`${names.map((name, i) => `"${name}":${i + 1}`).join(',')}}$`))
    expect(second).toMatch(new RegExp(`${names.map((name) => `"${name}":null`).join(',')}}$`))
    const one = await run('export', '--channels', 'voltage_v_channel', '--format', 'ndjson')
    expect(one.stdout.split('\n')[0]).toMatch(/"voltage_v_channel_channel":2}$/)
  })

  test('with --every: min, avg and max', async () => {
    makePlural()
    const args = ['export', '--every', '1m', '--channels', 'soc,t']
    const { stdout } = await run(...args)
    const [head = '', bench, store] = stdout.split('\n')
    expect(head.endsWith(',energy_mwh,soc_min,soc_avg,soc_max,t_min,t_avg,t_max')).toBe(true)
    expect(bench?.endsWith(',,,,-0.5,11.5,23.5')).toBe(true)
    expect(store).toBe('2026-11-20T20:13:00.000Z,store,3,0,0,,,,,,,,,,,,84.25,84.625,85,,,')
    const json = await run(...args, '--format', 'ndjson', '--device', 'store')
    expect(JSON.parse(json.stdout)).toMatchObject({ samples: 3, soc_avg: 84.625, t_max: null })
  })

  test('without it nothing of them is seen', async () => {
    makePlural()
    expect((await run('export')).stdout).toBe(`${HEADER}
2026-11-20T20:13:00.000Z,bench,5,0.36,1.8,1,ok
2026-11-20T20:13:01.000Z,bench,5,0.36,1.8,2,ok
2026-11-20T20:13:02.000Z,bench,5,0.36,1.8,3,ok
`)
    const { stdout } = await run('export', '--format', 'ndjson')
    expect(stdout).not.toContain('soc')
    expect(stdout).not.toContain('null')
  })

  test('names are quoted, formulas made harmless, and can be asked for in quotes', async () => {
    const log = openWriter(file)
    const extras = { 'a,b': 1, 'say "x"': 2, '=1+1': 3, toString: 4 }
    log.writer.write(batchesOf([sampleAt(START_US, 1, { extras })], { epochs: [EPOCH] }))
    log.end()
    const { stdout } = await run('export', '--channels', 'all')
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      `${HEADER},"a,b","say ""x""",'=1+1,toString`,
      '2026-11-20T20:13:00.000Z,bench,5.02,0.245,1.23,1,ok,1,2,3,4',
    ])
    const named = await run('export', '--channels', '"a,b",=1+1')
    expect(named.stdout.split('\n')[0]).toBe(`${HEADER},"a,b",'=1+1`)
  })

  test('one that the log does not have is refused with the nearest one', async () => {
    makePlural()
    const lax = await run('export', '--channels', 'sox')
    expect(lax).toMatchObject({ code: 2, stdout: '' })
    expect(lax.stderr).toContain("the log has no channel 'sox'")
    expect(lax.stderr).toContain("did you mean 'soc'?")
    const other = await run('export', '--channels', 'pressure')
    expect(other).toMatchObject({ code: 2, stdout: '' })
    expect(other.stderr).toContain('it has: t, soc, status, lux')
    expect((await run('export', '--channels', 'a,,b')).code).toBe(2)
    expect((await run('export', '--events', '--channels', 'all')).code).toBe(2)
  })

  test('comes from the environment, too', async () => {
    makePlural()
    const env = { INA219_CHANNELS: 'lux' }
    const { stdout } = await ina219(['export', '--db', file], '', env)
    expect(stdout.split('\n')[0]).toBe(`${HEADER},lux`)
    expect((await ina219(['export', '--events', '--db', file], '', env)).code).toBe(0)
  })
})

describe('history', () => {
  test('has a row for each channel, and nothing electric of a device that is not', async () => {
    makePlural()
    expect((await run('history', '--stats', 'avg')).stdout).toBe(`times in UTC

bench: 2026-11-20 20:13:00 to 2026-11-20 20:13:02 (00:00:02)
  samples  3
  lost     0
  covered  100.0 % of the time
              min     avg     max
  voltage   5.000   5.000   5.000  V
  current   0.360   0.360   0.360  A
  power     1.800   1.800   1.800  W
  t        -0.500  11.500  23.500
  charge   0.2000 mAh
  energy   1.0000 mWh

store: 2026-11-20 20:13:00 to 2026-11-20 20:13:02 (00:00:02)
  samples  3
  lost     0
                min        avg        max
  soc        84.250     84.625     85.000  %
  status      1.000      1.000      1.000
  lux     35000.000  35000.000  35000.000
`)
  })

  test('with --every has tables of them that fit into 80 columns', async () => {
    makePlural()
    const { stdout } = await run('history', '--every', '1m', '--device', 'store')
    expect(stdout).toBe(`times in UTC

store:
                                          soc (%)                        status
               time       min       avg       max       min       avg       max
2026-11-20 20:13:00    84.250    84.625    85.000     1.000     1.000     1.000

store:
                                              lux
               time       min       avg       max
2026-11-20 20:13:00 35000.000 35000.000 35000.000
`)
    expect(stdout.split('\n').every((line) => line.length < 80)).toBe(true)
    const both = await run('history', '--every', '1m')
    expect(both.stdout.match(/store/g)).toHaveLength(2)
    expect(both.stdout).toContain('V min')
  })

  test('plots a strip for each', async () => {
    makePlural()
    const { stdout } = await run('history', '--format', 'plot', '--ascii')
    expect(stdout).toContain('bench: voltage, current, power, t;')
    expect(stdout).toContain('store: soc, status, lux;')
    expect(stdout).toMatch(/85(\.\d+)? %/)
    expect(stdout.split('\n').filter((line) => /[|+]/.test(line))).toHaveLength(7 * 7 + 2)
  })

  test('as JSON has them by device and bucket', async () => {
    makePlural()
    const args = ['--format', 'json', '--every', '1m', '--stats', 'avg']
    const { stdout } = await run('history', ...args)
    const { devices, buckets } = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>
    expect(devices?.map(({ channels }) => channels)).toEqual([
      { t: { n: 2, min: -0.5, avg: (-0.5 + 23.5) / 2, max: 23.5, unit: '' } },
      {
        soc: { n: 2, min: 84.25, avg: 84.625, max: 85, unit: '%' },
        status: { n: 1, min: 1, avg: 1, max: 1, unit: '' },
        lux: { n: 1, min: 35000, avg: 35000, max: 35000, unit: '' },
      },
    ])
    expect(buckets?.[1]).toMatchObject({ channels: { soc: { n: 2, min: 84.25 } }, device: 'store' })
  })

  test('a log of layout 1 is read as it is', async () => {
    makePlural()
    const db = new Database(file)
    db.exec('DROP VIEW channel_log')
    for (const table of [
      'second',
      'channel',
      'channel_value',
      'channel_minute',
      'meta',
      'reader',
    ]) {
      db.exec(`DROP TABLE ${table}`)
    }
    db.exec('DROP TABLE commit_run')
    db.pragma('user_version = 1')
    db.close()
    expect((await run('history', '--every', '1s')).code).toBe(0)
    expect((await run('export', '--channels', 'all')).stdout.split('\n')[0]).toBe(HEADER)
    expect((await run('history', '--format', 'plot')).stdout).toContain('bench: voltage')
  })
})
