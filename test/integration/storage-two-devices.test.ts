/** Two devices at 1 kHz each into one log, through the thread that ships. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { openLog } from '../../src/storage/client/log-client.ts'
import { temporaryFolder } from '../support/folder.ts'
import { HOURS_48_MS, query, START_US, sampleAt, WORKER_URL } from '../support/log-fixture.ts'

const COUNT = 20_000

/** Some at times of the other device, some between; values of all sizes; extra channels now and then. */
function samplesOf(device: number): Omit<Sample, 'epochId'>[] {
  return Array.from({ length: COUNT }, (_, i) => {
    const n = device * COUNT + i
    const shiftUs = i % 3 === 0 ? 0 : device * 331
    const status = i % 101 === 0 ? 'ovf' : 'ok'
    const isElectric = device === 0 || i % 50 !== 0
    const none = { electric: false, voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
    return sampleAt(START_US + i * 1000 + shiftUs, i, {
      voltage: ((n * 7919) % 26_000) / 1e3 + (i % 17 === 0 ? 1e-9 : 0),
      current: (((n * 104_729) % 600_000) - 100_000) / 1e6,
      power: ((n * 1_299_709) % 3_000_000) / 1e6,
      status,
      extras: device === 1 && i % 10 === 0 ? { t: n / 1000, soc: i % 100 } : null,
      ...(isElectric ? {} : none),
    })
  })
}

const DEVICES = ['left', 'right'].map((name, device) => ({ name, samples: samplesOf(device) }))

/** Logs as a monitor does: sample by sample, in order of their times. @returns by device, how far it was durable */
async function log(file: string, devices: typeof DEVICES): Promise<Map<string, number>> {
  const client = await openLog({ file, retainMs: HOURS_48_MS }, WORKER_URL)
  const durable = new Map<string, number>()
  const runs = devices.map(({ name, samples }) => {
    const own = client.forDevice()
    own.onCommitted((_epochId, seq) => durable.set(name, seq))
    return { samples, own, epoch: own.begin(name, 1, START_US) }
  })
  for (let i = 0; i < COUNT; i++) {
    for (const { samples, epoch, own } of runs) {
      own.append({ ...(samples[i] as Sample), epochId: epoch.id })
    }
    if (client.congested) await client.drained()
  }
  await client.close()
  for (const { own } of runs) expect(own.logged).toBe(COUNT)
  return durable
}

function rowsOf(file: string, device: string): unknown[] {
  const of = (sql: string): unknown => query(file, `${sql} WHERE device = '${device}'`)
  return [
    of('SELECT timestamp, voltage, current, power, sequence, status, boot FROM power_log'),
    of('SELECT timestamp, channel, value, sequence, status FROM channel_log'),
    of('SELECT timestamp, samples, measured, voltage_min, voltage_max FROM power_minute'),
  ]
}

test("two devices in one log: each one's rows are those of the device logged alone", async () => {
  const folder = temporaryFolder()
  const both = join(folder, 'both.db')
  expect(await log(both, DEVICES)).toEqual(
    new Map([
      ['left', COUNT - 1],
      ['right', COUNT - 1],
    ]),
  )
  for (const device of DEVICES) {
    const alone = join(folder, `${device.name}.db`)
    await log(alone, [device])
    const electric = device.samples.filter((each) => each.electric)
    const expected = electric.map(({ timeUs, voltage, current, power, seq, status }) => ({
      timestamp: Math.floor(timeUs / 1000),
      voltage,
      current,
      power,
      sequence: seq,
      status,
      boot: 1,
    }))
    expect(rowsOf(alone, device.name)[0]).toEqual(expected)
    expect(rowsOf(both, device.name)).toEqual(rowsOf(alone, device.name))
  }
  const shifted = query(both, 'SELECT count(*) AS n FROM sample WHERE id % 1000 IN (1, 332)')
  expect(shifted[0]?.['n']).toBeGreaterThan(COUNT / 4)
  expect(query(both, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
})
