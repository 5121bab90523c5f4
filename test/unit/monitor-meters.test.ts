import { describe, expect, it } from 'vitest'
import { histogramOf } from '../../src/chart/histogram.ts'
import { SIGN } from '../../src/chart/trace.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { RateMeter } from '../../src/monitor/rate-meter.ts'
import { TraceStore } from '../../src/monitor/trace-store.ts'
import { ViewMemory } from '../../src/monitor/view-memory.ts'
import { sampleOf } from '../support/samples.ts'

const START_US = 1_790_000_000_000_000

function sample(timeUs: number, change: Partial<Sample> = {}): Sample {
  return sampleOf({ timeUs, ...change })
}

describe('ViewMemory', () => {
  const ALL = Number.NEGATIVE_INFINITY
  const MINUTE_US = 60e6

  it('has all of a run that is young', () => {
    const memory = new ViewMemory(ALL)
    expect(memory.isWhole).toBe(true)
    memory.add(sample(START_US), true)
    memory.add(sample(START_US + 14 * MINUTE_US), true)
    memory.add(sample(START_US - MINUTE_US / 2, { origin: 'late' }), true)
    expect(memory.isWhole).toBe(true)
  })

  it('has not all of what began before it, or was longer, came too late or was set back', () => {
    expect(new ViewMemory(START_US).isWhole).toBe(false)
    const long = new ViewMemory(ALL)
    long.add(sample(START_US), true)
    long.add(sample(START_US + 15 * MINUTE_US), true)
    expect(long.isWhole).toBe(false)
    const late = new ViewMemory(ALL)
    late.add(sample(START_US), true)
    late.add(sample(START_US - 16 * MINUTE_US, { origin: 'late' }), true)
    expect(late.isWhole).toBe(false)
    const setBack = new ViewMemory(ALL)
    setBack.add(sample(START_US), true)
    setBack.clockSetBack()
    expect(setBack.isWhole).toBe(false)
  })

  it('has not all of a device with more channels than it keeps, or with more marks', () => {
    const wide = new ViewMemory(ALL)
    const extras = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`x${i}`, i]))
    wide.add(sample(START_US, { extras }), true)
    expect(wide.isWhole).toBe(false)
    const marked = new ViewMemory(ALL)
    for (let i = 0; i < 500; i++) marked.mark(START_US + i, 'outlier')
    expect(marked.isWhole).toBe(true)
    marked.mark(START_US + 500, 'outlier')
    expect(marked.isWhole).toBe(false)
  })
})

describe('TraceStore', () => {
  it('keeps slow samples one by one and leaves the slots between them empty', () => {
    const store = new TraceStore()
    for (let s = 0; s < 5; s++) store.add(sample(START_US + s * 1e6, { voltage: s }))
    const trace = store.read(20_000, 200, null)
    const filled = [...trace.count.keys()].filter((i) => trace.count[i] === 1)
    expect(filled.map((i) => trace.channels['v']?.last[i])).toEqual([1, 2, 3, 4])
    expect(trace.startUs + (filled.at(-1) as number) * trace.slotUs).toBe(START_US + 4e6)
  })

  it('folds to min, max and last and keeps a gap', () => {
    const store = new TraceStore()
    for (let i = 0; i < 1000; i++) {
      store.add(sample(START_US + i * 1000, { current: i === 500 ? 3 : 0.1, gapBefore: i === 500 }))
    }
    const trace = store.read(100_000, 10, null)
    expect(trace.length).toBeLessThanOrEqual(10)
    expect(Math.max(...(trace.channels['a']?.max ?? []).filter((max) => !Number.isNaN(max)))).toBe(
      3,
    )
    expect([...trace.signs].filter((said) => said === SIGN.lost)).toHaveLength(1)
    expect([...trace.count].reduce((a, b) => a + b, 0)).toBeGreaterThan(900)
  })

  it('has every value of the last 15 minutes, and nothing of what stood in its place before', () => {
    const store = new TraceStore()
    const values = new Map<number, number>()
    // Twice around: in other slots than the first time, with pauses, one of them longer than all that is kept.
    for (let i = 0, slot = START_US / 20_000; i < 16_000; i++) {
      slot += i === 9000 ? 60_000 : 3 + ((i * 7) % 5)
      const extras = i % 3 === 0 ? { t: i / 2 } : null
      store.add(sample(slot * 20_000, { voltage: i, extras }))
      values.set(slot, i)
    }
    const trace = store.all()
    const first = trace.startUs / 20_000
    expect(trace.length).toBe(45_000)
    const kept = [...values].filter(([slot]) => slot >= first)
    const wanted = new Map(kept.map(([slot, i]) => [slot - first, i]))
    const places = [...trace.count.keys()]
    const { v, t } = trace.channels
    expect(places.filter((place) => trace.count[place] !== (wanted.has(place) ? 1 : 0))).toEqual([])
    const isRight = (at: number | undefined, value: number): boolean => Object.is(at, value)
    const wrong = places.filter((place) => {
      const i = wanted.get(place) ?? Number.NaN
      const extra = i % 3 === 0 ? i / 2 : Number.NaN
      return !(
        isRight(v?.min[place], i) &&
        isRight(v?.max[place], i) &&
        isRight(v?.last[place], i) &&
        isRight(t?.last[place], extra)
      )
    })
    expect(wrong).toEqual([])
  })

  it('gives of long slots the value of any of its samples: of a load that repeats, not always the same', () => {
    const store = new TraceStore()
    for (let i = 0; i < 12_000; i++) {
      store.add(sample(START_US + i * 50_000, { current: i % 20 < 8 ? 0.9 : 0.01 }))
    }
    const trace = store.read(2_000_000, 300, null)
    const { counts = [], samples = 0 } = histogramOf(trace, { id: 'a', finest: 0.01 }, 10) ?? {}
    expect(counts.filter((count) => count > 0)).toHaveLength(2)
    expect(Math.abs((counts[0] ?? 0) / samples - 0.6)).toBeLessThan(0.02)
    // The newest one is the end of the curve.
    expect(trace.channels['a']?.last.at(-1)).toBe(0.01)
  })

  it('moves on without measured samples, and marks where they come again', () => {
    const store = new TraceStore()
    const filled = (trace: ReturnType<TraceStore['read']>): number[] =>
      [...trace.count.keys()].filter((i) => (trace.count[i] ?? 0) > 0)
    for (let s = 0; s < 3; s++) store.add(sample(START_US + s * 1e6))
    for (let s = 3; s < 6; s++) store.addUnmeasured(sample(START_US + s * 1e6))
    const during = store.read(1_000_000, 10, null)
    expect(during.startUs + (during.length - 1) * during.slotUs).toBe(START_US + 5e6)
    expect(filled(during)).toEqual([4, 5, 6])
    // Late: it doesn't end the spell.
    store.add(sample(START_US + 2e6 + 20_000))
    store.add(sample(START_US + 6e6))
    store.add(sample(START_US + 7e6))
    const after = store.read(1_000_000, 10, null)
    expect(filled(after)).toEqual([2, 3, 4, 8, 9])
    expect([...after.broken]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 0])
    // Not measured is another thing than lost.
    const { unmeasured } = SIGN
    expect([...after.signs]).toEqual([0, 0, 0, 0, 0, unmeasured, unmeasured, unmeasured, 0, 0])
  })

  it('knows lost from restarted, marks a gap where it lies, and takes a sign back with what is healed', () => {
    const store = new TraceStore()
    const at = (s: number, changes: Partial<Sample> = {}): void =>
      store.add(sample(START_US + s * 1e6, changes))
    const signs = (): number[] => [...store.read(1_000_000, 10, null).signs]
    at(0)
    at(4, { gapBefore: true })
    at(6, { gapBefore: true, epochId: 2 })
    store.mark(START_US + 5e6, 'restart')
    store.mark(START_US + 9e6, 'marker')
    at(9, { epochId: 2 })
    const { lost, restart, marker } = SIGN
    expect(signs()).toEqual([lost, lost, lost, lost, lost, restart, 0, 0, 0, marker])
    // The 20 ms of the sample itself; the others of its second are still missing.
    at(2, { origin: 'late' })
    expect(store.read(20_000, 451, null).signs[100]).toBe(0)
    expect(store.read(20_000, 451, null).broken[300]).toBe(1)
  })

  it('says what is missing before a sample that was not measured, and where a late one was not', () => {
    const store = new TraceStore()
    store.add(sample(START_US))
    store.addUnmeasured(sample(START_US + 3e6, { gapBefore: true }))
    store.add(sample(START_US + 4e6))
    const { lost, unmeasured } = SIGN
    const signs = (): number[] => [...store.read(1_000_000, 5, null).signs]
    expect(signs()).toEqual([lost, lost, lost, lost | unmeasured, 0])
    store.addUnmeasured(sample(START_US + 1e6, { origin: 'late' }))
    expect(signs()).toEqual([lost, lost | unmeasured, lost, lost | unmeasured, 0])
    const trace = store.read(20_000, 201, null)
    // Its own 20 ms are missing no more; the curve goes on behind the break that there was before.
    expect(trace.signs[50]).toBe(unmeasured)
    expect([...trace.broken].flatMap((broken, i) => (broken === 1 ? [i] : []))).toEqual([200])
  })

  it('forgets what is older than it holds', () => {
    const store = new TraceStore()
    store.add(sample(START_US))
    store.add(sample(START_US + 3_600e6))
    const trace = store.read(20_000, 45_000, null)
    expect([...trace.count].reduce((a, b) => a + b, 0)).toBe(1)
  })
})

describe('RateMeter', () => {
  function meter(intervalUs: number): { meter: RateMeter; endUs: number } {
    const made = new RateMeter()
    for (let i = 0; i < 100; i++) made.add(START_US + i * intervalUs, i * intervalUs)
    return { meter: made, endUs: 99 * intervalUs }
  }

  it('is 0 when nothing has come for 2 s', () => {
    const { meter: fast, endUs } = meter(50_000)
    expect(fast.perSecondAt(endUs + 1.9e6)).toBeCloseTo(20, 6)
    expect(fast.perSecondAt(endUs + 2.1e6)).toBe(0)
    expect(fast.perSecond()).toBeCloseTo(20, 6)
  })

  it('waits three intervals of a slow device', () => {
    const { meter: slow, endUs } = meter(10e6)
    expect(slow.perSecondAt(endUs + 29e6)).toBeCloseTo(0.1, 6)
    expect(slow.perSecondAt(endUs + 31e6)).toBe(0)
  })
})
