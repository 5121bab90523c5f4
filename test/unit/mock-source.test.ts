import { describe, expect, it } from 'vitest'
import { parseFaults } from '../../mock/faults.ts'
import { MockSource, type MockSourceOptions } from '../../mock/source.ts'
import type { Frame, SampleFrame } from '../../src/protocol/frames.ts'
import type { SourceSink } from '../../src/sources/source.ts'

/** Time that stands still until a test moves it. */
class FakeTime {
  #nowMs = 0
  #timers: { dueMs: number; callback: () => void }[] = []
  readonly clock = { wallMs: () => 1.7e12 + this.#nowMs, monoMs: () => this.#nowMs }
  readonly schedule = (callback: () => void, delayMs: number): (() => void) => {
    const timer = { dueMs: this.#nowMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  get pending(): number {
    return this.#timers.length
  }

  /** @param lateMs how late each timer fires, as on a busy machine */
  advance(ms: number, lateMs = 0): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined || next.dueMs + lateMs > endMs) break
      this.#nowMs = Math.max(this.#nowMs, next.dueMs + lateMs)
      this.#timers = this.#timers.filter((each) => each !== next)
      next.callback()
    }
    this.#nowMs = endMs
  }
}

function run(options: Partial<MockSourceOptions> = {}): {
  time: FakeTime
  source: MockSource
  frames: Frame[]
  samples(): SampleFrame[]
  calls: string[]
  bytes(): number
} {
  const time = new FakeTime()
  const source = new MockSource({
    scenario: 'normal',
    clock: time.clock,
    schedule: time.schedule,
    ...options,
  })
  const frames: Frame[] = []
  const calls: string[] = []
  let bytes = 0
  const sink: SourceSink = {
    frame: (frame) => frames.push(frame),
    bytes: (count) => {
      bytes += count
    },
    format: (text) => calls.push(text),
    unit: (channel) => calls.push(channel),
    gap: () => calls.push('gap'),
    event: (kind) => calls.push(kind),
    state: (state) => calls.push(state),
    connected: () => calls.push('connected'),
    ended: () => calls.push('ended'),
    failed: () => calls.push('failed'),
  }
  source.start(sink)
  const samples = (): SampleFrame[] =>
    frames.flatMap((frame) => (frame.kind === 'sample' ? [frame] : []))
  return { time, source, frames, samples, calls, bytes: () => bytes }
}

describe('MockSource', () => {
  it('greets, then sends ten samples a second in real time', () => {
    const { time, frames, samples, calls, source, bytes } = run()
    expect(calls).toEqual(['connected', 'live'])
    expect(source).toMatchObject({ label: 'mock:normal', duplex: true, live: true })
    expect(frames).toHaveLength(1)
    expect(frames[0]).toMatchObject({ kind: 'hello', nextSeq: 0, intervalMs: 100 })
    time.advance(950)
    expect(samples().map(({ stamp }) => stamp)).toEqual(
      Array.from({ length: 10 }, (_, n) => ({ kind: 'ts', value: 1700000000 + n / 10 })),
    )
    expect(bytes()).toBeGreaterThan(frames.length * 60)
  })

  it('does not drift, however late its timers fire', () => {
    const { time, samples } = run()
    time.advance(60_000, 7.3)
    const count = samples().length
    expect(count).toBeGreaterThanOrEqual(599)
    expect(samples().at(-1)?.stamp).toMatchObject({ value: 1700000000 + (count - 1) / 10 })
  })

  it('answers commands, never from within the call', () => {
    const { time, source, frames, samples } = run()
    source.write('{"cmd":"set_interval","value":1000,"seq":5}')
    expect(frames).toHaveLength(1)
    time.advance(0)
    expect(frames.find(({ kind }) => kind === 'ack')).toMatchObject({ seq: 5 })
    time.advance(4900)
    expect(samples()).toHaveLength(5)
  })

  it('heals what its faults destroyed', () => {
    const { time, source, samples } = run({ faults: parseFaults('drop=0.3'), limit: 50 })
    time.advance(5000)
    const seqs = (): Set<unknown> => new Set(samples().map(({ seq }) => seq))
    expect(seqs().size).toBeLessThan(50)
    for (let round = 0; round < 20; round++) {
      source.write('{"nack":[0,49]}')
      time.advance(10)
    }
    expect(seqs().size).toBe(50)
    expect(source.device.core.counts.resends).toBe(1000)
  })

  it('ends a finite run when nobody asks for more', () => {
    const { time, source, calls } = run({ limit: 3 })
    time.advance(900)
    expect(calls).not.toContain('ended')
    source.write('{"nack":[0,1]}')
    time.advance(900)
    expect(calls).not.toContain('ended')
    time.advance(200)
    expect(calls).toContain('ended')
    expect(time.pending).toBe(0)
  })

  it('is silent after stop', async () => {
    const { time, source, frames } = run()
    source.write('{"cmd":"hello","seq":1}')
    await source.stop()
    time.advance(5000)
    expect(frames).toHaveLength(1)
    expect(time.pending).toBe(0)
  })

  it('has another boot number each time it is started', () => {
    const boot = ({ frames }: ReturnType<typeof run>): unknown =>
      frames[0]?.kind === 'hello' && frames[0].boot
    expect(boot(run())).toBeTypeOf('number')
    expect(boot(run())).not.toBe(boot(run({ startS: 1700000000.02 })))
  })
})
