import { describe, expect, it } from 'vitest'
import { ndjsonLine, plainLine } from '../../src/app/output/sample-text.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { sampleOf } from '../support/samples.ts'

const SAMPLE = sampleOf({
  timeUs: 1_790_000_000_123_000,
  voltage: 5.02,
  current: 0.245,
  power: 1.23,
  seq: 123,
})
const SOLAR: Sample = {
  ...SAMPLE,
  electric: false,
  voltage: Number.NaN,
  current: Number.NaN,
  power: Number.NaN,
  extras: { soc: 85, lux: 35000.5 },
}

describe('a plain line', () => {
  it('of the one device there is does not name it', () => {
    expect(plainLine(SAMPLE, null)).toBe(
      '2026-09-21T14:13:20.123Z   5.020 V   0.2450 A   1.2300 W  ok  #123\n',
    )
  })

  it('ends with the label where there are several', () => {
    const late = { ...SAMPLE, gapBefore: true }
    expect(plainLine(late, 'bench 7')).toBe(
      '2026-09-21T14:13:20.123Z   5.020 V   0.2450 A   1.2300 W  ok  #123  (gap before)  bench 7\n',
    )
  })

  it('has the extra channels', () => {
    const both = { ...SAMPLE, extras: { t: -0.5 } }
    expect(plainLine(both, null)).toMatch(/1\.2300 W {2}t -0\.5 {2}ok {2}#123\n$/)
    expect(plainLine(SOLAR, null)).toBe('2026-09-21T14:13:20.123Z soc 85  lux 35000.5  ok  #123\n')
  })
})

describe('an NDJSON line', () => {
  const members = (sample: Sample): unknown => JSON.parse(ndjsonLine(sample, 'bench'))

  it('names the device', () => {
    expect(ndjsonLine(SAMPLE, 'bench')).toBe(
      '{"time":"2026-09-21T14:13:20.123Z","device":"bench","voltage_v":5.02,"current_a":0.245,"power_w":1.23,"seq":123,"status":"ok"}\n',
    )
  })

  it('has the extra channels as members, and no values that were not measured', () => {
    expect(members(SOLAR)).toMatchObject({ voltage_v: null, power_w: null, soc: 85, lux: 35000.5 })
  })

  it('repeats no name, and names a channel alike whatever others there are', () => {
    const extras = { voltage_v: 1, voltage_v_channel: 2, voltage_v_channel_channel: 3 }
    const all = ndjsonLine({ ...SAMPLE, extras }, 'bench')
    expect(all.match(/"voltage_v\w*":[\d.]+/g)).toEqual([
      '"voltage_v":5.02',
      '"voltage_v_channel":1',
      '"voltage_v_channel_channel":2',
      '"voltage_v_channel_channel_channel":3',
    ])
    const alone = ndjsonLine({ ...SAMPLE, extras: { voltage_v_channel: 2 } }, 'bench')
    expect(JSON.parse(alone)).toMatchObject({ voltage_v_channel_channel: 2 })
  })

  it('keeps a channel apart whose name is taken', () => {
    const extras = { seq: 7, constructor: 1 } as unknown as Record<string, number>
    expect(members({ ...SAMPLE, extras })).toMatchObject({
      seq: 123,
      seq_channel: 7,
      constructor: 1,
    })
  })
})
