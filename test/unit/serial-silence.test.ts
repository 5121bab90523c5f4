import { describe, expect, it } from 'vitest'
import { BaudDoubt, baudAdvice } from '../../src/sources/serial/baud-doubt.ts'
import { SilenceWatch } from '../../src/sources/silence.ts'
import { sampleFrame } from '../support/frames.ts'

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

describe('doubt about the baud rate', () => {
  const text = Buffer.from('{"v":5.02,"a":0.245,"seq":1,"status":"ok"}\r\n'.repeat(20))
  const scatter = Buffer.from(Array.from({ length: 800 }, (_, i) => (i * 97 + 13) & 0xff))

  it('rises with a scatter of bytes, whatever the chunks, and goes with text', () => {
    const doubt = new BaudDoubt()
    doubt.push(text)
    expect(doubt.doubted).toBe(false)
    for (const byte of scatter) doubt.push(Uint8Array.of(byte))
    expect(doubt.doubted).toBe(true)
    doubt.push(text)
    expect(doubt.doubted).toBe(false)
  })

  it('is not raised by the boot noise of a board, nor by a name in UTF-8', () => {
    const doubt = new BaudDoubt()
    doubt.push(scatter.subarray(0, 60))
    doubt.push(Buffer.from('{"hello":"ina219","name":"Prüfstand – größer"}\n'.repeat(30)))
    expect(doubt.doubted).toBe(false)
  })

  it('is not raised by garbage between lines that can be read', () => {
    const doubt = new BaudDoubt()
    const line = Buffer.from('{"v":5.02,"a":0.245,"seq":1,"status":"ok"}')
    const frame = sampleFrame(1)
    for (let i = 0; i < 100; i++) {
      doubt.push(line)
      doubt.frame(frame)
      for (let at = 0; at < 800; at += 400) doubt.push(scatter.subarray(at, at + 400))
      doubt.frame({ kind: 'malformed', reason: 'json', protected: false })
      expect(doubt.doubted).toBe(false)
    }
    // The device now sends at another rate.
    for (let at = 0; at < 2400; at += 400) doubt.push(scatter.subarray(0, 400))
    expect(doubt.doubted).toBe(true)
    doubt.push(line)
    doubt.frame(frame)
    expect(doubt.doubted).toBe(false)
  })

  it('suggests other rates than the one in use', () => {
    expect(baudAdvice(115_200)).toContain('9600')
    expect(baudAdvice(115_200)).not.toMatch(/try.*115200/)
    expect(baudAdvice(9600)).toMatch(/try --baud 115200/)
  })
})
