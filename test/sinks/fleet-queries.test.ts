import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Forwarder } from '../../src/sinks/forwarder.ts'
import { planSink } from '../../src/sinks/plan-sink.ts'
import { systemClock } from '../../src/util/clock.ts'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { addTo, batchesOf, START_US, sampleAt } from '../support/log-fixture.ts'
import { lacksPostgres, PostgresServer } from '../support/servers/postgres.ts'
import { sendAll } from '../support/sink-rig.ts'

const TEXT = readFileSync(new URL('../../docs/fleet-queries.md', import.meta.url), 'utf8')
const QUERIES = new Map(
  [...TEXT.matchAll(/```sql\n-- (\w+)\n(.*?)```/gs)].map(([, name = '', sql = '']) => [name, sql]),
)
/** 10 minutes of samples, and then some. */
const NOW = new Date(START_US / 1000 + 660_000).toISOString()
const HZ = 10
const SAMPLES = 600 * HZ

describe.skipIf(lacksPostgres !== null)('the questions of docs/fleet-queries.md', () => {
  let server: PostgresServer
  const asked = new Set<string>()

  /** Rows as objects, their values as PostgreSQL prints them. */
  async function ask(name: string): Promise<(string | null)[][]> {
    asked.add(name)
    const sql = QUERIES.get(name)
    if (sql === undefined) throw new Error(`there is no query ${name}`)
    return server.query(sql.replaceAll('now()', `timestamptz '${NOW}'`))
  }

  beforeAll(async () => {
    server = await PostgresServer.start({ settings: { timezone: 'UTC' } })
    const folder = temporaryFolder()
    const board = (device: string, id: number, count: number, volts: number) => ({
      epoch: { id, device, boot: 70 + id, startedUs: START_US },
      samples: Array.from({ length: count }, (_, seq) =>
        sampleAt(START_US + id + (seq * 1e6) / HZ, seq, {
          epochId: id,
          voltage: volts,
          current: 0.5,
          power: volts / 2,
          extras: device === 'store' ? { soc: 85 } : null,
          status: seq === 3 ? 'nosensor' : 'ok',
        }),
      ),
    })
    const bench = board('bench', 1, SAMPLES, 5)
    const store = board('store', 2, SAMPLES / 2, 4.5)
    // 20 s of it are lost.
    const kept = bench.samples.filter(({ seq }) => (seq ?? 0) < 1000 || (seq ?? 0) >= 1200)
    const lost = { epochId: 1, firstSeq: 1000, count: 200, reason: 'not_healable' as const }
    const around = { fromUs: START_US + 99.9e6 + 1, toUs: START_US + 120e6 + 1 }
    const alarm = {
      timeUs: START_US + 5e6,
      device: 'bench',
      kind: 'alarm_on' as const,
      detail: 'x',
    }
    const first = join(folder, 'first.db')
    addTo(first, batchesOf(kept, { epochs: [bench.epoch], lost: [{ ...lost, ...around }] }))
    addTo(first, batchesOf(store.samples, { epochs: [store.epoch], events: [alarm] }))
    const second = join(folder, 'second.db')
    const other = board('bench-2', 1, 100, 5)
    // Each fourth sample has a channel alone.
    const none = { electric: false, voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
    const mixed = other.samples.map((each, i) =>
      i % 4 === 1 ? { ...each, ...none, extras: { soc: 80 } } : each,
    )
    addTo(second, batchesOf(mixed, { epochs: [other.epoch] }))
    for (const file of [first, second]) {
      const plans = [planSink(server.url(), 1e9, {})]
      const forwarder = await Forwarder.open(
        { file, owner: 'other', plans, isOnce: true, run: 'test' },
        systemClock,
      )
      await forwarder.run()
      await forwarder.close()
    }
  })
  afterAll(async () => {
    await server?.stop()
    expect([...asked].sort()).toEqual([...QUERIES.keys()].sort())
  })

  test('overview: the newest of each, the one that is silent longest first', async () => {
    const rows = await ask('overview')
    expect(rows.map(([device, , age]) => [device, age])).toEqual([
      ['bench-2', '00:10:50.099999'],
      ['store', '00:06:00.099998'],
      ['bench', '00:01:00.099999'],
    ])
  })

  test('worst: by what was lost', async () => {
    expect(await ask('worst')).toEqual([
      ['bench', '5800', '200', '3.333', '1', '00:00:20.1', '1', '1'],
      ['bench-2', '100', '0', '0.000', '0', null, '1', '1'],
      ['store', '3000', '0', '0.000', '0', null, '1', '1'],
    ])
  })

  test('gaps and silence', async () => {
    const [gap] = await ask('gaps')
    expect(gap?.slice(3)).toEqual(['00:00:20.1', '200', '1000', 'not_healable'])
    const silence = await ask('silence')
    expect(silence.map(([device, , , , length]) => [device, length])).toEqual([
      ['bench', '00:00:20.1'],
    ])
  })

  test('minutes', async () => {
    const rows = await ask('minutes')
    expect(rows).toHaveLength(10)
    expect(rows[2]).toEqual([
      ...['2026-11-20 20:15:00+00', 'bench', '600', '5', '5', '5', '0.5', '0.5', '0.5'],
      ...['2.5', '2.5', '2.5'],
    ])
    // Half of its time is lost.
    expect(rows[1]?.[2]).toBe('400')
  })

  test('energy and charge', async () => {
    const rows = await ask('energy')
    const [bench] = rows.filter(([, device]) => device === 'bench')
    // Two stretches of 99.9 s and 479.9 s at 2.5 W and 0.5 A, without the time beside the sample that was not measured.
    expect(Number(bench?.[2])).toBeCloseTo((2.5 * 579.6) / 3600, 9)
    expect(Number(bench?.[3])).toBeCloseTo((0.5 * 579.6) / 3600, 9)
  })

  test('energy and charge are those of history, over short gaps, a pause, and numbers that begin again', async () => {
    const file = join(temporaryFolder(), 'gaps.db')
    const all = Array.from({ length: 3000 }, (_, i) =>
      sampleAt(START_US + i * 100_000 + (i > 2000 ? 30e6 : 0), (4_294_966_296 + i) % 2 ** 32, {
        epochId: 1,
        current: 0.5 + (i % 17) / 10,
        power: 2.5 + (i % 13) / 10,
        status: i % 101 === 7 ? 'nosensor' : 'ok',
      }),
    )
    // A fifth is lost, some of it in stretches.
    const samples = all.filter((_, i) => i % 10 !== 3 && i % 100 > 10)
    const epoch = { id: 1, device: 'gaps', boot: 1, startedUs: START_US }
    addTo(file, batchesOf(samples, { epochs: [epoch] }))
    await sendAll(file, server.url('table=gaps_sample'))
    const { stdout } = await ina219(['history', '--db', file, '--format', 'json'])
    const [device] = JSON.parse(stdout).devices
    const sql = (QUERIES.get('energy') ?? '').replace('power_sample', 'gaps_sample')
    const rows = await server.query(sql.replaceAll('now()', `timestamptz '${NOW}'`))
    expect(rows).toHaveLength(1)
    const [, , energyWh, chargeAh] = rows[0] as string[]
    expect(device.energy_mwh).toBeGreaterThan(100)
    expect(Number(energyWh) * 1000).toBeCloseTo(device.energy_mwh, 3)
    expect(Number(chargeAh) * 1000).toBeCloseTo(device.charge_mah, 3)
  })

  test('restarts, alarms, low supply, channels, loggers', async () => {
    expect((await ask('restarts')).map(([device, , boot]) => [device, boot])).toContainEqual([
      'store',
      '72',
    ])
    expect(await ask('alarms')).toEqual([['2026-11-20 20:13:05+00', 'bench', 'alarm_on', 'x']])
    expect((await ask('low')).map((row) => row.slice(0, 3))).toEqual([['store', '2999', '4.5']])
    const channels = await ask('channels')
    expect(channels).toHaveLength(SAMPLES / 2)
    expect(channels[0]?.slice(1)).toEqual(['store', '2.25', '85', ''])
    const loggers = await ask('loggers')
    expect(loggers.map(([, devices]) => devices).sort()).toEqual(['{bench,store}', '{bench-2}'])
  })
})
