import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { LocalView } from '../../src/monitor/local-view.ts'
import type { BalanceView, EnergyStoreView } from '../../src/monitor/view.ts'
import { openLog } from '../../src/storage/client/log-client.ts'
import { openLogHistory } from '../../src/storage/client/log-history.ts'
import { temporaryFolder } from '../support/folder.ts'
import { LineSource } from '../support/line-source.ts'
import { HISTORY_WORKER_URL, HOURS_48_MS, WORKER_URL } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const HOUR_MS = 3_600_000
/** Half past ten, local time, so that the balance of today has a begin that the test knows. */
const NOW_MS = new Date(2026, 10, 20, 10, 30).getTime()
const STEP_MS = 300_000

/** A panel that rises and falls, a battery that follows; the last digits are those of a device. */
const solarAt = (i: number): number => Math.round(4000 + 4000 * Math.sin(i / 40)) / 100
const socAt = (i: number): number => Math.round(500 + 300 * Math.sin(i / 90)) / 10

async function rig() {
  const file = join(temporaryFolder(), 'log.db')
  const clock = new ManualClock(NOW_MS - 50 * HOUR_MS)
  const log = await openLog({ file, retainMs: 2 * HOURS_48_MS }, WORKER_URL)
  const history = openLogHistory(file, { owner: 'this process', workerUrl: HISTORY_WORKER_URL })
  const store = new LineSource({ live: true })
  const board = new LineSource({ live: true })
  const { hub } = startHub({ clock, log, sources: [store, board], devices: ['store', 'bench'] })
  const view = new LocalView({ hub, log, history })
  onTestFinished(async () => {
    hub.finish()
    await log.close()
    await history.close()
  })
  return { file, clock, store, board, hub, view }
}

/** Reads again until the balances are as they should be: they are read beside all else. */
async function balances(
  { view, clock }: Awaited<ReturnType<typeof rig>>,
  isDue: (store: EnergyStoreView) => boolean = () => true,
): Promise<readonly BalanceView[]> {
  let found: readonly BalanceView[] = []
  await until('balances are there', async () => {
    clock.advance(1)
    const { energyStore } = await view.snapshot(0)
    found = energyStore?.balances ?? []
    return energyStore !== null && energyStore.balances !== null && isDue(energyStore)
  })
  return found
}

/** The same from the log with SQL alone. */
function recomputed(file: string, { fromUs, toUs }: BalanceView): { wh: number; hours: number } {
  const db = new Database(file, { readonly: true })
  const row = db
    .prepare(
      `SELECT sum((value + before) / 2 * (sequence - earlier = 1) * (time_us - at)) / 3.6e9 AS wh,
         sum((sequence - earlier = 1) * (time_us - at)) / 3.6e9 AS hours
       FROM (SELECT time_us, value, sequence, lag(value) OVER run AS before, lag(time_us) OVER run AS at,
               lag(sequence) OVER run AS earlier
             FROM channel_log WHERE device = 'store' AND channel = 'solar_w' WINDOW run AS (ORDER BY time_us))
       WHERE time_us >= ? AND time_us < ?`,
    )
    .get(fromUs, toUs) as { wh: number; hours: number }
  db.close()
  return row
}

function send({ store, clock }: Awaited<ReturnType<typeof rig>>, i: number): void {
  store.line(
    `{"soc":${socAt(i)},"solar_w":${solarAt(i)},"lux":100,"ts":${clock.wallMs() / 1000},"seq":${i}}`,
  )
}

test('what the panel gave today, in 24 and in 48 hours is what the log says, a late sample included', async () => {
  const own = await rig()
  const { file, clock, board, hub } = own
  const count = (50 * HOUR_MS) / STEP_MS
  /** One that is on its way when the balances are read first: 30 hours ago. */
  const missing = count - (30 * HOUR_MS) / STEP_MS
  for (let i = 0; i < count; i++) {
    clock.advance(STEP_MS)
    if (i !== missing) send(own, i)
    // Another device beside it, which is none of that.
    board.line(`{"v":5,"a":1,"solar_w":1000,"ts":${clock.wallMs() / 1000},"seq":${i}}`)
    hub.tick()
  }
  const first = await balances(own)
  expect(first.map(({ span }) => span)).toEqual(['today', '24h', '48h'])
  const [today, day, both] = first as [BalanceView, BalanceView, BalanceView]
  expect(today.fromUs).toBe(new Date(2026, 10, 20).getTime() * 1000)
  expect(day.fromUs).toBe(day.toUs - 24 * HOUR_MS * 1000)
  for (const each of first) {
    const { wh, hours } = recomputed(file, each)
    expect((each.solarMwh ?? 0) / 1000).toBeCloseTo(wh, 9)
    expect(each.coveredS / 3600).toBeCloseTo(hours, 9)
  }
  // Two pairs are unknown where a sample is missing.
  expect(both.coveredS).toBeCloseTo(48 * 3600 - 2 * (STEP_MS / 1000), 3)
  expect(both.isLeast).toBe(true)
  expect(day.isLeast).toBe(false)
  expect(day.socLast).toBe(socAt(count - 1))

  const atMs = clock.wallMs()
  own.store.line(
    `{"soc":${socAt(missing)},"solar_w":${solarAt(missing)},"lux":1,"ts":${(atMs - (count - 1 - missing) * STEP_MS) / 1000},"seq":${missing},"r":1}`,
  )
  hub.tick()
  clock.advance(60_000)
  const covered = (energyStore: EnergyStoreView): boolean =>
    (energyStore.balances?.[2]?.coveredS ?? 0) > both.coveredS
  await until('the hour is read again', async () => {
    clock.advance(11_000)
    const { energyStore } = await own.view.snapshot(0)
    return energyStore !== null && covered(energyStore)
  })
  const [, , again] = await balances(own, covered)
  expect(again?.isLeast).toBe(false)
  const { wh } = recomputed(file, again as BalanceView)
  expect((again?.solarMwh ?? 0) / 1000).toBeCloseTo(wh, 9)
})

test('all of a run that is longer than the memory can be looked at, in a log that began with it', async () => {
  const own = await rig()
  const beginUs = (own.clock.wallMs() + STEP_MS) * 1000
  for (let i = 0; i < 24; i++) {
    own.clock.advance(STEP_MS)
    send(own, i)
    own.hub.tick()
  }
  expect((await own.view.snapshot(0)).oldestUs).toBe(beginUs)
})

test.each([
  ['battery and panel', ''],
  ['a panel', '"soc":85,'],
  ['a battery', '"solar_w":12.5,'],
])('a device without %s has none, and one without a capacity says so', async (_what, extra) => {
  const own = await rig()
  own.board.line(`{"v":5,"a":1,${extra}"seq":1}`)
  send(own, 1)
  own.clock.advance(STEP_MS)
  send(own, 2)
  own.hub.tick()
  await balances(own)
  expect((await own.view.snapshot(1)).energyStore).toBeNull()
  expect((await own.view.snapshot(0)).energyStore).toMatchObject({
    soc: socAt(2),
    capacity: null,
    stored: null,
  })
})
