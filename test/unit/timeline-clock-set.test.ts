import { describe, expect, it } from 'vitest'
import { atOnce, eachSecond, HOST_US, ms, NEAR, TimelineRun, ts } from '../support/timeline-run.ts'

describe('Timeline: a clock that is set', () => {
  it('is believed where it agrees with the host afterwards', () => {
    for (const live of [true, false]) {
      const stamps = [0, 1, 2, 3, 4].map((s) => ts(1_340_000_000 + s))
      for (let s = 5; s < 12; s++) stamps.push(ts(NEAR + s))
      const run = TimelineRun.of({ live }, stamps, eachSecond)
      expect(run.times).toEqual(Array.from({ length: 12 }, (_, s) => s * 1e6))
      const steps = run.notices.filter((notice) => notice === 'stepped')
      expect(steps).toHaveLength(1)
    }
  })

  it('does not move the time where it does not', () => {
    for (const by of [5 * 86_400, -5 * 86_400, 3600, -3600]) {
      for (const stampOf of [ts, (s: number) => ms((s - NEAR + 1e6) * 1000)]) {
        for (const live of [true, false]) {
          const stamps = Array.from({ length: 30 }, (_, s) =>
            stampOf(NEAR + s + (s >= 15 ? by : 0)),
          )
          const run = TimelineRun.of({ live }, stamps, live ? eachSecond : atOnce)
          expect(run.times[29]).toBeGreaterThan(27e6)
          expect(run.times[29]).toBeLessThan(31e6)
          expect(run.notices.filter((n) => n === 'stepped' || n === 'restarted')).toHaveLength(1)
        }
      }
    }
  })

  it('is taken as it is with --keep-time: a step back begins a run that goes back', () => {
    const stamps = Array.from({ length: 20 }, (_, s) => ts(1712345678 + s - (s >= 10 ? 3600 : 0)))
    const run = TimelineRun.of({ keepTime: true }, stamps, atOnce)
    expect(run.placed.map(({ timeUs }) => timeUs)).toEqual(
      stamps.map((stamp) => (stamp as { value: number }).value * 1e6),
    )
    expect(run.notices.indexOf('stepped')).toBe(10)
  })

  it('follows a new interval on a port without a word', () => {
    const at = [0, 0.1, 0.2, 0.3, 60.3, 120.3, 180.3]
    const run = TimelineRun.of(
      { live: true },
      at.map((s) => ts(NEAR + s)),
      (i) => HOST_US + (at[i] as number) * 1e6,
    )
    expect(run.times).toEqual(at.map((s) => Math.round(s * 1e6)))
    expect(run.notices).toEqual(at.map(() => null))
  })
})
