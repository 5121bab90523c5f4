import { describe, expect, it } from 'vitest'
import type { HubDevice } from '../../src/monitor/hub.ts'
import { decodeLine } from '../../src/protocol/codec.ts'
import type { SampleFrame } from '../../src/protocol/frames.ts'
import { alarmRig, lines } from '../support/alarm-rig.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const DETAIL = '"n":940,"vmin":4.9,"vmax":5.1,"amin":-0.1,"amax":2,"mc":8820.113,"mj":-44.25'

function decode(members: string): SampleFrame {
  const frame = decodeLine(Buffer.from(`{${members}}`))
  expect(frame.kind).toBe('sample')
  return frame as SampleFrame
}

describe('a sample line with a detail', () => {
  it('has it as members of its own, not as channels', () => {
    const { detail, extras } = decode(`"v":5,"a":1,${DETAIL},"soc":80`)
    expect(detail).toEqual({
      n: 940,
      voltageMin: 4.9,
      voltageMax: 5.1,
      currentMin: -0.1,
      currentMax: 2,
      chargeMc: 8820.113,
      energyMj: -44.25,
      isWhole: true,
    })
    expect(extras).toEqual({ soc: 80 })
    // Read once, the names are known: the same again.
    expect(decode(`"v":5,"a":1,${DETAIL}`)).toMatchObject({ detail, extras: null })
    expect(decode(`"v":5,"a":1,${DETAIL}`)).toMatchObject({ detail, extras: null })
  })

  it('has channels of these names where it lacks one of them, or voltage and current', () => {
    const { detail, extras } = decode('"v":5,"a":1,"n":3,"mc":7')
    expect(detail).toBeNull()
    expect(extras).toEqual({ n: 3, mc: 7 })
    expect(decode(`"v":5,${DETAIL}`)).toMatchObject({ detail: null, electric: false })
    expect(decode(`"v":5,"a":null,${DETAIL}`).extras).toMatchObject({ n: 940, mj: -44.25 })
  })

  it('may lack its counters, both of them', () => {
    const { detail } = decode(`"v":5,"a":1,${DETAIL.replace(',"mj":-44.25', '')}`)
    expect(detail).toMatchObject({ n: 940, chargeMc: Number.NaN, energyMj: Number.NaN })
  })

  it.each([
    ['"n":940', '"n":1.5'],
    ['"n":940', '"n":-1'],
    ['"vmin":4.9', '"vmin":"x"'],
    ['"amax":2', '"amax":null'],
    ['"mc":8820.113', '"mc":true'],
  ])('is malformed where %s is %s', (member, wrong) => {
    const line = `{"v":5,"a":1,${DETAIL.replace(member, wrong)}}`
    expect(decodeLine(Buffer.from(line))).toMatchObject({ kind: 'malformed', reason: 'member' })
  })

  it.each([
    ['"v":5', '"v":5.105', 'out_of_range'],
    ['"v":5', '"v":5.103', 'ok'],
    ['"a":1', '"a":-0.2', 'out_of_range'],
    ['"amin":-0.1', '"amin":2.5', 'out_of_range'],
    // Half of the time 10 V and nothing, else 0 V and 2 A: the mean of the products is none.
    [DETAIL, `"w":0,${DETAIL.replace('4.9', '0').replace('5.1', '10')}`, 'ok'],
    [DETAIL, `"w":21,${DETAIL.replace('4.9', '0').replace('5.1', '10')}`, 'out_of_range'],
  ])('with %s as %s is %s', (member, other, status) => {
    const source = new LineSource({ live: false })
    const { hub } = startHub({ clock: new ManualClock(1_790_000_000_000), sources: [source] })
    const seen: string[] = []
    hub.bus.subscribe({ sample: (_device, sample) => seen.push(sample.status) })
    source.line(`{"v":5,"a":1,${DETAIL},"seq":1}`.replace(member, other))
    hub.finish()
    expect(seen).toEqual([status])
  })
})

describe('charge and energy that the device has counted', () => {
  interface Sent {
    readonly seq: number
    readonly a?: number
    /** mC and mJ; null: the sample says none */
    readonly mc?: number | null
    readonly amin?: number
    readonly amax?: number
    readonly status?: string
  }

  function totalsOf(samples: readonly Sent[]): {
    readonly chargeMc: number
    readonly coveredS: number
    readonly countedS: number
    readonly bridgedS: number
  } {
    const source = new LineSource({ live: false })
    const { hub } = startHub({ clock: new ManualClock(1_790_000_000_000), sources: [source] })
    for (const { seq, a = 1, mc = null, amin = 0, amax = 2, status = 'ok' } of samples) {
      const counters = mc === null ? '' : `,"mc":${mc},"mj":${mc}`
      const detail = `"n":9,"vmin":5,"vmax":5,"amin":${amin},"amax":${amax}${counters}`
      source.line(
        `{"v":5,"a":${a},${detail},"ts":${1_790_000_000 + seq},"seq":${seq},"status":"${status}"}`,
      )
    }
    hub.finish()
    const { totals } = (hub.devices[0] as HubDevice).state
    const { chargeMah, coveredS, countedS, bridgedS } = totals
    return { chargeMc: Math.round(chargeMah * 3.6e6) / 1e3, coveredS, countedS, bridgedS }
  }

  it('goes before the trapezoid rule', () => {
    expect(
      totalsOf([
        { seq: 1, mc: 10 },
        { seq: 2, mc: 10.5 },
      ]),
    ).toEqual({
      chargeMc: 0.5,
      coveredS: 1,
      countedS: 1,
      bridgedS: 0,
    })
  })

  it('is known over a gap', () => {
    expect(
      totalsOf([
        { seq: 1, mc: 10 },
        { seq: 61, mc: 5010 },
        { seq: 62, mc: 5011 },
      ]),
    ).toEqual({
      chargeMc: 5001,
      coveredS: 61,
      countedS: 61,
      bridgedS: 60,
    })
  })

  it('is not known over a sample that is invalid, nor over a gap that one lies in', () => {
    const invalid = { seq: 2, a: 0, mc: 10, status: 'nosensor' }
    const known = { chargeMc: 0, coveredS: 0, countedS: 0, bridgedS: 0 }
    expect(totalsOf([{ seq: 1, mc: 10 }, invalid, { seq: 3, mc: 11 }])).toEqual(known)
    expect(
      totalsOf([
        { seq: 1, mc: 10 },
        { ...invalid, seq: 9 },
        { seq: 15, mc: 11 },
      ]),
    ).toEqual(known)
  })

  it('is not believed where it goes back, and no current did', () => {
    expect(
      totalsOf([
        { seq: 1, mc: 500 },
        { seq: 2, mc: 0.3 },
      ]),
    ).toEqual({
      chargeMc: 1000,
      coveredS: 1,
      countedS: 0,
      bridgedS: 0,
    })
    expect(
      totalsOf([
        { seq: 1, mc: 500 },
        { seq: 9, mc: 0.3 },
      ]),
    ).toMatchObject({ coveredS: 0 })
    // It may flow back where the current does.
    const back = [
      { seq: 1, mc: 500 },
      { seq: 2, mc: 499, a: 0, amin: -2 },
    ]
    expect(totalsOf(back)).toMatchObject({ chargeMc: -1, countedS: 1 })
  })

  it('is not believed where it says far more than the extremes allow', () => {
    const far = [
      { seq: 1, mc: 0 },
      { seq: 2, mc: 1e6 },
    ]
    expect(totalsOf(far)).toMatchObject({ chargeMc: 1000, countedS: 0 })
  })

  it('is not all where some conversions could not be read', () => {
    const part = { seq: 2, mc: 10.5, status: 'part' }
    expect(totalsOf([{ seq: 1, mc: 10 }, part, { seq: 3, mc: 11 }])).toEqual({
      chargeMc: 1000.5,
      coveredS: 2,
      countedS: 1,
      bridgedS: 0,
    })
    expect(
      totalsOf([
        { seq: 1, mc: 10 },
        { ...part, seq: 5 },
      ]),
    ).toMatchObject({ coveredS: 0 })
  })

  it('needs both samples to say it', () => {
    expect(totalsOf([{ seq: 1 }, { seq: 2, mc: 9 }, { seq: 3, mc: 9.5 }])).toMatchObject({
      chargeMc: 1000.5,
      coveredS: 2,
      countedS: 1,
    })
    expect(totalsOf([{ seq: 1 }, { seq: 7, mc: 9 }])).toMatchObject({ coveredS: 0 })
  })

  it('stays what it is where a sample comes late into the gap, and counts each part once', () => {
    const before = [
      { seq: 1, mc: 10 },
      { seq: 9, mc: 20 },
      { seq: 10, mc: 21 },
    ]
    const next = { seq: 11, mc: 22 }
    const expected = { chargeMc: 12, coveredS: 10, countedS: 10 }
    expect(totalsOf([...before, next])).toMatchObject({ ...expected, bridgedS: 8 })
    const within = { seq: 4, mc: 13 }
    expect(totalsOf([...before, within, next])).toMatchObject({ ...expected, bridgedS: 8 })
    // Adjacent to the first one: what lies between these two is no gap.
    const adjacent = { seq: 2, mc: 13 }
    expect(totalsOf([...before, adjacent, next])).toMatchObject({ ...expected, bridgedS: 7 })
    // It could not measure: what was counted over it is not known to be all.
    const late = { seq: 4, a: 0, mc: 13, status: 'error' }
    expect(totalsOf([...before, late, next])).toMatchObject({ chargeMc: 2, coveredS: 2 })
  })
})

describe('alarms', () => {
  const detail = { n: 9, voltageMin: 4, voltageMax: 5, chargeMc: 0, energyMj: 0, isWhole: true }
  const currents = (currentMin: number, current: number, currentMax: number) => ({
    current,
    detail: { ...detail, currentMin, currentMax },
  })

  it('see what lay between two samples', () => {
    const { events, at } = alarmRig([
      'a > 2.5 as high',
      'a < 0.2 as low',
      'a outside 0.2..2.5 as out',
    ])
    at(0, currents(0.5, 1, 2))
    at(1, currents(0.5, 1, 3))
    at(2, currents(0.1, 1, 2))
    at(3, currents(0.5, 1, 2))
    expect(lines(events)).toEqual([
      '1 on high: 3 (3) 0s',
      '1 on out: 3 (3) 0s',
      '2 off high: 2 (3) 1s',
      '2 on low: 0.1 (0.1) 0s',
      '3 off low: 0.5 (0.1) 1s',
      '3 off out: 0.5 (3) 2s',
    ])
  })

  it('go by the mean where something has to last: nobody knows how long a peak did', () => {
    const { events, at } = alarmRig([
      'a > 2.5 for 2s as long',
      '(v < 4.5 and a > 0) for 1s as group',
    ])
    for (const second of [0, 1, 2, 3]) at(second, currents(0.5, 1, 3))
    expect(lines(events)).toEqual([])
  })

  it('have extremes of windows', () => {
    const { events, at } = alarmRig(['max(a,10s) > 2.5 as peak'])
    at(0, currents(0.5, 1, 2))
    at(1, currents(0.5, 1, 3))
    expect(lines(events)).toEqual(['1 on peak: 3 (3) 0s'])
  })
})
