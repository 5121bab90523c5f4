import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DrawLoop } from '../../src/tui/draw-loop.ts'

describe('DrawLoop', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
    })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function loopWith(options: {
    costMs?: number | (() => number)
    ready?: () => boolean
    isShown?: () => boolean
    asks?: () => void
  }): {
    loop: DrawLoop
    pictures: () => number
    questions: () => number
    fresh: () => number
  } {
    let pictures = 0
    let questions = 0
    let fresh = 0
    let lostMs = 0
    const loop = new DrawLoop({
      ask: (isFresh) => {
        questions++
        options.asks?.()
        if (isFresh) fresh++
      },
      draw: () => {
        pictures++
        lostMs += typeof options.costMs === 'function' ? options.costMs() : (options.costMs ?? 0)
      },
      ready: options.ready ?? (() => true),
      isShown: options.isShown ?? (() => true),
      monoMs: () => performance.now() + lostMs,
    })
    loop.start()
    return { loop, pictures: () => pictures, questions: () => questions, fresh: () => fresh }
  }

  it('draws five pictures a second', () => {
    const { pictures } = loopWith({})
    vi.advanceTimersByTime(2000)
    expect(pictures()).toBeGreaterThanOrEqual(10)
    expect(pictures()).toBeLessThanOrEqual(11)
  })

  it('shows a sample at once after a quiet time, whenever the last picture was', () => {
    const { loop, pictures } = loopWith({})
    vi.advanceTimersByTime(1050)
    const before = pictures()
    loop.sampled()
    vi.advanceTimersByTime(1)
    expect(pictures()).toBe(before + 1)
  })

  it.each([1, 100])('draws five pictures a second where samples come each %i ms', (spacingMs) => {
    const { loop, pictures } = loopWith({})
    for (let ms = 0; ms < 20_000; ms += spacingMs) {
      loop.sampled()
      vi.advanceTimersByTime(spacingMs)
    }
    expect(pictures()).toBeLessThanOrEqual(104)
    expect(pictures()).toBeGreaterThanOrEqual(96)
  })

  it('shows two samples that follow closely on each other one after the other', () => {
    const { loop, pictures } = loopWith({})
    vi.advanceTimersByTime(1050)
    const before = pictures()
    loop.sampled()
    vi.advanceTimersByTime(30)
    loop.sampled()
    vi.advanceTimersByTime(30)
    expect(pictures()).toBe(before + 2)
  })

  it('spends a tenth of the time on costly pictures, however many samples come, and says that they are new', () => {
    const { loop, pictures, fresh } = loopWith({ costMs: 100 })
    for (let ms = 0; ms < 20_000; ms += 50) {
      loop.sampled()
      vi.advanceTimersByTime(50)
    }
    expect(pictures()).toBeLessThanOrEqual(25)
    expect(pictures()).toBeGreaterThanOrEqual(20)
    expect(fresh()).toBeGreaterThanOrEqual(pictures() - 1)
  })

  it('shows samples at once after a single costly picture', () => {
    let costMs = 0
    const { loop, pictures } = loopWith({ costMs: () => costMs })
    loop.sampled()
    vi.advanceTimersByTime(3000)
    costMs = 80
    loop.hurry()
    vi.advanceTimersByTime(1)
    costMs = 1
    const before = pictures()
    vi.advanceTimersByTime(60)
    loop.sampled()
    vi.advanceTimersByTime(1)
    expect(pictures()).toBe(before + 1)
  })

  it('shows a sample within a second of a picture that took for ever, as while the process was stopped', () => {
    let costMs = 60_000
    const { loop, pictures } = loopWith({ costMs: () => costMs })
    vi.advanceTimersByTime(1)
    loop.sampled()
    vi.advanceTimersByTime(1)
    costMs = 1
    const before = pictures()
    vi.advanceTimersByTime(50)
    loop.sampled()
    vi.advanceTimersByTime(1000)
    expect(pictures()).toBeGreaterThan(before)
  })

  it('waits no longer after costly pictures that keys asked for than after each of them', () => {
    const { loop, pictures } = loopWith({ costMs: 20 })
    loop.sampled()
    for (let ms = 0; ms < 5000; ms += 40) {
      loop.hurry()
      vi.advanceTimersByTime(40)
    }
    const before = pictures()
    loop.sampled()
    vi.advanceTimersByTime(200)
    expect(pictures()).toBe(before + 1)
  })

  it('shows a sample that the terminal was not ready for as soon as it is', () => {
    let ready = true
    const { loop, pictures } = loopWith({ ready: () => ready })
    loop.sampled()
    vi.advanceTimersByTime(1050)
    ready = false
    loop.sampled()
    vi.advanceTimersByTime(10)
    const before = pictures()
    ready = true
    loop.becameReady()
    vi.advanceTimersByTime(1)
    expect(pictures()).toBe(before + 1)
  })

  it('shows a sample that came shortly before a picture which was asked for without it', () => {
    const { loop, pictures, fresh } = loopWith({})
    vi.advanceTimersByTime(1050)
    loop.sampled()
    vi.advanceTimersByTime(30)
    const before = { pictures: pictures(), fresh: fresh() }
    loop.sampled()
    loop.news()
    vi.advanceTimersByTime(30)
    expect(pictures()).toBe(before.pictures + 2)
    expect(fresh()).toBe(before.fresh + 1)
  })

  it('shows what the terminal was not ready for when it was to be drawn as soon as it is', () => {
    let ready = true
    let isStalling = false
    const { loop, pictures } = loopWith({
      ready: () => ready,
      asks: () => {
        if (isStalling) ready = false
      },
    })
    loop.sampled()
    vi.advanceTimersByTime(1050)
    const before = pictures()
    isStalling = true
    loop.sampled()
    vi.advanceTimersByTime(450)
    expect(pictures()).toBe(before)
    isStalling = false
    ready = true
    loop.becameReady()
    vi.advanceTimersByTime(1)
    expect(pictures()).toBe(before + 1)
  })

  it('draws no more often for answers that a slow terminal holds up, where there are no samples', () => {
    let ready = true
    const { loop, pictures } = loopWith({ ready: () => ready })
    for (let ms = 0; ms < 5000; ms += 20) {
      ready = false
      loop.news()
      vi.advanceTimersByTime(10)
      ready = true
      loop.becameReady()
      vi.advanceTimersByTime(10)
    }
    expect(pictures()).toBeLessThanOrEqual(26)
  })

  it('draws nothing for a terminal that has become ready where no sample waits for it', () => {
    const { loop, pictures } = loopWith({})
    vi.advanceTimersByTime(1050)
    const before = pictures()
    loop.becameReady()
    vi.advanceTimersByTime(100)
    expect(pictures()).toBe(before)
  })

  it('shows the very first sample at once, though the first picture was slow and is still under way', () => {
    let ready = true
    const { loop, pictures } = loopWith({ costMs: 60, ready: () => ready })
    vi.advanceTimersByTime(5)
    ready = false
    const before = pictures()
    loop.sampled()
    vi.advanceTimersByTime(20)
    expect(pictures()).toBe(before + 1)
  })

  it('slows down where a picture is costly', () => {
    const { pictures } = loopWith({ costMs: 50 })
    vi.advanceTimersByTime(5000)
    expect(pictures()).toBeLessThanOrEqual(11)
  })

  it('leaves pictures out while the terminal stalls, and goes on afterwards', () => {
    let ready = false
    const { pictures } = loopWith({ ready: () => ready })
    vi.advanceTimersByTime(5000)
    expect(pictures()).toBe(0)
    ready = true
    vi.advanceTimersByTime(400)
    expect(pictures()).toBeGreaterThan(0)
  })

  it('asks once a second while the terminal stalls: the end of the input is still seen', () => {
    let ready = false
    const { questions } = loopWith({ ready: () => ready })
    vi.advanceTimersByTime(5000)
    expect(questions()).toBeGreaterThanOrEqual(4)
    expect(questions()).toBeLessThanOrEqual(6)
    ready = true
    vi.advanceTimersByTime(400)
    expect(questions()).toBeGreaterThan(0)
  })

  it('draws an answer at once, and answers of the same moment together', () => {
    const { loop, pictures } = loopWith({})
    vi.advanceTimersByTime(50)
    const before = pictures()
    loop.news()
    loop.news()
    vi.advanceTimersByTime(1)
    expect(pictures()).toBe(before + 1)
  })

  it('answers a key at once', () => {
    const { loop, pictures } = loopWith({})
    vi.advanceTimersByTime(50)
    const before = pictures()
    loop.hurry()
    vi.advanceTimersByTime(1)
    expect(pictures()).toBe(before + 1)
  })

  it('answers a key while the last picture is under way, but not where there is no terminal', () => {
    let isShown = true
    const { loop, pictures } = loopWith({ ready: () => false, isShown: () => isShown })
    vi.advanceTimersByTime(1000)
    loop.hurry()
    vi.advanceTimersByTime(1000)
    expect(pictures()).toBe(1)
    isShown = false
    loop.hurry()
    vi.advanceTimersByTime(1000)
    expect(pictures()).toBe(1)
  })

  it('draws no more once stopped', () => {
    const { loop, pictures } = loopWith({})
    loop.stop()
    loop.hurry()
    vi.advanceTimersByTime(1000)
    expect(pictures()).toBe(0)
  })
})
