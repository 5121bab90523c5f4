import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { expectAll, makeMixedLog, ODD_LEVEL, runnerOf } from '../support/mqtt-rig.ts'
import { until } from '../support/polling.ts'
import { hasMosquitto, Mosquitto, type Subscriber } from '../support/servers/mosquitto.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

describe.skipIf(!hasMosquitto)('a broker', () => {
  test.each(['5', '3.1.1'])('gets all that the log has, MQTT %s', async (version) => {
    makeMixedLog(file)
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#')
    const runner = await runnerOf(file, `${broker.url}?version=${version}`)
    await runner.run()
    expect(runner.status).toMatchObject({ samples: 1250, queued: 0, lastError: null })
    await broker.deliveredTo(heard)
    expect(expectAll(heard, file)).toBe(0)
    const topics = new Set(heard.all.map(({ topic }) => topic))
    expect(topics).toContain('ina219/bench/samples')
    expect(topics).toContain(`ina219/${ODD_LEVEL}/samples`)
    expect(broker.log).toContain(version === '5' ? '(p5,' : '(p2,')
    expect((await broker.retained()).get(topicOf(heard, 'availability'))).toBe('offline')
  })

  test('has no more under way than it wants, and no larger packets', async () => {
    makeMixedLog(file)
    const broker = await Mosquitto.start([
      'allow_anonymous true',
      'max_inflight_messages 3',
      'max_packet_size 2000',
    ])
    const heard = await broker.subscriber('ina219/#')
    const runner = await runnerOf(file, broker.url)
    await runner.run()
    expect(runner.status).toMatchObject({ samples: 1250, refused: 0, lastError: null })
    await broker.deliveredTo(heard)
    expectAll(heard, file)
  })

  test('of MQTT 3.1.1 alone is spoken to in that', async () => {
    makeMixedLog(file, 100)
    const broker = await Mosquitto.start()
    const old = await oldBroker(broker.port)
    const heard = await broker.subscriber('ina219/#')
    const runner = await runnerOf(file, `mqtt://127.0.0.1:${old.port}/`)
    await runner.run()
    expect(runner.status).toMatchObject({ queued: 0, lastError: null })
    await broker.deliveredTo(heard)
    expectAll(heard, file)
    expect(old.refused).toBe(1)
    const strict = await runnerOf(file, `mqtt://127.0.0.1:${old.port}/?version=5&name=other`, {
      isOnce: false,
    })
    void strict.run()
    await until('it fails', () => strict.status.lastError !== null)
    expect(strict.status.samples).toBe(0)
  })
})

/** The whole topic of the logger that ends so. */
function topicOf(heard: Subscriber, end: string): string {
  return heard.all.find(({ topic }) => topic.endsWith(end))?.topic ?? ''
}

/** In front of a broker: refuses what is not MQTT 3.1.1, as brokers do that know no other (3.1.1, section 3.1.2.2). */
async function oldBroker(port: number): Promise<{ readonly port: number; refused: number }> {
  const old = { port: 0, refused: 0 }
  const server = createServer((client) => {
    client.on('error', () => {})
    client.once('data', (first: Buffer) => {
      // Fixed header of two bytes, name of the protocol with its length, then the level.
      if (first[8] !== 4) {
        old.refused++
        client.end(Buffer.from([0x20, 2, 0, 1]))
        return
      }
      const behind = connect(port, '127.0.0.1')
      behind.on('error', () => {})
      behind.write(first)
      client.pipe(behind).pipe(client)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  old.port = (server.address() as AddressInfo).port
  return old
}
