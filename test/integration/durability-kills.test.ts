import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkLogs, RecordedDevice, startMonitor } from '../support/durability-rig.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'

const SLOW_MS = 30_000

/** The short form of `node bench/run.mjs kills`. */
describe.skipIf(!hasPty)('a monitor that is killed', () => {
  it('loses nothing and logs nothing twice, whenever it happens', async () => {
    const folder = temporaryFolder()
    const db = join(folder, 'log.db')
    const device = await RecordedDevice.open(join(folder, 'port'), 10, 1)
    try {
      let run = startMonitor(device.link, db)
      await until('the first contact', () => device.acks > 0, SLOW_MS)
      // Each kill comes at another moment of the run before it.
      const moments: readonly [string, (newest: number, hosts: number, acks: number) => boolean][] =
        [
          ['started', () => true],
          ['the port is open', (_newest, hosts) => device.hosts > hosts],
          ['a commit', (_newest, _hosts, acks) => device.acks > acks],
          ['samples after it', (newest) => device.newest > newest + 10],
        ]
      for (const [moment, isHere] of moments) {
        run.child.kill('SIGKILL')
        expect((await run.exited).signal).toBe('SIGKILL')
        expect(checkLogs([db], device, device.acked ?? -1)).toMatchObject({
          integrity: 'ok',
          missing: 0,
          twice: 0,
          wrong: 0,
        })
        const { newest, hosts, acks } = device
        run = startMonitor(device.link, db)
        await until(moment, () => isHere(newest, hosts, acks), SLOW_MS)
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
