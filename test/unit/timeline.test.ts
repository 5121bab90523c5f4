import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  atOnce,
  eachSecond,
  HOST_US,
  ms,
  NEAR,
  NONE,
  seconds,
  TimelineRun,
  ts,
} from '../support/timeline-run.ts'

describe('Timeline: Unix stamps', () => {
  it('takes seconds, fractions and milliseconds to the microsecond', () => {
    const run = TimelineRun.of({}, [ts(NEAR), ts(NEAR + 0.01), ts(NEAR * 1000 + 20)], atOnce)
    expect(run.times).toEqual([0, 10_000, 20_000])
    expect(run.notices).toEqual([null, null, null])
  })

  it('takes a clock more than ten minutes off for unset and keeps its spacing', () => {
    const run = TimelineRun.of({}, [ts(1712345678), ts(1712345688)], atOnce)
    expect(run.times).toEqual(seconds(0, 10))
    expect(run.notices).toEqual(['unset', null])
  })

  it('keeps an old clock with --keep-time', () => {
    const run = TimelineRun.of({ keepTime: true }, [ts(1712345678)], atOnce)
    expect(run.placed).toEqual([{ seq: 0, timeUs: 1712345678e6, notice: null }])
  })

  it('may run ahead of the host', () => {
    const run = TimelineRun.of({}, [ts(NEAR), ts(NEAR + 3600), ts(NEAR + 7200)], atOnce)
    expect(run.times).toEqual(seconds(0, 3600, 7200))
    expect(run.notices).toEqual([null, null, null])
  })

  it('spreads samples of one whole second by sequence, never merges, never leaves the second', () => {
    const stamps = Array.from({ length: 30 }, (_, i) => ts(NEAR + Math.floor(i / 10)))
    const { times } = TimelineRun.of({}, stamps, atOnce)
    for (let i = 1; i < 30; i++) expect(times[i]).toBeGreaterThan(times[i - 1] as number)
    for (let i = 0; i < 30; i++) {
      expect(Math.floor((times[i] as number) / 1e6)).toBe(Math.floor(i / 10))
    }
    // From the second second on, the rate is known.
    expect(times.slice(10, 20).map((t) => t - 1e6)).toEqual(
      Array.from({ length: 10 }, (_, i) => i * 100_000),
    )
  })

  it('moves no stamp of a stream with fractions that falls on a whole second, however often', () => {
    const stamps = [0.998, 0.999, 1, 1, 1.001, 1.5, 2, 2, 2, 2.001].map((s) => ts(NEAR + s))
    for (const [live, keepTime] of [
      [true, false],
      [false, false],
      [false, true],
    ] as const) {
      const { times } = TimelineRun.of({ live, keepTime }, stamps, atOnce)
      expect(times.map((us) => Math.round(us / 1000))).toEqual([
        998, 999, 1000, 1000, 1001, 1500, 2000, 2000, 2000, 2001,
      ])
    }
  })

  it('spreads again where a stream with fractions has none any more', () => {
    const whole = Array.from({ length: 30 }, (_, i) => 1 + Math.floor(i / 10))
    const { times } = TimelineRun.of(
      {},
      [0.5, 0.9, ...whole].map((s) => ts(NEAR + s)),
      atOnce,
    )
    for (let i = 1; i < 32; i++) expect(times[i]).toBeGreaterThan(times[i - 1] as number)
    // Those of the first second are taken for its beginning.
    expect(times.slice(22).map((us) => Math.round(us / 1000))).toEqual(
      Array.from({ length: 10 }, (_, i) => 3000 + i * 100),
    )
  })

  it('spreads by arrival while the rate is not known', () => {
    const run = TimelineRun.of({ live: true }, [ts(NEAR), ts(NEAR)], (i) => HOST_US + i * 250_000)
    expect(run.times).toEqual([0, 250_000])
  })
})

describe('Timeline: time since the start', () => {
  it.each([
    ['ms', ms],
    ['ts below 1e9', ts],
  ])('anchors %s at the arrival and keeps the spacing', (_name, stamp) => {
    expect(TimelineRun.of({}, [stamp(5000), stamp(5250)], atOnce).times).toEqual([0, 250_000])
  })

  it('wraps at 2^32 ms', () => {
    const stamps = [-200, -100, 0, 100, 200].map((by) => ms((2 ** 32 + by) % 2 ** 32))
    for (const live of [true, false]) {
      const run = TimelineRun.of({ live }, stamps, (i) => HOST_US + i * 100_000)
      expect(run.times).toEqual([0, 100_000, 200_000, 300_000, 400_000])
      expect(run.notices).toEqual(Array(5).fill(null))
    }
  })

  it('stays uptime when a stream that began so passes 1e9', () => {
    const run = TimelineRun.of({}, [ts(999_999_900), ts(1_000_000_100)], atOnce)
    expect(run.times).toEqual([0, 200_000])
  })

  it('notices a restart', () => {
    for (const live of [true, false]) {
      const at = [0, 1, 2, 9, 10]
      const stamps = [100_000, 101_000, 102_000, 20, 1020].map(ms)
      const run = TimelineRun.of({ live }, stamps, (i) => HOST_US + (at[i] as number) * 1e6)
      expect(run.times).toEqual(at.map((s) => s * 1e6))
      expect(run.notices).toEqual([null, null, null, 'restarted', null])
    }
  })

  it('anchors resent samples to the newest live one: their time is that of the measurement', () => {
    const run = new TimelineRun({ live: true })
    run.push(ms(50_000), 0, HOST_US + 500, {
      stamp: ms(60_000),
      seq: 1,
      arrivalUs: HOST_US,
    })
    run.push(ms(60_000), 1, HOST_US)
    expect(run.times).toEqual([-10e6, 0])
  })

  it('follows a clock that is 0.5 % fast within 50 ms, without ever going back', () => {
    const run = new TimelineRun({ live: true })
    for (let i = 0; i < 36_000; i++) run.push(ms(Math.round(i * 100 * 1.005)), i, HOST_US + i * 1e5)
    let last = Number.NEGATIVE_INFINITY
    for (const us of run.times) {
      expect(us).toBeGreaterThan(last)
      last = us
    }
    expect(Math.abs(last - 35_999 * 1e5)).toBeLessThan(50_000)
    expect(run.notices.every((notice) => notice === null)).toBe(true)
  })

  it('goes on with the host where its clock is set forward', () => {
    const run = new TimelineRun({ live: true })
    for (let i = 0; i < 20; i++) run.push(ms(i * 1000), i, HOST_US + i * 1e6)
    run.timeline.hostStepped(7200e6)
    for (let i = 20; i < 40; i++) run.push(ms(i * 1000), i, HOST_US + i * 1e6 + 7200e6)
    expect(run.times[39]).toBe(39e6 + 7200e6)
    expect(run.notices.filter((notice) => notice !== null)).toEqual(['host_stepped'])
  })

  it('does not go on twice where that was before the first sample, or before a new boot', () => {
    const run = new TimelineRun({ live: true })
    run.timeline.hostStepped(3600e6)
    for (let i = 0; i < 5; i++) run.push(ms(i * 1000), i, HOST_US + i * 1e6)
    run.timeline.hostStepped(3600e6)
    run.timeline.restart()
    for (let i = 5; i < 10; i++) run.push(ms(i * 1000), i, HOST_US + i * 1e6 + 3600e6)
    expect(run.notices).toEqual(Array(10).fill(null))
    expect(run.times.slice(-2)).toEqual(seconds(3608, 3609))
  })

  it('does not begin a new boot behind a stamp in doubt', () => {
    const run = new TimelineRun()
    for (const s of [0, 1, 2, 3, 4, 305]) run.push(ts(NEAR + s), Math.min(s, 5), HOST_US)
    run.timeline.restart()
    for (const s of [6, 7, 8]) run.push(ts(NEAR + s), s - 6, HOST_US)
    run.timeline.end()
    expect(run.times).toEqual(seconds(0, 1, 2, 3, 4, 5, 6, 7, 8))
    expect(run.notices[5]).toBe('contradicted')
  })
})

describe('Timeline: no stamps', () => {
  it('takes the arrival, never the same time twice', () => {
    expect(TimelineRun.of({}, [NONE, NONE], atOnce).times).toEqual([0, 1])
  })
})

describe('Timeline: going on behind an earlier run of the host', () => {
  it('keeps the order where the anchors of the two runs differ by some ms', () => {
    const run = new TimelineRun({ live: true })
    run.timeline.resumeAfter({ lastUs: HOST_US + 2000, lastSeq: 6 })
    const live = { stamp: ms(5100), seq: 8, arrivalUs: HOST_US + 100_000 }
    run.push(ms(5000), 7, HOST_US + 101_000, live)
    run.push(ms(5100), 8, HOST_US + 102_000, live)
    expect(run.times).toEqual([2001, 102_001])
  })

  it('does not follow a time of the earlier run that was far ahead', () => {
    const run = new TimelineRun({ live: true })
    run.timeline.resumeAfter({ lastUs: HOST_US + 3600e6, lastSeq: 6 })
    run.push(ms(5000), 7, HOST_US)
    expect(run.times).toEqual([0])
  })
})

it('places each sample once, in order, whatever the stamps', () => {
  const stamp = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(ms),
    fc.double({ min: 0, max: 9e12, noNaN: true }).map(ts),
    fc.integer({ min: 0, max: 100 }).map((s) => ts(NEAR + s)),
    fc.constant(NONE),
  )
  fc.assert(
    fc.property(fc.array(stamp, { maxLength: 60 }), fc.boolean(), (stamps, live) => {
      const run = TimelineRun.of({ live }, stamps, eachSecond)
      expect(run.placed.map(({ seq }) => seq)).toEqual(stamps.map((_, i) => i))
      for (let i = 1; i < run.times.length; i++) {
        expect(run.times[i]).toBeGreaterThan(run.times[i - 1] as number)
      }
    }),
    { numRuns: 500 },
  )
})
