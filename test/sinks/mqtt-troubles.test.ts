import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { hasOpenssl, makeCertificate } from '../support/certificates.ts'
import { temporaryFolder } from '../support/folder.ts'
import { expectAll, makeMixedLog, runnerOf } from '../support/mqtt-rig.ts'
import { until } from '../support/polling.ts'
import { hasMosquitto, Mosquitto } from '../support/servers/mosquitto.ts'

/** Samples of a log that takes a while to send. */
const MANY = 20_000

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

describe.skipIf(!hasMosquitto)('nothing is lost', () => {
  test('where the broker is killed and comes back', async () => {
    makeMixedLog(file, MANY)
    const broker = await Mosquitto.start()
    const cable = await cableTo(broker.port)
    // With QoS 1 what waits for it, or for its answer, is lost with the broker, though it was acknowledged to us.
    const heard = await broker.subscriber('ina219/#', '-q', '0')
    const runner = await runnerOf(file, `mqtt://127.0.0.1:${cable.port}/`)
    const run = runner.run()
    for (const messages of [1, 60, 110]) {
      await until('some are sent', () => heard.json('/samples').length > messages)
      const killed = broker.kill()
      // Nothing is published while nobody has subscribed.
      cable.cut()
      await killed
      const from = broker.log.length
      await broker.up()
      await until('that is noticed', () => runner.status.lastError !== null)
      await until('mosquitto_sub is back', () =>
        broker.log.slice(from).includes(`SUBACK to ${heard.id}`),
      )
      cable.mend()
    }
    await run
    await broker.deliveredTo(heard)
    expect(runner.status).toMatchObject({ queued: 0, refused: 0 })
    expect(expectAll(heard, file)).toBeGreaterThan(0)
  })

  test('where the broker hangs', async () => {
    makeMixedLog(file, MANY)
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#')
    const runner = await runnerOf(file, broker.url, { deadlineMs: 300 })
    const run = runner.run()
    await until('some are sent', () => heard.all.length > 10)
    broker.pause()
    await until('that is noticed', () => runner.status.lastError !== null)
    expect(runner.status.state).toBe('waiting')
    broker.resume()
    await run
    await broker.deliveredTo(heard)
    expectAll(heard, file)
  })

  test('where the broker starts anew while there is nothing to send: who we are is known again', async () => {
    makeMixedLog(file, 100)
    const broker = await Mosquitto.start()
    const runner = await runnerOf(file, broker.url, { isOnce: false })
    const run = runner.run()
    await until('all is sent', () => runner.status.samples === 350)
    await broker.kill()
    await broker.up()
    const isOnline = async (): Promise<boolean> => {
      return [...(await broker.retained('ina219/+/availability')).values()].includes('online')
    }
    await until('it is online', isOnline)
    expect(runner.status.samples).toBe(350)
    runner.stop(0)
    await run
  })

  test('where the network is cut', async () => {
    makeMixedLog(file, MANY)
    const broker = await Mosquitto.start()
    const cable = await cableTo(broker.port)
    const heard = await broker.subscriber('ina219/#')
    const runner = await runnerOf(file, `mqtt://127.0.0.1:${cable.port}/`)
    const run = runner.run()
    for (const messages of [5, 60, 120]) {
      await until('some are sent', () => heard.all.length > messages)
      cable.cut()
      await until('that is noticed', () => runner.status.state === 'waiting')
      cable.mend()
    }
    await run
    await broker.deliveredTo(heard)
    expectAll(heard, file)
  })
})

describe.skipIf(!hasMosquitto)('who is not let in', () => {
  test('says so, without its password, and goes on trying', async () => {
    makeMixedLog(file, 100)
    const folder = temporaryFolder()
    const passwords = join(folder, 'passwords')
    writeFileSync(passwords, '')
    execFileSync('mosquitto_passwd', ['-b', passwords, 'lab', 'right horse'], { stdio: 'ignore' })
    const broker = await Mosquitto.start(['allow_anonymous false', `password_file ${passwords}`])
    const url = broker.url.replace('//', '//lab@')
    const env = { INA219_MQTT_PASSWORD: 'wrong horse' }
    const refused = await runnerOf(file, url, { env, isOnce: false })
    const run = refused.run()
    await until('it has tried often', () => refused.status.traffic.failures > 2)
    expect(refused.status.lastError?.text).toMatch(/not authorized.*password/i)
    expect(JSON.stringify(refused.status)).not.toMatch(/horse/)
    expect(refused.status.samples).toBe(0)
    refused.stop(0)
    await run
    const secret = join(folder, 'secret')
    writeFileSync(secret, 'wrong horse\n')
    const runner = await runnerOf(file, `${url}?password-file=${secret}`)
    const later = runner.run()
    await until('it is not let in', () => runner.status.lastError !== null)
    // Somebody puts it right, while the run goes on.
    writeFileSync(secret, 'right horse\n')
    await later
    expect(runner.status).toMatchObject({ queued: 0, samples: 350 })
  })

  test.each([
    ['mqtts://', /where it does not speak TLS at that port, write mqtt:\/\//],
    ['mqtt://nobody@', /password/],
  ])('%s to a port without TLS and without strangers says what to do', async (begin, text) => {
    makeMixedLog(file, 10)
    const passwords = join(temporaryFolder(), 'passwords')
    writeFileSync(passwords, '')
    const broker = await Mosquitto.start(['allow_anonymous false', `password_file ${passwords}`])
    const url = broker.url.replace('mqtt://', begin)
    const runner = await runnerOf(file, url, {
      isOnce: false,
      env: { INA219_MQTT_PASSWORD: 'x', INA219_MQTT_USER: 'x' },
    })
    const run = runner.run()
    await until('it fails', () => runner.status.lastError !== null)
    expect(runner.status.lastError?.text).toMatch(text)
    runner.stop(0)
    await run
  })

  test('a topic that is not allowed is an error with MQTT 5, and none with 3.1.1', async () => {
    makeMixedLog(file, 100)
    const acl = join(temporaryFolder(), 'acl')
    writeFileSync(acl, 'topic readwrite ina219/+/availability\ntopic write ina219/+/run\n')
    const broker = await Mosquitto.start(['allow_anonymous true', `acl_file ${acl}`])
    const strict = await runnerOf(file, broker.url, { isOnce: false })
    const run = strict.run()
    await until('it fails', () => strict.status.lastError !== null)
    expect(strict.status.lastError?.text).toMatch(
      /^ina219\/.*\/samples: .*not authorized; let this user write it, in the ACL/i,
    )
    expect(strict.status).toMatchObject({ samples: 0, refused: 0 })
    strict.stop(0)
    await run
    // The broker acknowledges what it throws away: docs/sinks.md says so.
    const old = await runnerOf(file, `${broker.url}?version=3.1.1&name=old`)
    await old.run()
    expect(old.status).toMatchObject({ queued: 0, lastError: null })
  })

  test('where nothing but the history may be published, all of it goes', async () => {
    makeMixedLog(file, 100)
    const acl = join(temporaryFolder(), 'acl')
    const topics = ['samples', 'event', 'loss', 'run'].map((each) => `topic write ina219/+/${each}`)
    writeFileSync(
      acl,
      [...topics, 'topic write ina219/mark', 'user reader', 'topic read ina219/#', ''].join('\n'),
    )
    const broker = await Mosquitto.start(['allow_anonymous true', `acl_file ${acl}`])
    const heard = await broker.subscriber('ina219/#', '-u', 'reader')
    const asked = '?version=5&discovery=homeassistant&commands=on'
    const runner = await runnerOf(file, `${broker.url}${asked}`)
    await runner.run()
    expect(runner.status).toMatchObject({ samples: 350, queued: 0, refused: 0, lastError: null })
    await broker.deliveredTo(heard)
    expectAll(heard, file)
    expect(heard.json('/availability')).toEqual([])
  })

  test.skipIf(!hasOpenssl)('certificates of both sides are checked', async () => {
    makeMixedLog(file, 100)
    const folder = temporaryFolder()
    const [server, client] = ['server', 'client'].map((name) => {
      mkdirSync(join(folder, name))
      return makeCertificate(join(folder, name), name)
    }) as [ReturnType<typeof makeCertificate>, ReturnType<typeof makeCertificate>]
    const broker = await Mosquitto.start([
      `cafile ${client.cert}`,
      `certfile ${server.cert}`,
      `keyfile ${server.key}`,
      'require_certificate true',
      'use_identity_as_username true',
    ])
    const url = broker.url.replace('mqtt:', 'mqtts:')
    const failure = async (query: string): Promise<string> => {
      const runner = await runnerOf(file, `${url}${query}`, { isOnce: false })
      const run = runner.run()
      await until('it fails', () => runner.status.lastError !== null)
      runner.stop(0)
      await run
      return runner.status.lastError?.text ?? ''
    }
    expect(await failure('')).toMatch(/self.signed certificate.*ca=<file>/)
    expect(await failure(`?ca=${server.cert}`)).toMatch(
      /certificate required|closed|reset|hung up|gone/,
    )
    const query = `?ca=${server.cert}&cert=${client.cert}&key=${client.key}`
    const runner = await runnerOf(file, url + query)
    await runner.run()
    expect(runner.status).toMatchObject({ queued: 0, lastError: null })
    expect(broker.log).toMatch(/u'client'/)
    // One that has run out is renewed while the run goes on.
    const own = join(folder, 'own.pem')
    writeFileSync(own, 'not a certificate')
    const renewed = await runnerOf(
      file,
      `${url}?ca=${server.cert}&cert=${own}&key=${client.key}&name=renewed`,
    )
    const run = renewed.run()
    await until('it is not let in', () => renewed.status.lastError !== null)
    copyFileSync(client.cert, own)
    await run
    expect(renewed.status).toMatchObject({ queued: 0, samples: 350 })
  })
})

/** A cable to a port, which can be cut: what is on its way is lost, and nothing comes through. */
async function cableTo(port: number): Promise<{ port: number; cut: () => void; mend: () => void }> {
  const ends = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    if (isCut) return near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true
      for (const end of ends) end.resetAndDestroy()
      ends.clear()
    },
    mend: () => {
      isCut = false
    },
  }
}
