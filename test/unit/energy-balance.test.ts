import { describe, expect, it } from 'vitest'
import { FlowSink, joinedFlow, NO_FLOW } from '../../src/stats/channel-flow.ts'
import { energyBalance } from '../../src/stats/energy-balance.ts'
import { StatisticsFeed } from '../../src/stats/statistics-feed.ts'

const SECOND_US = 1_000_000
const SPAN = { fromUs: 0, toUs: 3600 * SECOND_US }

/** What samples of `soc` and `solar_w` at these seconds come to; a number before that of the sample before is a gap. */
function flowsOf(samples: readonly (readonly [atS: number, soc: number, solarW: number])[]) {
  const sink = new FlowSink()
  const feed = new StatisticsFeed(sink, false)
  for (const [i, [atS, soc, solar]] of samples.entries()) {
    feed.add({
      timeUs: atS * SECOND_US,
      epochId: 1,
      seq: i,
      voltage: Number.NaN,
      current: Number.NaN,
      power: Number.NaN,
      extras: { soc, solar_w: solar },
      detail: null,
      measured: true,
    })
  }
  const flows = sink.take(feed.channels)
  return { soc: flows.get('soc') ?? NO_FLOW, solar: flows.get('solar_w') ?? NO_FLOW }
}

describe('the energy balance', () => {
  it('is what the panel gave less what the battery has more, by the trapezoid rule', () => {
    const flows = flowsOf([
      [0, 50, 0],
      [1800, 51, 40],
      [3600, 52, 20],
    ])
    // (0 + 40) / 2 · 0.5 h + (40 + 20) / 2 · 0.5 h = 25 Wh; 2 % of 500 Wh are 10 Wh.
    expect(energyBalance(SPAN, flows, 500_000)).toEqual({
      ...SPAN,
      solarMwh: 25_000,
      coveredS: 3600,
      socFirst: 50,
      socLast: 52,
      storedMwh: 10_000,
      usedMwh: 15_000,
      isLeast: false,
    })
  })

  it('is negative where the battery gave, and where something else charges it', () => {
    const discharged = flowsOf([
      [0, 50, 0],
      [3600, 40, 0],
    ])
    expect(energyBalance(SPAN, discharged, 500_000)).toMatchObject({
      solarMwh: 0,
      storedMwh: -50_000,
      usedMwh: 50_000,
    })
    const charged = flowsOf([
      [0, 40, 0],
      [3600, 50, 0],
    ])
    expect(energyBalance(SPAN, charged, 500_000).usedMwh).toBe(-50_000)
  })

  it('invents no capacity, and nothing of a span without samples', () => {
    const flows = flowsOf([
      [0, 50, 10],
      [3600, 52, 10],
    ])
    expect(energyBalance(SPAN, flows, null)).toMatchObject({
      solarMwh: 10_000,
      socFirst: 50,
      socLast: 52,
      storedMwh: null,
      usedMwh: null,
    })
    expect(energyBalance(SPAN, {}, 500_000)).toEqual({
      ...SPAN,
      solarMwh: null,
      coveredS: 0,
      socFirst: null,
      socLast: null,
      storedMwh: null,
      usedMwh: null,
      isLeast: false,
    })
    // One state of charge is no change.
    expect(energyBalance(SPAN, flowsOf([[0, 50, 10]]), 500_000)).toMatchObject({
      socLast: 50,
      storedMwh: null,
    })
  })

  it('says where the panel was not measured all the while', () => {
    const morning = flowsOf([
      [0, 50, 10],
      [900, 50, 10],
    ])
    const evening = flowsOf([
      [2700, 54, 10],
      [3600, 54, 10],
    ])
    const flows = {
      soc: joinedFlow(evening.soc, morning.soc),
      solar: joinedFlow(morning.solar, evening.solar),
    }
    expect(energyBalance(SPAN, flows, 500_000)).toMatchObject({
      coveredS: 1800,
      solarMwh: 5000,
      socFirst: 50,
      socLast: 54,
      isLeast: true,
    })
  })
})
