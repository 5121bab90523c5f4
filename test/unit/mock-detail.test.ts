import { describe, expect, it } from 'vitest'
import { DeviceCore } from '../../mock/device-core.ts'
import type { DeviceLine } from '../../mock/device-lines.ts'
import type { SampleFeed } from '../../mock/sample-feed.ts'
import { decodeLine } from '../../src/protocol/codec.ts'
import type { SampleFrame } from '../../src/protocol/frames.ts'

/** 5 V, and 2 A for the first 100 ms of each second; without a sensor from 20 s to 22 s. */
const feed: SampleFeed = {
  name: 'pulses',
  length: Number.POSITIVE_INFINITY,
  ampsMax: 3.2,
  offsetUs: () => null,
  unixUs: () => null,
  read: (_n, elapsedUs) => ({
    v: isAway(elapsedUs) ? '0' : '5',
    a: '0',
    w: '0',
    extras: null,
    status: isAway(elapsedUs) ? '"nosensor"' : '"ok"',
    mode: '"NORMAL"',
  }),
  at: (elapsedUs) =>
    isAway(elapsedUs)
      ? null
      : { milliVolts: 5000, ampSteps: (elapsedUs - 1) % 1e6 < 100_000 ? 20_000 : 0 },
}

function isAway(elapsedUs: number): boolean {
  return elapsedUs > 20e6 && elapsedUs <= 22e6
}

function device(intervalMs = 1000): DeviceCore {
  return new DeviceCore({ feed, startUs: 1_700_000_000e6, intervalMs, boot: 1 })
}

let number = 0

function ask(core: DeviceCore, command: object): string {
  const [line] = core.obey(Buffer.from(JSON.stringify({ ...command, seq: ++number })), 0)
  return (line as DeviceLine).text
}

function next(core: DeviceCore): SampleFrame {
  return decodeLine(Buffer.from((core.next()[0] as DeviceLine).text)) as SampleFrame
}

describe('set_detail of the mock device', () => {
  it('takes a yes or no, and says so in hello', () => {
    const core = device()
    expect(ask(core, { cmd: 'set_detail', value: 1 })).toContain('"error":"range"')
    expect(core.hello()[0]?.text).not.toContain('"detail"')
    expect(ask(core, { cmd: 'set_detail', value: true })).toContain('"result":"ok"')
    expect(core.hello()[0]?.text).toContain('"mode":"stream","detail":true,')
  })

  it('sends the mean, the extremes and the number of the conversions since the sample before', () => {
    const core = device()
    ask(core, { cmd: 'set_detail', value: true })
    next(core)
    const { voltage, current, power, detail } = next(core)
    // 94 of 940 conversions are at 2 A.
    expect(detail).toMatchObject({
      n: 940,
      voltageMin: 5,
      voltageMax: 5,
      currentMin: 0,
      currentMax: 2,
    })
    expect(voltage).toBe(5)
    expect(current).toBeCloseTo(0.2, 3)
    expect(power).toBeCloseTo(1, 2)
  })

  it('counts charge and energy from its start on, listened to or not', () => {
    const core = device()
    for (let i = 0; i <= 10; i++) next(core)
    ask(core, { cmd: 'set_detail', value: true })
    const { detail } = next(core)
    // 0.2 C a second, to a conversion; 11 s, of which the last one alone is this sample's.
    expect(detail?.n).toBe(940)
    expect(detail?.chargeMc).toBeGreaterThan(11 * 200 - 12)
    expect(detail?.chargeMc).toBeLessThan(11 * 200 + 12)
    expect(detail?.energyMj).toBeCloseTo((detail?.chargeMc ?? 0) * 5, 1)
  })

  it('begins at zero with a reset, and sends again what it sent', () => {
    const core = device()
    ask(core, { cmd: 'set_detail', value: true })
    for (let i = 0; i < 4; i++) next(core)
    const sent = core.next()[0]?.text ?? ''
    const again = core.obey(Buffer.from('{"nack":[4,4]}'), 0)[0]?.text ?? ''
    const [first, second] = [sent, again].map(
      (line) => decodeLine(Buffer.from(line)) as SampleFrame,
    )
    expect(second).toEqual({ ...first, resend: true })
    core.reset()
    // As it was before: a setting that was not saved.
    expect(next(core).detail).toBeNull()
    ask(core, { cmd: 'set_detail', value: true })
    expect(next(core).detail?.chargeMc).toBeLessThan(2 * 200 + 12)
  })

  it('counts nothing while its sensor is away', () => {
    const core = device(500)
    ask(core, { cmd: 'set_detail', value: true })
    const samples = Array.from({ length: 50 }, () => next(core))
    const charges = samples.map(({ detail }) => detail?.chargeMc ?? Number.NaN)
    const away = samples.filter(({ status }) => status === 'nosensor')
    expect(away).toHaveLength(4)
    expect(away.every(({ detail }) => detail?.n === 0)).toBe(true)
    expect(charges[44]).toBe(charges[40])
    expect(charges.at(-1)).toBeGreaterThan(charges[44] ?? Number.NaN)
  })
})
