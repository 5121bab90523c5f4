import { describe, expect, it } from 'vitest'
import type { Trace } from '../../src/chart/trace.ts'
import type { HubDevice } from '../../src/monitor/hub.ts'
import { slotsOf, TraceProvider } from '../../src/monitor/trace-provider.ts'
import type { LogHistory } from '../../src/storage/client/log-history.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const WALL_MS = 1_790_000_000_000
const WALL_US = WALL_MS * 1000

/** A device of which memory has the seconds from 0 to 9 with their number as voltage; `next` brings one more. */
function running(): { device: HubDevice; next: () => void } {
  const clock = new ManualClock(WALL_MS)
  const source = new LineSource({ live: true })
  const { hub } = startHub({ clock, sources: [source] })
  let seq = 0
  const next = (): void => {
    source.line(`{"v":${seq},"a":0,"seq":${seq}}`)
    clock.advance(1000)
    seq++
  }
  for (let s = 0; s < 10; s++) next()
  return { device: hub.devices[0] as HubDevice, next }
}

function device(): HubDevice {
  return running().device
}

/** A log that answers with 1 sample of 20 V in each slot, and says what it was asked. */
function loggedHistory(): { history: LogHistory; asked: number[][] } {
  const asked: number[][] = []
  const history = {
    series: async (_device: string, startUs: number, slotUs: number, length: number) => {
      asked.push([startUs, slotUs, length])
      const full = (value: number): Float64Array => new Float64Array(length).fill(value)
      const trace: Trace = {
        slotUs,
        startUs,
        length,
        count: new Uint32Array(length).fill(1),
        broken: new Uint8Array(length),
        signs: new Uint8Array(length),
        channels: { v: { min: full(20), max: full(20), last: full(20) } },
      }
      return trace
    },
  } as unknown as LogHistory
  return { history, asked }
}

describe('a trace', () => {
  it('comes from memory alone where that has all of it', async () => {
    const { history, asked } = loggedHistory()
    const request = { device: 0, spanMs: 5000, slots: 5, endUs: null }
    const trace = await new TraceProvider(history, () => false).trace(device(), request)
    expect([...(trace.channels['v']?.last ?? [])]).toEqual([5, 6, 7, 8, 9])
    expect(asked).toEqual([])
  })

  it('comes from memory alone where the log has nothing that memory has not', async () => {
    const { history, asked } = loggedHistory()
    const request = { device: 0, spanMs: 20_000, slots: 20, endUs: null }
    const trace = await new TraceProvider(history, () => true).trace(device(), request)
    const filled = [...(trace.channels['v']?.last ?? [])].filter((value) => !Number.isNaN(value))
    expect(filled).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(trace.length).toBe(20)
    expect(asked).toEqual([])
  })

  it('does not join the first sample in memory to what is in the log of an earlier run', async () => {
    const { history } = loggedHistory()
    const series = history.series.bind(history)
    const ofTwoRuns = async (...asked: Parameters<typeof series>): Promise<Trace> => {
      const trace = await series(...asked)
      trace.broken[5] = 1
      return trace
    }
    Object.assign(history, { series: ofTwoRuns })
    const request = { device: 0, spanMs: 15_000, slots: 15, endUs: null }
    const trace = await new TraceProvider(history, () => false).trace(device(), request)
    expect([...trace.broken]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  it('has from the log what was before the memory, without a seam', async () => {
    const { history, asked } = loggedHistory()
    const request = { device: 0, spanMs: 15_000, slots: 15, endUs: null }
    const trace = await new TraceProvider(history, () => false).trace(device(), request)
    expect(asked).toEqual([[WALL_US - 5e6, 1e6, 15]])
    const before = [20, 20, 20, 20, 20]
    expect([...(trace.channels['v']?.last ?? [])]).toEqual([
      ...before,
      0,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
    ])
    expect(trace.startUs).toBe(WALL_US - 5e6)
  })

  it('asks the log once for what a running chart still shows of the time before the memory', async () => {
    const { history, asked } = loggedHistory()
    const { device, next } = running()
    const provider = new TraceProvider(history, () => false)
    const request = { device: 0, spanMs: 15_000, slots: 15, endUs: null }
    await provider.trace(device, request)
    next()
    next()
    const trace = await provider.trace(device, request)
    expect(asked).toHaveLength(1)
    expect(trace.startUs).toBe(WALL_US - 3e6)
    const last = [20, 20, 20, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    expect([...(trace.channels['v']?.last ?? [])]).toEqual(last)
    expect([...trace.count]).toEqual(last.map(() => 1))
  })

  it('asks the log once for each of several viewers with spans of their own, up to 16', async () => {
    const { history, asked } = loggedHistory()
    const { device, next } = running()
    const provider = new TraceProvider(history, () => false)
    const spans = Array.from({ length: 17 }, (_, i) => 15 + i)
    const show = async (seconds: readonly number[]): Promise<void> => {
      for (const each of seconds) {
        const request = { device: 0, spanMs: each * 1000, slots: each, endUs: null }
        await provider.trace(device, request)
      }
    }
    await show(spans.slice(1))
    next()
    await show(spans.slice(1))
    expect(asked).toHaveLength(16)
    await show(spans)
    // The 17th took the place of the one that was read first, and so on.
    expect(asked).toHaveLength(33)
  })

  it('asks the log again for another span, and for each frozen chart', async () => {
    const { history, asked } = loggedHistory()
    const { device, next } = running()
    const provider = new TraceProvider(history, () => false)
    const request = { device: 0, spanMs: 15_000, slots: 15, endUs: null }
    await provider.trace(device, request)
    next()
    await provider.trace(device, { ...request, spanMs: 20_000, slots: 20 })
    await provider.trace(device, { ...request, endUs: WALL_US + 9e6 })
    expect(asked.map(([startUs]) => ((startUs ?? 0) - WALL_US) / 1e6)).toEqual([-5, -9, -5])
  })

  it('asks the log again as long as that has not committed the slot in which memory begins', async () => {
    const { history, asked } = loggedHistory()
    const { device, next } = running()
    const provider = new TraceProvider(
      {
        ...history,
        series: async (...question: Parameters<LogHistory['series']>) => {
          const logged = await history.series(...question)
          // Two samples of each slot of two seconds are in memory.
          if (asked.length > 2) logged.count.fill(2)
          return logged
        },
      } as LogHistory,
      () => false,
    )
    for (let i = 0; i < 5; i++) {
      await provider.trace(device, { device: 0, spanMs: 30_000, slots: 15, endUs: null })
      next()
    }
    expect(asked).toHaveLength(3)
  })

  it('shows a mark that was set at a time before the memory', async () => {
    const { history, asked } = loggedHistory()
    const { device } = running()
    const provider = new TraceProvider(history, () => false)
    const request = { device: 0, spanMs: 15_000, slots: 15, endUs: null }
    await provider.trace(device, request)
    device.state.event({ timeUs: WALL_US - 4e6, kind: 'marker', text: 'the pump started' })
    const { signs } = await provider.trace(device, request)
    expect(asked).toHaveLength(1)
    expect([...signs].flatMap((sign, slot) => (sign === 0 ? [] : [slot]))).toEqual([1])
  })

  it('is that of the log alone where all of it was before the memory', async () => {
    const { history } = loggedHistory()
    const request = { device: 0, spanMs: 5000, slots: 5, endUs: WALL_US - 60e6 }
    const trace = await new TraceProvider(history, () => false).trace(device(), request)
    expect([...(trace.channels['v']?.last ?? [])]).toEqual([20, 20, 20, 20, 20])
  })

  it('is empty before memory begins where there is no log', async () => {
    const request = { device: 0, spanMs: 15_000, slots: 15, endUs: null }
    const trace = await new TraceProvider(null, () => false).trace(device(), request)
    expect([...trace.count]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
  })
})

describe('the slots of a trace', () => {
  it.each([
    [15_000, 960, 20_000, 750],
    [900_000, 960, 1_000_000, 900],
    [3_600_000, 960, 4_000_000, 900],
    [48 * 3_600_000, 960, 180_000_000, 960],
    [48 * 3_600_000, 100, 1_740_000_000, 100],
  ])(
    'of %i ms in %i are whole seconds or minutes where the log rolls up',
    (spanMs, slots, slotUs, length) => {
      expect(slotsOf({ device: 0, spanMs, slots, endUs: null })).toEqual({ slotUs, length })
    },
  )
})
