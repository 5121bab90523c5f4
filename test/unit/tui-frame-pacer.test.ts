import { describe, expect, it } from 'vitest'
import { FramePacer } from '../../src/tui/terminal/frame-pacer.ts'

/** A clock that the test moves. */
class Rig {
  nowMs = 1000
  readonly pacer = new FramePacer(() => this.nowMs)

  /** One piece over a line of that speed and delay, acknowledged. @returns its bytes */
  piece(bytesPerS: number, delayMs: number, wanted = Number.POSITIVE_INFINITY): number {
    const bytes = Math.min(this.pacer.room, wanted)
    this.pacer.sent(bytes)
    this.nowMs += delayMs + (bytes / bytesPerS) * 1000
    this.pacer.answered()
    return bytes
  }
}

describe('frame pacer', () => {
  it('has one piece under way at a time', () => {
    const { pacer } = new Rig()
    expect(pacer.room).toBe(512)
    pacer.sent(500)
    expect(pacer.room).toBe(0)
    pacer.answered()
    expect(pacer.room).toBeGreaterThan(0)
    expect(pacer.outstanding).toBe(0)
  })

  it.each([
    [960, 0],
    [960, 100],
    [3840, 20],
    [100_000, 300],
  ])('at %d B/s and %d ms keeps a line busy no longer than a key may wait', (speed, delay) => {
    const rig = new Rig()
    for (let i = 0; i < 6; i++) rig.piece(speed, delay, 40)
    for (let i = 0; i < 30; i++) rig.piece(speed, delay)
    for (let i = 0; i < 30; i++) {
      const ms = (rig.piece(speed, delay) / speed) * 1000
      // The piece under way and the first one of the answer: together below half a second.
      expect(ms).toBeLessThanOrEqual(230)
      expect(ms).toBeGreaterThan(speed > 10_000 ? 10 : 50)
    }
  })

  it('never has more under way than a kernel surely takes', () => {
    const rig = new Rig()
    for (let i = 0; i < 50; i++) expect(rig.piece(1e9, 1)).toBeLessThanOrEqual(2048)
    expect(rig.pacer.room).toBe(2048)
  })

  it('goes on without answers where none ever comes, and back where one does', () => {
    const rig = new Rig()
    rig.pacer.sent(500)
    rig.nowMs += 1400
    expect(rig.pacer.room).toBe(0)
    rig.nowMs += 200
    expect(rig.pacer.room).toBe(Number.POSITIVE_INFINITY)
    expect(rig.pacer.asks).toBe(false)
    expect(rig.pacer.outstanding).toBe(0)
    rig.pacer.answered()
    expect(rig.pacer.asks).toBe(true)
    expect(rig.pacer.room).toBeLessThanOrEqual(2048)
  })

  it('waits for a terminal that has answered, and asks it again ever more rarely', () => {
    const rig = new Rig()
    rig.piece(1e6, 1)
    rig.pacer.sent(100)
    let asked = 0
    for (let s = 0; s < 3600; s++) {
      rig.nowMs += 1000
      expect(rig.pacer.room).toBe(0)
      if (!rig.pacer.isOverdue) continue
      rig.pacer.sent(0)
      asked++
    }
    expect(asked).toBeGreaterThan(3)
    // Four bytes each: what gives the terminal back still has room.
    expect(asked).toBeLessThan(25)
    for (let i = 0; i <= asked; i++) rig.pacer.answered()
    expect(rig.pacer.room).toBeGreaterThan(0)
  })

  it('asks again soon where keys come, and no more where they come and answers do not', () => {
    const rig = new Rig()
    rig.piece(1e6, 1)
    rig.pacer.sent(100)
    // The session is left for an hour; nobody answers.
    for (let s = 0; s < 3600; s++) {
      rig.nowMs += 1000
      if (rig.pacer.isOverdue) rig.pacer.sent(0)
    }
    expect(rig.pacer.isOverdue).toBe(false)
    // It is taken up again at another terminal.
    rig.pacer.keyCame()
    rig.nowMs += 1000
    expect(rig.pacer.isOverdue).toBe(true)
    rig.pacer.sent(0)
    rig.nowMs += 5
    rig.pacer.answered()
    rig.nowMs += 1000
    expect(rig.pacer.room).toBeGreaterThan(0)
    // Now at one that answers nothing.
    rig.pacer.sent(100)
    let seconds = 0
    while (rig.pacer.room === 0 && seconds < 60) {
      rig.nowMs += 1000
      seconds++
      rig.pacer.keyCame()
      if (rig.pacer.isOverdue) rig.pacer.sent(0)
    }
    expect(seconds).toBeGreaterThanOrEqual(10)
    expect(seconds).toBeLessThan(15)
    expect(rig.pacer.room).toBe(Number.POSITIVE_INFINITY)
  })

  it('does not give up a stalled line on which no keys come', () => {
    const rig = new Rig()
    rig.piece(1e6, 1)
    rig.pacer.sent(100)
    for (let s = 0; s < 60; s++) {
      rig.nowMs += 1000
      if (rig.pacer.isOverdue) rig.pacer.sent(0)
      expect(rig.pacer.room).toBe(0)
    }
    // The first key after it.
    rig.pacer.answered()
    rig.pacer.keyCame()
    expect(rig.pacer.asks).toBe(true)
  })

  it.each([
    // Never slower than this: how long answers are worth waiting for, at the end and where the process dies.
    [5, 2010, 310],
    [500, 3000, 1300],
    [3000, 8000, 6300],
    [60_000, 10_000, 10_000],
  ])('waits for what a terminal that takes %d ms owes', (delay, atEnd, atDeath) => {
    const rig = new Rig()
    expect(rig.pacer.owed(2000)).toEqual({ count: 0, waitMs: 0 })
    rig.pacer.sent(100)
    rig.nowMs += delay
    // A slow one counts as mute for a while.
    expect(rig.pacer.room === 0).toBe(delay < 1500)
    rig.pacer.answered()
    expect(rig.pacer.owed(2000)).toEqual({ count: 0, waitMs: 0 })
    rig.pacer.sent(100)
    expect(rig.pacer.owed(2000)).toEqual({ count: 1, waitMs: atEnd })
    expect(rig.pacer.owed(300)).toEqual({ count: 1, waitMs: atDeath })
    for (let i = 0; i < 60; i++) {
      rig.nowMs += 5
      rig.pacer.answered()
      rig.pacer.sent(100)
    }
    // A stall is forgotten.
    expect(rig.pacer.owed(2000).waitMs).toBeLessThan(2050)
  })

  it('waits for the first answer of a terminal that may be slow, and not for a mute one', () => {
    const rig = new Rig()
    rig.pacer.sent(100)
    expect(rig.pacer.owed(2000)).toEqual({ count: 1, waitMs: 2000 })
    rig.nowMs += 2500
    expect(rig.pacer.room).toBe(Number.POSITIVE_INFINITY)
    expect(rig.pacer.owed(2000)).toEqual({ count: 1, waitMs: 1000 })
    rig.nowMs += 1000
    expect(rig.pacer.owed(2000)).toEqual({ count: 0, waitMs: 0 })
  })

  it('does without an answer that got lost once a later one has come', () => {
    const rig = new Rig()
    rig.piece(1e6, 1)
    rig.pacer.sent(100)
    rig.nowMs += 6000
    expect(rig.pacer.isOverdue).toBe(true)
    rig.pacer.sent(0)
    rig.nowMs += 10
    rig.pacer.answered()
    expect(rig.pacer.room).toBe(0)
    rig.nowMs += 1001
    expect(rig.pacer.room).toBeGreaterThan(0)
  })
})
