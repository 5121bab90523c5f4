import { describe, expect, it } from 'vitest'
import type { SourceSink } from '../../src/sources/source.ts'
import { LineSource } from '../support/line-source.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const WALL_MS = 1_790_000_000_000

class Port extends LineSource {
  override readonly mayFail: boolean = true

  override start(sink: SourceSink): void {
    this.begin(sink)
  }
}

function rig(count: number, maxSamples?: number) {
  const clock = new ManualClock(WALL_MS)
  const sources = Array.from({ length: count }, () => new LineSource({ live: true }))
  const devices = sources.map((_, i) => `bench-${i}`)
  const started = startHub({
    clock,
    sources,
    devices,
    ...(maxSamples === undefined ? {} : { maxSamples }),
  })
  return { ...started, clock, sources: sources as [LineSource, LineSource, ...LineSource[]] }
}

const line = (seq: number, more = ''): string => `{"v":5,"a":0.1,"seq":${seq}${more}}`

describe('a hub of several devices', () => {
  it('keeps an account of each, and their sums', () => {
    const { hub, sources, clock } = rig(2)
    const [a, b] = sources
    for (const seq of [0, 1, 2, 5, 6]) a.line(line(seq))
    for (const seq of [100, 101]) b.line(line(seq))
    b.line('rubbish')
    clock.advance(3000)
    hub.finish()
    const { devices, ...sums } = hub.ledger
    expect(devices).toMatchObject([
      { device: 'bench-0', lines: 5, samples: 5, lost: 2, gaps: 1, malformed: 0 },
      { device: 'bench-1', lines: 3, samples: 2, lost: 0, gaps: 0, malformed: 1 },
    ])
    expect(sums).toMatchObject({ lines: 8, samples: 7, lost: 2, gaps: 1, malformed: 1, seconds: 3 })
  })

  it('goes on with the others when one restarts, goes away or ends', () => {
    const { hub, sources } = rig(2)
    const [a, b] = sources
    const ended: number[] = []
    hub.bus.subscribe({ ended: (number) => ended.push(number) })
    for (let seq = 0; seq < 20; seq++) {
      if (seq === 5) a.state('waiting', 'the port went away')
      if (seq === 10) a.end()
      b.line(line(seq))
    }
    expect(ended).toEqual([0])
    expect(hub.isOver).toBe(false)
    b.end()
    expect(hub.isOver).toBe(true)
    expect(hub.ledger.devices[1]).toMatchObject({ samples: 20, lost: 0, reboots: 0 })
  })

  it('keeps on record that a device fell silent or lost its port, once it has measured', async () => {
    const clock = new ManualClock(WALL_MS)
    const log = new MemoryLog({ clock })
    const sources = [new LineSource({ live: true }), new LineSource({ live: true })] as const
    const { hub, view } = startHub({ clock, log, sources, devices: ['a', 'b'] })
    const [a, b] = sources
    for (const each of sources) each.state('live', '')
    a.line(line(0))
    clock.advance(4000)
    for (const each of sources) each.state('silent', 'nothing comes')
    a.state('live', '')
    a.line(line(1))
    a.state('waiting', 'the port went away')
    await log.committed()
    const logged = log.db.prepare('SELECT device, kind, detail, timestamp FROM power_event').all()
    const kept = (logged as { kind: string }[]).filter(({ kind }) => kind !== 'hello')
    const at = { device: 'a', timestamp: WALL_MS + 4000 }
    expect(kept).toEqual([
      { ...at, kind: 'silent', detail: 'nothing comes' },
      { ...at, kind: 'waiting', detail: 'the port went away' },
    ])
    // The screen says it of both.
    expect((await view.snapshot(1)).events).toMatchObject([{ kind: 'silent' }])
    expect((await view.snapshot(0)).events.map(({ kind }) => kind)).toEqual(['waiting', 'silent'])
    b.end()
    hub.finish()
  })

  it('begins with those whose start may fail, and with the others once it has not', () => {
    const clock = new ManualClock(WALL_MS)
    const ports = [0, 1].map(() => new Port({ live: true }))
    const pipe = new LineSource({ live: false })
    const { hub } = startHub({ clock, sources: [pipe, ...ports], devices: ['a', 'b', 'c'] })
    expect(pipe.isStarted).toBe(false)
    ports[0]?.state('live', '')
    expect(pipe.isStarted).toBe(false)
    ports[1]?.state('waiting', 'absent: waiting for it')
    expect(pipe.isStarted).toBe(true)
    pipe.line(line(1))
    expect(hub.ledger.samples).toBe(1)
  })

  it('counts the limit over all of them', () => {
    const { hub, sources } = rig(2, 5)
    const [a, b] = sources
    const limits: number[] = []
    hub.bus.subscribe({
      ended: (number, reason) => {
        if (reason === 'limit') limits.push(number)
      },
    })
    for (let seq = 0; seq < 4; seq++) {
      a.line(line(seq))
      b.line(line(seq))
    }
    hub.finish()
    expect(hub.ledger).toMatchObject({ samples: 5, lines: 5 })
    expect(limits).toEqual([0])
  })

  it('gives no two devices the same label, whatever they call themselves', () => {
    const clock = new ManualClock(WALL_MS)
    const sources = [1, 2, 3].map(() => new LineSource({ live: true }))
    const { hub } = startHub({ clock, sources })
    expect(hub.devices.map(({ stream }) => stream.device)).toEqual(['test', 'test-2', 'test-3'])
    const events: string[] = []
    hub.bus.subscribe({ event: (number, { text }) => events.push(`${number} ${text}`) })
    for (const source of sources) source.line('{"hello":"ina219","name":"bench","seq":0}')
    const labels = hub.devices.map(({ stream }) => stream.device)
    expect(labels).toEqual(['bench', 'bench@test', 'bench-2'])
    expect(events.filter((text) => text.includes('is called bench'))).toHaveLength(2)
  })

  it('shows one in full and all in brief', async () => {
    const { view, sources } = rig(3)
    sources[1].line(line(7, ',"soc":85,"w":0.5'))
    sources[0].line('{"lux":12.5,"seq":1}')
    const snapshot = await view.snapshot(1)
    expect(snapshot.devices.map(({ device, values }) => [device, values])).toEqual([
      ['bench-0', { lux: 12.5 }],
      ['bench-1', { v: 5, a: 0.1, w: 0.5, soc: 85 }],
      ['bench-2', null],
    ])
    expect(snapshot.device).toBe('bench-1')
    expect(snapshot.channels.map(({ id }) => id)).toEqual(['v', 'a', 'w', 'soc'])
    expect((await view.snapshot(0)).channels.map(({ id }) => id)).toEqual(['lux'])
    expect(snapshot.windows[0]?.stats['soc']).toEqual({ min: 85, avg: 85, max: 85 })
    await expect(view.snapshot(3)).rejects.toMatchObject({ code: 'usage_invalid' })
  })
})
