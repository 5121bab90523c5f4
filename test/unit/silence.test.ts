import { describe, expect, it } from 'vitest'
import { SilenceWatch } from '../../src/sources/silence.ts'

describe('silence', () => {
  it('is 3 s without a byte, from the opening or from the last one', () => {
    const watch = new SilenceWatch(1000)
    expect(watch.silent(3999)).toBe(false)
    expect(watch.silent(4000)).toBe(true)
    expect(watch.neverHeard).toBe(true)
    watch.bytes(5000)
    expect(watch.neverHeard).toBe(false)
    expect(watch.silent(7999)).toBe(false)
    expect(watch.silent(8000)).toBe(true)
  })

  it('is a pause of a slow device, also where it prints several lines in one go', () => {
    const watch = new SilenceWatch(0)
    for (let atMs = 0; atMs <= 10_000; atMs += 2000) {
      for (let line = 0; line < 5; line++) {
        watch.bytes(atMs + line)
        watch.line(atMs + line)
      }
    }
    expect(watch.silent(16_400)).toBe(false)
    expect(watch.silent(16_600)).toBe(true)
  })

  it('forgets a long pause after some lines', () => {
    const watch = new SilenceWatch(0)
    watch.line(0)
    for (let i = 0; i < 40; i++) {
      watch.bytes(60_000 + i * 100)
      watch.line(60_000 + i * 100)
    }
    expect(watch.silent(63_900 + 3000)).toBe(true)
  })
})
