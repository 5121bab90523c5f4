import { describe, expect, it } from 'vitest'
import { emptyTrace, type Trace } from '../../src/chart/trace.ts'
import { tailSlots, withTail } from '../../src/serve/page/model/trace-tail.ts'

const S = 1e6

/** A trace of whole seconds whose samples have the second as their value. */
function traceOf(fromS: number, length: number, offset = 0): Trace {
  const trace = emptyTrace({ startUs: fromS * S, slotUs: S, length }, ['v'])
  for (let i = 0; i < length; i++) {
    trace.count[i] = 1
    for (const name of ['min', 'max', 'last'] as const) {
      const series = trace.channels['v']?.[name]
      if (series) series[i] = fromS + i + offset
    }
  }
  return trace
}

describe('the tail of a running chart', () => {
  it('is as long as what is new, and what may have changed', () => {
    expect(tailSlots(traceOf(0, 100), 105 * S)).toBe(13)
  })

  it('is no tail where most is new, or the clock went back', () => {
    expect(tailSlots(traceOf(0, 100), 180 * S)).toBe(null)
    expect(tailSlots(traceOf(0, 100), 20 * S)).toBe(null)
  })

  it('makes the trace that would have come as a whole', () => {
    expect(withTail(traceOf(0, 100), traceOf(92, 13))).toEqual(traceOf(5, 100))
  })

  it('takes what it has over what was known', () => {
    const joined = withTail(traceOf(0, 100), traceOf(92, 13, 0.5))
    expect(joined?.channels['v']?.last.at(-14)).toBe(91)
    expect(joined?.channels['v']?.last.at(-13)).toBe(92.5)
  })

  it('has a channel that is new, empty before it', () => {
    const tail = { ...traceOf(92, 13), channels: { soc: traceOf(92, 13).channels['v'] as never } }
    const joined = withTail(traceOf(0, 100), tail)
    expect(joined?.channels['soc']?.last.at(-1)).toBe(104)
    expect(joined?.channels['soc']?.last[0]).toBeNaN()
    expect(joined?.channels['v']?.last.at(-1)).toBeNaN()
  })

  it('does not fit where its slots are others', () => {
    const halved = { ...traceOf(92, 13), slotUs: S / 2 }
    expect(withTail(traceOf(0, 100), halved)).toBe(null)
    const shifted = { ...traceOf(92, 13), startUs: 92.5 * S }
    expect(withTail(traceOf(0, 100), shifted)).toBe(null)
  })
})
