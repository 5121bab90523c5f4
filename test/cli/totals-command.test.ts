import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Finished, finished, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
  makeLog,
  openWriter,
  query,
  START_US,
  sampleAt,
} from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

function totals(...args: string[]): Promise<Finished> {
  return ina219(['totals', '--db', file, ...args], '', { TZ: 'Europe/Berlin' })
}

/** A sample a second of 5 V and these mA. */
const samples = (from: number, milliamps: readonly number[]): ReturnType<typeof sampleAt>[] =>
  milliamps.map((mA, i) =>
    sampleAt(START_US + (from + i) * 1e6, from + i, {
      voltage: 5,
      current: mA / 1000,
      power: mA / 200,
    }),
  )

describe('from the log', () => {
  test('the table and the JSON say what there is, since when and by direction', async () => {
    makeLog(file, samples(0, [300, -100, -100]))
    const { code, stdout, stderr } = await totals()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`times in UTC+01:00

bench:
  since    2026-11-20 21:13:00, the begin of the log
  until    2026-11-20 21:13:02
  elapsed  00:00:02
  covered  00:00:02 (100.0 %)
  charge   0.0000 mAh (forward 0.0313, backward -0.0313)
  energy   0.0000 mWh (forward 0.1563, backward -0.1563)
`)
    const json = await totals('--format', 'json')
    expect(JSON.parse(json.stdout)).toEqual({
      version: 1,
      devices: [
        {
          device: 'bench',
          since: '2026-11-20T20:13:00.000Z',
          since_exact: true,
          reset: null,
          until: '2026-11-20T20:13:02.000Z',
          elapsed_s: 2,
          covered_s: 2,
          counted_s: 0,
          bridged_s: 0,
          measured: 3,
          charge_mah: 0,
          charge_forward_mah: 112.5 / 3600,
          charge_backward_mah: -112.5 / 3600,
          energy_mwh: 0,
          energy_forward_mwh: 562.5 / 3600,
          energy_backward_mwh: -562.5 / 3600,
        },
      ],
    })
  })

  test('--reset begins again behind the newest sample, and leaves an event of what there was', async () => {
    makeLog(file, samples(0, [360, 360, 360]))
    expect((await totals('--reset')).stdout).toContain('charge   0.2000 mAh')
    expect(query(file, 'SELECT timestamp, kind, detail, device FROM power_event')).toEqual([
      {
        timestamp: START_US / 1000 + 2000,
        kind: 'totals',
        detail:
          'reset: 0.2 mAh, 1 mWh since 2026-11-20T20:13:00.000Z (00:00:02, 00:00:02 of it covered)',
        device: 'bench',
      },
    ])
    const { writer, end } = openWriter(file)
    writer.write(batchesOf(samples(3, [720, 720]), { epochs: [EPOCH] }))
    end()
    // The pair that ends behind the reset counts: 0.54 A, then 0.72 A, a second each.
    const { devices } = JSON.parse((await totals('--format', 'json', '--device', 'bench')).stdout)
    expect(devices[0]).toMatchObject({
      reset: '2026-11-20T20:13:02.000Z',
      since: '2026-11-20T20:13:02.000Z',
      elapsed_s: 2,
      measured: 2,
      charge_mah: 0.35,
    })
  })

  test('where the first samples are gone, since is when the first run began, or is said to be about', async () => {
    const { db, writer, end } = openWriter(file, 60_000)
    const epoch = { ...EPOCH, startedUs: START_US + 20e6 }
    writer.write(
      batchesOf(
        samples(
          20,
          Array.from({ length: 400 }, () => 360),
        ),
        { epochs: [epoch] },
      ),
    )
    writer.finish()
    const { devices } = JSON.parse((await totals('--format', 'json')).stdout)
    const oldest = query(file, 'SELECT min(id) AS us FROM sample')[0]?.['us'] as number
    expect(oldest).toBeGreaterThan(START_US + 60e6)
    const known = { since: '2026-11-20T20:13:20.000Z', since_exact: true, covered_s: 399 }
    expect(devices[0]).toMatchObject({ ...known, elapsed_s: 399 })
    // The oldest run is gone as well, after many of them: nobody knows when the first sample was.
    db.exec('UPDATE sample SET epoch_id = epoch_id + 1; UPDATE epoch SET id = id + 1')
    end()
    const later = JSON.parse((await totals('--format', 'json')).stdout)
    const [device] = later.devices
    expect(device).toMatchObject({ since: '2026-11-20T20:13:00.000Z', since_exact: false })
    const { stdout } = await totals()
    expect(stdout).toContain('since    about 2026-11-20 21:13, the begin of the log\n')
    expect(stdout).toContain('elapsed  about 00:06:59\n')
    expect(stdout).toContain('covered  00:06:39 (about 95.2 %)\n')
  })

  test('a device that the log has not, a log that is not there, and an empty one', async () => {
    makeLog(file, samples(0, [1]))
    expect(await totals('--device', 'bensh')).toMatchObject({ code: 2, stdout: '' })
    file = join(temporaryFolder(), 'none.db')
    expect((await totals('--reset')).code).toBe(4)
    openWriter(file).end()
    expect(await totals('--reset')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'ina219: the log has no samples yet\n',
    })
  })
})

test('--reset reaches a monitor that is running, for the devices that it has and for others', async () => {
  makeLog(file, samples(0, [360, 360]))
  const monitor = start(['monitor', '--mock', '--device', 'mock', '--output', 'none', '--db', file])
  const done = finished(monitor)
  const counted = (): number => {
    const [row] = query(file, `SELECT count(*) AS n FROM power_log WHERE device = 'mock'`)
    return (row as { n: number }).n
  }
  await until('samples are in the log', () => counted() > 1)
  expect(await totals('--reset')).toMatchObject({ code: 0, stderr: '' })
  const resets = query(
    file,
    `SELECT d.name AS device, t.since_us AS sinceUs FROM totals_reset t
     JOIN device d ON d.id = t.device_id ORDER BY d.name`,
  ) as { device: string; sinceUs: number }[]
  expect(resets.map(({ device }) => device)).toEqual(['bench', 'mock'])
  expect(resets[0]?.sinceUs).toBe(START_US + 1e6)
  monitor.kill('SIGTERM')
  expect(await done).toMatchObject({ code: 0 })
  expect(
    query(file, `SELECT device FROM power_event WHERE kind = 'totals' ORDER BY device`),
  ).toEqual([{ device: 'bench' }, { device: 'mock' }])
  // What has come since counts, and nothing from before.
  const [row] = query(
    file,
    `SELECT count(*) AS n FROM power_log WHERE device = 'mock' AND time_us > ${resets[1]?.sinceUs}`,
  )
  const { devices } = JSON.parse((await totals('--format', 'json', '--device', 'mock')).stdout)
  expect(devices[0].measured).toBe((row as { n: number }).n)
  expect(query(file, 'SELECT * FROM totals_request')).toEqual([])
})

describe('monitor --keep-totals', () => {
  test('needs the log', async () => {
    const run = await ina219(['monitor', '--mock', '--keep-totals', '--no-log', '--output', 'none'])
    expect(run).toMatchObject({
      code: 2,
      stderr:
        'ina219: --keep-totals needs the log, and --no-log writes none; leave one of the two out\n',
    })
  })

  test('of the environment, gives way to --no-log of the command line', async () => {
    const args = ['monitor', '--mock', '--no-log', '--output', 'none', '--count', '1']
    expect((await ina219(args, '', { INA219_KEEP_TOTALS: '1' })).code).toBe(0)
  })
})
