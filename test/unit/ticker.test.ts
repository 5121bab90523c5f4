import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Ticker } from '../../src/app/ticker.ts'

describe('Ticker', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'],
    })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function started(isWaiting: () => boolean): { ticker: Ticker; ticks: () => number } {
    let ticks = 0
    const ticker = new Ticker(() => {
      ticks++
      return isWaiting()
    })
    return { ticker, ticks: () => ticks }
  }

  it('ticks each 50 ms while something is waited for, and each 200 ms else', () => {
    let isWaiting = true
    const { ticks } = started(() => isWaiting)
    vi.advanceTimersByTime(1000)
    expect(ticks()).toBe(20)
    isWaiting = false
    vi.advanceTimersByTime(50)
    vi.advanceTimersByTime(1000)
    expect(ticks()).toBe(26)
  })

  it('ticks with samples instead, at most each 50 ms', () => {
    const { ticker, ticks } = started(() => false)
    for (let ms = 0; ms < 1000; ms++) {
      ticker.heard(1e15 + ms * 1000)
      vi.advanceTimersByTime(1)
    }
    expect(ticks()).toBe(20)
    vi.advanceTimersByTime(150)
    expect(ticks()).toBe(21)
  })

  it('ticks no more once ended, nor where a tick ends it', () => {
    const { ticker, ticks } = started(() => true)
    ticker.heard(1e15)
    ticker.end()
    ticker.heard(1e15 + 1e6)
    vi.advanceTimersByTime(1000)
    expect(ticks()).toBe(0)
    let count = 0
    const own: Ticker = new Ticker(() => {
      count++
      own.end()
      return true
    })
    vi.advanceTimersByTime(1000)
    expect(count).toBe(1)
  })
})
