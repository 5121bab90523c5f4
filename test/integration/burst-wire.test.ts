import { describe, expect, it } from 'vitest'
import { createDevice } from '../../mock/device.ts'
import { FaultInjector } from '../../mock/fault-injector.ts'
import { type FaultSpec, parseFaults } from '../../mock/faults.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import { ampsAt, type Burst, HOLE, holesIn, offsetUs } from '../../src/domain/burst.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock, SimulatedWire } from '../support/simulated-wire.ts'
import { startStream } from '../support/stream-rig.ts'

const START_S = 1_790_000_000
/** A radio that wakes up 0.6 s after the start: 18.5 mA, then 118 mA. */
const WAKE_UP = { cmd: 'set_trigger', value: { level: 0.06, slope: 'rise', pre: 25 } } as const
/** It has sent after 1.9 s: 118 mA, then 11 mA. */
const SENT = { cmd: 'set_trigger', value: { level: 0.06, slope: 'fall', pre: 40 } } as const

const BURST = '{"burst":1,"i":0,"n":10,"pre":2,"dt":100,"shunt":0.1,"c":[0,0,9,9,9,9,9,9,9,9]}'

function start(seed: number, faults?: FaultSpec) {
  const clock = new ManualClock(START_S * 1000)
  const { core } = createDevice({ scenario: 'radio', seed, startS: START_S, intervalMs: 20 })
  const wire = new SimulatedWire({
    clock,
    core,
    toHost: faults === undefined ? null : new FaultInjector(faults, seed),
    toDevice: faults === undefined ? null : new FaultInjector(faults, seed, 7),
    latencyMs: 3,
  })
  const bursts: Burst[] = []
  const { stream, samples, events } = startStream(
    { source: wire, clock },
    { burst: (burst) => bursts.push(burst) },
  )
  const go = (ms: number): void => wire.run(ms, () => stream.tick())
  const told = (): string[] => {
    return events.flatMap(({ kind, text }) => (kind === 'trigger' ? [text] : []))
  }
  return { clock, core, wire, stream, samples, bursts, go, told }
}

/** A as the sensor reads it at 9 bit, in steps of 0.8 mA. */
function amps(feed: ScenarioFeed, atUs: number): number {
  const { ampSteps } = feed.at(atUs, null) ?? { ampSteps: Number.NaN }
  return (Math.round(ampSteps / 8) * 8) / 10_000
}

/** All readings of a burst that came are what the load was then. */
function expectTrue(burst: Burst, seed: number): void {
  const feed = new ScenarioFeed('radio', seed)
  burst.counts.forEach((count, i) => {
    const atUs = burst.timeUs - START_S * 1e6 + offsetUs(burst, i)
    if (count !== HOLE) expect(ampsAt(burst, i)).toBe(amps(feed, atUs))
  })
}

describe('trigger and burst', () => {
  it('a burst has the readings around the trigger, and ordinary sampling goes on behind it', () => {
    const run = start(3)
    run.go(200)
    run.stream.command(WAKE_UP)
    run.go(300)
    expect(run.stream.isArmed).toBe(true)
    expect(run.stream.armed).toBe('rise to 0.06 A')
    const before = run.samples.length
    run.go(2000)
    expect(run.samples).toHaveLength(before)
    const [burst] = run.bursts
    expect(run.bursts).toHaveLength(1)
    expect(burst).toMatchObject({ number: 1, dtUs: 84, pre: 50, shuntOhm: 0.1 })
    expect(burst?.trigger).toEqual({ level: 0.06, slope: 'rise', pre: 25 })
    expect(burst?.counts).toHaveLength(200)
    // The first reading at or past the level, to the microsecond.
    const wokenUs = START_S * 1e6 + 600_000
    expect((burst?.timeUs ?? 0) - wokenUs).toBeGreaterThanOrEqual(0)
    expect((burst?.timeUs ?? 0) - wokenUs).toBeLessThan(84)
    expectTrue(burst as Burst, 3)
    expect(run.told()).toEqual([
      'armed: waits for the current to rise to 0.06 A, 25 % of the burst before it',
      expect.stringMatching(/^burst of 200 readings in 16.8 ms, peak 0.1\d+ A/),
    ])
    run.go(1000)
    expect(run.stream.isArmed).toBe(false)
    const behind = run.samples.slice(before)
    expect(behind.length).toBeGreaterThan(20)
    // No number is missing, and yet nothing was measured in between.
    const [last, first, second] = [run.samples[before - 1], ...behind]
    expect(first?.seq).toBe((last?.seq ?? 0) + 1)
    expect(first).toMatchObject({ gapBefore: true, status: 'part' })
    expect(first?.epochId).not.toBe(last?.epochId)
    expect(second).toMatchObject({ gapBefore: false, status: 'ok' })
    expect(run.stream.ledger.lost).toBe(0)
  })

  it('says each second that it lives, and ends when told so', () => {
    const run = start(3)
    run.go(200)
    run.stream.command({ ...WAKE_UP, value: { ...WAKE_UP.value, level: 3 } })
    const { control } = run.stream.ledger
    run.go(5000)
    expect(run.stream.isArmed).toBe(true)
    // The answer, the first line, and one a second.
    expect(run.stream.ledger.control - control).toBe(6)
    run.stream.command({ cmd: 'set_trigger', value: 'off' })
    run.go(200)
    expect(run.stream.isArmed).toBe(false)
    expect(run.told()).toEqual([expect.stringMatching(/^armed/), 'off'])
    expect(run.samples.at(-1)).toMatchObject({ gapBefore: false })
    expect(run.bursts).toEqual([])
  })

  it('on a line that loses a fifth of all lines, what is missing is had again', () => {
    let holes = 0
    let whole = 0
    for (let seed = 1; seed <= 40; seed++) {
      const run = start(seed, parseFaults('drop=0.1,corrupt=0.08,duplicate=0.05,truncate=0.02'))
      run.go(200)
      run.stream.command(SENT)
      run.go(5000)
      run.stream.finish()
      const l = run.stream.ledger
      const { samples, out_of_range, duplicates, malformed, crc_errors, overlong, control } = l
      const sum = samples + out_of_range + duplicates + malformed + crc_errors + overlong + control
      expect(sum).toBe(l.lines)
      // Where the command reached the device only after the radio had sent, there is none.
      expect(run.bursts.length).toBeLessThanOrEqual(1)
      for (const burst of run.bursts) {
        expectTrue(burst, seed)
        holes += holesIn(burst)
        if (holesIn(burst) === 0) whole++
      }
    }
    expect(whole).toBeGreaterThan(33)
    expect(holes).toBeLessThan(4 * 32)
  })

  it('a burst of which most is lost has holes, and says so', () => {
    let incomplete = 0
    for (let seed = 1; seed <= 20; seed++) {
      const run = start(seed, parseFaults('drop=0.6'))
      run.go(200)
      run.stream.command(SENT)
      run.go(6000)
      const [burst] = run.bursts
      if (burst === undefined || holesIn(burst) === 0) continue
      incomplete++
      expectTrue(burst, seed)
      const told = run.told().filter((text) => text.startsWith('burst'))
      expect(told).toEqual([expect.stringMatching(`incomplete: ${holesIn(burst)} missing$`)])
    }
    expect(incomplete).toBeGreaterThan(2)
  })

  it('of a device that has sent no sample since its restart is when its first line came', () => {
    const clock = new ManualClock(START_S * 1000)
    const source = new LineSource({ live: true, duplex: true })
    const bursts: Burst[] = []
    startStream({ source, clock }, { burst: (burst) => bursts.push(burst) })
    source.line('{"hello":"ina219","boot":7,"seq":0}')
    for (let seq = 0; seq < 4; seq++) {
      source.line(`{"v":5,"a":0.1,"ms":${600_000 + seq * 1000},"seq":${seq}}`)
      clock.advance(1000)
    }
    source.line(BURST.replace('"c"', '"ms":603500,"c"'))
    source.line('{"hello":"ina219","boot":8,"seq":0}')
    clock.advance(60_000)
    source.line(BURST.replace('"c"', '"ms":900,"c"'))
    expect(bursts.map(({ timeUs }) => timeUs - START_S * 1e6)).toEqual([3.5e6, 64e6 - 800])
  })

  it('is when its device says, as its samples are, where that is minutes off the host', () => {
    for (const offS of [-120, -12, -3, 3, 12, 120]) {
      const clock = new ManualClock(START_S * 1000)
      const source = new LineSource({ live: true, duplex: true })
      const bursts: Burst[] = []
      const { stream, samples } = startStream(
        { source, clock },
        { burst: (burst) => bursts.push(burst) },
      )
      const ts = (afterS: number): string => (START_S + offS + afterS).toFixed(3)
      for (let seq = 0; seq < 4; seq++) {
        source.line(`{"v":5,"a":0.1,"ts":${ts(seq)},"seq":${seq}}`)
        clock.advance(1000)
      }
      source.line(`{"trigger":"armed","ts":${ts(4)}}`)
      clock.advance(2000)
      source.line(BURST.replace('"c"', `"ts":${ts(5.5)},"c"`))
      clock.advance(3000)
      source.line(`{"v":5,"a":0.1,"ts":${ts(9)},"seq":4,"status":"part"}`)
      stream.finish()
      const beganUs = (START_S + offS) * 1e6
      expect(bursts.map(({ timeUs }) => timeUs - beganUs)).toEqual([5.5e6])
      expect(samples.slice(-2).map(({ timeUs }) => timeUs - beganUs)).toEqual([3e6, 9e6])
    }
  })

  it('of a capture is where the times of the samples around it want it', () => {
    const clock = new ManualClock(START_S * 1000)
    const source = new LineSource({ live: false })
    const bursts: Burst[] = []
    const { stream, samples } = startStream(
      { source, clock },
      { burst: (burst) => bursts.push(burst) },
    )
    const sample = (ms: number, seq: number): void => {
      source.line(`{"v":5,"a":0.1,"ms":${ms},"seq":${seq}}`)
    }
    sample(1000, 0)
    sample(2000, 1)
    source.line(BURST.replace('"c"', '"ms":2500,"c"'))
    sample(4500, 2)
    sample(5000, 3)
    source.line(BURST.replace('"burst":1', '"burst":2').replace('"c"', '"ms":60500,"c"'))
    sample(62_700, 4)
    sample(63_000, 5)
    stream.finish()
    const firstUs = samples[0]?.timeUs ?? 0
    expect(bursts.map(({ timeUs }) => timeUs - firstUs)).toEqual([1.5e6, 59.5e6])
    const times = samples.map(({ timeUs }) => timeUs - firstUs)
    expect(times).toEqual([0, 1e6, 3.5e6, 4e6, 61.7e6, 62e6])
  })

  it('its cut-off goes on while the mock is armed', () => {
    const run = start(3)
    run.go(200)
    run.stream.command({ cmd: 'set_output', value: { A: true } })
    run.stream.command({ cmd: 'set_cutoff', value: { output: 'A', above: 0.1, conversions: 3 } })
    run.go(100)
    run.stream.command({ ...WAKE_UP, value: { ...WAKE_UP.value, level: 3 } })
    run.go(100)
    expect(run.stream.outputs).toMatchObject({ A: true })
    run.go(400)
    expect(run.stream.isArmed).toBe(true)
    expect(run.stream.outputs).toMatchObject({ A: false })
  })

  it('the mock refuses what no firmware takes', () => {
    const ask = (value: unknown, before: object[] = []): string[] => {
      const { core } = start(1)
      const lines = [...before, { cmd: 'set_trigger', value }].flatMap((members, i) => {
        return core.obey(Buffer.from(JSON.stringify({ ...members, seq: i })), 0)
      })
      return lines.map(({ text }) => text.replace(/,"(crc|ts)".*/, ''))
    }
    const refused = ['{"nack":0,"error":"range"']
    expect(ask({ level: 4 })).toEqual(refused)
    expect(ask({ level: '1' })).toEqual(refused)
    expect(ask({ level: 1, slope: 'up' })).toEqual(refused)
    expect(ask({ level: 1, pre: 91 })).toEqual(refused)
    expect(ask(true)).toEqual(refused)
    expect(ask('off')).toEqual(['{"ack":0,"result":"ok"'])
    expect(ask({ level: 1 })).toEqual(['{"ack":0,"result":"ok"', '{"trigger":"armed"'])
    const threshold = { cmd: 'set_threshold', value: 2 }
    expect(ask({ level: 1 }, [threshold]).at(-1)).toBe('{"nack":1,"error":"range"')
    const armed = { cmd: 'set_trigger', value: { level: 1 } }
    for (const cmd of ['read', 'set_interval', 'defaults']) {
      expect(ask('off', [armed, { cmd, value: 500 }])[2]).toBe('{"nack":1,"error":"busy"')
    }
    expect(ask('off', [{ cmd: 'get_burst' }])[0]).toBe(refused[0])
  })
})
