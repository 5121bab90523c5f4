import { describe, expect, it } from 'vitest'
import { lettersOf } from '../../src/chart/letters.ts'
import { curvesOf, stripsOf } from '../../src/chart/strips.ts'
import { emptyTrace } from '../../src/chart/trace.ts'
import { type Channel, ELECTRIC_CHANNELS, extraChannel } from '../../src/domain/channels.ts'
import { gaugeLines } from '../../src/tui/panels/gauges.ts'
import { tableLines } from '../../src/tui/panels/table.ts'
import { tinyLine } from '../../src/tui/panels/tiny.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { FigureMemory } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { extraChannels, sampleSnapshot, snapshotWith, traceOf } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: true, colour: true })

interface Size {
  readonly columns: number
  readonly rows: number
}

/** The lines of each region; the channels rise and fall by turns. */
function regions(
  channels: readonly Channel[],
  size: Size = { columns: 80, rows: 24 },
  view: ViewState = INITIAL_VIEW,
): Record<string, string[]> {
  const ids = channels.map(({ id }) => id)
  const points = Array.from({ length: 60 }, (_, slot) => ({
    slot,
    values: Object.fromEntries(ids.map((id, i) => [id, i % 2 === 0 ? slot : 60 - slot])),
  }))
  const trace = traceOf(60, points, 1_000_000, ids)
  const context = { size, view, look: LOOK, trouble: null }
  const { blocks } = buildPicture(snapshotWith(channels), trace, context)
  return Object.fromEntries(
    Object.entries(blocks).map(([region, block]) => [
      region,
      block.lines.map((line) => lineText(line).trimEnd()),
    ]),
  )
}

function withExtras(count: number): Channel[] {
  return [...ELECTRIC_CHANNELS, ...extraChannels(count)]
}

describe('extra channels in the table', () => {
  it('have rows below V, A and W, and names short enough keep all three windows', () => {
    expect(regions(withExtras(2))['table']).toEqual([
      '        now |1m  min    avg    max |5m  min    avg    max |15m min    avg    max',
      'V     5.053 |  5.001  5.050  5.101 |  5.001  5.050  5.101 |  5.001  5.050  5.101',
      'A    1.1040 | 0.4120 0.8040 1.2040 | 0.4120 0.8040 1.2040 | 0.4120 0.8040 1.2040',
      'W     5.577 |  2.081  4.060  6.091 |  2.081  4.060  6.091 |  2.081  4.060  6.091',
      'soc    23.5 |   22.5  23.50   24.5 |   22.5  23.50   24.5 |   22.5  23.50   24.5',
      'temp   24.5 |   23.5  24.50   25.5 |   23.5  24.50   25.5 |   23.5  24.50   25.5',
    ])
  })

  it('stand below what the windows hold where these are not full yet', () => {
    const snapshot = sampleSnapshot()
    const { sampleUs, nowUs } = snapshot
    const heading = (heldS: number, width: number): string | undefined => {
      const sinceUs = (sampleUs ?? nowUs) - heldS * 1e6
      const windows = snapshot.windows.map((each) =>
        each.seconds > heldS ? { ...each, sinceUs } : each,
      )
      const area = { width, height: 4, look: LOOK }
      return tableLines({ ...snapshot, windows }, area)
        .map(lineText)[0]
        ?.replace(/ +/g, ' ')
    }
    expect(heading(0.2, 80)).toMatch(/now \|1s min avg max \|1s min avg max \|1s min avg max/)
    expect(heading(45, 120)).toMatch(/now \| 45s min avg max \| 45s min avg max \| 45s min/)
    expect(heading(430, 80)).toMatch(/now \|1m min avg max \|5m min avg max \|7m min avg max/)
  })

  it('have the digits that the device sends, and the mean one more', () => {
    const window = (seconds: number) => ({
      seconds,
      samples: 2,
      stats: {
        lux: { min: 3739, avg: 3739.5, max: 3740 },
        soc: { min: 29.4, avg: 29.65, max: 29.9 },
      },
    })
    const snapshot = snapshotWith([extraChannel('lux', 0), extraChannel('soc', 1)], {
      values: { lux: 3739, soc: 29.4 },
      windows: [60, 300, 900].map(window),
      devices: [],
    })
    const lines = (width: number): string[] =>
      tableLines(snapshot, { width, height: 4, look: LOOK }).map((line) =>
        lineText(line).trimEnd().split('|').slice(0, 2).join('|'),
      )
    expect(lines(80).slice(1)).toEqual([
      ' lux   3739 |   3739 3739.5   3740 ',
      ' soc   29.4 |   29.4  29.65   29.9 ',
    ])
    expect(lines(120).slice(1)).toEqual([
      ' lux    3739    |    3739       3739.5     3740    ',
      ' soc      29.4  |      29.4       29.65      29.9  ',
    ])
  })

  it('show two at 80x24 and count the rest, more on taller terminals', () => {
    const table = regions(withExtras(5))['table'] ?? []
    expect(table.slice(4).map((line) => line.slice(0, 16))).toEqual([
      'soc    23.5 |   ',
      'temp   24.5 |   ',
      ' +3 more channel',
    ])
    expect(regions(withExtras(4))['table']?.at(-1)).toBe(' +2 more channels')
    // A line that would count one channel has room for it.
    expect(regions(withExtras(3))['table']?.at(-1)).toMatch(/^lux /)
    expect(regions(withExtras(5), { columns: 120, rows: 50 })['table']).toHaveLength(9)
  })

  it('go before the chart does, and V, A and W stay', () => {
    for (let rows = 24; rows >= 14; rows--) {
      const size = { columns: 80, rows }
      const [with9, without] = [regions(withExtras(9), size), regions(withExtras(0), size)]
      expect(with9['chart'] !== undefined, `${rows} rows`).toBe(without['chart'] !== undefined)
      const first = with9['table']?.slice(1, 4).map((line) => line.trimStart()[0])
      if (without['table']) expect(first, `${rows} rows`).toEqual(['V', 'A', 'W'])
    }
  })

  it('cost the 15 minutes where names are long, and have their unit on wide terminals', () => {
    const long = [...ELECTRIC_CHANNELS, extraChannel('humidity_inside', 0, '%')]
    const [heading, , , , row] = regions(long)['table'] ?? []
    expect(heading).not.toContain('15m')
    expect(row).toMatch(/^ humidity_~ +23\.5 +\|/)
    expect(regions(withExtras(1), { columns: 120, rows: 24 })['table']?.at(-1)).toMatch(/^ soc % /)
  })
})

describe('extra channels in the chart', () => {
  const strips = { ...INITIAL_VIEW, arrangement: 'strips' as const }
  const tall = { columns: 80, rows: 50 }

  it('have strips with name and unit, as far as there is room for 4 rows each', () => {
    const chart = regions(withExtras(9), tall, strips)['chart'] ?? []
    const named = chart.map((line) => /^ ([A-Za-z%]+) /.exec(line)?.[1] ?? '')
    expect(named.filter((name) => name !== '')).toEqual([
      'V',
      'A',
      'W',
      'soc',
      '%',
      'temp',
      'degC',
      'lux',
      'lx',
    ])
    expect(chart[0]).toContain('60 s strips, 6 of 12 channels')
    const { rows } = stripsOf(30, withExtras(9), true)[5] ?? { rows: 0 }
    expect(rows).toBeGreaterThanOrEqual(4)
  })

  it('stay out of the overlay of V, A and W, which says so', () => {
    const overlay = { ...INITIAL_VIEW, arrangement: 'overlay' as const }
    const chart = regions(withExtras(2), tall, overlay)['chart'] ?? []
    expect(chart[0]).toContain('60 s overlay, 3 of 5 channels')
    expect(chart.join('\n')).not.toMatch(/soc|temp/)
    expect(regions(withExtras(0), tall, overlay)['chart']?.[0]).toContain('60 s overlay  V A W -')
  })

  it('share it where the device has nothing else, each with a letter of its own', () => {
    const overlay = { ...INITIAL_VIEW, arrangement: 'overlay' as const }
    const chart = regions(extraChannels(2), { columns: 80, rows: 24 }, overlay)['chart'] ?? []
    expect(chart.at(-1)).toMatch(/^ +soc \+-.*-\+ +temp$/)
    expect(chart.slice(1, -1).join('\n')).toMatch(/t+ +s[\s\S]*s+ +t/)
    expect(chart.slice(1, -1).some((line) => /S( |$)/.test(line))).toBe(true)
  })

  it('have letters that clash with none of v, a, w nor with each other', () => {
    const channels = [...withExtras(10), ...['vaw', 'soc2', '42'].map((id) => extraChannel(id, 0))]
    const letters = lettersOf(channels)
    expect([letters.get('v'), letters.get('a'), letters.get('w')]).toEqual(['v', 'a', 'w'])
    expect(letters.get('soc')).toBe('s')
    expect(letters.get('solar_v')).toBe('o')
    expect(new Set(letters.values()).size).toBe(channels.length)
    expect([...letters.values()].every((letter) => /^[a-z]$/.test(letter))).toBe(true)
  })

  it('keep their letters whichever of them have a strip', () => {
    // `l` comes after lux and aux, which take its letter and the next one.
    const channels = ['lux', 'aux', 'l'].map((id, i) => extraChannel(id, i))
    const columns = emptyTrace({ startUs: 0, slotUs: 1, length: 2 }, ['lux', 'aux', 'l'])
    for (const { min, max } of Object.values(columns.channels)) {
      min.fill(1)
      max.fill(2)
    }
    const formOf = new FigureMemory().axisForms(0, LOOK)
    const letterOfL = (shown: readonly Channel[]): string | undefined =>
      curvesOf(columns, { strips: stripsOf(12, shown, true), channels, formOf }).find(
        ({ channel }) => channel.id === 'l',
      )?.pen.letter
    expect(letterOfL(channels)).toBe('b')
    expect(letterOfL(channels.slice(2))).toBe('b')
  })
})

describe('a device without v, a and w', () => {
  it('has its channels in place of the gauges, with a bar where there is a range', () => {
    const [soc, temp, lux, ...more] = regions(extraChannels(4))['gauges'] ?? []
    expect(soc).toMatch(/^ soc {7}20\.5 % {4}\|#+[.:]+\| 0\.\.100 % +21%( of 100 %)? +ok$/)
    expect(temp).toBe(' temp      21.5 degC')
    expect(lux).toMatch(/^ lux {7}22\.5 lx {3}\|[.:]+\| 0\.\.100 klx {3}0%/)
    expect(more).toEqual([])
  })

  it('has no bar and no share where the range has no begin; from 0 on, a bar to a round end', () => {
    const channels = [
      extraChannel('temp', 0, 'degC', { min: Number.NEGATIVE_INFINITY, max: 125 }),
      extraChannel('lux', 1, 'lx', { min: 0, max: Number.POSITIVE_INFINITY }),
    ]
    const fullScale = { temp: Number.POSITIVE_INFINITY, lux: Number.POSITIVE_INFINITY }
    const snapshot = { ...snapshotWith(channels), fullScale }
    expect(gaugeLines(snapshot, 80, LOOK).map((line) => lineText(line).trimEnd())).toEqual([
      ' temp      20.5 degC',
      ' lux       21.5 lx   |##################:......| 0..30 lx                ok',
    ])
  })

  it('has them in the one line of a small terminal, too', () => {
    const line = lineText(tinyLine(snapshotWith(extraChannels(2)), 39, LOOK))
    expect(line).toMatch(/^soc 20\.5 temp 21\.5 needs 40x8/)
  })

  it('never has large gauges, which are for V, A and W', () => {
    const look = lookOf({ ascii: false, colour: true })
    const context = {
      size: { columns: 200, rows: 50 },
      view: INITIAL_VIEW,
      look,
      trouble: null,
    }
    expect(buildPicture(snapshotWith(extraChannels(2)), null, context).layout.gauges).toBe('rows')
    expect(buildPicture(snapshotWith(withExtras(2)), null, context).layout.gauges).toBe('big')
  })
})
