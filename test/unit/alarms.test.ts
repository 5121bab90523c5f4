import { describe, expect, it } from 'vitest'
import { readEventText } from '../../src/alarms/event-text.ts'
import { alarmRig, BEGIN_US, lines } from '../support/alarm-rig.ts'

/** Events of samples one second apart whose current is this. */
function currents(rule: string, values: readonly number[]): string[] {
  const { events, at } = alarmRig([`${rule} as x`])
  values.forEach((current, second) => {
    at(second, { current })
  })
  return lines(events)
}

describe('comparisons', () => {
  it.each([
    ['a > 1', [1, 1.5, 2, 1], ['1 on x: 1.5 (1.5) 0s', '3 off x: 1 (2) 2s']],
    ['a >= 1', [0.9, 1, 0.9], ['1 on x: 1 (1) 0s', '2 off x: 0.9 (1) 1s']],
    ['a < 1', [1, 0.5, 0.2, 1], ['1 on x: 0.5 (0.5) 0s', '3 off x: 1 (0.2) 2s']],
    ['a <= 1', [1.1, 1, 1.1], ['1 on x: 1 (1) 0s', '2 off x: 1.1 (1) 1s']],
    ['a outside 1..2', [1, 2.5, 0.2, 2.6, 2], ['1 on x: 2.5 (2.5) 0s', '4 off x: 2 (0.2) 3s']],
    ['a > 1', [2, 2], ['0 on x: 2 (2) 0s']],
    ['a < -0.5', [0, -1, 0], ['1 on x: -1 (-1) 0s', '2 off x: 0 (-1) 1s']],
  ])('%s', (rule, values, expected) => {
    expect(currents(rule, values)).toEqual(expected)
  })

  it('hysteresis: the value has to come back further', () => {
    expect(currents('a > 1 hysteresis 200mA', [1.1, 0.9, 0.81, 0.8, 0.9, 1.1])).toEqual([
      '0 on x: 1.1 (1.1) 0s',
      '3 off x: 0.8 (1.1) 3s',
      '5 on x: 1.1 (1.1) 0s',
    ])
    expect(currents('a outside 1..2 hysteresis 0.25', [2.1, 1.8, 1.75])).toEqual([
      '0 on x: 2.1 (2.1) 0s',
      '2 off x: 1.75 (2.1) 2s',
    ])
    expect(currents('a < 1 hysteresis 0.5', [0.9, 1.4, 1.5])).toEqual([
      '0 on x: 0.9 (0.9) 0s',
      '2 off x: 1.5 (0.9) 2s',
    ])
  })
})

describe('for', () => {
  it('is met once samples have shown it that long', () => {
    expect(currents('a > 1 for 3s', [2, 2, 2, 0, 2, 2, 3, 2, 2, 0])).toEqual([
      '7 on x: 2 (2) 0s',
      '9 off x: 0 (2) 2s',
    ])
  })

  it('begins again behind a gap that is longer than a pause, and only there', () => {
    const { events, at } = alarmRig(['a > 1 for 3s as x'])
    for (const second of [0, 1, 2]) at(second, { current: 2 })
    // One that is lost, 2 s: no pause at one sample a second.
    at(4, { current: 2, gapBefore: true })
    expect(lines(events)).toEqual(['4 on x: 2 (2) 0s'])
    at(5, { current: 0 })
    for (const second of [6, 7]) at(second, { current: 2 })
    at(17, { current: 2, gapBefore: true })
    for (const second of [18, 19]) at(second, { current: 2 })
    expect(events).toHaveLength(2)
    at(20, { current: 2 })
    expect(lines(events).slice(2)).toEqual(['20 on x: 2 (2) 0s'])
  })

  it('goes on over a pause without a loss, and stays met over any gap', () => {
    const { events, at } = alarmRig(['a > 1 for 3s as x'])
    for (const second of [0, 1]) at(second, { current: 2 })
    at(30, { current: 2 })
    at(90, { current: 2, gapBefore: true, epochId: 2 })
    expect(lines(events)).toEqual(['30 on x: 2 (2) 0s'])
    at(91, { current: 0, epochId: 2 })
    expect(lines(events).slice(1)).toEqual(['91 off x: 0 (2) 61s'])
  })

  it('begins again where nothing was measured for longer than a pause, or the device began anew', () => {
    const { events, at } = alarmRig(['a > 1 for 4s as x'])
    at(0, { current: 2 })
    at(1, { current: 2 })
    at(2, { current: 9, status: 'nosensor' })
    at(3, { current: 2 })
    at(4, { current: 2 })
    expect(lines(events)).toEqual(['4 on x: 2 (2) 0s'])
    at(5, { current: 0 })
    at(6, { current: 2 })
    for (const second of [7, 8, 9, 10]) at(second, { current: 9, status: 'nosensor' })
    at(11, { current: 2 })
    at(12, { current: 2, gapBefore: true, epochId: 2 })
    at(15, { current: 2, epochId: 2 })
    expect(events).toHaveLength(2)
    at(16, { current: 2, epochId: 2 })
    expect(lines(events).slice(2)).toEqual(['16 on x: 2 (2) 0s'])
  })

  it('of a condition and of the whole rule', () => {
    const { events, at } = alarmRig([
      'a > 1 and v < 4 for 2s as all',
      'a > 1 for 2s and v < 4 as one',
    ])
    const values: readonly (readonly [number, number])[] = [
      [2, 5],
      [2, 5],
      [2, 3],
      [2, 3],
      [2, 3],
      [0, 3],
    ]
    values.forEach(([current, voltage], second) => {
      at(second, { current, voltage })
    })
    expect(lines(events)).toEqual([
      '2 on one: 2 (2) 0s',
      '4 on all: 2 (2) 0s',
      '5 off all: 0 (2) 1s',
      '5 off one: 0 (2) 3s',
    ])
  })
})

describe('and, or', () => {
  it('are true as logic has it; the value is that of the condition that raised it', () => {
    const { events, at } = alarmRig(['a > 1 or v < 4 as either', 'a > 1 and v < 4 as both'])
    at(0, { current: 0, voltage: 3 })
    at(1, { current: 2, voltage: 3 })
    at(2, { current: 2, voltage: 5 })
    at(3, { current: 0, voltage: 5 })
    expect(lines(events)).toEqual([
      '0 on either: 3 (3) 0s',
      '1 on both: 2 (2) 0s',
      '2 off both: 2 (2) 1s',
      '3 off either: 5 (3) 3s',
    ])
  })

  it('go by the newest value of each channel where these come in samples of their own', () => {
    const { events, at } = alarmRig(['soc < 20 and a > 1 as x'])
    const soc = { electric: false, voltage: NaN, current: NaN, power: NaN }
    at(0, { current: 2 })
    at(0.5, { ...soc, extras: { soc: 15 } })
    at(1, { current: 3 })
    at(1.5, { ...soc, extras: { soc: 25 } })
    expect(lines(events)).toEqual(['0.5 on x: 15 (15) 0s', '1.5 off x: 25 (15) 1s'])
  })
})

describe('what is not measured', () => {
  it('raises and clears nothing, and counts as out of range', () => {
    const { events, at } = alarmRig(['a > 1 as x', 'out_of_range(5s) >= 2 as bad'])
    at(0, { current: 0 })
    at(1, { current: 9, status: 'out_of_range' })
    at(2, { current: 2 })
    at(3, { current: 0, status: 'nosensor' })
    at(4, { current: 0 })
    for (const second of [5, 6]) at(second, { current: 0 })
    expect(lines(events)).toEqual([
      '2 on x: 2 (2) 0s',
      '3 on bad: 2 (2) 0s',
      '4 off x: 0 (2) 2s',
      '6 off bad: 1 (2) 3s',
    ])
  })

  it('late samples take no part', () => {
    const { events, at } = alarmRig(['a > 1'])
    at(0, { current: 0 })
    at(1, { current: 0 })
    at(0.5, { current: 5, origin: 'late' })
    expect(events).toEqual([])
  })
})

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

describe('latch and acknowledge', () => {
  it('a latched alarm stays until somebody takes notice', () => {
    const { alarms, events, at } = alarmRig(['a > 1 latch as x'])
    const alarm = alarms.alarms[0]
    at(0, { current: 2 })
    at(1, { current: 0 })
    expect(alarm?.status).toMatchObject({
      state: 'latched',
      peak: 2,
      sinceUs: BEGIN_US,
      untilUs: BEGIN_US + 1e6,
    })
    at(5, { current: 3 })
    expect(alarm?.status).toMatchObject({ state: 'on', peak: 3 })
    at(6, { current: 0 })
    at(7, { current: 1.5 })
    at(8, { current: 0 })
    expect(events.at(-1)).toMatchObject({ kind: 'off', peak: 1.5, lasted: 1 })
    // All that nobody has taken notice of, not the newest alone.
    expect(alarm?.status).toMatchObject({
      state: 'latched',
      peak: 3,
      raises: 3,
      firstUs: BEGIN_US,
      sinceUs: BEGIN_US + 7e6,
    })
    const ack = alarm?.acknowledge(BEGIN_US + 9e6)
    expect(ack).toMatchObject({
      kind: 'alarm_ack',
      peak: 3,
      durationUs: 8e6,
      timeUs: BEGIN_US + 9e6,
    })
    expect(alarm?.status).toMatchObject({ state: 'off', sinceUs: null, peak: null })
    expect(alarm?.acknowledge(BEGIN_US + 9e6)).toBeNull()
    expect(events.map(({ kind }) => kind)).toEqual(['on', 'off', 'on', 'off', 'on', 'off'])
    at(10, { current: 1.2 })
    expect(alarm?.status).toMatchObject({ state: 'on', peak: 1.2, raises: 1 })
  })

  it('one that is acknowledged while it is on goes with its condition', () => {
    const { alarms, at } = alarmRig(['a > 1 latch as x'])
    const alarm = alarms.alarms[0]
    at(0, { current: 2 })
    expect(alarm?.acknowledge(BEGIN_US + 5e5)).toMatchObject({ durationUs: 5e5, value: 2 })
    expect(alarm?.status.state).toBe('acknowledged')
    at(1, { current: 0 })
    expect(alarm?.status.state).toBe('off')
  })

  it('shows a for that is running', () => {
    const { alarms, at } = alarmRig(['a > 1 for 3s'])
    at(0, { current: 2 })
    expect(alarms.alarms[0]?.status).toMatchObject({ state: 'pending', value: 2, unit: 'A' })
    at(1, { current: 0 })
    expect(alarms.alarms[0]?.status.state).toBe('off')
  })
})

it('reads the text of an event back', () => {
  expect(
    readEventText('over: load: value 1.35 A, peak 1.71 A, for 1m12s [a > 1.2A for 5s latch]'),
  ).toEqual({
    name: 'over: load',
    rule: 'a > 1.2A for 5s latch',
    value: 1.35,
    peak: 1.71,
    unit: 'A',
    durationMs: 72_000,
  })
  expect(readEventText('lost: value 3, peak 3, for 0s [lost(1m) > 2]')).toMatchObject({
    value: 3,
    unit: '',
    durationMs: 0,
  })
  expect(readEventText('x: value -, peak -, for 0s [silent]')).toMatchObject({
    value: null,
    peak: null,
  })
  expect(readEventText('something else')).toBeNull()
})

it('a window that was read in a second without measured samples has all of the second before', () => {
  const { events, at } = alarmRig(['max(a,2s) > 1 as x'])
  at(1.5, { current: 2 })
  at(2.1, { current: 0, status: 'nosensor' })
  at(2.2, { current: 0 })
  at(3, { current: 0 })
  expect(lines(events)).toEqual(['1.5 on x: 2 (2) 0s', '3 off x: 0 (2) 1.5s'])
})
