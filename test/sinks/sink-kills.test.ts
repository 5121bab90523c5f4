import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { differences } from '../support/servers/influx-content.ts'
import { hasInfluxd, Influxd } from '../support/servers/influxd.ts'
import { SinkKills } from '../support/sink-kills-rig.ts'

// Minutes of it, at random moments: node bench/run.mjs sink-kills
describe.skipIf(!hasInfluxd)('kills under load', () => {
  test('of the monitor, of forward and of the server leave every sample, loss and event there once', async () => {
    const server = await Influxd.start({ folder: temporaryFolder() })
    onTestFinished(() => server.down())
    const rig = new SinkKills({
      folder: temporaryFolder(),
      sinkUrl: server.sinkUrl(),
      rateHz: 100,
      seed: 13,
    })
    onTestFinished(() => rig.dispose())
    await rig.begin()
    await rig.more(100)
    await rig.kill('monitor')
    rig.monitor(false)
    await rig.more(100)
    await rig.kill('forward')
    rig.forward()
    await rig.more(100)
    await server.down()
    await rig.more(100)
    await server.up()
    await rig.kill('monitor')
    rig.monitor(false)
    await rig.more(100)
    const content = await rig.end()
    expect(content.records.some(({ kind }) => kind === 'run')).toBe(true)
    expect(await differences(server, content)).toEqual([])
  })
})
