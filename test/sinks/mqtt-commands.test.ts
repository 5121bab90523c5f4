import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { finished, start, heard as textOf } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, query, series } from '../support/log-fixture.ts'
import { DEVICE, monitor, newest, state } from '../support/mqtt-monitor.ts'
import { until } from '../support/polling.ts'
import { hasMosquitto, Mosquitto } from '../support/servers/mosquitto.ts'

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
    // Which one is answered is said, whatever came of it.
    const failing: [what: string, text: RegExp][] = [
      ['{"interval": "a b", "id": 10}', /without blanks/],
      ['{"id": 11}', /nothing is asked for/],
      ['{"volume": 1, "id": "x"}', /no setting/],
    ]
    for (const [what, text] of failing) {
      await ask('set', what, false, text)
      expect(answers().at(-1)?.['id']).toEqual(JSON.parse(what).id)
    }
    await ask('set', '{"acknowledge": "other"}', false, /no alarm|other/)
    await ask('set', '{"acknowledge": "over"}', true, /acknowledged/)
    await until('it is known', () => state(heard)['alarms']?.['over'] === 'acknowledged')
    const sinceBefore = state(heard)['since']
    await ask('set', '{"totals": "reset"}', true, /start again at 0/)
    await until('they begin again', () => state(heard)['since'] !== sinceBefore)
    await ask('set', ' ', false, /an empty message asks for nothing/)
    // Another logger has one, nobody the other.
    await broker.publish('ina219/theirs/availability', 'live', '-r')
    await broker.publish('ina219/theirs/set', 'interval=1')
    const before = answers().length
    await broker.publish('ina219/nobody/set', '{"interval": 1, "id": 3}')
    await until('it is answered', () => answers().length > before)
    expect(answers().at(-1)).toMatchObject({ id: 3, ok: false, topic: 'ina219/nobody/set' })
    expect(newest(heard, 'ina219/nobody/set/result')).toContain('there is no device nobody here')
    await ask('set', '', false, /an empty message asks for nothing/)
    expect(newest(heard, 'ina219/theirs/set/result')).toBeNull()
    // Where MQTT 5 says so.
    const at = ['-h', '127.0.0.1', '-p', String(broker.port), '-V', '5', '-W', '10']
    const what = ['-t', `${DEVICE}/set`, '-m', 'interval=200', '-e', 'answers/me']
    const more = ['-D', 'publish', 'correlation-data', 'abc', '-F', '%D %p']
    const answer = await new Promise<string>((resolve) => {
      execFile('mosquitto_rr', [...at, ...what, ...more], (_error, stdout) => resolve(stdout))
    })
    expect(answer).toMatch(/^abc \{"ok":true,.*"text":"interval=200: ok"/)
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

  test('is not even listened to without commands=on; a log without devices says no', async () => {
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#')
    const file = join(temporaryFolder(), 'log.db')
    const child = monitor(broker.url, file)
    await until('a state is there', () => newest(heard, `${DEVICE}/state`) !== null)
    await broker.publish(`${DEVICE}/output/A/set`, 'ON')
    await broker.publish(`${DEVICE}/set`, 'interval=50')
    const before = heard.json('/state').length
    await until('time passes', () => heard.json('/state').length > before)
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

  test('with MQTT 3.1.1: what was retained before is ignored, what comes retained is carried out once', async () => {
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber(`${DEVICE}/set/result`)
    const file = join(temporaryFolder(), 'log.db')
    const sink = `${broker.url}?commands=on&version=3.1.1`
    const answers = (): unknown[] => heard.json('/set/result').map(({ ok }) => ok)
    const child = monitor(sink, file)
    await until('it is there', () => broker.log.includes('ina219/+/output/+/set (QoS 1)'))
    await broker.publish(`${DEVICE}/output/A/set`, 'ON', '-r')
    await until('it is answered', () => answers().length === 1)
    expect(answers()).toEqual([true])
    child.kill('SIGTERM')
    await finished(child)
    monitor(sink, file)
    await until('it is answered again', () => answers().length === 2)
    expect(answers()).toEqual([true, false])
  })

  test('is answered by a log without devices, also where it has no sample of now', async () => {
    const broker = await Mosquitto.start()
    const heard = await broker.subscriber('ina219/#')
    const file = join(temporaryFolder(), 'log.db')
    makeLog(file, series(10, 100_000))
    start(['forward', '--db', file, '--sink', `${broker.url}?commands=on`])
    await until('it is there', () => broker.log.includes('ina219/+/output/+/set (QoS 1)'))
    for (let id = 0; id < 20; id++) {
      await broker.publish('ina219/bench/set', JSON.stringify({ totals: 'reset', id }))
    }
    await until('all is answered', () => heard.json('/set/result').length === 20)
    const answers = heard.json('/set/result')
    expect(answers.every(({ ok }) => ok === false)).toBe(true)
    expect(answers.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual([...Array(20).keys()])
  })
})
