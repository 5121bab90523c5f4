import { describe, expect, it } from 'vitest'
import { DeviceClock } from '../../src/protocol/device-clock.ts'
import type { Stamp } from '../../src/protocol/frames.ts'

const HOST_US = 1_790_000_000_000_000
const ts = (value: number): Stamp => ({ kind: 'ts', value })
const ms = (value: number): Stamp => ({ kind: 'ms', value })

function clock(options: { keepTime?: boolean; live?: boolean } = {}): DeviceClock {
  return new DeviceClock({ keepTime: options.keepTime === true, live: options.live === true })
}

describe('DeviceClock: Unix stamps', () => {
  it('takes seconds, fractions and milliseconds to the microsecond', () => {
    const c = clock()
    const near = HOST_US / 1e6
    expect(c.time(ts(near), 0, HOST_US, null)).toEqual({ timeUs: HOST_US, notice: null })
    expect(c.time(ts(near + 0.01), 1, HOST_US, null).timeUs).toBe(HOST_US + 10_000)
    expect(c.time(ts(near * 1000 + 20), 2, HOST_US, null).timeUs).toBe(HOST_US + 20_000)
  })

  it('takes a clock more than ten minutes off for unset, keeps its spacing and says so once', () => {
    const c = clock()
    expect(c.time(ts(1712345678), 0, HOST_US, null)).toEqual({ timeUs: HOST_US, notice: 'unset' })
    expect(c.time(ts(1712345688), 1, HOST_US + 5, null)).toEqual({
      timeUs: HOST_US + 10e6,
      notice: null,
    })
  })

  it('keeps an old clock with --keep-time', () => {
    const c = clock({ keepTime: true })
    expect(c.time(ts(1712345678), 0, HOST_US, null)).toEqual({
      timeUs: 1712345678e6,
      notice: null,
    })
  })

  it('may run ahead of the host after the first sample', () => {
    const c = clock()
    const near = HOST_US / 1e6
    c.time(ts(near), 0, HOST_US, null)
    expect(c.time(ts(near + 3600), 1, HOST_US, null)).toEqual({
      timeUs: HOST_US + 3600e6,
      notice: null,
    })
  })

  it('spreads samples of one whole second by sequence, never merges, never leaves the second', () => {
    const c = clock()
    const near = HOST_US / 1e6
    const times: number[] = []
    for (let i = 0; i < 30; i++)
      times.push(c.time(ts(near + Math.floor(i / 10)), i, HOST_US, null).timeUs)
    for (let i = 1; i < 30; i++) expect(times[i]).toBeGreaterThan(times[i - 1] as number)
    for (let i = 0; i < 30; i++) {
      expect(Math.floor(((times[i] as number) - HOST_US) / 1e6)).toBe(Math.floor(i / 10))
    }
    // From the second second on, the rate is known.
    expect(times.slice(10, 20).map((t) => t - HOST_US - 1e6)).toEqual(
      Array.from({ length: 10 }, (_, i) => i * 100_000),
    )
  })

  it('spreads by arrival while the rate is not known', () => {
    const c = clock({ live: true })
    const near = HOST_US / 1e6
    c.time(ts(near), 0, HOST_US, null)
    expect(c.time(ts(near), 1, HOST_US + 250_000, null).timeUs).toBe(HOST_US + 250_000)
  })

  it('never goes back, and says so', () => {
    const c = clock()
    const near = HOST_US / 1e6
    c.time(ts(near), 0, HOST_US, null)
    const step = c.time(ts(near - 100), 1, HOST_US, null)
    expect(step).toEqual({ timeUs: HOST_US + 1000, notice: 'stepped_back' })
    expect(c.time(ts(near - 99), 2, HOST_US, null).timeUs).toBe(HOST_US + 1000 + 1e6)
  })
})

describe('DeviceClock: clocks that are set or wrong in mid-stream', () => {
  const near = HOST_US / 1e6

  it('believes a clock that is set right after it was unset', () => {
    for (const live of [true, false]) {
      const c = clock({ live })
      for (let i = 0; i < 5; i++) c.time(ts(1_340_000_000 + i), i, HOST_US + i * 1e6, null)
      const set = c.time(ts(near + 5), 5, HOST_US + 5e6, null)
      expect(set).toEqual({ timeUs: HOST_US + 5e6, notice: 'stepped' })
      expect(c.time(ts(near + 6), 6, HOST_US + 6e6, null)).toEqual({
        timeUs: HOST_US + 6e6,
        notice: null,
      })
    }
  })

  it.each([9_999_999_999, 1_100_000_000])('survives one wrong stamp: %d', (wrong) => {
    for (const live of [true, false]) {
      const c = clock({ live })
      const times = [0, 1, 2, 3, 4, 5, 6].map((i) => {
        const stamp = i === 3 ? wrong : near + i
        return c.time(ts(stamp), i, HOST_US + i * 1e6, null).timeUs
      })
      expect(times.filter((_, i) => i !== 3)).toEqual(
        [0, 1, 2, 4, 5, 6].map((i) => HOST_US + i * 1e6),
      )
      expect(times[3]).toBe(HOST_US + 3e6)
    }
  })

  it('tells a pause that consecutive numbers do not explain, and keeps the time', () => {
    for (const keepTime of [true, false]) {
      const c = clock({ keepTime })
      for (let i = 0; i < 5; i++) c.time(ts(near + i / 10), i, HOST_US, null)
      expect(c.time(ts(near + 300), 5, HOST_US, null)).toEqual({
        timeUs: HOST_US + 300e6,
        notice: 'stepped',
      })
      expect(c.time(ts(near + 300.1), 6, HOST_US, null).notice).toBeNull()
    }
  })

  it('takes lost samples for what they are', () => {
    const c = clock()
    for (let i = 0; i < 5; i++) c.time(ts(near + i), i, HOST_US, null)
    expect(c.time(ts(near + 1000), 1000, HOST_US, null)).toEqual({
      timeUs: HOST_US + 1000e6,
      notice: null,
    })
  })

  it('follows a new interval', () => {
    const c = clock({ live: true })
    const at = [0, 0.1, 0.2, 0.3, 60.3, 120.3, 180.3]
    const notices = at.map((s, i) => c.time(ts(near + s), i, HOST_US + s * 1e6, null).notice)
    expect(notices).toEqual([null, null, null, null, 'stepped', 'stepped', null])
  })
})

describe('DeviceClock: time since the start', () => {
  it.each([
    ['ms', ms],
    ['ts below 1e9', ts],
  ])('anchors %s at the arrival and keeps the spacing', (_name, stamp) => {
    const c = clock()
    expect(c.time(stamp(5000), 0, HOST_US, null).timeUs).toBe(HOST_US)
    expect(c.time(stamp(5250), 1, HOST_US, null).timeUs).toBe(HOST_US + 250_000)
  })

  it('wraps at 2^32 ms', () => {
    const c = clock()
    c.time(ms(2 ** 32 - 100), 0, HOST_US, null)
    expect(c.time(ms(150), 1, HOST_US, null)).toEqual({ timeUs: HOST_US + 250_000, notice: null })
  })

  it('stays uptime when a stream that began so passes 1e9', () => {
    const c = clock()
    c.time(ts(999_999_900), 0, HOST_US, null)
    expect(c.time(ts(1_000_000_100), 1, HOST_US, null).timeUs).toBe(HOST_US + 200_000)
  })

  it('notices a restart', () => {
    const c = clock()
    c.time(ms(100_000), 0, HOST_US, null)
    expect(c.time(ms(20), 1, HOST_US + 7e6, null)).toEqual({
      timeUs: HOST_US + 7e6,
      notice: 'restarted',
    })
  })

  it('anchors resent samples to the newest live one: their time is that of the measurement', () => {
    const c = clock({ live: true })
    const live = { stamp: ms(60_000), arrivalUs: HOST_US }
    expect(c.time(ms(50_000), 0, HOST_US + 500, live).timeUs).toBe(HOST_US - 10e6)
    expect(c.time(ms(60_000), 1, HOST_US, null).timeUs).toBe(HOST_US)
  })

  it('follows a clock that is 0.5 % fast within 50 ms, without ever going back', () => {
    const c = clock({ live: true })
    let last = 0
    let error = 0
    for (let i = 0; i < 36_000; i++) {
      const arrival = HOST_US + i * 100_000
      const { timeUs } = c.time(ms(Math.round(i * 100 * 1.005)), i, arrival, null)
      expect(timeUs).toBeGreaterThan(last)
      last = timeUs
      error = timeUs - arrival
    }
    expect(Math.abs(error)).toBeLessThan(50_000)
  })
})

describe('DeviceClock: no stamps', () => {
  it('takes the arrival, never the same time twice', () => {
    const c = clock()
    const none: Stamp = { kind: 'none' }
    expect(c.time(none, 0, HOST_US, null).timeUs).toBe(HOST_US)
    expect(c.time(none, 1, HOST_US, null).timeUs).toBe(HOST_US + 1)
  })
})

describe('DeviceClock: going on behind an earlier run of the host', () => {
  it('keeps the order where the anchors of the two runs differ by some ms', () => {
    const c = clock({ live: true })
    c.resumeAfter(HOST_US + 2000)
    const live = { stamp: ms(5100), arrivalUs: HOST_US + 100_000 }
    expect(c.time(ms(5000), 7, HOST_US + 101_000, live).timeUs).toBe(HOST_US + 2001)
    expect(c.time(ms(5100), 8, HOST_US + 102_000, live).timeUs).toBe(HOST_US + 102_001)
  })

  it('does not follow a time of the earlier run that was far ahead', () => {
    const c = clock({ live: true })
    c.resumeAfter(HOST_US + 3600e6)
    expect(c.time(ms(5000), 7, HOST_US, null).timeUs).toBe(HOST_US)
  })
})
