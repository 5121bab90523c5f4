import { describe, expect, it } from 'vitest'
import { parseRule } from '../../src/alarms/parse-rule.ts'
import { AlarmWatch } from '../../src/monitor/alarm-watch.ts'
import { LocalView } from '../../src/monitor/local-view.ts'
import { SensorWatch } from '../../src/monitor/sensor-watch.ts'
import { alarmsOf, BEGIN_S, TestClock, watched, watchedPipe } from '../support/alarm-watch-rig.ts'
import { LineSource } from '../support/line-source.ts'
import { startHub } from '../support/stream-rig.ts'

function line(second: number, current: number, seq: number): string {
  return `{"v":5,"a":${current},"ts":${(BEGIN_S + second).toFixed(3)},"seq":${seq}}`
}

describe('live', () => {
  it('raises a silence while it lasts, at the time at which it began to be one', () => {
    const { source, events, pass } = watched('silent as quiet')
    for (const second of [0, 1, 2]) {
      source.line(line(second, 1, second))
      pass(1)
    }
    pass(2.9)
    expect(alarmsOf(events)).toEqual([])
    pass(0.2)
    expect(alarmsOf(events)).toEqual([
      '5.5 alarm_on quiet: value 3.5 s, peak 3.5 s, for 0s [silent]',
    ])
    pass(20)
    source.line(line(26, 1, 3))
    expect(alarmsOf(events).slice(1)).toEqual([
      '26 alarm_off quiet: value 24 s, peak 24 s, for 20.5s [silent]',
    ])
  })

  it('does not take the silence of this process for that of the device', () => {
    const { clock, source, watch, events, pass } = watched('silent')
    for (const second of [0, 1, 2]) {
      source.line(line(second, 1, second))
      pass(1)
    }
    clock.ms += 30_000
    watch.tick()
    expect(alarmsOf(events)).toEqual([])
  })

  it('a device that never says anything is silent', () => {
    const { events, pass } = watched('silent as x')
    pass(10.4)
    expect(events.filter(({ kind }) => kind === 'alarm_on')).toEqual([])
    pass(0.3)
    expect(alarmsOf(events)).toEqual(['10 alarm_on x: value 10 s, peak 10 s, for 0s [silent]'])
  })

  it('so is a pipe; one that has sent something old is not live', () => {
    const { source, events, pass } = watchedPipe('silent as x')
    pass(10.7)
    expect(alarmsOf(events)).toEqual(['10 alarm_on x: value 10 s, peak 10 s, for 0s [silent]'])
    source.line(line(-5000, 1, 0))
    pass(60)
    expect(alarmsOf(events).slice(1)).toEqual([expect.stringContaining(' alarm_off x: ')])
  })

  it('the end of an input is no silence', () => {
    const { source, events, pass } = watched('silent')
    source.line(line(0, 1, 0))
    source.line(line(1, 1, 1))
    source.end()
    pass(60)
    expect(alarmsOf(events)).toEqual([])
  })

  it('nor does the time of an alarm go on behind it', () => {
    const { source, watch, pass } = watched('a > 1 as x')
    source.line(line(0, 2, 0))
    pass(1)
    source.line(line(1, 2, 1))
    source.end()
    pass(60)
    expect(watch.views(0)).toMatchObject([{ state: 'on', durationUs: 1e6 }])
  })

  it('says what a viewer has acknowledged and snoozed, or that there was nothing', async () => {
    const clock = new TestClock()
    const source = new LineSource({ live: true })
    const { hub } = startHub({ clock, sources: [source] })
    const sensors = new SensorWatch(hub)
    hub.bus.subscribe(sensors)
    const bare = new LocalView({ hub, log: null, history: null, sensors })
    const acknowledge = { kind: 'alarm_ack', device: 0, name: null } as const
    const snooze = { kind: 'alarm_snooze', device: 0, name: null, minutes: 10 } as const
    const nothing = 'nothing to acknowledge: no alarm is raised, and sensor and log had no fault'
    expect(await bare.control(acknowledge)).toBe(nothing)
    await expect(bare.control({ ...acknowledge, name: 'x' })).rejects.toThrow("has no alarm 'x'")
    await expect(bare.control(snooze)).rejects.toMatchObject({
      code: 'usage_invalid',
      message: 'test has no alarms to snooze',
      hint: 'rules come from --limit and --alarm',
    })
    const alarms = new AlarmWatch({
      hub,
      clock,
      devices: [
        {
          rules: ['a > 1 as x', 'v > 9 as y'].map((each) => parseRule(each)),
          channelUnit: () => null,
        },
      ],
      onEvent: () => {},
    })
    hub.bus.subscribe(alarms)
    const view = new LocalView({ hub, log: null, history: null, alarms, sensors })
    source.line(line(0, 0.5, 0))
    expect(await view.control(acknowledge)).toBe(nothing)
    expect(await view.control({ ...acknowledge, name: 'x' })).toBe(
      "alarm 'x' is not raised: there is nothing to acknowledge",
    )
    source.line(line(1, 2, 1))
    source.line(`{"v":0,"a":0,"ts":${BEGIN_S + 2}.000,"seq":2,"status":"nosensor"}`)
    expect((await view.snapshot(0)).latches).toMatchObject([{ word: 'nosensor' }])
    expect(await view.control(acknowledge)).toBe('acknowledged: 1 alarm, 1 fault of the sensor')
    expect((await view.snapshot(0)).latches).toEqual([])
    expect(await view.control(acknowledge)).toBe(nothing)
    expect(await view.control(snooze)).toBe('2 alarms snoozed for 10 min')
    expect(await view.control({ ...snooze, name: 'y', minutes: 1 })).toBe(
      "alarm 'y' snoozed for 1 min",
    )
  })

  it('acknowledges and snoozes', () => {
    const { source, watch, heard, pass } = watched('a > 1 latch as x', 'a > 1 as y')
    source.line(line(0, 2, 0))
    pass(1)
    expect(watch.count(0)).toEqual({ active: 2, raised: 2 })
    watch.acknowledge(0, 'y')
    expect(watch.views(0).map(({ state }) => state)).toEqual(['on', 'acknowledged'])
    expect(() => watch.acknowledge(0, 'z')).toThrow("has no alarm 'z'")
    watch.snooze(0, null, 10)
    source.line(line(1, 0, 1))
    pass(1)
    expect(watch.views(0)).toMatchObject([{ state: 'latched', peak: 2 }, { state: 'off' }])
    source.line(line(2, 2, 2))
    expect(watch.count(0)).toEqual({ active: 2, raised: 2 })
    pass(600)
    watch.acknowledge(0, null)
    expect(watch.views(0)[0]).toMatchObject({ state: 'acknowledged', snoozedMs: null })
    expect(heard).toEqual([
      'alarm_on x',
      'alarm_on y',
      'alarm_ack y',
      'alarm_off x snoozed',
      'alarm_off y snoozed',
      'alarm_on x snoozed',
      'alarm_on y snoozed',
      'alarm_ack x',
      'alarm_ack y',
    ])
  })
})
