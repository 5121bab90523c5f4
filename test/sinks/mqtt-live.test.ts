import type { ChildProcess } from 'node:child_process'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { finished, start, heard as textOf } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { query } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'
import { hasMosquitto, Mosquitto, type Subscriber } from '../support/servers/mosquitto.ts'

const DEVICE = 'ina219/mock:normal'

/** A monitor of a mock board with a sink. */
function monitor(sink: string, file: string, ...more: readonly string[]): ChildProcess {
  return start(['monitor', '--mock', '--output', 'none', '--db', file, '--sink', sink, ...more])
}

/** The newest message of a topic; null: none came. */
function newest(heard: Subscriber, topic: string): string | null {
  return heard.all.findLast((each) => each.topic === topic)?.payload ?? null
}

function state(heard: Subscriber): Record<string, never> {
  return JSON.parse(newest(heard, `${DEVICE}/state`) ?? '{}')
}

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
    const samples = heard.json<{ samples: { time_us: number; v: number }[] }>('/samples')
    const { time_us: timeUs, v } = state(heard)
    await until('its sample is there, too', () =>
      heard
        .json<{ samples: { time_us: number; v: number }[] }>('/samples')
        .some((each) => each.samples.some((sample) => sample.time_us === timeUs && sample.v === v)),
    )
    expect(samples.length).toBeGreaterThan(0)
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

describe.skipIf(!hasMosquitto)('what somebody asks for', () => {
  test('is done and answered, once', async () => {
    const broker = await Mosquitto.start()
    await broker.publish(`${DEVICE}/output/A/set`, 'ON', '-r')
    const heard = await broker.subscriber('ina219/#')
    const file = join(temporaryFolder(), 'log.db')
    const rules = ['--alarm', 'v > 1V latch as over']
    monitor(`${broker.url}?commands=on`, file, ...rules)
    await until('the alarm is on', () => state(heard)['alarms']?.['over'] === 'on')
    const answers = (): Record<string, unknown>[] => heard.json('/set/result')
    // The one that was retained has not been carried out.
    await until('it is refused', () => answers().length === 1)
    expect(answers()[0]).toMatchObject({ ok: false, topic: `${DEVICE}/output/A/set` })
    expect(state(heard)['outputs']).toMatchObject({ A: false })
    const ask = async (
      topic: string,
      payload: string,
      ok: boolean,
      text: RegExp,
    ): Promise<void> => {
      const before = answers().length
      await broker.publish(`${DEVICE}/${topic}`, payload)
      await until(`${payload} is answered`, () => answers().length > before)
      expect(answers().at(-1)).toMatchObject({ ok, text: expect.stringMatching(text) })
    }
    await ask('output/A/set', 'ON', true, /^output\.A=on: ok$/)
    await until('it is on', () => state(heard)['outputs']?.['A'] === true)
    await ask('output/E/set', 'ON', false, /E/)
    await ask('output/A/set', 'maybe', false, /ON or OFF/)
    await ask('set', 'interval=50 averaging=8', true, /interval=50: ok; averaging=8: ok/)
    await ask('set', '{"interval": 100, "id": [17]}', true, /interval=100: ok/)
    expect(answers().at(-1)?.['id']).toEqual([17])
    await ask('set', '{"words": "volume=11"}', false, /no setting/)
    await ask('set', '{"words"', false, /no JSON/)
    await ask('set', '{"acknowledge": "other"}', false, /no alarm|other/)
    await ask('set', '{"acknowledge": "over"}', true, /acknowledged/)
    await until('it is known', () => state(heard)['alarms']?.['over'] === 'acknowledged')
    const sinceBefore = state(heard)['since']
    await ask('set', '{"totals": "reset"}', true, /start again at 0/)
    await until('they begin again', () => state(heard)['since'] !== sinceBefore)
    await broker.publish('ina219/nobody/set', 'interval=1')
    await until('all is on record', () => {
      const kinds = query(file, 'SELECT kind, detail FROM power_event').map(
        ({ kind, detail }) => `${kind}: ${detail}`,
      )
      const wanted = [
        'command: set_interval 50: ok',
        'totals: reset',
        'alarm_ack: over',
        'output: output A on',
      ]
      const isRetained = kinds.some((each) => /^sink: a retained command was ignored/.test(each))
      return isRetained && wanted.every((each) => kinds.some((kind) => kind.startsWith(each)))
    })
  })

  test('is answered where MQTT 5 says so', async () => {
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#')
    monitor(`${broker.url}?commands=on`, join(temporaryFolder(), 'log.db'))
    await until('a state is there', () => newest(heard, `${DEVICE}/state`) !== null)
    const at = ['-h', '127.0.0.1', '-p', String(broker.port), '-V', '5', '-W', '10']
    const what = ['-t', `${DEVICE}/set`, '-m', 'interval=200', '-e', 'answers/me']
    const more = ['-D', 'publish', 'correlation-data', 'abc', '-F', '%D %p']
    const answer = await new Promise<string>((resolve) => {
      execFile('mosquitto_rr', [...at, ...what, ...more], (_error, stdout) => resolve(stdout))
    })
    expect(answer).toMatch(/^abc \{"ok":true,.*"text":"interval=200: ok"/)
  })

  test('is not even listened to without commands=on; a log without devices says no', async () => {
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#')
    const file = join(temporaryFolder(), 'log.db')
    const child = monitor(broker.url, file)
    await until('a state is there', () => newest(heard, `${DEVICE}/state`) !== null)
    await broker.publish(`${DEVICE}/output/A/set`, 'ON')
    await broker.publish(`${DEVICE}/set`, 'interval=50')
    const before = heard.json('/state').length
    await until('time passes', () => heard.json('/state').length > before + 1)
    expect(heard.json('/set/result')).toEqual([])
    expect(state(heard)['outputs']).toMatchObject({ A: false })
    expect(broker.log).not.toContain('ina219/+/set')
    const states = heard.json('/state').length
    const forward = start([
      'forward',
      '--db',
      file,
      '--sink',
      `${broker.url}?commands=on&name=other`,
    ])
    const said = textOf(forward.stderr)
    await until('it sends, too', () => said().includes('all is sent'))
    child.kill('SIGTERM')
    await finished(child)
    expect(heard.json('/state').length).toBeGreaterThan(states)
  })
})
