import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DrawLoop } from '../../src/tui/draw-loop.ts'
import { canOpenScreen } from '../../src/tui/terminal/can-open.ts'
import { capabilitiesOf } from '../../src/tui/terminal/capabilities.ts'

describe('capabilities', () => {
  it.each([
    ['xterm', 'xterm-256color'],
    ['tmux-256color', 'xterm-256color'],
    ['alacritty', 'xterm-256color'],
    [undefined, 'xterm-256color'],
    ['linux', 'linux'],
    ['vt100', 'vt100'],
  ])('of TERM=%s name the description %s', (term, terminal) => {
    expect(capabilitiesOf({ TERM: term }, false).terminal).toBe(terminal)
  })

  it.each([
    [{}, false],
    [{ LANG: 'en_US.UTF-8' }, false],
    [{ LANG: 'C.utf8' }, false],
    [{ LANG: 'C' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, true],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, false],
    [{ TERM: 'linux' }, true],
  ])('of %j: ASCII only is %s', (env, ascii) => {
    expect(capabilitiesOf(env, false).ascii).toBe(ascii)
    expect(capabilitiesOf(env, true).ascii).toBe(true)
  })

  it('need a terminal for the screen', () => {
    expect(canOpenScreen({ isTTY: true }, { isTTY: true }, {})).toBe(true)
    expect(canOpenScreen({ isTTY: true }, {}, {})).toBe(false)
    expect(canOpenScreen({ isTTY: true }, { isTTY: true }, { TERM: 'dumb' })).toBe(false)
  })
})

describe('picture loop', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'],
    })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function loopWith(options: { costMs?: number; ready?: () => boolean; isShown?: () => boolean }): {
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
        if (isFresh) fresh++
      },
      draw: () => {
        pictures++
        lostMs += options.costMs ?? 0
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

  it('shows a sample as soon as a costly picture lets it, and says that it is new', () => {
    const { loop, pictures, fresh } = loopWith({ costMs: 50 })
    loop.sampled()
    vi.advanceTimersByTime(800)
    const before = pictures()
    loop.sampled()
    vi.advanceTimersByTime(100)
    expect(pictures()).toBe(before)
    expect(fresh()).toBe(1)
    vi.advanceTimersByTime(400)
    expect(pictures()).toBe(before + 1)
    expect(fresh()).toBe(2)
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
