import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { expectAll } from '../support/mqtt-rig.ts'
import { hasMosquitto, Mosquitto } from '../support/servers/mosquitto.ts'
import { SinkKills } from '../support/sink-kills-rig.ts'

describe.skipIf(!hasMosquitto)('kills under load', () => {
  test('of the monitor and of forward leave every sample, loss and event with a subscriber', async () => {
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#', '-q', '0')
    const rig = new SinkKills({
      folder: temporaryFolder(),
      sinkUrl: broker.url,
      rateHz: 200,
      seed: 17,
    })
    onTestFinished(() => rig.dispose())
    await rig.begin()
    for (let round = 0; round < 2; round++) {
      await rig.more(150)
      await rig.kill('monitor')
      rig.monitor(false)
      await rig.more(150)
      await rig.kill('forward')
      rig.forward()
    }
    await rig.more(150)
    const content = await rig.end()
    await broker.deliveredTo(heard)
    // Some were asked for again.
    const isHealed = content.records.some(
      (each) => each.kind === 'event' && each.event === 'recovery',
    )
    expect(isHealed).toBe(true)
    expectAll(heard, rig.log)
  })
})
