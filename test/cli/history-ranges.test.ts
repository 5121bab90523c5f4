import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { EPOCH, makeLog, START_US, sampleAt } from '../support/log-fixture.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
  const other = { ...EPOCH, id: EPOCH.id + 1, device: 'pump', startedUs: START_US + 60e6 }
  const samples = Array.from({ length: 100 }, (_, i) =>
    sampleAt(START_US + i * 1e6, i, { voltage: 5, current: 0.1, power: 0.5 }),
  )
  const short = samples
    .slice(60, 71)
    .map((each) => ({ ...each, timeUs: each.timeUs + 250_000, epochId: other.id }))
  const all = [...samples, ...short].sort((a, b) => a.timeUs - b.timeUs)
  makeLog(file, all, { epochs: [EPOCH, other] })
})

function history(...args: string[]): Promise<Finished> {
  return ina219(['history', '--db', file, ...args], '', { TZ: 'UTC' })
}

describe('several devices in a log', () => {
  test('each has its own span, and is covered as a part of that', async () => {
    const { devices } = JSON.parse((await history('--format', 'json')).stdout)
    expect(devices).toMatchObject([
      { device: 'bench', from: '2026-11-20T20:13:00.000Z', to: '2026-11-20T20:14:39.000Z' },
      { device: 'pump', from: '2026-11-20T20:14:00.250Z', to: '2026-11-20T20:14:10.250Z' },
    ])
    for (const [i, name] of ['bench', 'pump'].entries()) {
      const alone = await history('--device', name, '--format', 'json')
      expect(JSON.parse(alone.stdout).devices).toEqual([devices[i]])
      expect(devices[i].coverage).toBeGreaterThan(0.999)
    }
    const { stdout } = await history()
    expect(stdout).toMatch(
      /^pump: 2026-11-20 20:14:00 to 2026-11-20 20:14:10 .*\n.*\n.*\n {2}covered {2}100\.0 %/m,
    )
  })

  test('a time that is asked for cuts it, and a device without samples there is left out', async () => {
    const of = async (...args: string[]): Promise<object[]> =>
      JSON.parse((await history('--format', 'json', ...args)).stdout).devices
    expect(
      await of('--from', '2026-11-20T20:14:05Z', '--to', '2026-11-20T20:14:20Z'),
    ).toMatchObject([
      { device: 'bench', from: '2026-11-20T20:14:05.000Z', to: '2026-11-20T20:14:20.000Z' },
      {
        device: 'pump',
        from: '2026-11-20T20:14:05.000Z',
        to: '2026-11-20T20:14:10.250Z',
        samples: 6,
      },
    ])
    expect(await of('--to', '2026-11-20T20:13:10Z')).toMatchObject([{ device: 'bench' }])
  })

  test('--cycles tells a load that does not repeat from a time without samples', async () => {
    const { stdout, stderr } = await history('--cycles', '--to', '2026-11-20T20:13:10Z')
    expect(stdout).toBe('bench: no load that repeats\npump: nothing lies in that time\n')
    expect(stderr).toBe('')
  })
})

test.each(['--cycles', '--alarms'])('%s where nothing lies in the time says so', async (what) => {
  const table = await history(what, '--from', '2027-01-01')
  expect(table).toMatchObject({ code: 0, stdout: '' })
  expect(table.stderr).toContain('nothing lies in that time; the log has samples from 2026-11-20')
  const json = await history(what, '--from', '2027-01-01', '--format', 'json')
  expect(json.code).toBe(0)
  expect(json.stderr).toContain('nothing lies in that time')
  expect(JSON.parse(json.stdout)).toHaveProperty('version', 1)
  expect((await history(what)).stderr).toBe('')
})

test.each([
  ['--alarms', '--cycles'],
  ['--alarms', '--stats', 'p95'],
  ['--alarms', '--every', '1m'],
  ['--alarms', '--format', 'plot'],
  ['--cycles', '--stats', 'p95'],
  ['--cycles', '--every', '1m'],
  ['--cycles', '--format', 'plot'],
  ['--stats', 'p95', '--format', 'plot'],
])('what would be left out without a word is refused: %s %s %s %s', async (...args) => {
  const { code, stdout, stderr } = await history(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(
    /^ina219: .*(--alarms|--cycles|--stats).*; (give one of the two|use --format table or json)\n$/,
  )
})

test('a plot that the environment wants gives way to what the command line asks for', async () => {
  const env = { INA219_HISTORY_FORMAT: 'plot', TZ: 'UTC' }
  const run = await ina219(['history', '--db', file, '--cycles'], '', env)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toContain('bench: no load that repeats')
})

test('--log is refused where nothing has several logs', async () => {
  const { code, stderr } = await history('--log', 'abc')
  expect(code).toBe(2)
  expect(stderr).toContain('--log names one of the logs in the database of --from-db')
  const inherited = await ina219(['history', '--db', file], '', { INA219_LOG: 'abc' })
  expect(inherited).toMatchObject({ code: 0, stderr: '' })
})
