import { describe, expect, it } from 'vitest'
import {
  atOnce,
  eachSecond,
  HOST_US,
  ms,
  NEAR,
  NONE,
  TimelineRun,
  ts,
} from '../support/timeline-run.ts'

describe('Timeline: one stamp that the others contradict', () => {
  const clean = Array.from({ length: 40 }, (_, i) => i)
  const wrong = [9e8, 2e7, 1e7, 3000, 1900, 2100, -3000, -2000, -1e7, -4000]

  it.each([
    [
      'ms',
      (i: number) => ms(20_000_000 + i * 1000),
      (i: number, by: number) => ms(20_000_000 + i * 1000 + by),
    ],
    [
      'ts below 1e9',
      (i: number) => ts(20_000_000 + i * 1000),
      (i: number, by: number) => ts(20_000_000 + i * 1000 + by),
    ],
    ['Unix s', (i: number) => ts(NEAR + i), (i: number, by: number) => ts(NEAR + i + by / 1000)],
    [
      'Unix ms',
      (i: number) => ts(NEAR * 1000 + i * 1000),
      (i: number, by: number) => ts(NEAR * 1000 + i * 1000 + by),
    ],
  ])('moves nothing: %s', (_name, good, bad) => {
    for (const keepTime of [false, true]) {
      for (const live of [false, true]) {
        for (const by of wrong) {
          for (const at of [5, 20, 38]) {
            const stamps = clean.map((i) => (i === at ? bad(i, by) : good(i)))
            const run = TimelineRun.of({ keepTime, live }, stamps, live ? eachSecond : atOnce)
            const what = `${by} at ${at}, live ${live}, keep ${keepTime}`
            const off = run.times.flatMap((us, i) => (us === i * 1e6 ? [] : [i]))
            // Small ones may be taken as they are: then nobody else is moved by more than that.
            for (const i of off) {
              expect(Math.abs(i - at), what).toBeLessThanOrEqual(2)
              expect(Math.abs((run.times[i] as number) - i * 1e6), what).toBeLessThanOrEqual(
                i === at && Math.abs(by) > 2000 ? 1000 : 2.2e6,
              )
            }
            for (let i = 1; i < 40; i++) {
              expect(run.times[i], what).toBeGreaterThan(run.times[i - 1] as number)
            }
            expect(run.notices, what).not.toContain('stepped')
            expect(run.notices, what).not.toContain('restarted')
            if (Math.abs(by) >= 3000) expect(run.notices[at], what).toBe('contradicted')
          }
        }
      }
    }
  })

  it('nor do two in a row, wherever they are', () => {
    const pairs = [-200_000, -2000, -60, -5, -1, 1, 5, 60, 300, 400, 900, 100_000, 200_000]
    for (const keepTime of [false, true]) {
      for (const live of [false, true]) {
        for (const first of pairs) {
          for (const second of pairs) {
            if (Math.abs(first - second) < 2) continue
            const stamps = clean.map((i) =>
              ms(5e8 + i * 1000 + (i === 20 ? first * 1000 : i === 21 ? second * 1000 : 0)),
            )
            const unnumbered = first < second
            const run = TimelineRun.of(
              { keepTime, live, unnumbered },
              stamps,
              live ? eachSecond : atOnce,
            )
            const what = `${first} and ${second}, live ${live}`
            const moved = run.times.flatMap((us, i) => (us === i * 1e6 ? [] : [i]))
            for (const i of moved) {
              expect(i, what).toBeGreaterThanOrEqual(20)
              expect(i, what).toBeLessThanOrEqual(23)
              expect(Math.abs((run.times[i] as number) - i * 1e6), what).toBeLessThan(1.6e6)
            }
            expect(run.notices, what).not.toContain('stepped')
          }
        }
      }
    }
  })

  it('nor does one among the first, piped in', () => {
    for (const member of ['ms', 'ts'] as const) {
      for (const by of [-4e6, -70, -2, 2, 5, 9, 100, 8000, 4e6]) {
        for (const at of [0, 1, 2, 3]) {
          const stamps = clean.map((i) => {
            const s = (member === 'ms' ? 5e6 : NEAR) + i + (i === at ? by : 0)
            return member === 'ms' ? ms(s * 1000) : ts(s + 0.25)
          })
          const run = TimelineRun.of({ unnumbered: member === 'ts' }, stamps, atOnce)
          const origin = (run.times[10] as number) - 10e6
          const off = run.times.flatMap((us, i) => (us === origin + i * 1e6 ? [] : [i]))
          expect(off, `${member} ${by} at ${at}`).toEqual([])
          const marked = run.notices.flatMap((kind, i) => (kind === 'contradicted' ? [i] : []))
          expect(marked, `${member} ${by} at ${at}`).toEqual([at])
          expect(run.notices).not.toContain('stepped')
        }
      }
    }
  })

  it('nor does the second on a port, while no interval is known', () => {
    for (const by of [3000, 5000, 9000, 60_000, 9e8]) {
      const stamps = clean.map((i) => ms(5e6 + i * 100 + (i === 1 ? by : 0)))
      const run = TimelineRun.of({ live: true }, stamps, (i) => HOST_US + i * 100_000)
      expect(run.times).toEqual(clean.map((i) => i * 100_000))
      expect(run.notices.filter((kind) => kind !== null)).toEqual(['contradicted'])
    }
  })

  it('nor does one on the last line', () => {
    for (const keepTime of [false, true]) {
      for (const by of [-1e6, -5, 5, 300, 1e6]) {
        const stamps = clean.map((i) => ts(NEAR + i + (i === 39 ? by : 0)))
        const run = TimelineRun.of({ keepTime }, stamps, atOnce)
        expect(run.times).toEqual(clean.map((i) => i * 1e6))
        expect(run.notices[39]).toBe('contradicted')
      }
    }
  })

  it.each([9_999_999_999, 1_100_000_000, 712_345_678])(
    'nor one that looks like another clock: %d',
    (stamp) => {
      for (const live of [true, false]) {
        const stamps = clean.map((i) => ts(i === 30 ? stamp : NEAR + i))
        const run = TimelineRun.of({ live }, stamps, live ? eachSecond : atOnce)
        expect(run.times).toEqual(clean.map((i) => i * 1e6))
        expect(run.notices.filter((each) => each !== null)).toEqual(['contradicted'])
      }
    },
  )

  it('nor a sample without one', () => {
    for (const live of [true, false]) {
      const stamps = clean.map((i) => (i === 30 ? NONE : ms(5000 + i * 1000)))
      const run = TimelineRun.of({ live }, stamps, live ? eachSecond : atOnce)
      expect(run.times).toEqual(clean.map((i) => i * 1e6))
      expect(run.notices.filter((each) => each !== null)).toEqual(['unstamped'])
    }
  })
})
