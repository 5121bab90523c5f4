import { describe, expect, it } from 'vitest'
import { DeviceCore } from '../../mock/device-core.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import type { StreamEvent } from '../../src/domain/events.ts'
import { Integrator } from '../../src/stats/totals.ts'
import { ManualClock, SimulatedWire } from '../support/simulated-wire.ts'
import { startHub, startStream } from '../support/stream-rig.ts'

const START_MS = 1_790_000_000_000

function rig(pollMs: number | null, change: { plain?: boolean; mode?: string } = {}) {
  const clock = new ManualClock(START_MS)
  const core = new DeviceCore({
    feed: new ScenarioFeed('normal', 7),
    startUs: START_MS * 1000,
    intervalMs: 100,
    plain: change.plain ?? false,
  })
  const mode = { cmd: 'set_mode', value: change.mode ?? 'stream', seq: 1 }
  core.obey(Buffer.from(JSON.stringify(mode)), 0)
  const wire = new SimulatedWire({ clock, core, toHost: null, toDevice: null, latencyMs: 20 })
  const states: string[] = []
  const { stream, samples, events } = startStream(
    { source: wire, clock, pollMs },
    { sourceState: (state, reason) => states.push(`${state} ${reason}`.trim()) },
  )
  const go = (ms: number): void => wire.run(ms, () => stream.tick())
  return { clock, core, wire, stream, samples, events, states, go }
}

const texts = (events: readonly StreamEvent[], kind: string): string[] =>
  events.flatMap((event) => (event.kind === kind ? [event.text] : []))

describe('a device that was left in poll mode', () => {
  it('is said to wait for requests where nobody asks, once', () => {
    const { go, events, samples, wire } = rig(null, { mode: 'poll' })
    go(60_000)
    wire.replug()
    go(60_000)
    expect(samples).toEqual([])
    const said = texts(events, 'hello').filter((text) => text.includes('poll mode'))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('--poll, or have it stream with --set mode=stream')
  })

  it('is asked without a word by a monitor that polls', () => {
    const { go, events, samples } = rig(5000, { mode: 'poll' })
    go(60_000)
    expect(samples.length).toBeGreaterThan(5)
    expect(texts(events, 'hello').join()).not.toContain('poll mode')
  })
})

/** s between samples. */
function spacings(samples: readonly { timeUs: number }[]): number[] {
  return samples.slice(1).map(({ timeUs }, i) => (timeUs - (samples[i]?.timeUs ?? 0)) / 1e6)
}

describe('--poll', () => {
  it.each([
    { pollMs: 5000, count: 100 },
    { pollMs: 600_000, count: 50 },
  ])('asks for a sample every $pollMs ms, on a grid that does not drift', ({ pollMs, count }) => {
    const { go, samples, events, stream, states, core } = rig(pollMs)
    go(1000)
    expect(core.settings.mode).toBe('poll')
    const streamed = samples.length
    go(pollMs * count)
    const polled = samples.slice(streamed)
    expect(polled).toHaveLength(count)
    for (const spacing of spacings(polled)) expect(spacing).toBeCloseTo(pollMs / 1000, 1)
    const spanUs = (polled.at(-1)?.timeUs ?? 0) - (polled[0]?.timeUs ?? 0)
    // No more than a tick and the way there and back, after any number of them.
    expect(Math.abs(spanUs / 1000 - pollMs * (count - 1))).toBeLessThan(100)
    expect(samples.some(({ gapBefore }) => gapBefore)).toBe(false)
    expect(stream.ledger).toMatchObject({ lost: 0, gaps: 0, reads_unanswered: 0 })
    expect(states).toEqual(['live'])
    expect(texts(events, 'command')).toHaveLength(1)
  })

  it('charge is integrated from one polled sample to the next', () => {
    const { go, samples } = rig(600_000)
    go(600_000 * 20)
    const totals = new Integrator()
    for (const sample of samples) totals.add(sample)
    const byHand = samples.slice(1).reduce((sum, { timeUs, current }, i) => {
      const before = samples[i] as (typeof samples)[number]
      return sum + (((before.current + current) / 2) * (timeUs - before.timeUs)) / 3.6e6
    }, 0)
    expect(byHand).toBeGreaterThan(100)
    expect(totals.read().chargeMah).toBeCloseTo(byHand, 6)
  })

  it('what is not answered is a silence that is counted, and no loss', () => {
    const { go, wire, stream, states, events } = rig(5000)
    go(21_000)
    wire.plugged = false
    go(20_000)
    expect(states.at(-1)).toMatch(/^silent the device does not answer \(it is asked every 5s\)/)
    wire.plugged = true
    go(10_000)
    expect(states.at(-1)).toBe('live')
    expect(states).toHaveLength(3)
    expect(stream.ledger).toMatchObject({ lost: 0, gaps: 0 })
    expect(stream.ledger.reads_unanswered).toBeGreaterThan(2)
    const missed = stream.ledger.reads_unanswered
    expect(texts(events, 'command')[1]).toBe(
      `the device answers again, after ${missed} requests in vain`,
    )
  })

  it('a device that restarts is set up again', () => {
    const { go, core, wire, samples } = rig(5000)
    go(11_000)
    wire.plugged = false
    for (const _line of core.reset()) wire.plugged = false
    expect(core.settings.mode).toBe('stream')
    wire.replug()
    go(3000)
    expect(core.settings.mode).toBe('poll')
    const before = samples.length
    go(20_000)
    expect(samples.length - before).toBe(4)
  })

  it('a device that is armed is polled when it is done, and says meanwhile why not', () => {
    const { go, core, samples, events } = rig(5000)
    const set = (value: unknown, seq: number): void => {
      core.obey(Buffer.from(JSON.stringify({ cmd: 'set_trigger', value, seq })), 0)
    }
    set({ level: 3 }, 2)
    go(60_000)
    expect(samples).toEqual([])
    set('off', 3)
    go(15_000)
    expect(core.settings.mode).toBe('poll')
    const before = samples.length
    go(20_000)
    expect(samples.length - before).toBe(4)
    expect(texts(events, 'command')).toEqual([
      expect.stringMatching(/^poll mode is not to be had yet \(refused: busy .*asked again$/),
      'poll mode: a sample is asked for every 5s',
    ])
  })

  it('at the end the device streams again; one that was polled before stays so', () => {
    const streaming = rig(5000)
    streaming.go(11_000)
    streaming.stream.release()
    expect(streaming.stream.isSettling).toBe(true)
    streaming.go(200)
    expect(streaming.stream.isSettling).toBe(false)
    expect(streaming.core.settings.mode).toBe('stream')
    const polled = rig(5000, { mode: 'poll' })
    polled.go(30_000)
    expect(polled.samples.length).toBeGreaterThan(3)
    polled.stream.release()
    polled.go(200)
    expect(polled.core.settings.mode).toBe('poll')
  })

  it('a plain sketch streams on, and an event says so', () => {
    const { go, samples, events, states } = rig(5000, { plain: true })
    go(30_000)
    expect(samples.length).toBeGreaterThan(290)
    expect(texts(events, 'command')).toEqual([
      'poll mode is not to be had (unanswered): samples are taken as the device sends them',
    ])
    expect(states).toEqual(['live'])
  })

  it('the end of a run waits for the mode, also after the last sample', async () => {
    const clock = new ManualClock(START_MS)
    const core = new DeviceCore({
      feed: new ScenarioFeed('normal', 7),
      startUs: START_MS * 1000,
      intervalMs: 10_000,
    })
    const wire = new SimulatedWire({ clock, core, toHost: null, toDevice: null, latencyMs: 20 })
    const { hub } = startHub({ clock, sources: [wire], maxSamples: 3, pollMs: 5000 })
    wire.run(20_000, () => hub.tick())
    expect(hub.ledger.samples).toBe(3)
    const settled = hub.settle()
    wire.run(900, () => hub.tick())
    await settled
    expect(core.settings.mode).toBe('stream')
  })
})
