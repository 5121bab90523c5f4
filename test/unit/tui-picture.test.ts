import { beforeAll, describe, expect, it } from 'vitest'
import { headerLine } from '../../src/tui/panels/header.ts'
import { buildPicture, waitingPicture } from '../../src/tui/picture.ts'
import { traceRequest } from '../../src/tui/picture-requests.ts'
import { PANEL_TITLE } from '../../src/tui/view/frame.ts'
import { PANELS } from '../../src/tui/view/layout.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { LOOK, pictureText, styled } from '../support/picture-text.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

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

describe('view', () => {
  it('shows for how long the chart has been frozen', () => {
    const { nowUs } = sampleSnapshot()
    const view = { ...INITIAL_VIEW, frozen: { 0: { endUs: nowUs - 60e6, sinceUs: nowUs - 34e6 } } }
    expect(pictureText({}, view)[4]).toContain('FROZEN for 34 s, up to 14:02:27')
    const context = { size: { columns: 80, rows: 24 }, view, look: LOOK, trouble: null }
    expect(traceRequest(sampleSnapshot(), context)?.endUs).toBe(nowUs - 60e6)
  })

  it('has the day of an old log in its title, and calls it frozen only while somebody writes it', () => {
    const { nowUs } = sampleSnapshot()
    const sampleUs = nowUs - 3 * 86_400e6
    const frozen = { ...INITIAL_VIEW, frozen: { 0: { endUs: sampleUs - 60e6, sinceUs: nowUs } } }
    const title = (state: 'live' | 'ended', view = INITIAL_VIEW): string | undefined =>
      pictureText({ of: 'log', sampleUs, source: { label: 'x', state, reason: '' } }, view)[4]
    expect(title('ended')).toContain(' 2026-11-17 14:03:27 -+')
    expect(title('ended', frozen)).toMatch(/60 s overlay {2}up to 2026-11-17 14:02:27 /)
    expect(title('live', frozen)).toContain('FROZEN for 0 s, up to 2026-11-17 14:02:27')
  })

  it('has on every panel the number of its key where they stand side by side', () => {
    const { nowUs } = sampleSnapshot()
    const latches = [{ word: 'ovf', count: 1, samples: 1, sinceUs: nowUs, untilUs: nowUs }]
    for (const [columns, rows] of [
      [200, 50],
      [250, 70],
    ] as const) {
      const shown = pictureText({ latches }, INITIAL_VIEW, columns, rows).join('\n')
      for (const [i, panel] of PANELS.entries()) {
        expect(shown).toContain(
          `+${panel === 'chart' || panel === 'overview' ? '-' : ''} ${i + 1} ${PANEL_TITLE[panel]} `,
        )
      }
    }
    expect(pictureText({}, INITIAL_VIEW, 120, 30).join('\n')).not.toContain(' 2 chart ')
  })

  it('names the box in which the cursor or the selection stands by that', () => {
    const { nowUs } = sampleSnapshot()
    const frozen = { 0: { endUs: nowUs, sinceUs: nowUs } }
    const boxes = (changes: Partial<typeof INITIAL_VIEW>): string =>
      pictureText({}, { ...INITIAL_VIEW, frozen, ...changes }, 200, 50).join('\n')
    expect(boxes({})).toContain('+ 4 charge and energy -')
    expect(boxes({ cursorUs: nowUs - 5e6 })).toContain('+ 4 cursor -')
    const selection = { fromUs: nowUs - 5e6, toUs: nowUs - 2e6 }
    expect(boxes({ selection })).toContain('+ 4 selection -')
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
    expect(lines[0]).toMatch(/^┌ 1 values {2}Voltage ─+ ok ┐┌ Current ─+ ok ┐┌ Power ─+ ok ┐$/)
    expect(lines[3]).toMatch(/V +peak 5\.101 V ││.* A +peak 1\.2040 A ││.* W +peak 6\.091 W │$/)
    expect(lines[5]).toMatch(/^└ 0\.\.6 V ─+ 19% of 26 V ┘/)
  })

  it('marks what is bad with a style of its own', () => {
    const { log } = sampleSnapshot()
    const header = headerLine(sampleSnapshot({ log: log && { ...log, kind: 'failed' } }), 80, LOOK)
    expect(styled(header)).toContain('bad:LOG FAILED !')
  })
})
