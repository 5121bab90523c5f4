import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startTicker, Ticker } from '../../src/app/ticker.ts'
import { Bus } from '../../src/monitor/bus.ts'
import type { Hub } from '../../src/monitor/hub.ts'
import { sampleOf } from '../support/samples.ts'

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

  it('of a run: ticks its hub with the samples of the bus, and its alarms', () => {
    const bus = new Bus()
    const ticked: string[] = []
    const hub = { bus, isWaiting: false, tick: () => ticked.push('hub') } as unknown as Hub
    const alarms = { tick: () => ticked.push('alarms') }
    const ticker = startTicker(hub, alarms)
    const sample = sampleOf({ timeUs: 1e15, seq: 0, voltage: 5, current: 0, power: 0 })
    bus.publisher(0).sample(sample, 1e15, null)
    vi.advanceTimersByTime(1)
    expect(ticked).toEqual(['hub', 'alarms'])
    ticker.end()
    startTicker(hub, null)
    vi.advanceTimersByTime(50)
    expect(ticked).toEqual(['hub', 'alarms', 'hub'])
  })
})
