import { describe, expect, it } from 'vitest'
import type { SensorInput } from '../../mock/board/ina219-model.ts'
import { BoardRig, countsAtPins } from '../support/board.ts'

interface Counts {
  readonly shunt: number
  readonly bus: number
}

/**
 * Register values on the pins, one after the other, each long enough for one
 * sample at the rate of the line; and what the board says of them.
 */
function measure(wanted: readonly Counts[], setUp: (rig: BoardRig) => void, shuntOhm = 0.1) {
  let pins: SensorInput = countsAtPins(0, 0)
  let given: Counts = { shunt: 0, bus: 0 }
  const rig = new BoardRig({ sensor: { shuntOhm, feed: () => pins } })
  rig.hello()
  expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
  rig.board.runMs(5)
  setUp(rig)
  expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
  return wanted.map((counts) => {
    given = counts
    pins = countsAtPins(counts.shunt, counts.bus, shuntOhm)
    // Two pairs: the one under way is of both values.
    rig.board.runMs(2.2)
    const from = rig.now
    expect(rig.command('read')).toBe('ok')
    const line = rig.arrivals.slice(from).find(({ frame }) => frame.kind === 'sample')
    return { given, text: line?.text ?? '' }
  })
}

/** v, a and w as text, digit by digit. */
function members(text: string): { v: string; a: string; w: string; status: string } {
  const match = /"v":([^,]+),"a":([^,]+),"w":([^,]+),.*"status":"(\w+)"/.exec(text)
  if (!match) throw new Error(`no sample: ${text}`)
  const [, v = '', a = '', w = '', status = ''] = match
  return { v, a, w, status }
}

/** The ends, the places where a digit, a byte or a sign changes, and a stride over the whole range. */
function spread(end: number, stride: number): number[] {
  const edges = [0, 1, 2, 9, 10, 99, 100, 127, 128, 255, 256, 999, 1000, 4095, 4096, 9999, 10000]
  const all = [...edges, end - 2, end - 1, end]
  for (let value = 0; value < end; value += stride) all.push(value)
  return [...new Set(all.filter((value) => value <= end))]
}

/** Within half a unit of the last digit that is printed, ties either way. */
function expectRounded(text: string, exact: number): void {
  const digits = text.split('.')[1]?.length ?? 0
  const unit = 10 ** -digits
  expect(Math.abs(Number(text) - exact)).toBeLessThanOrEqual(unit / 2 + 1e-9)
}

describe('register values in, frames out', () => {
  const shunts = spread(31_999, 211).flatMap((shunt) => [shunt, -shunt])
  const buses = spread(6500, 37)
  const pairs = shunts.map((shunt, i) => ({ shunt, bus: buses[i % buses.length] as number }))
  const rest = buses.slice(shunts.length).map((bus) => ({ shunt: 321, bus }))

  it('is exact to the LSB over the whole range of 0.1 ohm, both signs', () => {
    for (const { given, text } of measure([...pairs, ...rest], () => {})) {
      const { v, a, w, status } = members(text)
      expect(status, text).toBe('ok')
      expect(v).toBe((given.bus * 4e-3).toFixed(3))
      expect(Number(a)).toBe(given.shunt / 10_000 + 0)
      expectRounded(w, (given.bus * 4e-3 * given.shunt) / 10_000)
      expect(Math.sign(Number(w)) * Math.sign(given.shunt)).toBeGreaterThanOrEqual(0)
      expect(a).not.toBe('-0.0000')
    }
  })

  it.each([
    [0.01, 32],
    [0.05, 6.4],
    [0.002, 160],
  ])('computes the current of a %s ohm shunt', (shuntOhm, amax) => {
    const some = spread(31_999, 3001).flatMap((shunt) => [
      { shunt, bus: 3000 },
      { shunt: -shunt, bus: 6500 },
    ])
    const results = measure(
      some,
      (rig) => expect(rig.command('set_shunt', { value: shuntOhm, amax })).toBe('ok'),
      shuntOhm,
    )
    for (const { given, text } of results) {
      const { a, w } = members(text)
      const current = (given.shunt * 10e-6) / shuntOhm
      expectRounded(a, current)
      expectRounded(w, current * given.bus * 4e-3)
    }
  })

  it.each([
    [40, 4000],
    [80, 8000],
    [160, 16_000],
    [320, 32_000],
  ])('says clip at the end of ±%i mV, not before', (shuntMv, full) => {
    const some = [full - 1, full, full + 50].flatMap((shunt) => [
      { shunt, bus: 1250 },
      { shunt: -shunt, bus: 1250 },
    ])
    const results = measure(some, (rig) =>
      expect(rig.command('set_range', { value: 16, shunt_mv: shuntMv })).toBe('ok'),
    )
    for (const { given, text } of results) {
      const { a, status } = members(text)
      expect(status, text).toBe(Math.abs(given.shunt) < full ? 'ok' : 'clip')
      expect(Math.abs(Number(a))).toBeCloseTo(Math.min(Math.abs(given.shunt), full) / 10_000, 9)
    }
  })
})
