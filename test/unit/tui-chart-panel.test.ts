import { beforeAll, describe, expect, it } from 'vitest'
import { SIGN } from '../../src/chart/trace.ts'
import { chartPanel } from '../../src/tui/panels/chart-panel.ts'
import { helpLines } from '../../src/tui/panels/help.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { SPANS_MS } from '../../src/tui/view/time-window.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { LOOK, pictureText } from '../support/picture-text.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

const BRAILLE = lookOf({ ascii: false, colour: true })

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

describe('view', () => {
  it('has the time of its right edge in its corner, also while samples stay away', () => {
    const { nowUs } = sampleSnapshot()
    const title = (state: 'live' | 'silent'): string | undefined =>
      pictureText({
        source: { label: 'x', state, reason: '' },
        sampleUs: nowUs - 20e6,
        lagMs: 0,
      })[4]
    expect(title('live')).toContain(' 14:03:07 ')
    expect(title('silent')).toContain(' 14:03:27 ')
  })

  it.each([
    ['overlay', 7],
    ['strips', 8],
  ] as const)(
    'the title says %s of a chart of %i rows that is asked for strips',
    (word, height) => {
      const trace = traceOf(60, [{ slot: 59, values: electric(5, 1) }])
      const view = { ...INITIAL_VIEW, arrangement: 'strips' } as const
      const lines = chartPanel(
        { snapshot: sampleSnapshot(), trace, view },
        {
          width: 80,
          height,
          look: LOOK,
        },
      ).lines
      expect(lineText(lines[0] ?? [])).toContain(`60 s ${word} `)
      // The axes of overlaid curves have their names below them.
      expect(/ A +W *$/.test(lineText(lines.at(-1) ?? []))).toBe(word === 'overlay')
    },
  )

  it('has a sign below where a value stood out, unless samples are missing there', () => {
    const trace = traceOf(60, [{ slot: 59, values: electric(5, 1) }])
    for (const slot of [40, 41, 52]) trace.signs[slot] = SIGN.outlier
    trace.signs[52] = SIGN.outlier | SIGN.lost
    const area = { width: 74, height: 10, look: LOOK }
    const lines = chartPanel({ snapshot: sampleSnapshot(), trace, view: INITIAL_VIEW }, area).lines
    const below = lineText(lines.at(-1) ?? [])
    expect(below.match(/\^|x/g)).toEqual(['^', '^', 'x'])
  })

  it.each([
    ['live', 0],
    ['silent', 30],
    ['waiting', 30],
    ['ended', 0],
  ] as const)(
    'shows the gap that grows while the source is %s, unless it is frozen',
    (state, seconds) => {
      const points = Array.from({ length: 120 }, (_, slot) => ({ slot, values: electric(5, 1) }))
      const { nowUs } = sampleSnapshot()
      // The device's clock is 2 s behind the host's.
      const changes = {
        source: { label: 'x', state, reason: '' },
        nowUs: nowUs + 32e6,
        sampleUs: nowUs,
        lagMs: 2000,
      }
      const area = { width: 83, height: 10, look: LOOK }
      const emptyCells = (view: ViewState): number => {
        const lines = chartPanel(
          { snapshot: sampleSnapshot(changes), trace: traceOf(120, points), view },
          area,
        ).lines
        const rows = lines.slice(1, -1).map((line) => lineText(line).slice(8, 68))
        return Array.from({ length: 60 }, (_, x) => x).filter(
          (x) => !rows.some((row) => /[vaw]/.test(row[x] ?? '')),
        ).length
      }
      // 60 cells to a minute and a second.
      expect(emptyCells(INITIAL_VIEW)).toBeGreaterThanOrEqual(seconds * 0.96)
      expect(emptyCells(INITIAL_VIEW)).toBeLessThanOrEqual(seconds + 1)
      const frozen = { ...INITIAL_VIEW, frozen: { 0: { endUs: nowUs, sinceUs: nowUs } } }
      expect(emptyCells(frozen)).toBe(0)
    },
  )

  it.each([
    [LOOK, '^xr?*'],
    [BRAILLE, '▲×↻?◆'],
  ])('has a sign of its own for each thing, the rarest where several meet', (look, glyphs) => {
    const trace = traceOf(60, [{ slot: 59, values: electric(5, 1) }])
    const signs = [SIGN.outlier, SIGN.lost, SIGN.restart, SIGN.unmeasured, SIGN.marker]
    for (const [i, sign] of signs.entries()) trace.signs[32 + i * 2] = sign
    trace.signs[47] = SIGN.lost + SIGN.restart + SIGN.outlier
    const below = chartPanel(
      { snapshot: sampleSnapshot(), trace, view: INITIAL_VIEW },
      {
        width: 120,
        height: 10,
        look,
      },
    ).lines
    const [, , ...cells] = (below.at(-1) ?? []).filter(({ style }) => style !== 'dim')
    const shown = cells.filter(
      ({ style }) => style !== 'plain' && style !== 'current' && style !== 'power',
    )
    expect(shown.map(({ text }) => text).join('')).toBe(`${glyphs}${glyphs[2]}`)
    expect(new Set(shown.map(({ style }) => style)).size).toBe(5)
    const help = helpLines({ several: false, alarms: false }, 1000, { width: 80, height: 24, look })
    for (const glyph of glyphs) {
      expect(help.map(lineText).join('\n')).toContain(` ${glyph} `)
    }
  })

  it('has clock times beside the signs, and over them where they are everywhere', () => {
    const area = { width: 74, height: 10, look: LOOK }
    const below = (signed: readonly number[]): string => {
      const trace = traceOf(60, [{ slot: 59, values: electric(5, 1) }])
      for (const slot of signed) trace.signs[slot] = SIGN.lost
      return lineText(
        chartPanel({ snapshot: sampleSnapshot(), trace, view: INITIAL_VIEW }, area).lines.at(-1) ??
          [],
      )
    }
    const of = (slots: number): number[] => Array.from({ length: slots }, (_, slot) => slot)
    expect([below([]), below([5, 19, 20]), below(of(60))]).toEqual([
      '     V +---+14:02:30----+14:02:45----+14:03:00----+14:03:15--+     A     W',
      '     V +---+--x---------+-xx---------+14:03:00----+14:03:15--+     A     W',
      '     V +-xxx14:02:30xxxxx14:02:45xxxxx14:03:00xxxxx14:03:15xx+     A     W',
    ])
  })

  it('has no time on its axis before the first sample', () => {
    const snapshot = sampleSnapshot({ sampleUs: null, oldestUs: null })
    const { lines } = chartPanel(
      { snapshot, trace: traceOf(60, []), view: INITIAL_VIEW },
      { width: 74, height: 10, look: LOOK },
    )
    expect(lineText(lines.at(-1) ?? [])).toMatch(/^ *\+-+\+ *$/)
  })

  it.each([
    ['no samples yet', { sampleUs: null }, null],
    ['reading the samples', {}, null],
    ['no samples in these 48 h', {}, traceOf(60, [])],
  ])('says of an empty chart: %s', (text, changes, trace) => {
    const view = { ...INITIAL_VIEW, spanIndex: SPANS_MS.length - 1 }
    const context = { size: { columns: 80, rows: 24 }, view, look: LOOK, trouble: null }
    const { chart } = buildPicture(sampleSnapshot(changes), trace, context).blocks
    expect(chart?.lines.map(lineText).join('\n')).toContain(text)
  })
})
