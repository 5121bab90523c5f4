import { describe, expect, it } from 'vitest'
import { BoardRig } from '../support/board.ts'

/** A load that can be changed, and an alarm at 1 A that ends below 0.5 A. */
function started(threshold: object): { rig: BoardRig; load: { current: number } } {
  const load = { current: 0.1 }
  const rig = new BoardRig({ sensor: { feed: () => ({ voltage: 5, ...load }) } })
  rig.hello()
  rig.board.runMs(20)
  expect(rig.command('set_threshold', { value: 1, low: 0.5, ...threshold })).toBe('ok')
  return { rig, load }
}

/** D2. */
const isOn = (rig: BoardRig): boolean => rig.board.isHigh('D', 2)

function notes(rig: BoardRig): string[] {
  return rig.arrivals.flatMap(({ frame }) => (frame.kind === 'note' ? [frame.message] : []))
}

describe('the alarm', () => {
  it('sees what is shorter than an interval, and has a hysteresis', () => {
    const { rig, load } = started({})
    load.current = 2
    rig.board.runMs(4)
    load.current = 0.7
    rig.board.runMs(30)
    expect(isOn(rig)).toBe(true)
    load.current = 0.4
    rig.board.runMs(4)
    expect(isOn(rig)).toBe(false)
    rig.board.runMs(50)
    expect(notes(rig)).toEqual(['threshold exceeded', 'threshold released'])
  })

  it('waits for so many conversions in a row', () => {
    const { rig, load } = started({ conversions: 20 })
    // 20 conversions are 21.3 ms.
    for (let i = 0; i < 3; i++) {
      load.current = 2
      rig.board.runMs(18)
      expect(isOn(rig)).toBe(false)
      load.current = 0.1
      rig.board.runMs(5)
    }
    load.current = 2
    rig.board.runMs(20)
    expect(isOn(rig)).toBe(false)
    rig.board.runMs(5)
    expect(isOn(rig)).toBe(true)
  })

  it('latches until the threshold is set again', () => {
    const { rig, load } = started({ latch: true, lost: 'off' })
    load.current = 2
    rig.board.runMs(5)
    load.current = 0.1
    rig.board.sensor.present = false
    rig.board.runMs(300)
    expect(isOn(rig)).toBe(true)
    rig.board.sensor.present = true
    rig.board.runMs(300)
    expect(isOn(rig)).toBe(true)
    expect(rig.command('set_threshold', { value: 1, latch: true })).toBe('ok')
    expect(isOn(rig)).toBe(false)
  })

  it.each([
    ['off', [false, false]],
    ['on', [true, true]],
    ['hold', [false, true]],
  ] as const)('is "%s" while the sensor is gone, in poll mode too', (lost, expected) => {
    const { rig, load } = started({ lost })
    expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
    for (const [i, current] of [0.1, 2].entries()) {
      load.current = current
      rig.board.runMs(20)
      expect(isOn(rig)).toBe(i === 1)
      rig.board.sensor.present = false
      rig.board.runMs(300)
      expect(isOn(rig)).toBe(expected[i])
      rig.board.sensor.present = true
      rig.board.runMs(300)
      expect(isOn(rig)).toBe(i === 1)
    }
    // It is no exceeded threshold, and is not called one.
    expect(notes(rig).filter((note) => note === 'threshold exceeded').length).toBeLessThan(3)
    load.current = 0.1
    rig.board.runMs(20)
    expect(isOn(rig)).toBe(false)
  })
})
