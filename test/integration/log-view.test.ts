import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LocalView } from '../../src/monitor/local-view.ts'
import { LogView } from '../../src/monitor/log-view.ts'
import { openLogHistory } from '../../src/storage/client/log-history.ts'
import { isInaError } from '../../src/util/errors.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { LineSource } from '../support/line-source.ts'
import {
  EPOCH,
  HISTORY_WORKER_URL,
  makeLog,
  openWriter,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHubAlone } from '../support/stream-rig.ts'

const OTHER = { id: 2, device: 'rack', boot: 1, startedUs: START_US }
const NOW_MS = START_US / 1000 + 86_400_000

async function viewOf(file: string): Promise<LogView> {
  const history = openLogHistory(file, { workerUrl: HISTORY_WORKER_URL })
  onTestFinished(() => history.close())
  const view = new LogView({ history, file, clock: new ManualClock(NOW_MS) })
  await view.open()
  return view
}

/** 20 minutes at 20 Hz, with what came to another device, what was not measured and what was lost. */
function mixedLog(): string {
  const file = join(temporaryFolder(), 'log.db')
  const samples = series(24_000, 50_000).map((each, i) => ({
    ...each,
    ...(i % 1000 === 0 ? { status: 'nosensor' } : {}),
    extras: i % 20 === 0 ? { soc: 80 - i / 1000 } : null,
  }))
  const others = Array.from({ length: 30 }, (_, i) =>
    sampleAt(START_US + i * 7e6 + 13, i, { epochId: 2, current: 1 }),
  )
  makeLog(file, [...samples, ...others], {
    epochs: [EPOCH, OTHER],
    lost: [
      {
        epochId: 1,
        firstSeq: 12_000,
        count: 40,
        fromUs: START_US + 599e6,
        toUs: START_US + 601e6,
        reason: 'gone',
      },
    ],
  })
  return file
}

const rounded = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value.toFixed(9))

test.each([
  [0, 1_200_000],
  [61_250, 903_777],
  [600_000, 600_350],
])(
  'the figures of a span from %i to %i ms are those of history, to the last digit',
  async (from, to) => {
    const file = mixedLog()
    const view = await viewOf(file)
    const span = { fromUs: START_US + from * 1000, toUs: START_US + to * 1000 }
    const found = await view.statistics({ device: 0, span: { kind: 'between', ...span } })
    const iso = (us: number): string => new Date(us / 1000).toISOString()
    const range = ['--from', iso(span.fromUs), '--to', iso(span.toUs)]
    const args = ['history', '--db', file, '--device', 'bench', ...range, '--format', 'json']
    const { stdout } = await ina219([...args, '--stats', 'all'])
    const [expected] = JSON.parse(stdout).devices
    const { total, channels } = found
    expect({
      samples: total?.samples,
      measured: total?.measured,
      lost: total?.lost,
      covered_s: (total?.coveredUs ?? 0) / 1e6,
      coverage: Number(total?.coverage.toFixed(6)),
      charge_mah: rounded(total?.chargeMah),
      energy_mwh: rounded(total?.energyMwh),
    }).toEqual(
      Object.fromEntries(
        ['samples', 'measured', 'lost', 'covered_s', 'coverage', 'charge_mah', 'energy_mwh'].map(
          (name) => [name, expected[name]],
        ),
      ),
    )
    for (const [quantity, column, id] of [
      ['voltage', 'voltage_v', 'v'],
      ['current', 'current_a', 'a'],
      ['power', 'power_w', 'w'],
    ] as const) {
      const figures = total?.[quantity]
      expect({ min: figures?.min, avg: rounded(figures?.avg), max: figures?.max }).toEqual({
        min: expected[column].min,
        avg: expected[column].avg,
        max: expected[column].max,
      })
      expect(channels[id]?.figures.p95).toBe(expected[column].p95)
    }
    expect(total?.channels.get('soc')?.max).toBe(expected.channels?.soc?.max)
  },
)

test('a log is shown with all its devices, up to its newest sample', async () => {
  const view = await viewOf(mixedLog())
  const bench = await view.snapshot(0)
  expect(bench).toMatchObject({
    of: 'log',
    device: 'bench',
    sampleUs: START_US + 23_999 * 50_000,
    oldestUs: START_US,
    rate: 20,
    source: { state: 'ended' },
    ledger: { logged: 24_000, lost: 40, gaps: 1 },
  })
  expect(bench.channels.map(({ id }) => id)).toEqual(['v', 'a', 'w', 'soc'])
  expect(bench.devices.map(({ device }) => device)).toEqual(['bench', 'rack'])
  expect(bench.windows.map(({ seconds }) => seconds)).toEqual([60, 300, 900])
  // Whole seconds, the one under way included; one sample a thousand was not measured.
  expect(bench.windows[0]?.samples).toBe(60 * 20 - 1)
  const trace = await view.trace({ device: 1, spanMs: 60_000, slots: 60, endUs: null })
  expect(trace.count.reduce((sum, each) => sum + each, 0)).toBe(9)
  expect((await view.snapshot(1)).values?.['a']).toBe(1)
})

test('samples of extra channels alone count as measured, those with a fault do not', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const none = { electric: false, voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
  const samples = series(200, 1e6).map((each, i) => ({
    ...each,
    ...(i % 2 === 0 ? none : {}),
    extras: i % 2 === 0 ? { soc: 80 } : null,
    status: i === 7 || i === 8 ? 'error' : 'ok',
  }))
  makeLog(file, samples)
  const { ledger } = await (await viewOf(file)).snapshot(0)
  expect(ledger).toMatchObject({ logged: 200, samples: 198 })
})

test('percentiles and statistics of the last minutes are of the samples of the windows beside them', async () => {
  const file = join(temporaryFolder(), 'log.db')
  // The newest sample is 4 ms into its second: 59 whole ones are before it.
  makeLog(
    file,
    series(9000, 20_000).map((each) => ({ ...each, timeUs: each.timeUs + 24_000 })),
  )
  const view = await viewOf(file)
  const { windows, sampleUs } = await view.snapshot(0)
  expect((sampleUs ?? 0) % 1e6).toBe(4000)
  for (const { seconds, stats, samples } of windows) {
    for (const kind of ['last', 'window'] as const) {
      const found = await view.statistics({ device: 0, span: { kind, seconds } })
      expect(found.fromUs % 1e6).toBe(0)
      expect(found.total?.measured).toBe(samples)
      expect(found.channels['v']).toMatchObject({ min: stats['v']?.min, max: stats['v']?.max })
    }
  }
})

test('in a run they are of what its windows hold, where the log has more of the same minutes', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const earlier = series(20, 100_000).map((each) => ({ ...each, voltage: 9 }))
  makeLog(file, earlier)
  const history = openLogHistory(file, { workerUrl: HISTORY_WORKER_URL })
  onTestFinished(() => history.close())
  const source = new LineSource({ live: false })
  const clock = new ManualClock(START_US / 1000)
  const hub = startHubAlone({ clock, sources: [source], devices: ['bench'], keepTime: true })
  const send = (from: number, volts: number): void => {
    for (let seq = from; seq < from + 20; seq++) {
      source.line(`{"v":${volts},"a":0.1,"ts":${START_US / 1000 + seq * 100},"seq":${seq}}`)
    }
  }
  send(0, 9)
  // A view that comes later.
  const view = new LocalView({ hub, log: null, history })
  await view.snapshot(0)
  send(20, 5)
  hub.finish()
  const { windows } = await view.snapshot(0)
  expect(windows[2]).toMatchObject({ seconds: 900, samples: 20, stats: { v: { max: 5 } } })
  const ask = (kind: 'last' | 'window') =>
    view.statistics({ device: 0, span: { kind, seconds: 900 } })
  expect((await ask('window')).channels['v']?.figures.p95).toBe(5)
  // What stands in the chart's place reaches back into the log.
  const { channels, fromUs } = await ask('last')
  expect(channels['v']?.max).toBe(9)
  expect(fromUs % 1e6).toBe(0)
})

test('what needs a device or the writer is refused, a log without samples as well', async () => {
  const view = await viewOf(mixedLog())
  const refused = await view.control().catch((error: unknown) => error)
  expect(isInaError(refused) && refused.code).toBe('usage_invalid')
  const file = join(temporaryFolder(), 'empty.db')
  openWriter(file).end()
  const empty = await viewOf(file).catch((error: unknown) => error)
  expect(isInaError(empty) && empty.code).toBe('log_missing')
})
