import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/cli.ts'
import { checkLogs, pause, RecordedDevice, startMonitor } from '../support/durability-rig.ts'
import { hasPty, until } from '../support/serial.ts'

const SLOW_MS = 30_000

/** The short form of `node bench/run.mjs kills`. */
describe.skipIf(!hasPty)('a monitor that is killed', () => {
  it('loses nothing and logs nothing twice, whenever it happens', async () => {
    const folder = temporaryFolder()
    const db = join(folder, 'log.db')
    const device = await RecordedDevice.open(join(folder, 'port'), 10, 1)
    try {
      let run = startMonitor(device.link, db)
      await until(() => device.acks > 0, 'the first contact', SLOW_MS)
      for (const afterMs of [0, 350, 500, 900]) {
        run.child.kill('SIGKILL')
        expect((await run.exited).signal).toBe('SIGKILL')
        expect(checkLogs([db], device, device.acked ?? -1)).toMatchObject({
          integrity: 'ok',
          missing: 0,
          twice: 0,
          wrong: 0,
        })
        run = startMonitor(device.link, db)
        await pause(afterMs)
      }
      expect(await device.finish(SLOW_MS)).toBe(true)
      run.child.kill('SIGTERM')
      expect((await run.exited).code).toBe(0)
      expect(checkLogs([db], device, device.newest)).toEqual({
        integrity: 'ok',
        rows: device.made.size,
        missing: 0,
        unaccounted: 0,
        ackedMissing: 0,
        twice: 0,
        wrong: 0,
        lostOnRecord: 0,
      })
    } finally {
      device.close()
    }
  }, 120_000)
})
