import { describe, expect, it } from 'vitest'
import { pollWords } from '../../src/figures/poll-words.ts'
import type { PlcView, PollGroupStatus } from '../../src/monitor/view.ts'
import { pollLines, pollRows } from '../../src/tui/panels/polling.ts'
import { readPalette } from '../../src/tui/view/palette.ts'
import type { PaletteOrder } from '../../src/tui/view/palette-orders.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { LOOK } from '../support/picture-text.ts'
import { groupStatus, plcView } from '../support/plc-status.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

const POWER = groupStatus({ name: 'power', turns: 1234, lastTurnMs: 8.25 })
const PART = groupStatus({ name: 'part', mode: 'handshake', intervalMs: null, turns: 0 })
const AWAY = groupStatus({
  name: 'oil',
  isFailing: true,
  failedTurns: 7,
  skippedTurns: 12,
  lastError: '10.0.0.1:5007: no answer within 5 s',
})

const texts = (groups: readonly PollGroupStatus[], width: number, rows: number): string[] =>
  pollLines(sampleSnapshot({ plcs: [plcView(groups)] }), width, LOOK, rows).map((line) =>
    lineText(line).trimEnd(),
  )

describe('polling groups on the screen', () => {
  it('have a line each where there is room, those in trouble first', () => {
    expect(texts([POWER, PART, AWAY], 130, 3)).toEqual([
      ' group oil  10.0.0.1:5007: no answer within 5 s !  every 1s  5.0 ms a turn  10 turns  12 skipped  7 failed',
      ' group power  running  every 1s  8.3 ms a turn  1 234 turns',
      ' group part  ready  on demand  5.0 ms a turn  0 turns',
    ])
  })

  it('share a line where there is little, and have none of another device', () => {
    expect(texts([POWER, AWAY], 80, 1)).toEqual([
      ' group oil (and 1 more)  10.0.0.1:5007: no answer within 5 s !  every 1s',
    ])
    const snapshot = sampleSnapshot({ plcs: [plcView([POWER, PART, AWAY, POWER])] })
    expect(pollRows({ columns: 80, rows: 24 }, snapshot)).toBe(1)
    expect(pollRows({ columns: 120, rows: 30 }, snapshot)).toBe(3)
    expect(pollRows({ columns: 200, rows: 50 }, snapshot)).toBe(4)
    expect(pollRows({ columns: 200, rows: 50 }, { ...snapshot, number: 1 })).toBe(0)
  })

  it('say which tags are missing, and that they are stopped', () => {
    const words = (changes: Partial<PollGroupStatus>): string | undefined =>
      pollWords(groupStatus(changes))
        .map(({ text }) => text)
        .slice(0, 2)
        .join(', ')
    expect(words({ failingTags: 3, tags: 100 })).toBe('running, 3 of 100 tags unread !')
    expect(words({ isRunning: false, failingTags: 3 })).toBe('stopped, every 1s')
  })
})

describe('the palette', () => {
  const press = plcView([POWER, AWAY])
  const oven: PlcView = { ...plcView([POWER]), number: 1, device: 'oven' }
  const clock = { wallMs: () => 1.79e12, monoMs: () => 0 }
  const order = (text: string): PaletteOrder =>
    readPalette(text, {
      view: INITIAL_VIEW,
      snapshot: sampleSnapshot({ plcs: [press, oven] }),
      hasColours: true,
      clock,
    })
  const control = (of: string, group: string | null) => ({
    kind: 'control',
    control: { kind: 'polling', device: 0, order: of, group },
  })

  it('starts, stops and triggers groups', () => {
    expect(order('polling stop')).toEqual(control('stop', null))
    expect(order('polling trigger oil')).toEqual(control('trigger', 'oil'))
    expect(order('polling start oven/power')).toEqual(control('start', 'oven/power'))
  })

  it('leaves it to the monitor which groups there are', () => {
    expect(order('polling trigger oul')).toEqual(control('trigger', 'oul'))
    expect(() => order('polling run')).toThrow(/'run' is no order/)
  })
})
