import { describe, expect, it } from 'vitest'
import { DeviceCore } from '../../mock/device-core.ts'
import { ScenarioFeed } from '../../mock/sample-feed.ts'
import { type Calibration, corrected, NEUTRAL } from '../../src/domain/calibration.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock, SimulatedWire } from '../support/simulated-wire.ts'
import { startStream } from '../support/stream-rig.ts'

const START_MS = 1_790_000_000_000
const CALIBRATION: Calibration = {
  current: { offset: 0.0012, gain: 1.0042 },
  voltage: { offset: 0, gain: 0.999 },
}

function stream(calibration: Calibration | null) {
  const source = new LineSource({ live: true })
  const clock = new ManualClock(START_MS)
  const { samples, events } = startStream({ source, clock, calibration })
  const say = (line: string): Sample | undefined => {
    source.line(line)
    clock.advance(100)
    return samples.at(-1)
  }
  return { say, samples, events }
}

describe('corrected', () => {
  it('is exact to 1 µA, so that what the device sent follows from it', () => {
    for (let raw = -32_000; raw <= 32_000; raw += 7) {
      const read = raw / 1e4
      const made = corrected(read, CALIBRATION.current)
      const exactMicroamps = (raw * 100 - 1200) * 1.0042
      expect(Math.abs(made * 1e6 - exactMicroamps)).toBeLessThanOrEqual(0.500001)
      expect(made).toBe(Math.round(made * 1e6) / 1e6)
      const { offset, gain } = CALIBRATION.current
      expect(Math.round((made / gain + offset) * 1e4) / 1e4).toBe(read)
    }
  })

  it('changes nothing where there is nothing to correct, whatever the digits', () => {
    expect(corrected(0.123456789, NEUTRAL)).toBe(0.123456789)
    expect(Object.is(corrected(0.0012, CALIBRATION.current), 0)).toBe(true)
  })
})

describe('a stream with a calibration', () => {
  it('corrects voltage and current, makes power anew, and leaves the status', () => {
    const { say } = stream(CALIBRATION)
    expect(say('{"v":5.02,"a":0.2462,"w":1.2,"seq":1,"status":"clip"}')).toMatchObject({
      voltage: 5.01498,
      current: 0.246029,
      power: 1.233830514,
      status: 'clip',
    })
  })

  it('leaves invalid samples and other channels as they were sent', () => {
    const { say } = stream(CALIBRATION)
    expect(say('{"v":0,"a":0,"w":0,"seq":1,"status":"nosensor"}')).toMatchObject({ current: 0 })
    expect(say('{"v":5,"a":1,"soc":85,"seq":2}')?.extras).toEqual({ soc: 85 })
    expect(say('{"soc":86,"seq":3}')).toMatchObject({ electric: false, extras: { soc: 86 } })
  })

  it('judges the range of what is corrected, whose ends move with it', () => {
    const { say } = stream({ ...CALIBRATION, current: { offset: 0, gain: 1.05 } })
    expect(say('{"v":5,"a":3.2,"seq":1}')).toMatchObject({ current: 3.36, status: 'ok' })
    expect(say('{"v":5,"a":3.21,"seq":2}')?.status).toBe('out_of_range')
  })

  it('says what it applies at the start of each run, and nothing where there is none', () => {
    const { say, events } = stream(CALIBRATION)
    say('{"hello":"ina219","boot":1,"seq":0}')
    for (const seq of [0, 1, 2]) say(`{"v":5,"a":1,"seq":${seq}}`)
    say('{"hello":"ina219","boot":2,"seq":0}')
    for (const seq of [0, 1]) say(`{"v":5,"a":1,"seq":${seq}}`)
    const said = events.filter(({ kind }) => kind === 'calibration').map(({ text }) => text)
    const text =
      'applied by the host to what the device sends: a = (a - 0.0012) * 1.0042, v = (v - 0) * 0.999'
    expect(said).toEqual([text, text])
    const plain = stream(null)
    expect(plain.say('{"v":5.02,"a":0.2462,"w":1.2,"seq":1}')).toMatchObject({ power: 1.2 })
    expect(plain.events.filter(({ kind }) => kind === 'calibration')).toEqual([])
  })
})

describe('a device that applies one itself', () => {
  it('is asked after each change, and each change is an event', () => {
    const clock = new ManualClock(START_MS)
    const core = new DeviceCore({
      feed: new ScenarioFeed('normal', 7),
      startUs: START_MS * 1000,
      intervalMs: 100,
    })
    const wire = new SimulatedWire({ clock, core, toHost: null, toDevice: null, latencyMs: 5 })
    const { stream, samples, events } = startStream({ source: wire, clock })
    const go = (ms: number): void => wire.run(ms, () => stream.tick())
    go(500)
    expect(stream.calibration).toBe('')
    const before = samples.length
    stream.command({ cmd: 'set_zero', value: 0.01 })
    stream.command({ cmd: 'set_gain', value: 2 })
    go(1000)
    expect(stream.calibration).toBe('device a = (a - 0.01) * 2')
    stream.command({ cmd: 'set_zero', value: 0 })
    stream.command({ cmd: 'set_gain', value: 1 })
    go(500)
    expect(events.filter(({ kind }) => kind === 'calibration').map(({ text }) => text)).toEqual([
      'applied by the device itself: a = (a - 0.01) * 2',
      'applied by the device itself: nothing any more',
    ])
    // The same load as a device without it: 0.1 A off, twice as large, power from both.
    const uncorrected = new ScenarioFeed('normal', 7)
    samples.slice(0, 10).forEach((sample, i) => {
      const raw = uncorrected.read(i, i * 100_000, null)
      if (i < before) expect(sample.current).toBe(Number(raw.a))
      if (i > before) expect(sample.current).toBeCloseTo((Number(raw.a) - 0.01) * 2, 4)
      expect(sample.power).toBeCloseTo(sample.voltage * sample.current, 5)
    })
  })
})
