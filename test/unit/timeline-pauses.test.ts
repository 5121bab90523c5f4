import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  atOnce,
  eachSecond,
  HOST_US,
  ms,
  NEAR,
  seconds,
  TimelineRun,
  ts,
} from '../support/timeline-run.ts'

const clean40 = Array.from({ length: 40 }, (_, i) => i)

describe('Timeline: pauses of the sender', () => {
  it('keeps the time of bursts, and finds nothing wrong with them', () => {
    for (const member of ['ms', 'ts'] as const) {
      for (const live of [true, false]) {
        const at = Array.from({ length: 100 }, (_, i) => Math.floor(i / 10) * 10 + (i % 10) / 10)
        const stamps = at.map((s) => (member === 'ms' ? ms(1e6 + s * 1000) : ts(NEAR + s)))
        const run = TimelineRun.of(
          { live },
          stamps,
          (i) => HOST_US + (live ? (at[i] as number) * 1e6 : 0),
        )
        expect(run.times).toEqual(at.map((s) => Math.round(s * 1e6)))
        expect(run.notices.every((notice) => notice === null || notice === 'unset')).toBe(true)
      }
    }
  })

  it('believes what a device kept for a while and sends at once, where lines come whole', () => {
    const at = [-100, -95, 0, 0.5, 30, 31, 90, 600, 601, 3000, 3001.5]
    // The network was away from the third on, until all the rest came together.
    const arrivalUs = (i: number): number =>
      i < 2 ? HOST_US + (at[i] as number) * 1e6 : HOST_US + 3002e6
    const stamps = at.map((s) => ts(NEAR + s))
    const run = TimelineRun.of({ live: true, isExact: true }, stamps, arrivalUs)
    expect(run.times).toEqual(at.map((s) => s * 1e6))
    expect(run.notices).toEqual(at.map(() => null))
    // Of a line that may have been damaged, no single stamp is believed.
    const damaged = TimelineRun.of({ live: true }, stamps, arrivalUs)
    expect(damaged.notices).toContain('contradicted')
    // Nor one that the host's clock has not reached.
    const ahead = [0, 1, 500, 3].map((s) => ts(NEAR + s))
    const right = TimelineRun.of({ live: true, isExact: true }, ahead, eachSecond)
    expect(right.notices).toEqual([null, null, 'contradicted', null])
  })

  it('keeps a pause of minutes', () => {
    for (const keepTime of [true, false]) {
      const stamps = [0, 0.1, 0.2, 0.3, 0.4, 300, 300.1].map((s) => ts(NEAR + s))
      const run = TimelineRun.of({ keepTime }, stamps, atOnce)
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
          const run = TimelineRun.of(
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
      const run = new TimelineRun({ keepTime: true })
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
    const run = new TimelineRun()
    for (const [seq, s] of [0, 1, 2, 3, 4].entries()) run.push(ts(NEAR + s), seq, HOST_US)
    for (const n of [1000, 1001]) run.push(ts(NEAR + n), n, HOST_US)
    expect(run.times.slice(-2)).toEqual(seconds(1000, 1001))
    expect(run.notices.slice(-2)).toEqual([null, null])
  })
})

describe('Timeline: a port whose lines are read late', () => {
  it('is not suspected, but where its first lines waited for more than two seconds', () => {
    for (const everyUs of [1000, 50_000, 200_000, 1e6, 10e6]) {
      for (const waitUs of [20_000, 320_000, 900_000, 1.9e6, 30e6]) {
        for (const at of [0, 7]) {
          if (at === 0 && waitUs > 2e6) continue
          const stamps = clean40.map((i) => ms(5000 + (i * everyUs) / 1000))
          const run = TimelineRun.of({ live: true }, stamps, (i) => {
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
    const run = new TimelineRun()
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
          const run = new TimelineRun()
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
    const run = new TimelineRun()
    for (let i = 0; i < 20; i++) {
      run.push(ms(5000 + i * 1000 + (i === 10 ? 1e6 : 0)), i, HOST_US + i * 1e6)
      run.timeline.tick(HOST_US + i * 1e6 + 400_000)
    }
    expect(run.times).toEqual(Array.from({ length: 20 }, (_, i) => i * 1e6))
    expect(run.notices.filter((kind) => kind !== null)).toEqual(['contradicted'])
  })
})
