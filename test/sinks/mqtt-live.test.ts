import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { finished, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { DEVICE, monitor, newest, state } from '../support/mqtt-monitor.ts'
import { until } from '../support/polling.ts'
import { hasMosquitto, Mosquitto, type Subscriber } from '../support/servers/mosquitto.ts'

function logger(heard: Subscriber): string | null {
  const found = heard.all.findLast(
    ({ topic }) => topic.endsWith('/availability') && !topic.startsWith(DEVICE),
  )
  return found?.payload ?? null
}

describe.skipIf(!hasMosquitto)('devices as they are now', () => {
  test('with values, totals, alarms, outputs and link, retained; and the last will', async () => {
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#')
    const file = join(temporaryFolder(), 'log.db')
    const child = monitor(broker.url, file, '--alarm', 'v > 1V as over', '--channel', 'soc:%')
    await until('a state is there', () => (state(heard)['charge_ah'] ?? 0) > 0)
    expect(state(heard)).toMatchObject({
      v: expect.closeTo(5, 0),
      a: expect.any(Number),
      w: expect.any(Number),
      status: 'ok',
      energy_wh: expect.any(Number),
      since: expect.stringMatching(/^20.*Z$/),
      alarms: { over: 'on' },
      outputs: { A: false, B: false, C: false, D: false },
      link: { rate: expect.any(Number), lost: 0, log: 'recording' },
    })
    expect(newest(heard, `${DEVICE}/availability`)).toBe('live')
    expect(logger(heard)).toBe('online')
    const { time_us: timeUs, v } = state(heard)
    await until('its sample is there, too', () =>
      heard
        .json<{ samples: { time_us: number; v: number }[] }>('/samples')
        .some((each) => each.samples.some((sample) => sample.time_us === timeUs && sample.v === v)),
    )
    const retained = await broker.retained('ina219/#')
    expect([...retained.keys()].filter((topic) => /samples|event|loss|run$/.test(topic))).toEqual(
      [],
    )
    expect(JSON.parse(retained.get(`${DEVICE}/state`) ?? '')).toMatchObject({ status: 'ok' })
    child.kill('SIGKILL')
    await until('the broker says that it is gone', () => logger(heard) === 'offline')
    // At once, also where the broker still has the session of before.
    const again = monitor(broker.url, file)
    await until('it is back', () => logger(heard) === 'online')
    again.kill('SIGTERM')
    await finished(again)
    expect(logger(heard)).toBe('offline')
    expect(newest(heard, `${DEVICE}/availability`)).toBe('offline')
  })

  test('are not shown where samples are old', async () => {
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#')
    const file = join(temporaryFolder(), 'log.db')
    const frames = Array.from({ length: 40 }, (_, i) => {
      return `{"v":5,"a":0.1,"ts":${1_700_000_000 + i},"seq":${i},"status":"ok"}\n`
    })
    const sink = ['--sink', broker.url, '--output', 'none', '--db', file, '--retain', '9000d']
    const child = start(['monitor', '--stdin', '--keep-time', ...sink])
    child.stdin?.write(frames.join(''))
    await until('its samples are there', () => heard.json('/samples').length > 0)
    await until('it is live', () => heard.all.some(({ payload }) => payload === 'live'))
    child.stdin?.end()
    await finished(child)
    expect(heard.all.filter(({ topic }) => topic.endsWith('/state'))).toEqual([])
  })
})
