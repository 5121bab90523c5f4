import { describe, expect, it } from 'vitest'
import { BoardRig } from '../support/board.ts'

function started(): { rig: BoardRig; pins: { voltage: number; current: number } } {
  const pins = { voltage: 5, current: 0.0123 }
  const rig = new BoardRig({ sensor: { feed: () => ({ ...pins }) } })
  rig.hello()
  expect(rig.command('set_interval', { value: 20 })).toBe('ok')
  return { rig, pins }
}

/** The hello that says it now. */
function said(rig: BoardRig): { zero: unknown; gain: unknown } {
  const from = rig.now
  expect(rig.command('hello')).toBe('ok')
  const { members } = rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 100, from)
  return { zero: members['zero'], gain: members['gain'] }
}

describe('the calibration of the board', () => {
  it('takes what it reads now for zero, applies zero and gain, and keeps them', () => {
    const { rig, pins } = started()
    expect(said(rig)).toEqual({ zero: 0, gain: 1 })
    expect(rig.command('set_zero')).toBe('ok')
    // With one in force, too.
    expect(rig.command('set_zero')).toBe('ok')
    expect(said(rig)).toEqual({ zero: 0.0123, gain: 1 })
    rig.board.runMs(30)
    expect(rig.sample()).toMatchObject({ current: 0, power: 0 })
    expect(rig.command('set_gain', { value: 1.25 })).toBe('ok')
    pins.current = 0.8123
    rig.board.runMs(50)
    expect(rig.sample()).toMatchObject({ voltage: 5, current: 1, power: 5 })
    expect(rig.command('defaults')).toBe('ok')
    expect(said(rig)).toEqual({ zero: 0.0123, gain: 1.25 })
    expect(rig.command('save', {}, 2000)).toBe('ok')
    rig.board.reset('external')
    rig.board.runMs(100)
    expect(said(rig)).toEqual({ zero: 0.0123, gain: 1.25 })
    expect(rig.command('set_zero', { value: -0.002 })).toBe('ok')
    expect(said(rig).zero).toBe(-0.002)
  })

  it('judges threshold and cut-off by the calibrated current, and refuses a zero without a sensor', () => {
    const { rig, pins } = started()
    expect(rig.command('set_zero', { value: 0.2 })).toBe('ok')
    expect(rig.command('set_gain', { value: 2 })).toBe('ok')
    expect(rig.command('set_threshold', { value: 1 })).toBe('ok')
    expect(rig.command('set_output', { value: { A: true } })).toBe('ok')
    expect(rig.command('set_cutoff', { value: { output: 'A', above: 1.2 } })).toBe('ok')
    const seen = (current: number): boolean[] => {
      pins.current = current
      rig.board.runMs(10)
      return [rig.board.isHigh('D', 2), rig.board.isHigh('D', 4)]
    }
    expect(seen(0.699)).toEqual([false, true])
    expect(seen(0.701)).toEqual([true, true])
    expect(seen(0.799)).toEqual([true, true])
    expect(seen(0.801)).toEqual([true, false])
    rig.board.sensor.present = false
    rig.board.runMs(100)
    expect(rig.command('set_zero')).toBe('sensor')
  })

  it('rescales what it has counted so far', () => {
    const { rig, pins } = started()
    expect(rig.command('set_detail', { value: true })).toBe('ok')
    pins.current = 1
    rig.board.runMs(500)
    pins.current = 0
    rig.board.runMs(60)
    const before = rig.sample().detail
    expect(rig.command('set_gain', { value: 1.5 })).toBe('ok')
    rig.board.runMs(60)
    const after = rig.sample().detail
    expect(Math.abs((after?.chargeMc ?? 0) - (before?.chargeMc ?? 1))).toBeLessThan(0.02)
  })
})

describe('the self-test', () => {
  it('says how the board is, before its answer', () => {
    const { rig } = started()
    const test = (): string => {
      const from = rig.now
      expect(rig.command('selftest')).toBe('ok')
      const notes = rig.arrivals
        .slice(from)
        .flatMap(({ frame }) => (frame.kind === 'note' ? [frame.message] : []))
      return notes.find((note) => note.startsWith('selftest')) ?? ''
    }
    const first = test()
    expect(first).toMatch(/^selftest: reset power, stack \d+ B, bus errors 0, missed 0, EEPROM ok$/)
    const left = Number(/stack (\d+)/.exec(first)?.[1])
    // That goes by the same paint.
    expect(Math.abs(left - rig.board.stackLeft)).toBeLessThan(40)
    rig.board.bus.stuck = 'sda'
    rig.board.runMs(100)
    rig.board.bus.stuck = 'none'
    rig.board.runMs(300)
    expect(test()).toMatch(/bus errors [1-9]/)
    rig.board.reset('external')
    rig.board.runMs(100)
    rig.board.eeprom.fill(0, 128, 224)
    expect(test()).toMatch(/reset external, .*bus errors 0, .*EEPROM bad$/)
  })
})
