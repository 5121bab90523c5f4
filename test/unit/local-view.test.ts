import { describe, expect, it } from 'vitest'
import { decodeLine } from '../../src/protocol/codec.ts'
import type { Source, SourceSink } from '../../src/sources/source.ts'
import { LineSource } from '../support/line-source.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { startHub } from '../support/stream-rig.ts'

const WALL_MS = Date.UTC(2026, 10, 20, 14)

/** A monitor of a device without numbers, whose lines and time the test owns. */
function rig() {
  let nowMs = 0
  let sink: SourceSink | undefined
  const source: Source = {
    label: 'stdin',
    duplex: false,
    live: false,
    mayFail: false,
    bytesPerSecond: null,
    start: (given) => {
      sink = given
      given.connected()
      given.state('live', '')
    },
    write: () => {},
    pause: () => {},
    resume: () => {},
    stop: async () => {},
  }
  const clock = { wallMs: () => WALL_MS + nowMs, monoMs: () => nowMs }
  const { view } = startHub({ clock, sources: [source] })
  return {
    view,
    wait: (ms: number) => {
      nowMs += ms
    },
    line: (fields: object) => {
      nowMs += 50
      sink?.frame(decodeLine(Buffer.from(JSON.stringify(fields))))
    },
    end: () => {
      sink?.state('ended', 'end of input')
      sink?.ended()
    },
  }
}

const GOOD = { v: 5, a: 0.5 }

describe('snapshot', () => {
  it.each([
    ['nosensor', { ...GOOD, status: 'nosensor' }],
    ['out_of_range', { ...GOOD, v: 99 }],
  ])('says that the values are not of the newest sample: %s', async (status, bad) => {
    const { view, line } = rig()
    for (let i = 0; i < 20; i++) line(GOOD)
    const before = await view.snapshot(0)
    expect(before.valuesUs).toBe(before.sampleUs)
    for (let i = 0; i < 20; i++) line(bad)
    const during = await view.snapshot(0)
    expect(during.status).toBe(status)
    expect(during.valuesUs).toBe(before.sampleUs)
    expect(during.sampleUs).toBeGreaterThan(before.sampleUs ?? 0)
    const trace = await view.trace({ device: 0, spanMs: 2000, slots: 100, endUs: null })
    const endUs = trace.startUs + trace.length * trace.slotUs
    expect(endUs).toBeGreaterThan(during.sampleUs ?? 0)
    expect([...trace.count].slice(-45).every((count) => count === 0)).toBe(true)
    line(GOOD)
    const after = await view.snapshot(0)
    expect(after.valuesUs).toBe(after.sampleUs)
    expect(
      (await view.trace({ device: 0, spanMs: 2000, slots: 100, endUs: null })).broken.at(-1),
    ).toBe(1)
  })

  it('has no rate while nothing comes, nor after the end', async () => {
    const { view, line, wait, end } = rig()
    for (let i = 0; i < 40; i++) line(GOOD)
    expect((await view.snapshot(0)).rate).toBeCloseTo(20, 0)
    wait(8000)
    expect((await view.snapshot(0)).rate).toBe(0)
    for (let i = 0; i < 200; i++) line(GOOD)
    expect((await view.snapshot(0)).rate).toBeCloseTo(20, 0)
    end()
    expect(await view.snapshot(0)).toMatchObject({ rate: 0, source: { state: 'ended' } })
  })

  it('begins anew where the clock was set back', async () => {
    const source = new LineSource({ live: false })
    const { hub, view } = startHub({
      clock: { wallMs: () => WALL_MS, monoMs: () => 0 },
      sources: [source],
      keepTime: true,
    })
    const send = (from: number, volts: number): void => {
      for (let i = 0; i < 10; i++) source.line(`{"v":${volts},"a":0,"ts":${from + i}}`)
    }
    send(1_700_007_200, 5)
    send(1_700_000_000, 3)
    hub.finish()
    const { windows, values, oldestUs } = await view.snapshot(0)
    expect(values).toMatchObject({ v: 3 })
    expect(windows.map(({ sinceUs }) => sinceUs)).toEqual([1, 2, 3].map(() => 1_700_000_000e6))
    // Without a log, what was before is gone.
    expect(oldestUs).toBe(1_700_000_000e6)
    expect(windows[0]?.stats['v']).toMatchObject({ min: 3, max: 3 })
    const trace = await view.trace({ device: 0, spanMs: 10_000, slots: 10, endUs: null })
    expect(trace.startUs + trace.length * trace.slotUs).toBe(1_700_000_010e6)
    expect(trace.channels['v']?.last.at(-1)).toBe(3)
  })

  it('knows what the log has from before the clock was set back', async () => {
    const clock = { wallMs: () => WALL_MS, monoMs: () => 0 }
    const log = new MemoryLog()
    const source = new LineSource({ live: false })
    const { hub, view } = startHub({ clock, log, sources: [source], keepTime: true })
    const send = (from: number, count: number): void => {
      for (let i = 0; i < count; i++) source.line(`{"v":5,"a":0,"ts":${from + i}}`)
    }
    send(1_700_000_000, 600)
    send(1_700_000_500, 10)
    hub.finish()
    const { sampleUs, oldestUs } = await view.snapshot(0)
    expect([oldestUs, sampleUs]).toEqual([1_700_000_000e6, 1_700_000_509e6])
  })
})
