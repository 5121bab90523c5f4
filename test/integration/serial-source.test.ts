import { beforeEach, describe, expect, it } from 'vitest'
import { withCrc } from '../../src/protocol/crc.ts'
import { SerialSource } from '../../src/sources/serial/serial-source.ts'
import { systemClock } from '../../src/util/clock.ts'
import { noteLine } from '../support/frames.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'
import { connected, SerialBench } from '../support/serial-bench.ts'

describe.skipIf(!hasPty)('serial source', () => {
  let bench: SerialBench

  beforeEach(() => {
    bench = new SerialBench()
  })

  it('decodes lines byte for byte, counts bytes, and writes', async () => {
    const pty = await bench.device()
    const { source, got } = bench.monitor()
    await connected(pty, got)
    const odd = Buffer.from(
      Array.from({ length: 255 }, (_, i) => i).filter((b) => b !== 10 && b !== 13),
    )
    const sent = Buffer.concat([
      Buffer.from('partial first line\n{"v":5.02,"a":0.245}\r\n\n'),
      odd,
      Buffer.from(`\n${'x'.repeat(600)}\n${withCrc(noteLine('Prüfstand'))}\n`),
    ])
    pty.write(sent)
    source.write('{"cmd":"hello","seq":1}')
    await until('lines both ways', () => got.frames.length === 6 && pty.received().length > 0)
    expect(got.frames).toEqual([
      'malformed',
      '#null',
      'blank',
      'malformed',
      'overlong',
      'Prüfstand',
    ])
    expect(got.byteCount).toBe(sent.length)
    expect(pty.received().toString()).toBe('{"cmd":"hello","seq":1}\n')
    expect(got.log.slice(0, 3)).toEqual(['opening', 'connected', 'live'])
  })

  it('says what it is', () => {
    const source = new SerialSource({ path: 'COM3', baud: 9600, wait: false, clock: systemClock })
    expect(source).toMatchObject({ label: 'COM3', duplex: true, live: true, bytesPerSecond: 960 })
  })

  it('waits for a device that was pulled, and goes on when it is back', async () => {
    const first = await bench.device()
    const { source, got } = bench.monitor()
    await connected(first, got)
    first.write(`${noteLine('one')}\n${noteLine('two')}\nbroken o`)
    await first.close()
    await until('the loss', () => got.log.at(-1) === 'waiting')
    // What broke off is a line, and comes before the loss is told.
    expect(got.log.slice(-4)).toEqual(['frame one', 'frame two', 'frame malformed', 'waiting'])
    expect(got.reasons.at(-1)).toContain('waiting for it')
    source.write('{"cmd":"read","seq":2}')

    const second = await bench.device()
    await connected(second, got)
    second.write(`${noteLine('three')}\n`)
    await until('a line after the return', () => got.frames.includes('three'))
    expect(got.log.slice(-3)).toEqual(['connected', 'live', 'frame three'])
    expect(got.log.filter((entry) => entry === 'connected')).toHaveLength(2)
    expect(got.log.filter((entry) => entry === 'waiting')).toHaveLength(1)
    source.write('again')
    await until('a line back', () => second.received().length > 0)
    expect(second.received().toString()).toBe('again\n')
    expect(got.error).toBeNull()
  })

  it('loses nothing at 100 kB/s', async () => {
    const pty = await bench.device()
    const { got } = bench.monitor()
    await connected(pty, got)
    const lines = Array.from({ length: 5000 }, (_, i) => `{"v":5.02,"a":0.245,"seq":${i}}`)
    const startedMs = performance.now()
    let next = 0
    const pump = (): void => {
      while (next < lines.length && pty.write(`${lines[next++]}\n`)) {}
    }
    pty.onDrain(pump)
    pump()
    await until('all lines', () => got.frames.length === lines.length, 20_000)
    expect(got.frames).toEqual(lines.map((_, i) => `#${i}`))
    expect(pty.dropped).toBe(0)
    expect(got.byteCount / (performance.now() - startedMs)).toBeGreaterThan(100)
  })

  it('reports that the device has fallen silent, and that it is back', async () => {
    const pty = await bench.device()
    let nowMs = 0
    const { got } = bench.monitor({ clock: { wallMs: () => nowMs, monoMs: () => nowMs } })
    await connected(pty, got)
    nowMs += 3100
    await until('silence from the start', () => got.log.at(-1) === 'silent')
    expect(got.reasons.at(-1)).toContain('115200 baud')
    pty.write('x\n')
    await until('a line', () => got.frames.length === 1)
    expect(got.log.at(-1)).toBe('live')
    nowMs += 3100
    await until('silence after a line', () => got.log.at(-1) === 'silent')
    expect(got.reasons.at(-1)).toBe('the device has fallen silent')
  })

  it('suspects the baud rate when scatter comes', async () => {
    const pty = await bench.device()
    const { got } = bench.monitor()
    await connected(pty, got)
    pty.write(Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 97 + 13) & 0xff)))
    await until('the advice', () => got.reasons.at(-1)?.includes('--baud 9600') === true)
    expect(got.log.at(-1)).toBe('live')
  })

  it('does not suspect it on a bad line whose frames come through', async () => {
    const pty = await bench.device()
    const { got } = bench.monitor()
    await connected(pty, got)
    const garbage = Buffer.from(Array.from({ length: 700 }, (_, i) => 0x80 | (i * 97 + 13)))
    for (let seq = 0; seq < 20; seq++) {
      pty.write(Buffer.from(`{"v":5.02,"a":0.245,"seq":${seq}}\n`))
      pty.write(Buffer.concat([garbage, Buffer.from('\n')]))
      await until('the garbage', () => got.overlongs === seq + 1)
    }
    expect(got.reasons.filter((reason) => reason.includes('--baud'))).toEqual([])
  })

  it('stops while it waits, and leaves nothing running', async () => {
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const { source, got } = bench.monitor({ wait: true })
    await until('waiting', () => got.log.at(-1) === 'waiting')
    expect(timers()).toBe(before + 1)
    await source.stop()
    expect(timers()).toBe(before)
  })

  it('stops while it is connected: hangs up and leaves nothing running', async () => {
    const pty = await bench.device()
    const { source, got } = bench.monitor()
    await connected(pty, got)
    pty.write(`${noteLine('whole')}\nunfinished`)
    await until('the bytes', () => got.byteCount > noteLine('whole').length + 1)
    await source.stop()
    await until('the hang-up', () => !pty.open)
    // A line cut off by our own stop is no fault of the device.
    expect(got.frames).toEqual(['whole'])
    expect(got.log.at(-1)).toBe('frame whole')
  })
})
