import { beforeAll, describe, expect, it } from 'vitest'
import { ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import type { ChannelStatistics, SpanStatistics } from '../../src/monitor/view.ts'
import { ChannelAccumulator } from '../../src/stats/statistics.ts'
import { statisticsLines } from '../../src/tui/panels/statistics.ts'
import { statisticsRequest, traceRequest } from '../../src/tui/picture-requests.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { extraChannels, sampleSnapshot, snapshotWith } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: true, colour: true })
const VIEW: ViewState = { ...INITIAL_VIEW, statistics: '1m' }
const NOW_US = sampleSnapshot().nowUs

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

function ofValues(values: readonly number[]): ChannelStatistics {
  const channel = new ChannelAccumulator(true)
  values.forEach((value, i) => {
    channel.add(NOW_US + i * 1e6, value)
    if (i > 0) channel.moments.addPair(1e6, values[i - 1] as number, value)
  })
  return channel.read()
}

function spanOf(change: Partial<SpanStatistics> = {}): SpanStatistics {
  const values = Array.from({ length: 20 }, (_, i) => 5 + (i % 5) / 1000)
  const own = ofValues(values)
  const channels = Object.fromEntries(ELECTRIC_CHANNELS.map(({ id }) => [id, own]))
  return {
    version: 1,
    fromUs: NOW_US,
    toUs: NOW_US + 38e6,
    channels,
    isExpired: false,
    isTooMany: false,
    total: null,
    ...change,
  }
}

function lines(
  statistics: SpanStatistics | null,
  { width = 80, height = 10, view = VIEW, snapshot = sampleSnapshot() } = {},
): string[] {
  const area = { width, height, look: LOOK }
  return statisticsLines(snapshot, statistics, view, area).map((line) => lineText(line).trimEnd())
}

describe('the statistics in the chart\u2019s place', () => {
  it('have nine columns at 80 cells, and coverage, count and exactness in their title', () => {
    expect(lines(spanOf()).slice(0, 4)).toEqual([
      ' statistics, last 1 min  covered 50.0 %  n=20                 percentiles exact',
      '       min     avg     max  stddev     p2p      p5     p50     p95     p99',
      ' V   5.000  5.0020   5.004  0.0015   0.004   5.000   5.002   5.004   5.004',
      ' A  5.0000 5.00200  5.0040 0.00145  0.0040  5.0000  5.0020  5.0040  5.0040',
    ])
  })

  it('have all columns where there is room, and fewer where there is not', () => {
    expect(lines(spanOf(), { width: 120 })[1]).toMatch(/min .* p99 +mean_t +crest +slope\/s$/)
    expect(lines(spanOf(), { width: 40 })[1]).toMatch(/^ +min +avg +max +stddev$/)
  })

  it('say how far percentiles may be off', () => {
    const { channels } = spanOf()
    const rough = {
      ...channels,
      v: { ...(channels['v'] as ChannelStatistics), percentileError: 0.001 },
    }
    expect(lines(spanOf({ channels: rough }))[0]).toMatch(/ percentiles within 0\.1 %$/)
  })

  it('say why there are none', () => {
    expect(lines(null)).toContain('   reading the samples')
    expect(lines(spanOf({ channels: {} }))).toContain('   nothing was measured in this time')
    const expired = spanOf({ channels: {}, isExpired: true })
    expect(lines(expired)).toContain('   samples of this time have passed the retention')
  })

  it('count the channels that have no row', () => {
    const extras = extraChannels(8)
    const own = ofValues([1, 2])
    const channels = Object.fromEntries(extras.map(({ id }) => [id, own]))
    const shown = lines(spanOf({ channels }), { height: 6, snapshot: snapshotWith(extras, {}) })
    expect(shown).toHaveLength(6)
    expect(shown.at(-1)).toBe(' +5 more channels')
  })

  it('are asked for instead of the trace; of a frozen chart for just its span', () => {
    const snapshot = sampleSnapshot()
    const frozen = { 0: { endUs: NOW_US, sinceUs: NOW_US } }
    const context = { size: { columns: 80, rows: 24 }, look: LOOK, trouble: null, view: VIEW }
    expect(traceRequest(snapshot, context)).toBeNull()
    expect(statisticsRequest(snapshot, context)?.span).toEqual({ kind: 'last', seconds: 60 })
    const ofChart = { ...context, view: { ...VIEW, statistics: 'span' as const, frozen } }
    expect(statisticsRequest(snapshot, ofChart)?.span).toEqual({
      kind: 'between',
      fromUs: NOW_US + 1 - 60e6,
      toUs: NOW_US + 1,
    })
    expect(statisticsRequest(snapshot, { ...context, view: INITIAL_VIEW })).toBeNull()
  })
})
