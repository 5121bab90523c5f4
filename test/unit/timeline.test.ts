import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Stamp } from '../../src/protocol/frames.ts'
import type { LiveStamp } from '../../src/stream/time-entry.ts'
import { Timeline } from '../../src/stream/timeline.ts'
import { sampleFrame } from '../support/frames.ts'

const HOST_US = 1_790_000_000_000_000
const NEAR = HOST_US / 1e6
const ts = (value: number): Stamp => ({ kind: 'ts', value })
const ms = (value: number): Stamp => ({ kind: 'ms', value })
const NONE: Stamp = { kind: 'none' }

interface Placed {
  readonly seq: number | null
  readonly timeUs: number
  readonly notice: string | null
}

class Run {
  readonly placed: Placed[] = []
  #ordinal = 0
  readonly timeline: Timeline

  constructor(options: { keepTime?: boolean; live?: boolean } = {}) {
    this.timeline = new Timeline(
      { keepTime: options.keepTime === true, live: options.live === true },
      ({ frame }, timeUs, notice) =>
        this.placed.push({ seq: frame.seq, timeUs, notice: notice?.kind ?? null }),
    )
  }

  push(
    stamp: Stamp,
    seq: number | null,
    arrivalUs: number,
    live: LiveStamp | null = null,
    isProtected = false,
  ): void {
    const frame = sampleFrame(seq, { stamp, protected: isProtected })
    this.timeline.push({ frame, arrivalUs, healed: live !== null, live, ordinal: this.#ordinal++ })
  }

  /** Samples with numbers from 0 on; times relative to the host's at the begin. */
  static of(
    options: { keepTime?: boolean; live?: boolean; unnumbered?: boolean },
    stamps: readonly Stamp[],
    arrivalUs: (i: number) => number,
  ): Run {
    const run = new Run(options)
    stamps.forEach((stamp, i) => {
      run.push(stamp, options.unnumbered === true ? null : i, arrivalUs(i))
    })
    run.timeline.end()
    return run
  }

  get times(): number[] {
    return this.placed.map(({ timeUs }) => timeUs - HOST_US)
  }

  get notices(): (string | null)[] {
    return this.placed.map(({ notice }) => notice)
  }
}

const atOnce = (): number => HOST_US
const eachSecond = (i: number): number => HOST_US + i * 1e6
const seconds = (...list: number[]): number[] => list.map((s) => s * 1e6)

describe('Timeline: Unix stamps', () => {
  it('takes seconds, fractions and milliseconds to the microsecond', () => {
    const run = Run.of({}, [ts(NEAR), ts(NEAR + 0.01), ts(NEAR * 1000 + 20)], atOnce)
    expect(run.times).toEqual([0, 10_000, 20_000])
    expect(run.notices).toEqual([null, null, null])
  })

  it('takes a clock more than ten minutes off for unset and keeps its spacing', () => {
    const run = Run.of({}, [ts(1712345678), ts(1712345688)], atOnce)
    expect(run.times).toEqual(seconds(0, 10))
    expect(run.notices).toEqual(['unset', null])
  })

  it('keeps an old clock with --keep-time', () => {
    const run = Run.of({ keepTime: true }, [ts(1712345678)], atOnce)
    expect(run.placed).toEqual([{ seq: 0, timeUs: 1712345678e6, notice: null }])
  })

  it('may run ahead of the host', () => {
    const run = Run.of({}, [ts(NEAR), ts(NEAR + 3600), ts(NEAR + 7200)], atOnce)
    expect(run.times).toEqual(seconds(0, 3600, 7200))
    expect(run.notices).toEqual([null, null, null])
  })

  it('spreads samples of one whole second by sequence, never merges, never leaves the second', () => {
    const stamps = Array.from({ length: 30 }, (_, i) => ts(NEAR + Math.floor(i / 10)))
    const { times } = Run.of({}, stamps, atOnce)
    for (let i = 1; i < 30; i++) expect(times[i]).toBeGreaterThan(times[i - 1] as number)
    for (let i = 0; i < 30; i++) {
      expect(Math.floor((times[i] as number) / 1e6)).toBe(Math.floor(i / 10))
    }
    // From the second second on, the rate is known.
    expect(times.slice(10, 20).map((t) => t - 1e6)).toEqual(
      Array.from({ length: 10 }, (_, i) => i * 100_000),
    )
  })

  it('spreads by arrival while the rate is not known', () => {
    const run = Run.of({ live: true }, [ts(NEAR), ts(NEAR)], (i) => HOST_US + i * 250_000)
    expect(run.times).toEqual([0, 250_000])
  })
})

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
            const run = Run.of({ keepTime, live }, stamps, live ? eachSecond : atOnce)
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
            const run = Run.of({ keepTime, live, unnumbered }, stamps, live ? eachSecond : atOnce)
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
          const run = Run.of({ unnumbered: member === 'ts' }, stamps, atOnce)
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
      const run = Run.of({ live: true }, stamps, (i) => HOST_US + i * 100_000)
      expect(run.times).toEqual(clean.map((i) => i * 100_000))
      expect(run.notices.filter((kind) => kind !== null)).toEqual(['contradicted'])
    }
  })

  it('nor does one on the last line', () => {
    for (const keepTime of [false, true]) {
      for (const by of [-1e6, -5, 5, 300, 1e6]) {
        const stamps = clean.map((i) => ts(NEAR + i + (i === 39 ? by : 0)))
        const run = Run.of({ keepTime }, stamps, atOnce)
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
        const run = Run.of({ live }, stamps, live ? eachSecond : atOnce)
        expect(run.times).toEqual(clean.map((i) => i * 1e6))
        expect(run.notices.filter((each) => each !== null)).toEqual(['contradicted'])
      }
    },
  )

  it('nor a sample without one', () => {
    for (const live of [true, false]) {
      const stamps = clean.map((i) => (i === 30 ? NONE : ms(5000 + i * 1000)))
      const run = Run.of({ live }, stamps, live ? eachSecond : atOnce)
      expect(run.times).toEqual(clean.map((i) => i * 1e6))
      expect(run.notices.filter((each) => each !== null)).toEqual(['unstamped'])
    }
  })
})

describe('Timeline: pauses of the sender', () => {
  it('keeps the time of bursts, and finds nothing wrong with them', () => {
    for (const member of ['ms', 'ts'] as const) {
      for (const live of [true, false]) {
        const at = Array.from({ length: 100 }, (_, i) => Math.floor(i / 10) * 10 + (i % 10) / 10)
        const stamps = at.map((s) => (member === 'ms' ? ms(1e6 + s * 1000) : ts(NEAR + s)))
        const run = Run.of({ live }, stamps, (i) => HOST_US + (live ? (at[i] as number) * 1e6 : 0))
        expect(run.times).toEqual(at.map((s) => Math.round(s * 1e6)))
        expect(run.notices.every((notice) => notice === null || notice === 'unset')).toBe(true)
      }
    }
  })

  it('keeps a pause of minutes', () => {
    for (const keepTime of [true, false]) {
      const stamps = [0, 0.1, 0.2, 0.3, 0.4, 300, 300.1].map((s) => ts(NEAR + s))
      const run = Run.of({ keepTime }, stamps, atOnce)
      expect(run.times.slice(-2)).toEqual([300e6, 300.1e6])
      expect(run.notices).toEqual(Array(7).fill(null))
    }
  })

  it('keeps uneven stamps that rise from one to the next, and finds nothing wrong with them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(1, 3, 10, 60, 100, 120, 300, 5000), { minLength: 40 }),
        (steps) => {
          let at = 0
          const times = [...Array(10).fill(10), ...steps, ...Array(4).fill(1)].map((step) => {
            at += step
            return at
          })
          const run = Run.of(
            { keepTime: true },
            times.map((each) => ts(NEAR + each / 1000)),
            atOnce,
          )
          expect(run.times).toEqual(times.map((each) => each * 1000))
          expect(run.notices.every((notice) => notice === null)).toBe(true)
        },
      ),
    )
  })

  it('keeps them where numbers are missing between them only if the lines are protected', () => {
    for (const isProtected of [true, false]) {
      const run = new Run({ keepTime: true })
      for (const i of clean40) run.push(ts(NEAR + i), i, HOST_US, null, isProtected)
      // A second each, it seems; 4 numbers are missing between these two.
      run.push(ts(NEAR + 43.5), 40, HOST_US, null, isProtected)
      run.push(ts(NEAR + 45), 45, HOST_US, null, isProtected)
      run.timeline.end()
      expect(run.times.slice(-2)).toEqual(isProtected ? seconds(43.5, 45) : seconds(40, 45))
      expect(run.notices[40]).toBe(isProtected ? null : 'contradicted')
    }
  })

  it('takes lost samples for what they are', () => {
    const run = new Run()
    for (const [seq, s] of [0, 1, 2, 3, 4].entries()) run.push(ts(NEAR + s), seq, HOST_US)
    for (const n of [1000, 1001]) run.push(ts(NEAR + n), n, HOST_US)
    expect(run.times.slice(-2)).toEqual(seconds(1000, 1001))
    expect(run.notices.slice(-2)).toEqual([null, null])
  })
})

const clean40 = Array.from({ length: 40 }, (_, i) => i)

describe('Timeline: a port whose lines are read late', () => {
  it('is not suspected, but where its first lines waited for more than two seconds', () => {
    for (const everyUs of [1000, 50_000, 200_000, 1e6, 10e6]) {
      for (const waitUs of [20_000, 320_000, 900_000, 1.9e6, 30e6]) {
        for (const at of [0, 7]) {
          if (at === 0 && waitUs > 2e6) continue
          const stamps = clean40.map((i) => ms(5000 + (i * everyUs) / 1000))
          const run = Run.of({ live: true }, stamps, (i) => {
            const isLate = i >= at && i * everyUs < at * everyUs + waitUs
            return HOST_US + (isLate ? at * everyUs + waitUs : i * everyUs)
          })
          const what = `every ${everyUs} µs, ${waitUs} µs late at ${at}`
          expect(run.notices, what).toEqual(clean40.map(() => null))
        }
      }
    }
  })
})

describe('Timeline: a pipe that is live', () => {
  it('makes no sample wait for long', () => {
    const run = new Run()
    for (let i = 0; i < 5; i++) {
      run.push(ms(5000 + i * 10_000), i, HOST_US + i * 10e6)
      run.timeline.tick(HOST_US + i * 10e6 + 250_000)
      run.timeline.tick(HOST_US + i * 10e6 + 350_000)
      expect(run.placed).toHaveLength(i + 1)
    }
    expect(run.times).toEqual(seconds(0, 10, 20, 30, 40))
    expect(run.notices).toEqual(Array(5).fill(null))
  })

  it('is not suspected because its first lines, or some later ones, had to wait', () => {
    for (const everyUs of [50_000, 200_000, 450_000, 1e6, 10e6]) {
      for (const waitUs of [20_000, 106_000, 320_000, 900_000, 1.9e6]) {
        for (const at of [0, 7]) {
          const run = new Run()
          let nowUs = HOST_US
          for (let i = 0; i < 20; i++) {
            const isLate = i * everyUs < at * everyUs + waitUs && i >= at
            const arrivalUs = HOST_US + (isLate ? at * everyUs + waitUs : i * everyUs)
            for (; nowUs < arrivalUs; nowUs += 50_000) run.timeline.tick(nowUs)
            run.push(ms(5000 + (i * everyUs) / 1000), i, arrivalUs)
          }
          run.timeline.end()
          const what = `every ${everyUs} µs, ${waitUs} µs late at ${at}`
          expect(run.notices, what).toEqual(Array(20).fill(null))
          const begin = run.times[0] as number
          expect(run.times.map((us) => us - begin)).toEqual(run.times.map((_, i) => i * everyUs))
        }
      }
    }
  })

  it('gives a wrong stamp the time of its arrival', () => {
    const run = new Run()
    for (let i = 0; i < 20; i++) {
      run.push(ms(5000 + i * 1000 + (i === 10 ? 1e6 : 0)), i, HOST_US + i * 1e6)
      run.timeline.tick(HOST_US + i * 1e6 + 400_000)
    }
    expect(run.times).toEqual(Array.from({ length: 20 }, (_, i) => i * 1e6))
    expect(run.notices.filter((kind) => kind !== null)).toEqual(['contradicted'])
  })
})

describe('Timeline: a clock that is set', () => {
  it('is believed where it agrees with the host afterwards', () => {
    for (const live of [true, false]) {
      const stamps = [0, 1, 2, 3, 4].map((s) => ts(1_340_000_000 + s))
      for (let s = 5; s < 12; s++) stamps.push(ts(NEAR + s))
      const run = Run.of({ live }, stamps, eachSecond)
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
          const run = Run.of({ live }, stamps, live ? eachSecond : atOnce)
          expect(run.times[29]).toBeGreaterThan(27e6)
          expect(run.times[29]).toBeLessThan(31e6)
          expect(run.notices.filter((n) => n === 'stepped' || n === 'restarted')).toHaveLength(1)
        }
      }
    }
  })

  it('is taken as it is with --keep-time: a step back begins a run that goes back', () => {
    const stamps = Array.from({ length: 20 }, (_, s) => ts(1712345678 + s - (s >= 10 ? 3600 : 0)))
    const run = Run.of({ keepTime: true }, stamps, atOnce)
    expect(run.placed.map(({ timeUs }) => timeUs)).toEqual(
      stamps.map((stamp) => (stamp as { value: number }).value * 1e6),
    )
    expect(run.notices.indexOf('stepped')).toBe(10)
  })

  it('follows a new interval on a port without a word', () => {
    const at = [0, 0.1, 0.2, 0.3, 60.3, 120.3, 180.3]
    const run = Run.of(
      { live: true },
      at.map((s) => ts(NEAR + s)),
      (i) => HOST_US + (at[i] as number) * 1e6,
    )
    expect(run.times).toEqual(at.map((s) => Math.round(s * 1e6)))
    expect(run.notices).toEqual(at.map(() => null))
  })
})

describe('Timeline: time since the start', () => {
  it.each([
    ['ms', ms],
    ['ts below 1e9', ts],
  ])('anchors %s at the arrival and keeps the spacing', (_name, stamp) => {
    expect(Run.of({}, [stamp(5000), stamp(5250)], atOnce).times).toEqual([0, 250_000])
  })

  it('wraps at 2^32 ms', () => {
    const stamps = [-200, -100, 0, 100, 200].map((by) => ms((2 ** 32 + by) % 2 ** 32))
    for (const live of [true, false]) {
      const run = Run.of({ live }, stamps, (i) => HOST_US + i * 100_000)
      expect(run.times).toEqual([0, 100_000, 200_000, 300_000, 400_000])
      expect(run.notices).toEqual(Array(5).fill(null))
    }
  })

  it('stays uptime when a stream that began so passes 1e9', () => {
    const run = Run.of({}, [ts(999_999_900), ts(1_000_000_100)], atOnce)
    expect(run.times).toEqual([0, 200_000])
  })

  it('notices a restart', () => {
    for (const live of [true, false]) {
      const at = [0, 1, 2, 9, 10]
      const stamps = [100_000, 101_000, 102_000, 20, 1020].map(ms)
      const run = Run.of({ live }, stamps, (i) => HOST_US + (at[i] as number) * 1e6)
      expect(run.times).toEqual(at.map((s) => s * 1e6))
      expect(run.notices).toEqual([null, null, null, 'restarted', null])
    }
  })

  it('anchors resent samples to the newest live one: their time is that of the measurement', () => {
    const run = new Run({ live: true })
    run.push(ms(50_000), 0, HOST_US + 500, { stamp: ms(60_000), arrivalUs: HOST_US })
    run.push(ms(60_000), 1, HOST_US)
    expect(run.times).toEqual([-10e6, 0])
  })

  it('follows a clock that is 0.5 % fast within 50 ms, without ever going back', () => {
    const run = new Run({ live: true })
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
    const run = new Run({ live: true })
    for (let i = 0; i < 20; i++) run.push(ms(i * 1000), i, HOST_US + i * 1e6)
    run.timeline.hostStepped(7200e6)
    for (let i = 20; i < 40; i++) run.push(ms(i * 1000), i, HOST_US + i * 1e6 + 7200e6)
    expect(run.times[39]).toBe(39e6 + 7200e6)
    expect(run.notices.filter((notice) => notice !== null)).toEqual(['host_stepped'])
  })

  it('does not go on twice where that was before the first sample, or before a new boot', () => {
    const run = new Run({ live: true })
    run.timeline.hostStepped(3600e6)
    for (let i = 0; i < 5; i++) run.push(ms(i * 1000), i, HOST_US + i * 1e6)
    run.timeline.hostStepped(3600e6)
    run.timeline.restart()
    for (let i = 5; i < 10; i++) run.push(ms(i * 1000), i, HOST_US + i * 1e6 + 3600e6)
    expect(run.notices).toEqual(Array(10).fill(null))
    expect(run.times.slice(-2)).toEqual(seconds(3608, 3609))
  })

  it('does not begin a new boot behind a stamp in doubt', () => {
    const run = new Run()
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
    expect(Run.of({}, [NONE, NONE], atOnce).times).toEqual([0, 1])
  })
})

describe('Timeline: going on behind an earlier run of the host', () => {
  it('keeps the order where the anchors of the two runs differ by some ms', () => {
    const run = new Run({ live: true })
    run.timeline.resumeAfter(HOST_US + 2000)
    const live = { stamp: ms(5100), arrivalUs: HOST_US + 100_000 }
    run.push(ms(5000), 7, HOST_US + 101_000, live)
    run.push(ms(5100), 8, HOST_US + 102_000, live)
    expect(run.times).toEqual([2001, 102_001])
  })

  it('does not follow a time of the earlier run that was far ahead', () => {
    const run = new Run({ live: true })
    run.timeline.resumeAfter(HOST_US + 3600e6)
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
      const run = Run.of({ live }, stamps, eachSecond)
      expect(run.placed.map(({ seq }) => seq)).toEqual(stamps.map((_, i) => i))
      for (let i = 1; i < run.times.length; i++) {
        expect(run.times[i]).toBeGreaterThan(run.times[i - 1] as number)
      }
    }),
    { numRuns: 500 },
  )
})
