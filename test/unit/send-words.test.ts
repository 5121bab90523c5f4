import { describe, expect, it } from 'vitest'
import { DeviceCore } from '../../mock/device-core.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import type { LocalView } from '../../src/monitor/local-view.ts'
import type { Source, SourceSink } from '../../src/sources/source.ts'
import { ManualClock, SimulatedWire } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const START_MS = 1_790_000_000_000

function rig(devices: readonly string[] = ['bench'], change: { duplex?: boolean } = {}) {
  const clock = new ManualClock(START_MS)
  const cores = devices.map(
    () =>
      new DeviceCore({
        feed: new ScenarioFeed('normal', 7),
        startUs: START_MS * 1000,
        intervalMs: 100,
      }),
  )
  const wires = cores.map((core) => {
    const wire = new SimulatedWire({ clock, core, toHost: null, toDevice: null, latencyMs: 20 })
    return Object.assign(wire, change)
  })
  const { hub, view } = startHub({ clock, sources: wires, devices })
  const run = (ms: number): void => {
    for (const wire of wires) wire.run(ms, () => hub.tick())
  }
  run(1000)
  /** The word that comes back, with time going on until it has come. */
  const send = async (words: string, device = 0): Promise<string> => {
    let said: string | null = null
    const sent = view.control({ kind: 'send', device, words }).then((text) => {
      said = text
    })
    for (let i = 0; i < 400 && said === null; i++) {
      run(50)
      await Promise.race([sent, new Promise((resolve) => setImmediate(resolve))])
    }
    await sent
    return said ?? ''
  }
  return { cores, view, send }
}

/** A port whose device is unplugged. */
class AwaySource implements Source {
  readonly label = '/dev/ttyUSB9'
  readonly duplex = true
  readonly live = true
  readonly mayFail = false
  readonly bytesPerSecond = null
  start(sink: SourceSink): void {
    sink.state('waiting', 'unplugged')
  }
  write(): void {}
  pause(): void {}
  resume(): void {}
  async stop(): Promise<void> {}
}

async function commandEvents(view: LocalView, device = 0): Promise<string[]> {
  const { events } = await view.snapshot(device)
  return events.flatMap(({ kind, text }) => (kind === 'command' ? [text] : [])).toReversed()
}

describe('words for a device of a run', () => {
  it('are carried out in their order, answered in words, and each an event', async () => {
    const { cores, view, send } = rig()
    expect(await send('interval=50ms averaging=8')).toBe('interval=50ms: ok; averaging=8: ok')
    expect(cores[0]?.settings).toMatchObject({ intervalMs: 50, averaging: 8 })
    expect(await commandEvents(view)).toEqual(['set_interval 50: ok', 'set_averaging 8: ok'])
  })

  it('give back what the device said of itself, and its newest sample', async () => {
    const { send } = rig()
    expect(await send('hello')).toMatch(/^hello: ina219, fw mock, .*, interval 100 ms/)
    expect(await send('read')).toMatch(/^read: [\d.]+ V {2}[\d.]+ A {2}[\d.]+ W {2}ok$/)
  })

  it('stop at what the device refuses, so that save keeps no half change', async () => {
    const { cores, view, send } = rig()
    expect(await send('interval=4000000 averaging=8 save')).toBe(
      'interval=4000000: refused: range (the device does not allow that value); averaging=8: not sent; save: not sent',
    )
    expect(cores[0]?.settings.intervalMs).toBe(100)
    expect(await commandEvents(view)).toHaveLength(1)
  })

  it('say why a device is not armed, and what ends it', async () => {
    const { send } = rig()
    expect(await send('threshold=1A trigger=1')).toMatch(
      /trigger=1: refused: .*threshold=off first/,
    )
    expect(await send('threshold=off trigger=3')).toMatch(/trigger=3: ok$/)
    expect(await send('interval=50')).toMatch(/^interval=50: refused: busy .*trigger=off ends that/)
  })

  it('go to the device that is named, else to the one that is selected', async () => {
    const { cores, send } = rig(['bench', 'rack'])
    expect(await send('interval=50', 1)).toBe('interval=50: ok')
    expect(await send('bench:interval=200', 1)).toBe('bench:interval=200: ok')
    expect(cores.map(({ settings }) => settings.intervalMs)).toEqual([200, 50])
    await expect(send('benhc:interval=200')).rejects.toMatchObject({
      message: "there is no device 'benhc'",
      hint: "did you mean 'bench'?",
    })
  })

  it('are refused as send refuses them, and nothing is sent', async () => {
    const { view, send } = rig()
    await expect(send('intervall=50')).rejects.toMatchObject({
      code: 'usage_invalid',
      message: "'intervall' is no setting of a device",
      hint: "did you mean 'interval'?",
    })
    await expect(send('averaging=8 interval=fast')).rejects.toMatchObject({ code: 'usage_invalid' })
    await expect(send(' ')).rejects.toMatchObject({ code: 'usage_invalid' })
    expect(await commandEvents(view)).toEqual([])
  })

  it('are refused where there is no way to the device, or no device', async () => {
    await expect(rig(['pipe'], { duplex: false }).send('interval=50')).rejects.toMatchObject({
      code: 'usage_invalid',
      message: expect.stringMatching(/^nothing can be sent to .*: its samples come one way$/),
    })
    const clock = new ManualClock(START_MS)
    const away = new AwaySource()
    const { view } = startHub({ clock, sources: [away] })
    await expect(
      view.control({ kind: 'send', device: 0, words: 'interval=50' }),
    ).rejects.toMatchObject({
      code: 'device_silent',
      message: '/dev/ttyUSB9 is not there to be told (waiting)',
      hint: 'unplugged',
    })
  })
})
