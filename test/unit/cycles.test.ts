import { describe, expect, it } from 'vitest'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import { CycleFinder, type Cycles } from '../../src/stats/cycles.ts'

/** A sample of a load. */
interface Point {
  readonly timeUs: number
  /** A */
  readonly current: number
  /** Absent: it follows on the one before. */
  readonly isAfterGap?: boolean
}

function cyclesOf(points: readonly Point[], read: 'always' | 'once' = 'once'): Cycles | null {
  const finder = new CycleFinder()
  let found: Cycles | null = null
  points.forEach(({ timeUs, current, isAfterGap }, i) => {
    finder.add(timeUs, current, i > 0 && isAfterGap !== true)
    if (read === 'always') found = finder.read(timeUs) ?? found
  })
  return read === 'always' ? found : finder.read(points.at(-1)?.timeUs ?? 0)
}

/** Numbers of 0 to 1 that look random, the same each time. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const gauss = (next: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())

/** Samples of `hz` over `seconds`. */
function points(seconds: number, hz: number, current: (s: number) => number): Point[] {
  return Array.from({ length: seconds * hz }, (_, i) => ({
    timeUs: Math.round((i * 1e6) / hz),
    current: current(i / hz),
  }))
}

const scenario = (name: string, hz: number, seconds = 700): Point[] => {
  const feed = new ScenarioFeed(name, 3)
  return points(seconds, hz, () => 0).map(({ timeUs }, n) => {
    return { timeUs, current: Number(feed.read(n, timeUs, null).a) }
  })
}

/** Asleep at 0.1 mA but for the first part of each period, with the noise of a sensor. */
function radio(period: number, awake: number, seed = 1): (s: number) => number {
  const next = random(seed)
  return (s) => {
    const isAwake = s % period < awake
    return Math.round(((isAwake ? 0.08 : 0.0001) + 0.0001 * gauss(next)) * 1e4) / 1e4
  }
}

describe('a load that repeats', () => {
  it('is found with period, duty, charge of a cycle and both levels', () => {
    // At 0.5 and 8 s of every 8 s nothing falls on a sample: 100 ms samples see 5 of 80 awake.
    const found = cyclesOf(points(300, 10, radio(8, 0.5)))
    expect(found).toMatchObject({
      periodS: expect.closeTo(8, 6),
      spreadS: expect.closeTo(0, 6),
      duty: expect.closeTo(5 / 80, 6),
      regularity: 1,
      highA: expect.closeTo(0.08, 4),
      lowA: expect.closeTo(0.0001, 4),
    })
    // 5 pairs at 80 mA, of which the last falls to 0.1 mA while the one before the first rises.
    expect(found?.chargeMah).toBeCloseTo((80 * 0.5 + 0.1 * 7.5) / 3600, 5)
    expect(found?.count).toBe(32)
  })

  it('has the charge of its cycles, recomputed from the samples', () => {
    const all = points(200, 20, radio(5, 1))
    const found = cyclesOf(all)
    const rises = all.filter((each, i) => each.current > 0.04 && (all[i - 1]?.current ?? 1) < 0.04)
    const [first, last] = [rises.at(-33) as Point, rises.at(-1) as Point]
    let amperesUs = 0
    all.forEach((each, i) => {
      const before = all[i - 1]
      if (before === undefined || each.timeUs <= first.timeUs || each.timeUs > last.timeUs) return
      amperesUs += ((each.current + before.current) / 2) * (each.timeUs - before.timeUs)
    })
    expect(found?.chargeMah).toBeCloseTo(amperesUs / 32 / 3.6e6, 12)
    expect(found?.periodS).toBeCloseTo((last.timeUs - first.timeUs) / 32e6, 12)
  })

  it.each([
    ['radio', 10, 10],
    ['burst', 10, 10],
    ['motor', 20, 4],
    ['usb-sag', 32, 4],
    ['sine', 60, 4],
    ['ramp', 60, 1],
    ['normal', 20, 4],
  ])('is found in the scenario %s, every %i s', (name, periodS, hz) => {
    const found = cyclesOf(scenario(name, hz, Math.max(700, periodS * 20)))
    expect(found?.periodS).toBeGreaterThan(0.98 * periodS)
    expect(found?.periodS).toBeLessThan(1.02 * periodS)
    expect(found?.regularity).toBeGreaterThan(0.85)
  })

  it('is found with jitter, and the spread says how much', () => {
    const next = random(5)
    const wakes: number[] = [0]
    while ((wakes.at(-1) as number) < 400) wakes.push((wakes.at(-1) as number) + 9.5 + next())
    const isAwake = (s: number): boolean => wakes.some((wake) => s >= wake && s < wake + 1)
    const found = cyclesOf(points(400, 10, (s) => (isAwake(s) ? 0.1 : 0.001)))
    expect(found?.periodS).toBeGreaterThan(9.8)
    expect(found?.periodS).toBeLessThan(10.2)
    expect(found?.spreadS).toBeGreaterThan(0.1)
    expect(found?.spreadS).toBeLessThan(0.5)
    expect(found?.regularity).toBe(1)
  })

  it('is found where the periods lie between two samples', () => {
    const found = cyclesOf(points(600, 1, (s) => (s % 10.4 < 3 ? 0.1 : 0)))
    expect(found?.periodS).toBeCloseTo(10.4, 1)
    expect(found?.duty).toBeCloseTo(3 / 10.4, 1)
  })
})

describe('no load that repeats', () => {
  it.each(['noise', 'battery', 'bench', 'solar', 'chaos', 'spike', 'drop'])(
    'is in the scenario %s',
    (name) => {
      for (const hz of [1, 10]) expect(cyclesOf(scenario(name, hz), 'always')).toBeNull()
    },
  )

  it('is in noise, in a walk at random, or in bursts at random moments', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const next = random(seed)
      let walk = 0.2
      let [isOn, left] = [false, 0]
      const loads: Record<string, () => number> = {
        gauss: () => 0.2 + 0.03 * gauss(next),
        even: () => next(),
        walk: () => (walk += 0.01 * (next() - 0.5)),
        bursts: () => {
          if (left-- <= 0) {
            isOn = !isOn
            left = -8 * Math.log(1 - next())
          }
          return (isOn ? 0.1 : 0.001) + 0.0005 * next()
        },
      }
      for (const [name, load] of Object.entries(loads)) {
        expect([seed, name, cyclesOf(points(300, 10, load), 'always')]).toEqual([seed, name, null])
      }
    }
  })

  it('is a ramp, a step, or a constant current', () => {
    expect(
      cyclesOf(
        points(300, 10, (s) => s / 100),
        'always',
      ),
    ).toBeNull()
    expect(
      cyclesOf(
        points(300, 10, (s) => (s < 150 ? 0.1 : 0.5)),
        'always',
      ),
    ).toBeNull()
    expect(
      cyclesOf(
        points(300, 10, () => 0.1),
        'always',
      ),
    ).toBeNull()
  })

  it('is one that is as fast as the sampling', () => {
    expect(
      cyclesOf(
        points(300, 10, (s) => (Math.round(s * 10) % 2 ? 0.1 : 0)),
        'always',
      ),
    ).toBeNull()
    expect(
      cyclesOf(
        points(300, 10, (s) => (Math.round(s * 10) % 3 ? 0.1 : 0)),
        'always',
      ),
    ).toBeNull()
  })
})

describe('gaps', () => {
  const load = radio(8, 1)

  it('end a cycle: what lies in them is in none', () => {
    // Each sixth cycle has a hole of 3 s in its middle.
    const holey = points(600, 10, load).flatMap((each): Point[] => {
      const at = each.timeUs % 48e6
      if (at >= 4e6 && at < 7e6) return []
      return at === 7e6 ? [{ ...each, isAfterGap: true }] : [each]
    })
    const found = cyclesOf(holey)
    expect(found).toMatchObject({ periodS: expect.closeTo(8, 6), regularity: 1 })
    expect(found?.chargeMah).toBeCloseTo((80 + 0.1 * 7) / 3600, 5)
  })

  it('make no load repeat whose cycles are all broken', () => {
    const broken = points(600, 10, load).filter(({ timeUs }) => timeUs % 8e6 < 6e6)
    const marked = broken.map((each, i) => {
      const before = broken[i - 1]
      return { ...each, isAfterGap: before !== undefined && each.timeUs - before.timeUs > 1e5 }
    })
    expect(cyclesOf(marked, 'always')).toBeNull()
  })
})

it('a load that stops is seen no more after three periods, and again when it goes on', () => {
  const finder = new CycleFinder()
  const seen: boolean[] = []
  const load = radio(5, 1)
  for (const { timeUs, current } of points(600, 10, (s) =>
    s > 200 && s < 300 ? 0.0001 : load(s),
  )) {
    finder.add(timeUs, current, timeUs > 0)
    if (timeUs % 10e6 === 0) seen[timeUs / 10e6] = finder.read(timeUs) !== null
  }
  expect(seen.indexOf(true)).toBeLessThan(8)
  expect(seen.slice(8, 21)).not.toContain(false)
  expect(seen.slice(22, 30)).not.toContain(true)
  expect(seen.slice(36)).not.toContain(false)
})

describe('cycles are told apart by one split', () => {
  // While the levels are learned, a split that moves would begin the newest cycles elsewhere than the first.
  it.each([
    ['radio', 10, 10],
    ['sine', 60, 10],
    ['ramp', 60, 1],
    ['usb-sag', 32, 20],
  ])('so that the period of %s is exact, wherever the samples begin', (name, periodS, hz) => {
    const all = scenario(name, hz, 25 * periodS)
    for (const fromS of [0, 7, 37]) {
      const found = cyclesOf(all.slice(fromS * hz))
      expect([fromS, found?.periodS]).toEqual([fromS, expect.closeTo(periodS, 6)])
      expect(found?.regularity).toBe(1)
    }
  })

  it('and the load stays in sight while another split takes over', () => {
    // The bursts grow: each new split is some way off the one before.
    const load = radio(5, 1)
    const finder = new CycleFinder()
    const seen: boolean[] = []
    for (const { timeUs, current } of points(1200, 10, (s) => load(s) * (1 + s / 100))) {
      finder.add(timeUs, current, timeUs > 0)
      const cycles = finder.read(timeUs)
      if (cycles !== null) expect(cycles.periodS).toBeCloseTo(5, 6)
      seen.push(cycles !== null)
    }
    expect(seen.slice(seen.indexOf(true))).not.toContain(false)
    expect(seen.indexOf(true)).toBeLessThan(1000)
  })
})
