import { describe, expect, it } from 'vitest'
import { alarmRig, currents, lines } from '../support/alarm-rig.ts'

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
