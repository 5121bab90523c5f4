import { describe, expect, it } from 'vitest'
import { createDevice } from '../../mock/device.ts'
import type { DeviceCore } from '../../mock/device-core.ts'
import { FaultInjector } from '../../mock/fault-injector.ts'
import { type FaultSpec, parseFaults } from '../../mock/faults.ts'
import type { Sample } from '../../src/domain/sample.ts'
import type { DeviceStream } from '../../src/stream/device-stream.ts'
import { SampleLimit } from '../../src/stream/sample-limit.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock, SimulatedWire } from '../support/simulated-wire.ts'
import { startStream } from '../support/stream-rig.ts'

const START_S = 1_790_000_000

interface Run {
  readonly core: DeviceCore
  readonly stream: DeviceStream
  readonly wire: SimulatedWire
  readonly clock: ManualClock
  readonly samples: Sample[]
  readonly events: string[]
  go(ms: number): void
}

function start(options: {
  intervalMs: number
  limit: number
  seed?: number
  toHost?: FaultSpec
  toDevice?: FaultSpec
  plain?: boolean
}): Run {
  const seed = options.seed ?? 1
  const clock = new ManualClock(START_S * 1000)
  const { core } = createDevice({
    scenario: 'radio',
    seed,
    startS: START_S,
    intervalMs: options.intervalMs,
    limit: options.limit,
    plain: options.plain ?? false,
  })
  const wire = new SimulatedWire({
    clock,
    core,
    toHost: options.toHost === undefined ? null : new FaultInjector(options.toHost, seed),
    toDevice: options.toDevice === undefined ? null : new FaultInjector(options.toDevice, seed, 7),
    latencyMs: 3,
  })
  const events: string[] = []
  const { stream, samples } = startStream(
    { source: wire, clock },
    { event: ({ kind, text }) => events.push(`${kind}: ${text}`) },
  )
  return {
    core,
    stream,
    wire,
    clock,
    samples,
    events,
    go: (ms) => wire.run(ms, () => stream.tick()),
  }
}

/** What the same device sends when nothing goes wrong. */
function truth(limit: number, intervalMs: number, seed = 1): Map<number, string> {
  const run = start({ intervalMs, limit, seed })
  run.go(limit * intervalMs + 1000)
  run.stream.finish()
  return new Map(run.samples.map((each) => [each.seq as number, value(each)]))
}

const value = (s: Sample): string => `${s.timeUs} ${s.voltage} ${s.current} ${s.power} ${s.status}`

function expectTrueAndOrdered(run: Run, wanted: Map<number, string>): void {
  let before = -1
  for (const sample of run.samples) {
    expect(sample.seq as number).toBeGreaterThan(before)
    before = sample.seq as number
    expect(value(sample)).toBe(wanted.get(before))
  }
}

function expectBalanced(run: Run): void {
  const l = run.stream.ledger
  expect(
    l.samples + l.out_of_range + l.duplicates + l.malformed + l.crc_errors + l.overlong + l.control,
  ).toBe(l.lines)
}

describe('a stream on a faulty wire', () => {
  it('heals everything at 10 Hz, faults in both directions', () => {
    const faults = parseFaults('drop=0.02,corrupt=0.01,duplicate=0.01,truncate=0.005,garbage=0.01')
    const run = start({ intervalMs: 100, limit: 5000, toHost: faults, toDevice: faults })
    run.go(5000 * 100 + 20_000)
    run.stream.finish()
    expectTrueAndOrdered(run, truth(5000, 100))
    expectBalanced(run)
    expect(run.stream.ledger.lost).toBe(0)
    expect(run.samples.length).toBe(5000)
    expect(run.stream.ledger.recovered).toBeGreaterThan(100)
    const healed = run.events.map((event) =>
      Number(/^recovery: healed (\d+)/.exec(event)?.[1] ?? 0),
    )
    expect(healed.reduce((a, b) => a + b, 0)).toBe(run.stream.ledger.recovered)
  })

  it('over resets: nothing wrong, nothing twice, what is missing is on record', () => {
    const faults = parseFaults('drop=0.02,corrupt=0.01,duplicate=0.01,truncate=0.005,reset=0.002')
    const run = start({ intervalMs: 20, limit: 5000, toHost: faults, toDevice: faults })
    run.go(5000 * 20 + 20_000)
    run.stream.finish()
    expectTrueAndOrdered(run, truth(5000, 20))
    expectBalanced(run)
    const { lost, reboots } = run.stream.ledger
    expect(run.samples.length + lost).toBe(5000)
    expect(reboots).toBeGreaterThan(2)
    expect(lost).toBeLessThan(50)
  })

  it('leaves a device that knows no resends in peace and counts its losses', () => {
    const run = start({
      intervalMs: 100,
      limit: 500,
      plain: true,
      toHost: parseFaults('drop=0.05'),
    })
    run.go(60_000)
    run.stream.finish()
    expect(run.stream.ledger.nacks_sent).toBe(0)
    expect(run.stream.ledger.lost).toBe(run.wire.lost)
    expect(run.samples.length + run.stream.ledger.lost).toBe(500)
  })

  it('asks for what was missed while the cable was out, as far as the device still has it', () => {
    const run = start({ intervalMs: 100, limit: 3000 })
    run.go(10_000)
    run.wire.plugged = false
    run.go(8000)
    run.wire.replug()
    run.go(60_000)
    expect(run.stream.ledger.lost).toBe(0)
    run.wire.plugged = false
    run.go(40_000)
    run.wire.replug()
    run.go(190_000)
    run.stream.finish()
    expectTrueAndOrdered(run, truth(3000, 100))
    expect(run.samples.length + run.stream.ledger.lost).toBe(3000)
    // 400 were sent into the void, 128 of them are in the ring.
    expect(run.stream.ledger.lost).toBeGreaterThan(250)
    expect(run.stream.ledger.lost).toBeLessThan(300)
  })

  it('asks a device in poll mode that is silent after a reconnect, and heals its holes', () => {
    const run = start({ intervalMs: 100, limit: 3000 })
    run.go(5000)
    run.wire.plugged = false
    run.go(3000)
    run.core.obey(Buffer.from('{"cmd":"set_mode","value":"poll","seq":1}'), 8e6)
    run.wire.replug()
    run.go(4900)
    // A boot loader would have eaten the question.
    expect(run.core.counts.hellos).toBe(1)
    expect(run.samples.length).toBeLessThan(60)
    run.go(3000)
    run.stream.finish()
    expect(run.samples.map(({ seq }) => seq)).toEqual(
      Array.from({ length: run.core.made }, (_, i) => i),
    )
    expect(run.stream.ledger).toMatchObject({ lost: 0, recovered: 30 })
  })

  it('asks into the silence three times, and again as soon as something is heard', () => {
    const run = start({ intervalMs: 100, limit: 3000 })
    run.go(1000)
    run.wire.plugged = false
    run.core.obey(Buffer.from('{"cmd":"set_mode","value":"poll","seq":1}'), 1e6)
    run.go(10)
    // Back, but nobody hears: another program holds the board in reset.
    run.wire.replug()
    run.wire.plugged = false
    run.go(60_000)
    expect(run.wire.sent.filter((line) => line.includes('"hello"'))).toHaveLength(3)
    run.wire.plugged = true
    run.core.obey(Buffer.from('{"cmd":"set_mode","value":"stream","seq":2}'), 61.01e6)
    run.go(5000)
    expect(run.wire.sent.filter((line) => line.includes('"hello"'))).toHaveLength(4)
    expect(run.events.filter((event) => event.startsWith('hello'))).toHaveLength(2)
    run.stream.finish()
    expect(run.stream.ledger.lost).toBe(0)
  })

  it('gives nothing up because the cable was pulled while it was being asked for', () => {
    const faults = parseFaults('drop=0.05')
    const run = start({ intervalMs: 100, limit: 3000, toHost: faults, toDevice: faults, seed: 3 })
    for (let pull = 0; pull < 40; pull++) {
      run.go(1100 + 130 * (pull % 7))
      run.wire.plugged = false
      run.go(1000 + 170 * (pull % 11))
      run.wire.replug()
    }
    run.go(300_000)
    run.stream.finish()
    expectTrueAndOrdered(run, truth(3000, 100, 3))
    expect(run.stream.ledger.lost).toBe(0)
    expect(run.samples.length).toBe(3000)
  })

  it('carries out a command, once, whatever the line does to it', () => {
    const faults = parseFaults('drop=0.2')
    const run = start({ intervalMs: 100, limit: 5000, toHost: faults, toDevice: faults, seed: 5 })
    run.go(3000)
    run.stream.command({ cmd: 'set_interval', value: 50 })
    run.stream.command({ cmd: 'set_interval', value: -1 })
    run.go(20_000)
    expect(run.events.filter((event) => event.startsWith('command'))).toEqual([
      'command: set_interval 50: ok',
      'command: set_interval -1: refused: range (the device does not allow that value)',
    ])
  })

  it('follows a host clock set forward, ignores one set back; time never goes back', () => {
    const run = start({ intervalMs: 100, limit: 300 })
    run.go(5000)
    run.clock.stepWall(-3_600_000)
    run.go(5000)
    run.clock.stepWall(3_600_000)
    run.go(5000)
    run.clock.stepWall(7_200_000)
    run.go(20_000)
    for (let i = 1; i < run.samples.length; i++) {
      expect((run.samples[i] as Sample).timeUs).toBeGreaterThan(
        (run.samples[i - 1] as Sample).timeUs,
      )
    }
    expect(run.events.filter((event) => event.startsWith('clock'))).toEqual([
      'clock: host clock set back by 1h',
      'clock: host clock set forward by 2h',
    ])
  })
})

it('what lies behind the last sample of a run is not lost: nobody looked', () => {
  const clock = new ManualClock(START_S * 1000)
  const source = new LineSource({ live: true, duplex: true })
  const { stream, samples, events } = startStream({ source, clock, limit: new SampleLimit(4) })
  source.line('{"hello":"ina219","boot":7,"seq":0,"depth":128}')
  const line = (seq: number, more = ''): string =>
    `{"v":5,"a":0.1,"ms":${seq * 100},"seq":${seq}${more}}`
  for (const seq of [0, 1, 2, 10, 11]) source.line(line(seq))
  source.line(line(3, ',"r":1'))
  stream.finish()
  expect(samples.map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
  expect(stream.ledger).toMatchObject({ samples: 4, lost: 0 })
  expect(events.filter(({ kind }) => kind === 'lost')).toEqual([])
})
