import { describe, expect, it } from 'vitest'
import { alarmRig, BEGIN_US, lines } from '../support/alarm-rig.ts'

describe('silent', () => {
  it('by the times of the samples: raised where a pause began to be one', () => {
    const { events, at } = alarmRig(['silent as pause', 'silent for 10s as ten'])
    for (const second of [0, 1, 2, 3]) at(second)
    // A pause is longer than 3 usual intervals and 0.5 s.
    at(20)
    at(21)
    at(25)
    expect(lines(events)).toEqual([
      '6.5 on pause: 3.5 (3.5) 0s',
      '13 on ten: 10 (10) 0s',
      '20 off pause: 17 (17) 13.5s',
      '20 off ten: 17 (17) 7s',
      '24.5 on pause: 3.5 (3.5) 0s',
      '25 off pause: 4 (4) 0.5s',
    ])
  })

  it('is the same where it is noticed before the next sample', () => {
    const live = alarmRig(['silent as x', 'a > 1 and silent for 5s as both'])
    const replayed = alarmRig(['silent as x', 'a > 1 and silent for 5s as both'])
    for (const rig of [live, replayed])
      for (const second of [0, 1, 2]) rig.at(second, { current: 2 })
    live.alarms.silentUntil(BEGIN_US + 6e6)
    live.alarms.silentUntil(BEGIN_US + 9e6)
    for (const rig of [live, replayed]) rig.at(30)
    expect(lines(live.events)).toEqual(lines(replayed.events))
    expect(lines(live.events)).toEqual([
      '5.5 on x: 3.5 (3.5) 0s',
      '7 on both: 2 (2) 0s',
      '30 off x: 28 (28) 24.5s',
      '30 off both: 0.5 (2) 23s',
    ])
  })

  it('no step of a clock is a silence', () => {
    const { alarms, events, at } = alarmRig(['silent'])
    for (const second of [0, 1, 2]) at(second)
    alarms.clockSet()
    at(5000, { epochId: 2, gapBefore: true })
    at(5001, { epochId: 2 })
    expect(events).toEqual([])
  })

  it('a sample that was on its way when it was noticed ends it where it began', () => {
    const { alarms, events, at } = alarmRig(['silent as x'])
    for (const second of [0, 1, 2]) at(second)
    alarms.silentUntil(BEGIN_US + 7e6)
    at(3)
    expect(lines(events)).toEqual(['5.5 on x: 3.5 (3.5) 0s', '5.5 off x: 3.5 (3.5) 0s'])
  })

  it('of a device that never sent anything', () => {
    const { alarms, events } = alarmRig(['silent as x'])
    alarms.neverHeard(BEGIN_US, BEGIN_US + 9e6)
    expect(events).toEqual([])
    alarms.neverHeard(BEGIN_US, BEGIN_US + 11e6)
    expect(lines(events)).toEqual(['10 on x: 10 (10) 0s'])
  })
})
