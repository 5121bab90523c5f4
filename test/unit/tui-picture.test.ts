import { beforeAll, describe, expect, it } from 'vitest'
import { SIGN } from '../../src/chart/trace.ts'
import { chartPanel } from '../../src/tui/panels/chart-panel.ts'
import { gaugeLines } from '../../src/tui/panels/gauges.ts'
import { headerLine } from '../../src/tui/panels/header.ts'
import { helpLines } from '../../src/tui/panels/help.ts'
import { buildPicture, waitingPicture } from '../../src/tui/picture.ts'
import { traceRequest } from '../../src/tui/picture-requests.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { type Line, lineText } from '../../src/tui/view/styled.ts'
import { SPANS_MS } from '../../src/tui/view/time-window.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { electric, type SnapshotChanges, sampleSnapshot, traceOf } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: true, colour: true })
const ASCII = LOOK
const BRAILLE = lookOf({ ascii: false, colour: true })

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

function pictureText(
  changes: SnapshotChanges = {},
  view = INITIAL_VIEW,
  columns = 80,
  rows = 24,
): string[] {
  const points = Array.from({ length: 60 }, (_, slot) => ({
    slot,
    values: electric(5, 1),
  }))
  const context = { size: { columns, rows }, view, look: LOOK, trouble: null }
  const picture = buildPicture(sampleSnapshot(changes), traceOf(60, points), context)
  return Object.values(picture.blocks).flatMap((block) => block.lines.map(lineText))
}

function styled(line: Line): string {
  return line.map(({ text, style }) => `${style}:${text}`).join('/')
}

describe('picture at 80x24', () => {
  const lines = (): string[] => pictureText()

  it('is 24 lines of 80 cells', () => {
    expect(lines().map((line) => line.length)).toEqual(new Array(24).fill(80))
  })

  it('begins with source, state, rate, losses, log, running time and clock', () => {
    const [header] = pictureText({ device: 'ttyUSB0' })
    expect(header).toBe(
      ' ina219 ttyUSB0 LIVE 100.2 S/s lost 0 | REC bench-7 | up 00:12:41      14:03:27 ',
    )
  })

  it('has a bar for each quantity with full scale, peak hold and a word', () => {
    expect(lines().slice(1, 4)).toEqual([
      ' V     5.053 V |#########################:....| 0..6 V     19% of 26 V   ok     ',
      ' A    1.1040 A |######################.:......| 0..1.5 A   35% of 3.2 A  ok     ',
      ' W     5.577 W |#####################.:.......| 0..8 W      7% of 83.2 W ok     ',
    ])
  })

  it('has a table of three windows', () => {
    expect(lines().slice(17, 21)).toEqual([
      '        now |1m  min    avg    max |5m  min    avg    max |15m min    avg    max',
      ' V    5.053 |  5.001  5.050  5.101 |  5.001  5.050  5.101 |  5.001  5.050  5.101',
      ' A   1.1040 | 0.4120 0.8040 1.2040 | 0.4120 0.8040 1.2040 | 0.4120 0.8040 1.2040',
      ' W    5.577 |  2.081  4.060  6.091 |  2.081  4.060  6.091 |  2.081  4.060  6.091',
    ])
  })

  it('has charge, energy, the newest event and the keys', () => {
    expect(lines().slice(21)).toEqual([
      ' Q 13.40 mAh  E 67.90 mWh  covered 100 %  since 13:50:46  mode NORMAL  n=76 100 ',
      ' 14:02:57 restart: the device restarted (boot 18)                               ',
      ' q quit  ? help  : command  space freeze  +/- span  <-/-> scroll  m mark        ',
    ])
  })

  it('says that a calibration is applied, and where there is room, which one', () => {
    const calibration = 'a = (a - 0.0012) * 1.0042'
    expect(pictureText({ calibration }).at(-3)).toMatch(/since 13:50:46 {2}cal {2}mode NORMAL/)
    const wide = pictureText({ calibration }, INITIAL_VIEW, 120, 30)
    expect(wide.some((line) => line.includes(`cal ${calibration}  mode`))).toBe(true)
  })
})

describe('header', () => {
  const text = (changes: SnapshotChanges, width = 80): string =>
    lineText(headerLine(sampleSnapshot(changes), width, LOOK))

  it('names device and port where they differ', () => {
    expect(text({})).toContain('bench-7@ttyUSB0 LIVE')
    // Of two devices of one name, the second is called by both.
    expect(text({ device: 'bench-7@/dev/ttyUSB0' }).match(/ttyUSB0/g)).toHaveLength(1)
    expect(text({ device: '/dev/ttyUSB0' })).toContain(' ttyUSB0 LIVE')
  })

  it('says what is wrong in words', () => {
    const { ledger, log } = sampleSnapshot()
    const silent = { label: 'stdin', state: 'silent', reason: '' } as const
    expect(text({ source: silent, sampleUs: sampleSnapshot().nowUs - 12e6 })).toContain(
      'SILENT 12 s !',
    )
    expect(text({ ledger: { ...ledger, lost: 1234, recovered: 56 } })).toContain(
      'lost 1 234 healed 56',
    )
    expect(text({ unnumbered: true })).toContain('lost ?')
    expect(text({ log: null })).toContain('no log')
    expect(log && text({ log: { ...log, kind: 'failed' } })).toContain('LOG FAILED !')
    expect(log && text({ log: { ...log, kind: 'spilling', queued: 9000 } })).toContain(
      'LOG WAITS 9 000 !',
    )
  })

  it('keeps state and losses when narrow', () => {
    for (const width of [40, 50, 60, 70]) {
      expect(text({}, width)).toMatch(/LIVE 100.2 S\/s lost 0/)
      expect(text({}, width)).toHaveLength(width)
    }
  })

  it('shows nothing of a device name that could move the cursor or shift columns', () => {
    const shown = text({ device: 'x\x1b[2J{red-fg}\u202e漢字é́😀' }, 120)
    expect(shown).toHaveLength(120)
    expect(shown).toMatch(/^[ -~]*$/)
    expect(shown).toContain('{red-fg}')
  })
})

describe('words beside colours', () => {
  it.each([
    [3.19, 'HIGH !'],
    [3.2, 'FULL !'],
    [-3.2, 'FULL !'],
    [1, 'ok'],
  ])('says of %d A: %s', (current, word) => {
    const [, , gauge] = pictureText({ values: electric(5, current) })
    expect(gauge?.trimEnd().endsWith(word)).toBe(true)
  })

  it('draws a negative current with another sign', () => {
    const [, , gauge] = pictureText({ values: electric(5, -1.6) })
    expect(gauge).toContain('-1.6000 A |...<<<<<<<<<<<|.......:.......| -2..2 A    50% of 3.2 A')
  })

  it('shows dashes before the first sample', () => {
    const lines = pictureText({ values: null, sampleUs: null })
    expect(lines[1]).toContain('-- V |')
    expect(lines[18]).toMatch(/^ V {7}-- /)
  })

  it.each(['nosensor', 'out_of_range', 'clip,out_of_range'])(
    'shows dashes and the word, not the last good value, while the newest sample is %s',
    (status) => {
      const { sampleUs } = sampleSnapshot()
      const changes = { status, valuesUs: (sampleUs ?? 0) - 1e6 }
      const tables: readonly [number, number][] = [
        [200, 50],
        [80, 24],
        [40, 8],
        [39, 8],
        [30, 6],
      ]
      for (const [columns, rows] of tables) {
        const text = pictureText(changes, INITIAL_VIEW, columns, rows).join('\n')
        expect(text, `${columns}x${rows}`).toContain(`${status.slice(0, 15)}`)
        expect(text, `${columns}x${rows}`).not.toMatch(/5\.053|\bok\b/)
      }
      const lines = pictureText(changes)
      expect(lines[1]).toMatch(/^ V {8}-- V \|/)
      expect(lines[3]?.trimEnd().endsWith(' !')).toBe(true)
      expect(lines[18]).toMatch(/^ V {7}-- /)
    },
  )

  it.each([
    ['silent', 'SILENT'],
    ['waiting', 'WAITING'],
    ['ended', 'ENDED'],
  ] as const)('shows the values as the last ones while the source is %s', (state, word) => {
    const changes = { source: { label: 'stdin', state, reason: '' }, rate: 0 }
    const lines = pictureText(changes)
    for (const gauge of lines.slice(1, 4)) {
      expect(gauge.trimEnd().endsWith(` ${word}`)).toBe(true)
      expect(gauge).not.toMatch(/\bok\b|#/)
    }
    expect(lines[17]).toMatch(/^ {7}last /)
    const [gauge] = gaugeLines(sampleSnapshot(changes), 80, LOOK)
    expect(styled(gauge ?? [])).toMatch(/^dim: V {5}5\.053 V /)
    expect(pictureText(changes, INITIAL_VIEW, 30, 6)[0]).toMatch(
      new RegExp(`^${word} .*needs 40x8`),
    )
  })

  it('shows a bad status of the sensor', () => {
    expect(pictureText({ status: 'nosensor' })[21]).toContain('status nosensor !')
  })

  it('puts what is wrong now above events', () => {
    const source = { label: 'x', state: 'waiting', reason: 'the port is gone; plug it in' } as const
    expect(pictureText({ source })[22]).toMatch(/^ waiting: the port is gone; plug it in /)
    const { log } = sampleSnapshot()
    expect(
      log && pictureText({ log: { ...log, kind: 'failed', reason: 'disk full' } })[22],
    ).toMatch(/^ log: disk full/)
    expect(pictureText({ unnumbered: true })[22]).toContain('numbers nothing')
  })
})

describe('view', () => {
  it('shows for how long the chart has been frozen', () => {
    const { nowUs } = sampleSnapshot()
    const view = { ...INITIAL_VIEW, frozen: { 0: { endUs: nowUs - 60e6, sinceUs: nowUs - 34e6 } } }
    expect(pictureText({}, view)[4]).toContain('FROZEN for 34 s, up to 14:02:27')
    const context = { size: { columns: 80, rows: 24 }, view, look: LOOK, trouble: null }
    expect(traceRequest(sampleSnapshot(), context)?.endUs).toBe(nowUs - 60e6)
  })

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
      const lines = chartPanel(sampleSnapshot(), trace, view, {
        width: 80,
        height,
        look: LOOK,
      }).lines
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
    const lines = chartPanel(sampleSnapshot(), trace, INITIAL_VIEW, area).lines
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
        const lines = chartPanel(sampleSnapshot(changes), traceOf(120, points), view, area).lines
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
    [ASCII, '^xr?*'],
    [BRAILLE, '▲×↻?◆'],
  ])('has a sign of its own for each thing, the rarest where several meet', (look, glyphs) => {
    const trace = traceOf(60, [{ slot: 59, values: electric(5, 1) }])
    const signs = [SIGN.outlier, SIGN.lost, SIGN.restart, SIGN.unmeasured, SIGN.marker]
    for (const [i, sign] of signs.entries()) trace.signs[32 + i * 2] = sign
    trace.signs[47] = SIGN.lost + SIGN.restart + SIGN.outlier
    const below = chartPanel(sampleSnapshot(), trace, INITIAL_VIEW, {
      width: 120,
      height: 10,
      look,
    }).lines
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
      return lineText(chartPanel(sampleSnapshot(), trace, INITIAL_VIEW, area).lines.at(-1) ?? [])
    }
    const of = (slots: number): number[] => Array.from({ length: slots }, (_, slot) => slot)
    expect([below([]), below([5, 19, 20]), below(of(60))]).toEqual([
      '     V +---+14:02:30----+14:02:45----+14:03:00----+14:03:15--+     A     W',
      '     V +---+--x---------+-xx---------+14:03:00----+14:03:15--+     A     W',
      '     V +-xxx14:02:30xxxxx14:02:45xxxxx14:03:00xxxxx14:03:15xx+     A     W',
    ])
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

  it('says in the event line that the view does not answer, and shows what there is', () => {
    const context = {
      size: { columns: 80, rows: 24 },
      view: INITIAL_VIEW,
      look: LOOK,
      trouble: 'the other side\x1b[2J is gone',
    }
    const { blocks } = buildPicture(sampleSnapshot(), null, context)
    const event = blocks.events?.lines[0] ?? []
    expect(styled(event)).toMatch(/^bad: the other side\?\[2J is gone/)
    expect(lineText(blocks.gauges?.lines[0] ?? [])).toContain('5.053 V')
    expect(lineText(waitingPicture(context).blocks.tiny?.lines[0] ?? [])).toContain('is gone')
  })

  it('needs no trace where there is no chart', () => {
    const size = { columns: 80, rows: 9 }
    const context = { size, view: INITIAL_VIEW, look: LOOK, trouble: null }
    expect(traceRequest(sampleSnapshot(), context)).toBeNull()
  })

  it('leaves out 15 minutes first, then 5, in a narrow terminal', () => {
    const table = (columns: number): string =>
      pictureText({}, INITIAL_VIEW, columns).find((line) => line.includes('now |')) ?? ''
    expect(table(78)).toContain('15m')
    expect(table(77)).not.toContain('15m')
    expect(table(77)).toContain('5m')
    expect(table(54)).not.toContain('5m')
    expect(table(54)).toContain('1m')
  })

  it('is one line with the values and the size needed where nothing fits', () => {
    expect(pictureText({}, INITIAL_VIEW, 39, 24)).toEqual([
      'V 5.053 A 1.1040 W 5.577 needs 40x8    ',
    ])
  })

  it('shortens the values rather than the size needed', () => {
    expect(pictureText({}, INITIAL_VIEW, 30, 6)).toEqual(['V 5.1 A 1.1 W 5.6 needs 40x8  '])
    expect(pictureText({}, INITIAL_VIEW, 12, 6)).toEqual(['needs 40x8  '])
  })

  it('lies help over everything', () => {
    const context = {
      size: { columns: 80, rows: 24 },
      view: { ...INITIAL_VIEW, help: 0 },
      look: LOOK,
      trouble: null,
    }
    const { overlay } = buildPicture(sampleSnapshot(), null, context)
    expect(overlay?.lines.map(lineText).join('\n')).toMatch(/q {2}Ctrl-C +quit/)
    expect(overlay?.lines.length).toBe(overlay?.rect.height)
  })

  it('has big gauges at 200x50', () => {
    const look = lookOf({ ascii: false, colour: true })
    const context = { size: { columns: 200, rows: 50 }, view: INITIAL_VIEW, look, trouble: null }
    const picture = buildPicture(sampleSnapshot(), null, context)
    const lines = picture.blocks.gauges?.lines.map(lineText) ?? []
    expect(lines).toHaveLength(6)
    expect(lines[0]).toMatch(/^┌ Voltage ─+ ok ┐┌ Current ─+ ok ┐┌ Power ─+ ok ┐$/)
    expect(lines[3]).toMatch(/V +peak 5\.101 V ││.* A +peak 1\.2040 A ││.* W +peak 6\.091 W │$/)
    expect(lines[5]).toMatch(/^└ 0\.\.6 V ─+ 19% of 26 V ┘/)
  })

  it('marks what is bad with a style of its own', () => {
    const { log } = sampleSnapshot()
    const header = headerLine(sampleSnapshot({ log: log && { ...log, kind: 'failed' } }), 80, LOOK)
    expect(styled(header)).toContain('bad:LOG FAILED !')
  })
})
