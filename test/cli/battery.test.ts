import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const START_S = Date.UTC(2026, 10, 20, 20, 13) / 1000
/** An hour at 100 mA and 5 V, a sample every 10 s. */
const CAPTURE = Array.from(
  { length: 361 },
  (_, i) => `{"v":5,"a":0.1,"w":0.5,"ts":${START_S + 10 * i},"seq":${i}}\n`,
).join('')
const MONITOR = [
  'monitor',
  '--stdin',
  '--keep-time',
  '--no-log',
  '--output',
  'none',
  '--summary',
  '-',
]

test('--battery is in the ledger of each device that has one', async () => {
  const args = [...MONITOR, '--battery', '2000mAh', '--battery-start', '90']
  const { code, stdout } = await ina219(args, CAPTURE)
  expect(code).toBe(0)
  expect(JSON.parse(stdout).devices[0].battery).toEqual({
    capacity_mah: 2000,
    start_percent: 90,
    percent: 85,
    remaining_mah: 1700,
    left: ['1m', '15m', 'reset'].map((basis) => ({ basis, draw_ma: 100, seconds: 61_200 })),
  })
  const other = await ina219([...MONITOR, '--device', 'bench', '--battery', 'bench:7.4Wh'], CAPTURE)
  expect(JSON.parse(other.stdout).devices[0].battery).toMatchObject({ remaining_mwh: 6900 })
  expect(JSON.parse((await ina219(MONITOR, CAPTURE)).stdout).devices[0]).not.toHaveProperty(
    'battery',
  )
})

test('an alarm on the state of charge follows it', async () => {
  const args = ['monitor', '--stdin', '--keep-time', '--no-log', '--output', 'plain']
  const run = await ina219(
    [...args, '--battery', '1Ah', '--alarm', 'battery < 95% as low'],
    CAPTURE,
  )
  expect(run.code).toBe(0)
  expect(run.stdout + run.stderr).toMatch(/alarm_on.*low/)
})

test('what is no capacity, and a battery of a device that is not there, are mistakes', async () => {
  expect(await ina219([...MONITOR, '--battery', '2000'])).toMatchObject({ code: 2 })
  const run = await ina219([...MONITOR, '--battery', 'bench:2Ah'])
  expect(run).toMatchObject({ code: 2 })
  expect(run.stderr).toContain("is for a device 'bench', and there is none")
})

test.each([
  ['that the user names', ['--device', 'bat'], ''],
  [
    'that its hello names',
    [],
    '{"hello":"ina219","fw":"1.0","proto":1,"boot":7,"replay":64,"name":"bat"}\n',
  ],
])(
  'with --keep-totals, battery and alarms of a device %s have all runs from its first sample on',
  async (_, device, hello) => {
    const db = join(temporaryFolder(), 'log.db')
    const args = ['monitor', '--stdin', '--keep-time', '--db', db, ...device]
    const battery = ['--keep-totals', '--battery', '200mAh', '--battery-start', '100']
    const lines = CAPTURE.trimEnd().split('\n')
    const part = (from: number, to: number): string =>
      `${hello}${lines.slice(from, to).join('\n')}\n`
    await ina219([...args, ...battery, '--output', 'none'], part(0, 181))
    // 50 mAh by then; 10 samples, so soon that all of them are there before the first is committed.
    const rules = ['--alarm', 'battery < 74.9% as low', '--alarm', 'charge > 50.1mAh as much']
    const run = await ina219(
      [...args, ...battery, ...rules, '--output', 'none', '--summary', '-'],
      part(181, 191),
    )
    const { devices } = JSON.parse(
      (await ina219(['totals', '--db', db, '--format', 'json'])).stdout,
    )
    const summary = JSON.parse(run.stdout)
    const { charge_mah } = devices[0]
    expect(summary.devices[0]).toMatchObject({ device: 'bat' })
    expect(summary.devices[0].battery.percent).toBeCloseTo(100 - charge_mah / 2, 9)
    const alarms = await ina219(['history', '--db', db, '--alarms', '--format', 'json'])
    const names = JSON.parse(alarms.stdout).alarms.map((each: { name: string }) => each.name)
    expect(names.sort()).toEqual(['low', 'much'])
  },
)
