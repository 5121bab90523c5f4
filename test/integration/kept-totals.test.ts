import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DeviceState } from '../../src/monitor/device-state.ts'
import type { HubDevice } from '../../src/monitor/hub.ts'
import { KeptTotals } from '../../src/monitor/kept-totals.ts'
import { Figures } from '../../src/stats/figures.ts'
import { totalsOf } from '../../src/stats/totals.ts'
import { openLog } from '../../src/storage/client/log-client.ts'
import { openLogHistory } from '../../src/storage/client/log-history.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import { LineSource } from '../support/line-source.ts'
import {
  HISTORY_WORKER_URL,
  HOURS_48_MS,
  query,
  START_US,
  WORKER_URL,
} from '../support/log-fixture.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const HELLO = '{"hello":"ina219","fw":"1.0","proto":1,"boot":7,"replay":64,"name":"node"}'

/** A current that goes up and down through zero, in whole mA. */
const milliamps = (i: number): number => ((i * 37) % 201) - 80

/** One run of a monitor with `--keep-totals` over samples with these numbers; what its totals are in the end. */
async function run(
  file: string,
  numbers: readonly number[],
  options: {
    readonly resetAfter?: number
    readonly hello?: boolean
    readonly isCounting?: boolean
  } = {},
): Promise<HubDevice['state']['totals']> {
  const clock = new ManualClock(START_US / 1000 + (numbers[0] as number) * 1000)
  const source = new LineSource({ live: true, duplex: options.hello === true })
  const log = await openLog({ file, retainMs: HOURS_48_MS }, WORKER_URL)
  const history = openLogHistory(file, { owner: 'this process', workerUrl: HISTORY_WORKER_URL })
  onTestFinished(() => history.close())
  const earlier = await history.totals()
  const keptTotals = new KeptTotals(new Map(earlier.map((each) => [each.device, each])))
  const { hub } = startHub({ clock, log, sources: [source], devices: ['bench'], keptTotals })
  const device = hub.devices[0] as HubDevice
  if (options.hello === true) source.line(HELLO)
  const send = (i: number): void => {
    const ts = START_US / 1000 + i * 1000
    const counters = `"n":9,"vmin":5,"vmax":5,"amin":-1,"amax":1,"mc":${7 * i},"mj":${35 * i}`
    const detail = options.isCounting === true ? `${counters},` : ''
    source.line(`{"v":5,"a":${milliamps(i) / 1000},${detail}"ts":${ts / 1000},"seq":${i}}`)
    clock.advance(1000)
    hub.tick()
  }
  for (const i of numbers) {
    send(i)
    if (i === options.resetAfter) hub.resetTotals(0)
  }
  hub.finish()
  await log.close()
  await history.close()
  return device.state.totals
}

function logged(file: string): ReturnType<typeof totalsOf> & { sinceUs: number } {
  const reader = LogReader.open(file)
  try {
    const totals = reader.totalsSince('bench')
    if (totals === null) throw new Error('the log has nothing')
    return { ...totalsOf(totals.figures), sinceUs: totals.sinceUs }
  } finally {
    reader.close()
  }
}

/** Charge in mAh straight from the rows: pairs of one epoch whose later sample lies behind a time. */
function chargeAfter(file: string, sinceUs: number): number {
  const [row] = query(
    file,
    `SELECT sum((b.a + a.a) / 2.0 * (b.id - a.id)) / 3.6e12 AS mAh
     FROM sample b JOIN sample a ON a.epoch_id = b.epoch_id AND a.seq = b.seq - 1
     WHERE b.id > ${sinceUs}`,
  )
  return (row as { mAh: number }).mAh
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

test('totals go on over restarts of the monitor, and are those of the log to the last digit', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const first = await run(file, numbers(0, 100))
  expect(first).toMatchObject({ sinceUs: START_US, elapsedS: 99, coveredS: 99, samples: 100 })
  // Nothing is integrated over the hour in which no monitor ran.
  const second = await run(file, numbers(3700, 3800))
  expect(second).toMatchObject({ sinceUs: START_US, elapsedS: 3799, coveredS: 198, samples: 200 })
  expect(second).toMatchObject(logged(file))
  expect(second.chargeMah).toBe(chargeAfter(file, 0))
  expect(second.chargeForwardMah).toBeGreaterThan(second.chargeMah)

  const third = await run(file, numbers(4000, 4060), { resetAfter: 4029 })
  const resetUs = START_US + 4029e6
  expect(third).toMatchObject({ sinceUs: resetUs, elapsedS: 30, coveredS: 30, samples: 30 })
  expect(
    query(file, `SELECT timestamp, kind, detail FROM power_event WHERE kind = 'totals'`),
  ).toEqual([
    {
      timestamp: resetUs / 1000,
      kind: 'totals',
      detail: expect.stringMatching(
        /^reset: .* mAh \(.* forward, .* backward\), .* mWh .* since 2026-11-20T20:13:00/,
      ),
    },
  ])
  const fourth = await run(file, numbers(4100, 4110))
  expect(fourth).toMatchObject({ sinceUs: resetUs, elapsedS: 80, coveredS: 39, samples: 40 })
  expect(fourth).toMatchObject(logged(file))
  expect(fourth.chargeMah).toBe(chargeAfter(file, resetUs))
})

test('a device that goes on with its numbers follows on the run before, in the totals as in the log', async () => {
  const file = join(temporaryFolder(), 'log.db')
  await run(file, numbers(0, 20), { hello: true })
  const totals = await run(file, numbers(20, 40), { hello: true })
  expect(query(file, 'SELECT count(*) AS n FROM epoch')).toEqual([{ n: 1 }])
  expect(totals).toMatchObject({ elapsedS: 39, coveredS: 39, samples: 40 })
  expect(totals).toMatchObject(logged(file))
  expect(totals.chargeMah).toBe(chargeAfter(file, 0))
})

test('what a device has counted is known of the time in which no monitor ran', async () => {
  const file = join(temporaryFolder(), 'log.db')
  await run(file, numbers(0, 20), { hello: true, isCounting: true })
  const totals = await run(file, numbers(3620, 3640), { hello: true, isCounting: true })
  expect(totals).toMatchObject({ coveredS: 3639, countedS: 3639, bridgedS: 3601, samples: 40 })
  expect(totals.chargeMah).toBeCloseTo((7 * 3639) / 3600, 12)
  expect(totals).toMatchObject(logged(file))
})

test('a device that says other names has the totals of each, also where it comes back to one', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const clock = new ManualClock(START_US / 1000)
  const source = new LineSource({ live: true, duplex: true })
  const log = await openLog({ file, retainMs: HOURS_48_MS }, WORKER_URL)
  const { hub } = startHub({ clock, log, sources: [source], keptTotals: new KeptTotals(new Map()) })
  const device = hub.devices[0] as HubDevice
  let boot = 0
  const runAs = (name: string, mA: number): void => {
    source.line(
      `{"hello":"ina219","fw":"1.0","proto":1,"boot":${++boot},"replay":64,"name":"${name}"}`,
    )
    for (let seq = 0; seq < 10; seq++) {
      source.line(`{"v":5,"a":${mA / 1000},"ts":${clock.wallMs() / 1000},"seq":${seq}}`)
      clock.advance(1000)
      hub.tick()
    }
  }
  runAs('bench', 100)
  runAs('other', 300)
  const { totals: other } = device.state
  runAs('bench', 200)
  const { totals } = device.state
  expect(device.stream.device).toBe('bench')
  hub.finish()
  await log.close()
  // Two runs of 9 pairs each.
  expect(totals).toMatchObject({ sinceUs: START_US, samples: 20, coveredS: 18 })
  expect(totals).toMatchObject(logged(file))
  expect(totals.chargeMah).toBeCloseTo((9 * 100 + 9 * 200) / 3600, 9)
  expect(other).toMatchObject({ sinceUs: START_US + 10e6, samples: 10, coveredS: 9 })
})

test('totals that are reset before a device has its first sample begin there', () => {
  const earlier = {
    device: 'bench',
    resetUs: null,
    sinceUs: START_US,
    figures: new Figures(),
    newest: [],
  }
  earlier.figures.chargePc = 3.6e12
  const kept = new KeptTotals(new Map([['bench', earlier]]))
  kept.reset('bench', START_US + 5e6)
  const state = new DeviceState(START_US)
  const device = { number: 0, state, stream: { device: 'bench' } } as unknown as HubDevice
  kept.follow(device, START_US + 9e6)
  expect(state.totals).toMatchObject({ chargeMah: 0, sinceUs: START_US + 5e6 })
})
