import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import { type Finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { EPOCH, makeLog, START_US, sampleAt } from '../support/log-fixture.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

function cycles(...args: string[]): Promise<Finished> {
  return ina219(['history', '--cycles', '--db', file, ...args])
}

/** Five minutes of 100 mA for 2 s of every 10 s, at 4 Hz; a sample is out of range, another is missing. */
const SAMPLES = Array.from({ length: 1200 }, (_, i) =>
  sampleAt(START_US + i * 250_000, i, {
    voltage: 3.3,
    current: i % 40 < 8 ? 0.1 : 0.001,
    power: 0.1,
    status: i === 500 ? 'out_of_range' : 'ok',
  }),
).filter(({ seq }) => seq !== 700)

test('history --cycles finds a load that repeats; what has a hole is no cycle', async () => {
  makeLog(file, SAMPLES)
  const { code, stdout, stderr } = await cycles('--format', 'json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    devices: [
      {
        device: 'bench',
        cycles: {
          period_s: 10,
          spread_s: 0,
          duty: 0.2,
          charge_mah: expect.closeTo((0.1 * 2 + 0.001 * 8) / 3.6, 9),
          low_a: 0.001,
          high_a: 0.1,
          count: 26,
          regularity: 1,
        },
      },
    ],
  })
  const table = await cycles()
  expect(table.stdout).toContain(
    '10.000     0.000  20.0 %  0.057778  0.0010  0.1000      26  100.0 %',
  )
})

test('a device whose load does not repeat is named, and there is no plot', async () => {
  makeLog(file, SAMPLES.slice(0, 100), { epochs: [EPOCH] })
  expect(await cycles()).toMatchObject({ code: 0, stdout: 'bench: no load that repeats\n' })
  expect(JSON.parse((await cycles('--format', 'json')).stdout).devices).toEqual([
    { device: 'bench', cycles: null },
  ])
  expect(await cycles('--format', 'plot')).toMatchObject({ code: 2 })
})

test('the answer does not depend on where the span begins', async () => {
  const feed = new ScenarioFeed('ramp', 3)
  const samples = Array.from({ length: 1500 }, (_, i) => {
    const { v, a, w } = feed.read(i, i * 1e6, null)
    const values = { voltage: Number(v), current: Number(a), power: Number(w) }
    return sampleAt(START_US + i * 1e6, i, values)
  })
  makeLog(file, samples)
  for (const fromS of [0, 7, 37, 200]) {
    const from = new Date(START_US / 1000 + fromS * 1000).toISOString()
    const { devices } = JSON.parse((await cycles('--format', 'json', '--from', from)).stdout)
    const [{ cycles: found }] = devices
    expect(found).toMatchObject({ period_s: 60, spread_s: 0, regularity: 1 })
    // Above the split from 9 s of each minute on.
    expect(found.duty).toBeCloseTo(51 / 60, 9)
  }
})
