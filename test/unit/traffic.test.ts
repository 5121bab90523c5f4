import { expect, test } from 'vitest'
import { Traffic } from '../../src/util/traffic.ts'

test('a steady rate is the same at any moment', () => {
  const startMs = 3_000
  const traffic = new Traffic(startMs)
  for (let nowMs = startMs; nowMs < 900_000; nowMs += 1000) {
    traffic.done(10, 5, nowMs)
    if (nowMs < startMs + 20_000) continue
    const { unitsPerSecond, seconds } = traffic.read(nowMs + 999)
    expect(unitsPerSecond).toBeCloseTo(10, 1)
    expect(seconds).toBeLessThanOrEqual(300)
    if (nowMs > 400_000) expect(seconds).toBeGreaterThan(289)
  }
  expect(traffic.read(2_000_000)).toMatchObject({ unitsPerSecond: 0, done: 0, msAvg: null })
})
