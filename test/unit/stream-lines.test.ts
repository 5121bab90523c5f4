import { describe, expect, it } from 'vitest'
import { SampleLimit } from '../../src/stream/sample-limit.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub, startStream } from '../support/stream-rig.ts'

const WALL_MS = 1_790_000_000_000

function start(options: { live?: boolean; maxSamples?: number } = {}) {
  const source = new LineSource({ live: options.live === true })
  const clock = new ManualClock(WALL_MS)
  const { stream, samples, events } = startStream({
    source,
    clock,
    limit: new SampleLimit(options.maxSamples ?? null),
  })
  return { source, clock, samples, events, stream }
}

const line = (seq: number, ms: number, rest = ''): string =>
  `{"v":5,"a":${seq / 100},"ms":${ms},"seq":${seq}${rest}}`

describe('a sample that comes late while a stamp is in doubt', () => {
  it('does not make that stamp move the clock', () => {
    const { source, samples, stream } = start()
    for (let seq = 0; seq < 12; seq++) if (seq !== 3) source.line(line(seq, seq * 100))
    source.line(line(12, 1200 + 300_000))
    source.line(line(3, 300, ',"r":1'))
    for (let seq = 13; seq < 20; seq++) source.line(line(seq, seq * 100))
    stream.finish()
    const times = new Map(samples.map(({ seq, timeUs }) => [seq, timeUs]))
    const begin = times.get(0) as number
    for (let seq = 0; seq < 20; seq++) expect(times.get(seq)).toBe(begin + seq * 100_000)
    expect(samples.filter(({ status }) => status !== 'ok').map(({ seq }) => seq)).toEqual([12])
    expect(stream.ledger).toMatchObject({ lost: 0, recovered: 1, samples: 20 })
  })

  it('waits until its hole has a span, where that begins behind the doubt', () => {
    const { source, samples, stream } = start()
    for (let seq = 0; seq < 8; seq++) source.line(line(seq, seq * 100))
    source.line(line(8, 800 + 300_000))
    source.line(line(10, 1000))
    source.line(line(9, 900, ',"r":1'))
    source.line(line(11, 1100))
    stream.finish()
    expect(stream.ledger).toMatchObject({ samples: 12, lost: 0 })
    const times = samples.map(({ seq, timeUs }) => [seq, timeUs - (samples[0]?.timeUs ?? 0)])
    expect(Object.fromEntries(times)[9]).toBe(900_000)
  })
})

describe('a limit of samples', () => {
  it('holds, also where late samples come at the end', () => {
    const { source, samples, stream } = start({ maxSamples: 12 })
    for (let seq = 0; seq < 12; seq++) if (seq !== 3) source.line(line(seq, seq * 100))
    source.line(line(12, 1200 + 300_000))
    source.line(line(3, 300, ',"r":1'))
    for (let seq = 13; seq < 30; seq++) source.line(line(seq, seq * 100))
    stream.finish()
    expect(samples).toHaveLength(12)
    const l = stream.ledger
    expect(l.samples + l.duplicates + l.malformed + l.control).toBe(l.lines)
  })
})

describe('a device whose numbers mean nothing', () => {
  it('is numbered again after a new connection, if its numbers count up then', async () => {
    const source = new LineSource({ live: true })
    const { hub, view } = startHub({ clock: new ManualClock(WALL_MS), sources: [source] })
    const numbers: (number | null)[] = []
    hub.bus.subscribe({ sample: (_device, { seq }) => numbers.push(seq) })
    expect(await view.snapshot(0)).toMatchObject({ unnumbered: false })
    for (let i = 0; i < 10; i++) source.line(line(7, i * 100))
    expect(await view.snapshot(0)).toMatchObject({ unnumbered: true })
    source.reconnect()
    for (const seq of [0, 1, 2, 5, 6]) source.line(line(seq, 10_000 + seq * 100))
    hub.finish()
    const { unnumbered, ledger, events } = await view.snapshot(0)
    expect(unnumbered).toBe(false)
    expect(ledger.lost).toBe(2)
    expect(numbers.slice(-5)).toEqual([0, 1, 2, 5, 6])
    expect(events.filter(({ kind }) => kind === 'unnumbered')).toHaveLength(1)
  })

  it('is shown as one for as long as its samples have none', async () => {
    const source = new LineSource({ live: true })
    const { hub, view } = startHub({ clock: new ManualClock(WALL_MS), sources: [source] })
    source.line('{"v":5,"a":0.1}')
    expect(await view.snapshot(0)).toMatchObject({ unnumbered: true })
    for (const seq of [1, 2, 3]) source.line(line(seq, seq * 100))
    hub.finish()
    expect(await view.snapshot(0)).toMatchObject({ unnumbered: false, ledger: { samples: 4 } })
  })
})

describe('a capture of a board that was running', () => {
  it('goes on after the hello that was asked for: nothing is lost', () => {
    for (const first of [0, 500]) {
      const { source, stream, samples } = start()
      const sample = (seq: number): string => `{"v":5,"a":0.1,"ms":${seq * 100},"seq":${seq}}`
      for (let seq = first; seq < first + 3; seq++) source.line(sample(seq))
      source.line(`{"hello":"ina219","boot":17,"seq":${first + 3},"depth":98}`)
      for (let seq = first + 3; seq < first + 9; seq++) source.line(sample(seq))
      stream.finish()
      expect(stream.ledger).toMatchObject({ samples: 9, lost: 0, reboots: 0, gaps: 0 })
      expect(samples.filter(({ gapBefore }) => gapBefore)).toEqual([])
    }
  })

  it('begins anew where the hello comes with a reset', () => {
    const { source, stream } = start()
    for (let seq = 500; seq < 505; seq++)
      source.line(`{"v":5,"a":0.1,"ms":${seq * 100},"seq":${seq}}`)
    source.line('{"hello":"ina219","boot":18,"seq":0,"depth":98}')
    for (let seq = 0; seq < 5; seq++) source.line(`{"v":5,"a":0.1,"ms":${seq * 100},"seq":${seq}}`)
    stream.finish()
    expect(stream.ledger).toMatchObject({ samples: 10, lost: 0, reboots: 1 })
  })
})

describe('the name that a device says', () => {
  const HELLO = '{"hello":"ina219","name":"bench","seq":0}'

  it.each([
    ['the user has named the device', { device: 'desk' }, 'desk'],
    [
      'the log has it under name and source',
      { isLogged: (label: string) => label === 'bench@test' },
      'bench@test',
    ],
  ])('is not reported as taken where %s', (_why, options, label) => {
    const source = new LineSource({ live: true })
    const clock = new ManualClock(WALL_MS)
    const { stream, events } = startStream({ source, clock, ...options })
    source.line(HELLO)
    expect(stream.device).toBe(label)
    expect(events.map(({ text }) => text)).toEqual(['ina219'])
  })
})
