import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  checkLogs,
  type MonitorRun,
  RecordedDevice,
  startMonitor,
} from '../support/durability-rig.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'

const SLOW_MS = 30_000

/** The short forms of `node bench/run.mjs disk` and `cable`: a running monitor at 20 Hz. */
describe.skipIf(!hasPty)('a running monitor', () => {
  let db: string
  let device: RecordedDevice
  let run: MonitorRun

  beforeEach(async () => {
    const folder = temporaryFolder()
    db = join(folder, 'log.db')
    device = await RecordedDevice.open(join(folder, 'port'), 20, 1)
    run = startMonitor(device.link, db)
    await until('the first contact', () => device.acks > 0, SLOW_MS)
  })

  afterEach(async () => {
    run.child.kill('SIGKILL')
    await run.exited
    device.close()
  })

  /** Every sample is in the log, once, as the device made it. */
  async function expectAll(): Promise<void> {
    expect(await device.finish(SLOW_MS)).toBe(true)
    await until('the spill file is empty', () => !existsSync(`${db}.spill.csv`), SLOW_MS)
    run.child.kill('SIGTERM')
    expect((await run.exited).code).toBe(0)
    expect(checkLogs([db], device, device.newest)).toMatchObject({
      integrity: 'ok',
      rows: device.made.size,
      missing: 0,
      twice: 0,
      wrong: 0,
    })
  }

  it('survives a lock of another program, and reports it', async () => {
    const other = new Database(db)
    other.exec('BEGIN EXCLUSIVE')
    const { newest } = device
    await until('samples meanwhile', () => device.newest > newest + 30, SLOW_MS)
    // What is not in the log has not been acknowledged.
    expect(device.acked).toBeLessThanOrEqual(newest)
    await until('it is reported', () => run.said().includes('locked by another program'), SLOW_MS)
    other.close()
    await expectAll()
    expect(run.summary()).toMatchObject({ log_state: 'recording', log_outages: 1 })
  })

  it('survives that its log is deleted', async () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(db + suffix)
    await expectAll()
  })

  it('survives that the cable is pulled again and again', async () => {
    for (let pull = 0; pull < 3; pull++) {
      const { hosts, newest } = device
      device.pull()
      await until('samples meanwhile', () => device.newest > newest + 5, SLOW_MS)
      await device.plug()
      await until('it is back', () => device.hosts > hosts, SLOW_MS)
    }
    await expectAll()
    expect(run.summary()).toMatchObject({ lost: 0 })
    expect(Number(run.summary()?.['recovered'])).toBeGreaterThan(14)
  })
})
