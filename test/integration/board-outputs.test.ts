import { describe, expect, it } from 'vitest'
import { BoardRig } from '../support/board.ts'

/** D4 to D7. */
const PINS = { A: 4, B: 5, C: 6, D: 7 } as const
const isOn = (rig: BoardRig, name: keyof typeof PINS): boolean => rig.board.isHigh('D', PINS[name])

const ALL_ON = { A: true, B: true, C: true, D: true }

function pins(rig: BoardRig): Record<string, boolean> {
  return Object.fromEntries(
    Object.entries(PINS).map(([name, pin]) => [name, rig.board.isHigh('D', pin)]),
  )
}

/** Of `cutoffOutput` in the firmware's `settings` (settings.h), in bytes. */
const CUTOFF_OUTPUT_AT = 24
const TRIES = 24

function started(feed = () => ({ voltage: 5, current: 0.1 })): BoardRig {
  const rig = new BoardRig({ sensor: { feed } })
  rig.hello()
  return rig
}

function reported(rig: BoardRig, from: number): unknown[] {
  return rig.arrivals
    .slice(from)
    .flatMap(({ frame }) => (frame.kind === 'outputs' ? [frame.outputs] : []))
}

describe('outputs', () => {
  it('are open after a reset, switched by command, reported before the ack and in hello', () => {
    const rig = started()
    expect(rig.hello().outputs).toEqual({ A: false, B: false, C: false, D: false })
    const from = rig.now
    expect(rig.command('set_output', { value: { A: true, D: true } })).toBe('ok')
    expect(['A', 'B', 'C', 'D'].map((name) => isOn(rig, name as 'A'))).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect(reported(rig, from)).toEqual([{ A: true, B: false, C: false, D: true }])
    const kinds = rig.arrivals.slice(from).map(({ frame }) => frame.kind)
    expect(kinds.indexOf('outputs')).toBeLessThan(kinds.indexOf('ack'))
    // No change, no report; and what is refused changes nothing.
    const again = rig.now
    expect(rig.command('set_output', { value: { A: true } })).toBe('ok')
    expect(rig.command('set_output', { value: { A: false, E: true } })).toBe('range')
    expect(rig.command('set_output', { value: { A: 0 } })).toBe('range')
    expect(reported(rig, again)).toEqual([])
    expect(isOn(rig, 'A')).toBe(true)
    expect(rig.command('hello')).toBe('ok')
    const hello = rig.arrivals.findLast(({ frame }) => frame.kind === 'hello')?.frame
    expect(hello?.kind === 'hello' && hello.outputs).toEqual({
      A: true,
      B: false,
      C: false,
      D: true,
    })
    rig.board.reset('external')
    rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 3000)
    expect(isOn(rig, 'A')).toBe(false)
  })
})

describe('outputs that are kept', () => {
  const both = { A: true, B: true, C: false, D: false }

  it('come back as they were after a reset, and not after a power cut', () => {
    let current = 0.1
    const rig = started(() => ({ voltage: 5, current }))
    const reset = (kind: 'external' | 'power'): unknown => {
      const from = rig.now
      rig.board.reset(kind)
      return rig.until(({ frame }) => (frame.kind === 'hello' ? frame.outputs : null), 3000, from)
    }
    expect(rig.command('set_output', { value: { A: true }, keep: true })).toBe('ok')
    // A setting: what was not saved is gone.
    expect(reset('external')).toEqual({ ...both, A: false, B: false })
    expect(rig.command('set_output', { keep: true })).toBe('ok')
    expect(rig.command('set_cutoff', { value: { output: 'A', above: 2.5 } })).toBe('ok')
    expect(rig.command('save', {}, 2000)).toBe('ok')
    expect(rig.command('set_output', { value: { A: true, B: true } })).toBe('ok')
    expect(reset('external')).toEqual(both)
    expect(pins(rig)).toEqual(both)
    // What the cut-off has opened stays open.
    current = 3
    rig.board.runMs(10)
    current = 0.1
    expect(reset('external')).toEqual({ ...both, A: false })
    expect(pins(rig)).toEqual({ ...both, A: false })
    expect(reset('power')).toEqual({ ...both, A: false, B: false })
  })
})

describe('the cut-off', () => {
  /** A step of the load at this moment; how long until the pin falls, µs. */
  function timeToOpen(conversions: number, afterMs: number, busy: boolean): number {
    let current = 1
    const rig = started(() => ({ voltage: 5, current }))
    if (busy) {
      expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
      rig.board.runMs(10)
      expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    }
    const value = { output: 'A', above: 2.5, conversions }
    expect(rig.command('set_cutoff', { value })).toBe('ok')
    expect(rig.command('set_output', { value: { A: true, B: true } })).toBe('ok')
    rig.board.runMs(20 + afterMs)
    if (busy) rig.send({ cmd: 'hello', seq: 900 })
    current = 3
    const beganUs = rig.board.timeUs
    const from = rig.now
    while (isOn(rig, 'A')) {
      if (rig.board.timeUs - beganUs > 50_000) throw new Error('it stays closed')
      rig.board.runMs(0.01)
    }
    const us = rig.board.timeUs - beganUs
    expect(isOn(rig, 'B')).toBe(true)
    rig.board.runMs(60)
    expect(reported(rig, from)).toEqual([{ A: false, B: true, C: false, D: false }])
    expect(rig.arrivals.slice(from).some(({ text }) => text.includes('output cut off'))).toBe(true)
    // Latched, whatever the current does.
    current = 0
    rig.board.runMs(50)
    expect(isOn(rig, 'A')).toBe(false)
    return us
  }

  it('opens within two conversions of 1.064 ms and the time to read the second', () => {
    for (const busy of [false, true]) {
      const times = Array.from({ length: 12 }, (_, i) => timeToOpen(1, i * 0.0931, busy))
      expect(Math.max(...times)).toBeLessThan(2 * 1064 + 350)
    }
  })

  it('waits for as many conversions in a row as it was told', () => {
    const us = timeToOpen(5, 0, false)
    expect(us).toBeGreaterThan(4 * 1064)
    expect(us).toBeLessThan(6 * 1064 + 350)
  })

  it('begins anew with set_output, ends with "off", and is refused where it makes no sense', () => {
    let current = 3
    const rig = started(() => ({ voltage: 5, current }))
    expect(rig.command('set_cutoff', { value: { output: 'C', above: 2.5 } })).toBe('ok')
    for (let i = 0; i < 3; i++) {
      expect(rig.command('set_output', { value: { C: true } })).toBe('ok')
      rig.board.runMs(10)
      expect(isOn(rig, 'C')).toBe(false)
    }
    // Below it, it stays closed.
    current = 2
    expect(rig.command('set_output', { value: { C: true } })).toBe('ok')
    rig.board.runMs(50)
    expect(isOn(rig, 'C')).toBe(true)
    current = 3
    rig.board.runMs(10)
    expect(isOn(rig, 'C')).toBe(false)
    expect(rig.command('set_cutoff', { value: 'off' })).toBe('ok')
    expect(rig.command('set_output', { value: { C: true } })).toBe('ok')
    rig.board.runMs(50)
    expect(isOn(rig, 'C')).toBe(true)
    for (const value of [
      { output: 'E', above: 1 },
      { output: 'A' },
      { output: 'A', above: -1 },
      { output: 'A', above: 1, conversions: 0 },
      'on',
      null,
    ]) {
      expect(rig.command('set_cutoff', { value })).toBe('range')
    }
  })

  it.each([
    ['ended by defaults', 'defaults', {}],
    ['ended by "off"', 'set_cutoff', { value: 'off' }],
    ['moved to another output', 'set_cutoff', { value: { output: 'B', above: 3.1 } }],
  ])('opens its own output, and says so, while it is %s', (_, cmd, members) => {
    let current = 0.1
    const rig = started(() => ({ voltage: 5, current }))
    let opened = 0
    for (let i = 0; i < TRIES; i++) {
      current = 0.1
      rig.board.runMs(5)
      expect(rig.command('set_cutoff', { value: { output: 'A', above: 0.2 } })).toBe('ok')
      expect(rig.command('set_output', { value: ALL_ON })).toBe('ok')
      // Each time elsewhere in the conversion.
      rig.board.runMs(5 + (i / TRIES) * 1.064)
      const from = rig.now
      const line = JSON.stringify({ cmd, ...members, seq: 1000 + i })
      rig.send(line)
      // Read 0.7 ms after the shunt was converted: when the command is being carried out.
      rig.board.runMs(((line.length + 1) * 10_000) / rig.board.baud - 0.5)
      current = 3
      const limitMs = rig.board.timeMs + 50
      while (rig.board.readVariableByte('settings', CUTOFF_OUTPUT_AT) === 1) {
        if (rig.board.timeMs > limitMs) throw new Error('the command does not arrive')
        rig.board.runMs(0.004)
      }
      // The settings are new; what follows from them is still being worked out.
      const wasOn = isOn(rig, 'A')
      rig.board.runMs(30)
      const isOpen = !isOn(rig, 'A')
      if (wasOn && isOpen) opened += 1
      expect(pins(rig)).toEqual({ ...ALL_ON, A: !isOpen })
      expect(reported(rig, from)).toEqual(isOpen ? [{ ...ALL_ON, A: false }] : [])
    }
    // So the moment was met.
    expect(opened).toBeGreaterThan(0)
  })
})
