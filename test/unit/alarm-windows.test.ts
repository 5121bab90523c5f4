import { describe, expect, it } from 'vitest'
import { alarmRig, BEGIN_US, lines } from '../support/alarm-rig.ts'

describe('windows', () => {
  it('avg, min, max, percentiles and deviation over whole seconds', () => {
    const { events, at } = alarmRig([
      'avg(a,2s) > 1 as avg',
      'min(a,2s) > 1 as min',
      'max(a,2s) > 1.9 as max',
      'p50(a,3s) > 1 as p50',
      'stddev(a,2s) > 1 as stddev',
    ])
    const values = [0, 2, 1.5, 0.5, 0.4]
    values.forEach((current, second) => {
      at(second, { current })
    })
    // Means 0, 1, 1.75, 1, 0.45; medians of three 0, 0, 1.5, 1.5, 0.5.
    expect(lines(events)).toEqual(
      [
        '1 on max: 2 (2) 0s',
        '1 on stddev: 1.41421356237 (1.41421356237) 0s',
        '2 on avg: 1.75 (1.75) 0s',
        '2 on min: 1.5 (1.5) 0s',
        '2 on p50: 1.5 (1.5) 0s',
        '2 off stddev: 0.353553390593 (1.41421356237) 1s',
        '3 off avg: 1 (1.75) 1s',
        '3 off min: 0.5 (1.5) 1s',
        '3 off max: 1.5 (2) 2s',
        '4 off p50: 0.5 (1.5) 2s',
      ].sort((one, other) => Number.parseFloat(one) - Number.parseFloat(other)),
    )
  })

  it('lost(…) counts samples by their place in time', () => {
    const { alarms, events, at } = alarmRig(['lost(10s) > 3 as x'])
    at(0)
    alarms.lost(4, BEGIN_US, BEGIN_US + 5e6)
    at(5)
    // They lay at 1, 2, 3 and 4 s: the first is 10 s old at 11 s.
    for (let second = 6; second <= 12; second++) at(second)
    expect(lines(events)).toEqual(['5 on x: 4 (4) 0s', '11 off x: 3 (4) 6s'])
  })

  it('rate is that between two neighbours, never across a gap', () => {
    const { events, at } = alarmRig(['rate(v) < -0.5V/s as x'])
    at(0, { voltage: 5 })
    at(0.5, { voltage: 4.5 })
    at(1, { voltage: 4.4 })
    at(2, { voltage: 2, gapBefore: true })
    at(3, { voltage: 1 })
    expect(lines(events)).toEqual([
      '0.5 on x: -1 (-1) 0s',
      '1 off x: -0.2 (-1) 0.5s',
      '3 on x: -1 (-1) 0s',
    ])
  })
})

describe('totals, battery, anomalies', () => {
  it('are asked for at each sample', () => {
    let charge = 0
    let battery: number | null = null
    const { events, at } = alarmRig(['charge > 1Ah as q', 'battery < 20% as soc'], {
      chargeMah: () => charge,
      batteryPercent: () => battery,
    })
    at(0)
    charge = 1001
    battery = 19
    at(1)
    charge = 0
    battery = 20
    at(2)
    expect(lines(events)).toEqual([
      '1 on q: 1001 (1001) 0s',
      '1 on soc: 19 (19) 0s',
      '2 off q: 0 (1001) 1s',
      '2 off soc: 20 (19) 1s',
    ])
  })

  it('an anomaly is true at the sample that it was found with', () => {
    const { alarms, events } = alarmRig(['anomaly(a) as any', 'anomaly(a) > 20 as large'])
    const sample = {
      timeUs: BEGIN_US,
      electric: true,
      voltage: 5,
      current: 1,
      power: 5,
      extras: null,
      detail: null,
      seq: null,
      status: 'ok',
      epochId: 1,
      gapBefore: false,
      origin: 'live',
    } as const
    alarms.sample(sample, new Map([['a', 12]]))
    alarms.sample({ ...sample, timeUs: BEGIN_US + 1e6 })
    expect(lines(events)).toEqual(['0 on any: 12 (12) 0s', '1 off any: 0 (12) 1s'])
  })
})

it('a window that was read in a second without measured samples has all of the second before', () => {
  const { events, at } = alarmRig(['max(a,2s) > 1 as x'])
  at(1.5, { current: 2 })
  at(2.1, { current: 0, status: 'nosensor' })
  at(2.2, { current: 0 })
  at(3, { current: 0 })
  expect(lines(events)).toEqual(['1.5 on x: 2 (2) 0s', '3 off x: 0 (2) 1.5s'])
})
