import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SourceSink } from '../../src/sources/source.ts'
import { StdinSource } from '../../src/sources/stdin-source.ts'

/** Hears nothing. */
const SINK: SourceSink = {
  frame: () => {},
  bytes: () => {},
  format: () => {},
  unit: () => {},
  gap: () => {},
  event: () => {},
  connected: () => {},
  ended: () => {},
  failed: () => {},
  state: () => {},
}

/** What the source said of itself, in order. */
function listen(source: StdinSource): string[] {
  const states: string[] = []
  const ended = (): void => void states.push('end')
  source.start({ ...SINK, ended, state: (state) => void states.push(state) })
  return states
}

describe('StdinSource', () => {
  const input = { current: new PassThrough() }
  const source = (): StdinSource =>
    new StdinSource(input.current, { wallMs: () => Date.now(), monoMs: () => Date.now() })
  const write = async (): Promise<void> => {
    input.current.write('x\n')
    await vi.advanceTimersByTimeAsync(0)
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    input.current = new PassThrough()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('reports after 3 s that nothing comes, once, and at once that it comes again', async () => {
    const states = listen(source())
    await write()
    await vi.advanceTimersByTimeAsync(2400)
    expect(states).toEqual(['live'])
    await vi.advanceTimersByTimeAsync(8000)
    expect(states).toEqual(['live', 'silent'])
    await write()
    expect(states).toEqual(['live', 'silent', 'live'])
  })

  it('waits for longer than the usual interval of a slow writer explains', async () => {
    const states = listen(source())
    for (let i = 0; i < 3; i++) {
      await write()
      await vi.advanceTimersByTimeAsync(2000)
    }
    await vi.advanceTimersByTimeAsync(4000)
    expect(states).toEqual(['live'])
    await vi.advanceTimersByTimeAsync(1000)
    expect(states).toEqual(['live', 'silent'])
  })

  it('misses nothing while it is paused, and after the end', async () => {
    const paused = source()
    const states = listen(paused)
    await write()
    paused.pause()
    await vi.advanceTimersByTimeAsync(60_000)
    paused.resume()
    await vi.advanceTimersByTimeAsync(2000)
    expect(states).toEqual(['live'])
    input.current.end()
    await vi.waitFor(() => expect(states).toContain('end'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(states).toEqual(['live', 'ended', 'end'])
  })

  it.each([
    ['end of input', 'x\n'],
    ['end of input, of which nothing came: does its writer start by itself?', null],
  ])('says as it ends: %s', async (reason, text) => {
    const reasons: string[] = []
    const sink = { ...SINK, state: (_: unknown, why: string) => void reasons.push(why) }
    source().start(sink)
    input.current.end(text)
    await vi.advanceTimersByTimeAsync(0)
    expect(reasons).toEqual(['', reason])
  })
})
