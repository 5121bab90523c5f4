import { describe, expect, it } from 'vitest'
import type { Frame } from '../../src/protocol/frames.ts'
import type { Source, SourceSink } from '../../src/sources/source.ts'
import { SplitSource } from '../../src/sources/split-source.ts'

const BLANK: Frame = { kind: 'blank' }

class Port implements Source {
  readonly label = '/dev/board'
  readonly duplex = false
  readonly live = true
  readonly mayFail = true
  readonly bytesPerSecond = 11_520
  sink: SourceSink | null = null
  readonly calls: string[] = []

  start(sink: SourceSink): void {
    this.sink = sink
    this.calls.push('start')
  }
  write(): void {}
  pause(): void {
    this.calls.push('pause')
  }
  resume(): void {
    this.calls.push('resume')
  }
  async stop(): Promise<void> {
    this.calls.push('stop')
  }
}

function listener(calls: string[]): SourceSink {
  return {
    frame: (frame) => calls.push(frame.kind),
    bytes: (count) => calls.push(`${count} bytes`),
    format: (text) => calls.push(text),
    unit: (channel) => calls.push(channel),
    gap: () => calls.push('gap'),
    event: (kind) => calls.push(kind),
    state: (state) => calls.push(state),
    connected: () => calls.push('connected'),
    ended: () => calls.push('ended'),
    failed: (error) => calls.push(error.code),
  }
}

describe('SplitSource', () => {
  it('gives each line to one device, and what is said of the source to all', async () => {
    const port = new Port()
    const { parts } = new SplitSource(port, 3)
    const heard: string[][] = parts.map(() => [])
    expect(parts.map(({ label }) => label)).toEqual([1, 2, 3].map((n) => `/dev/board/ch${n}`))
    for (const [i, part] of parts.entries()) {
      expect(port.calls).toEqual([])
      part.start(listener(heard[i] as string[]))
    }
    expect(port.calls).toEqual(['start'])
    port.sink?.state('live', '')
    port.sink?.bytes(7)
    port.sink?.frame(BLANK)
    port.sink?.frame(BLANK, { part: 2, ageMs: 0 })
    port.sink?.ended()
    expect(heard).toEqual([
      ['live', '7 bytes', 'blank', 'ended'],
      ['live', 'ended'],
      ['live', 'blank', 'ended'],
    ])
  })

  it('waits while one of them waits, and stops once', async () => {
    const port = new Port()
    const [first, second] = new SplitSource(port, 2).parts as [Source, Source]
    first.pause()
    second.pause()
    first.resume()
    expect(port.calls).not.toContain('resume')
    second.resume()
    expect(port.calls).toContain('resume')
    await Promise.all([first.stop(), second.stop()])
    expect(port.calls.filter((call) => call === 'stop')).toHaveLength(1)
  })
})
