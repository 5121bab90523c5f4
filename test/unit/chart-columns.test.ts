import { describe, expect, it } from 'vitest'
import { foldColumns } from '../../src/chart/columns.ts'
import { SIGN } from '../../src/chart/trace.ts'
import { electric, type Point, traceOf } from '../support/snapshots.ts'

function at(slot: number, current: number, gapBefore = false): Point {
  return { slot, values: electric(5, current), gapBefore }
}

describe('columns', () => {
  it('keep every extreme when folded', () => {
    const trace = traceOf(60, [at(10, 0.1), at(10, 3), at(11, 0.5), at(59, 1)])
    // Two slots a column: wherever the grid lies, slots 10 and 11 are in columns 4 to 6.
    const columns = foldColumns(trace, 30, 2e6)
    const filled = [4, 5, 6].filter((column) => (columns.count[column] ?? 0) > 0)
    expect(Math.min(...filled.map((column) => columns.channels['a']?.min[column] ?? 0))).toBe(0.1)
    expect(Math.max(...filled.map((column) => columns.channels['a']?.max[column] ?? 0))).toBe(3)
    expect(columns.channels['a']?.last[filled.at(-1) ?? 0]).toBe(0.5)
  })

  it('put the newest slot at the right edge', () => {
    const columns = foldColumns(traceOf(60, [at(59, 1)]), 114, 60e6 / 114)
    expect(columns.count[113]).toBe(1)
  })

  it('end with a whole character, so that a running chart moves by whole characters', () => {
    const points = Array.from({ length: 60 }, (_, i) => at(i, i))
    const trace = traceOf(60, points)
    const starts = [54, 55, 56, 57, 58, 59].map((slot) => {
      const endUs = trace.startUs + slot * 1e6
      return (foldColumns(trace, 20, 1e6, endUs, 2).startUs - trace.startUs) / 1e6
    })
    const [first = 0] = starts
    expect(first % 2).toBe((trace.startUs / 1e6) % 2)
    expect(new Set(starts.map((start) => start - first))).toEqual(
      new Set([0, 2, 4, 6].slice(0, new Set(starts).size)),
    )
  })

  it('hold the same values while the chart scrolls', () => {
    const wave = Array.from({ length: 60 }, (_, i) => at(i, Math.sin(i)))
    const trace = traceOf(60, wave)
    // Three seconds later: three slots have gone at the left, three have come.
    const later = traceOf(60, [
      ...wave.slice(3).map((point, i) => ({ ...point, slot: i })),
      at(59, 9),
    ])
    const shifted = { ...later, startUs: trace.startUs + 3e6 }
    const [before, after] = [foldColumns(trace, 20, 3e6), foldColumns(shifted, 20, 3e6)]
    expect([...(after.channels['a']?.max.slice(1, 17) ?? [])]).toEqual([
      ...(before.channels['a']?.max.slice(2, 18) ?? []),
    ])
  })

  it('stand at the time they are of, where the trace is of another moment', () => {
    const trace = traceOf(60, [at(59, 1)])
    const endUs = trace.startUs + 59.5e6
    const shown = (byUs: number): number =>
      foldColumns(trace, 60, 1e6, endUs + byUs).count.findIndex((count) => count > 0)
    expect([shown(0), shown(10e6), shown(-1e6), shown(100e6)]).toEqual([59, 49, -1, -1])
  })

  it('mark what is missing also where nothing is left to draw', () => {
    const trace = traceOf(60, [at(0, 1), at(59, 1)])
    trace.signs.fill(SIGN.lost, 20, 30)
    const { signs, count } = foldColumns(trace, 60, 1e6)
    expect([...signs.slice(19, 31)]).toEqual([0, ...new Array(10).fill(1), 0])
    expect([...count].filter((each) => each > 0)).toHaveLength(2)
  })

  it('have no value of a channel that a sample did not have', () => {
    const points = [
      { slot: 10, values: { ...electric(5, 1), soc: 80 } },
      { slot: 11, values: electric(5, 1) },
    ]
    const columns = foldColumns(traceOf(60, points, 1e6, ['v', 'soc']), 60, 1e6)
    expect([...(columns.channels['soc']?.max.slice(10, 12) ?? [])]).toEqual([80, Number.NaN])
    expect([...(columns.channels['v']?.max.slice(10, 12) ?? [])]).toEqual([5, 5])
  })

  it('do not break where the device only slowed down', () => {
    const fast = Array.from({ length: 20 }, (_, i) => at(i, 1))
    const slow = [29, 39, 49, 59].map((slot) => at(slot, 1))
    const { broken } = foldColumns(traceOf(60, [...fast, ...slow]), 60, 1e6)
    expect(broken.includes(1)).toBe(false)
  })
})
