import { describe, expect, it } from 'vitest'
import { BaudDoubt, baudAdvice } from '../../src/sources/serial/baud-doubt.ts'
import { sampleFrame } from '../support/frames.ts'

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
