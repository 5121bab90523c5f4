import { describe, expect, it } from 'vitest'
import { HandOverPace } from '../../src/storage/client/hand-over-pace.ts'

const HOUR_MS = 3_600_000

/** How long each of some samples waits at a rate that goes on for an hour. */
function waits(pace: HandOverPace, everyMs: number): number[] {
  const all: number[] = []
  let dueMs = Number.POSITIVE_INFINITY
  for (let nowMs = HOUR_MS; nowMs < 2 * HOUR_MS; nowMs += everyMs) {
    if (nowMs >= dueMs) {
      pace.handedOver(dueMs)
      dueMs = Number.POSITIVE_INFINITY
    }
    if (dueMs < Number.POSITIVE_INFINITY) continue
    const waitMs = pace.waitMs(nowMs)
    all.push(waitMs)
    dueMs = nowMs + waitMs
  }
  return all
}

describe('HandOverPace', () => {
  it('hands over three samples a second at once, ten after 200 ms for the most part', () => {
    expect(Math.max(...waits(new HandOverPace(), 334))).toBe(0)
    const fast = waits(new HandOverPace(), 100)
    expect(Math.max(...fast)).toBe(200)
    expect(fast.filter((ms) => ms === 200).length / fast.length).toBeGreaterThan(0.9)
  })

  it('never waits longer than 100 ms while somebody watches', () => {
    const pace = new HandOverPace()
    pace.isWatched = true
    expect(Math.max(...waits(pace, 10))).toBeLessThanOrEqual(100)
  })

  it('makes a batch of 500 samples, or of 25 ms where they come faster, of 8,000 at most', () => {
    const pace = new HandOverPace()
    expect(pace.fullAt).toBe(500)
    expect(pace.isBatch(HOUR_MS)).toBe(true)
    pace.handedOver(HOUR_MS)
    expect(pace.isBatch(HOUR_MS + 24)).toBe(false)
    expect(pace.fullAt).toBe(1000)
    expect(pace.isBatch(HOUR_MS + 25)).toBe(true)
    pace.handedOver(HOUR_MS + 25)
    let asked = 1
    while (!pace.isBatch(HOUR_MS + 26)) asked++
    expect([asked, pace.fullAt]).toEqual([16, 8_000])
  })

  it('is soon quick again after a fast pipe', () => {
    const pace = new HandOverPace()
    for (let nowMs = 0; nowMs < 60_000; nowMs += 10) pace.handedOver(HOUR_MS + nowMs)
    expect(pace.waitMs(HOUR_MS + 61_000)).toBe(200)
    expect(pace.waitMs(HOUR_MS + 69_000)).toBe(0)
  })
})
