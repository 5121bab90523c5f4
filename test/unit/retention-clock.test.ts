import { describe, expect, test } from 'vitest'
import {
  CONFIRMING_SAMPLES,
  type HostMoment,
  RetentionClock,
  type RetentionMove,
} from '../../src/storage/write/retention-clock.ts'

const SECOND = 1e6
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR
const RETAIN = 48 * HOUR
/** 2026-11-20T20:13:00Z */
const START = Date.UTC(2026, 10, 20, 20, 13) * 1000

/** The host's clock, `us` after the begin; it runs with the samples. */
function at(us: number): HostMoment {
  return { monoMs: us / 1000, wallMs: (START + us) / 1000 }
}

function fresh(newest: readonly number[] = [], lastUs = newest.at(-1) ?? -1): RetentionClock {
  return new RetentionClock(RETAIN, newest, lastUs, at(0))
}

/** Samples a second apart, as a pipe delivers them: all at one moment of the host. */
function feed(clock: RetentionClock, fromUs: number, count: number, host = at(0)): RetentionMove[] {
  const moves: RetentionMove[] = []
  for (let i = 0; i < count; i++) {
    const move = clock.add(fromUs + i * SECOND, host)
    if (move !== null) moves.push(move)
  }
  return moves
}

describe('a time ahead', () => {
  test('of one sample moves nothing, wherever it stands', () => {
    const clock = fresh()
    feed(clock, START, 1000)
    for (const aheadUs of [HOUR, 10 * DAY, 1000 * DAY]) {
      expect(clock.add(START + aheadUs, at(0))).toBeNull()
      expect(clock.timeUs).toBe(START + 999 * SECOND)
    }
    expect(feed(clock, START + 1000 * SECOND, 10)).toEqual([])
    expect(clock.timeUs).toBe(START + 1009 * SECOND)
  })

  test('of a sample now and then never comes together', () => {
    const clock = fresh()
    for (let i = 0; i < 10 * CONFIRMING_SAMPLES; i++) {
      clock.add(START + i * SECOND, at(0))
      expect(clock.add(START - 100 * DAY + i * SECOND + 200 * DAY, at(0))).toBeNull()
      expect(clock.timeUs).toBe(START + i * SECOND)
    }
  })

  test('is believed with 60 samples in a row and a host clock that agrees', () => {
    const clock = fresh()
    feed(clock, START - 10 * DAY, 1000)
    const fromUs = START - 10 * DAY + 999 * SECOND
    const later = START - 5 * DAY
    expect(feed(clock, later, CONFIRMING_SAMPLES - 1)).toEqual([])
    expect(clock.timeUs).toBe(fromUs)
    const toUs = later + 59 * SECOND
    expect(feed(clock, toUs, 1)).toEqual([{ kind: 'moved', fromUs, toUs }])
    expect(clock.timeUs).toBe(toUs)
  })

  test('that the host contradicts is believed after a whole retention', () => {
    const clock = fresh()
    feed(clock, START, 100)
    const later = START + 10 * DAY
    expect(feed(clock, later, RETAIN / SECOND)).toEqual([])
    const [move] = feed(clock, later + RETAIN, 2 * CONFIRMING_SAMPLES)
    expect(move).toMatchObject({ kind: 'moved', fromUs: START + 99 * SECOND })
    expect(clock.timeUs).toBe(later + RETAIN + 119 * SECOND)
  })

  test('is explained by the time that passed on the host', () => {
    const clock = fresh()
    feed(clock, START, 100)
    expect(clock.add(START + 3 * DAY, at(3 * DAY))).toBeNull()
    expect(clock.timeUs).toBe(START + 3 * DAY)
  })

  test('is explained by the usual spacing', () => {
    const clock = fresh()
    for (let i = 0; i < 100; i++) clock.add(START - 1000 * HOUR + i * HOUR, at(0))
    expect(clock.timeUs).toBe(START - 901 * HOUR)
  })

  test('never takes more than half of a short retention at once', () => {
    const clock = new RetentionClock(60 * SECOND, [], -1, at(0))
    feed(clock, START, 100)
    clock.add(START + 131 * SECOND, at(0))
    expect(clock.timeUs).toBe(START + 99 * SECOND)
  })
})

describe('a time that goes back', () => {
  test('is taken at once, and what is ahead again has to be confirmed', () => {
    const clock = fresh()
    feed(clock, START, 100)
    expect(feed(clock, START - 20 * DAY, 500)).toEqual([])
    expect(clock.timeUs).toBe(START - 20 * DAY + 499 * SECOND)
    const moves = feed(clock, START + 100 * SECOND, CONFIRMING_SAMPLES)
    expect(moves).toMatchObject([{ kind: 'moved', fromUs: START - 20 * DAY + 499 * SECOND }])
  })

  test('for a few samples is an exception: they were too old when they came', () => {
    const clock = fresh()
    feed(clock, START, 100)
    feed(clock, START - 20 * DAY, 5)
    expect(feed(clock, START + 100 * SECOND, 5)).toEqual([{ kind: 'stale', samples: 5 }])
    expect(clock.timeUs).toBe(START + 104 * SECOND)
  })
})

describe('the next run', () => {
  const newest = Array.from({ length: CONFIRMING_SAMPLES }, (_, i) => START - DAY + i * SECOND)

  test('goes on from the newest samples, over any pause that the host knows', () => {
    const clock = fresh(newest)
    expect(clock.timeUs).toBe(newest.at(-1))
    expect(clock.add(START, at(0))).toBeNull()
    expect(clock.timeUs).toBe(START)
  })

  test('does not believe a newest sample that nothing explains', () => {
    const clock = fresh([...newest.slice(1), START - HOUR])
    expect(clock.timeUs).toBe(newest.at(-1))
  })

  test('begins with what was written last where that is older', () => {
    const clock = fresh(newest, START - 30 * DAY)
    expect(clock.timeUs).toBe(START - 30 * DAY)
    expect(clock.add(START, at(0))).toBeNull()
    expect(clock.timeUs).toBe(START - 30 * DAY)
  })
})
