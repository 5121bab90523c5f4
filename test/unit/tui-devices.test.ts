import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/monitor/view.ts'
import { deviceLines } from '../../src/tui/panels/devices.ts'
import { keysLine } from '../../src/tui/panels/keys.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { screenText } from '../support/screen-text.ts'
import {
  briefOf,
  extraChannels,
  RUNNING_KEYS,
  sampleSnapshot,
  snapshotWith,
} from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: true, colour: true })

function monitorOf(count: number, number = 0): Snapshot {
  const base = sampleSnapshot({ number })
  const devices = Array.from({ length: count }, (_, i) =>
    briefOf(base, { number: i, device: `dev-${i + 1}` }),
  )
  return { ...base, devices }
}

function strip(snapshot: Snapshot, width: number, height: number): string[] {
  return deviceLines(snapshot, { width, height, look: LOOK }).map((line) =>
    lineText(line).trimEnd(),
  )
}

describe('of a log', () => {
  it('the newest values are the last, and nothing has ended', () => {
    const source = { label: 'bench-7', state: 'ended', reason: '' } as const
    const base = sampleSnapshot({ of: 'log', source })
    const other = briefOf(base, {
      number: 1,
      device: 'motor',
      source: { ...source, state: 'live' },
    })
    const snapshot = { ...base, devices: [briefOf(base), other] }
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 60, rows: 15 },
      { columns: 39, rows: 5 },
      { columns: 200, rows: 50 },
    ]) {
      const context = { size, view: INITIAL_VIEW, look: LOOK, trouble: null }
      const shown = screenText(buildPicture(snapshot, null, context))
      expect(shown).not.toContain('ENDED')
      expect(shown).toContain('LAST')
    }
  })
})

describe('strip of devices', () => {
  it('has a row a device where there is room, the selected one marked', () => {
    const { devices, ...rest } = monitorOf(3, 1)
    const [first, second, third] = devices
    if (!first || !second || !third) throw new Error('three devices')
    const silent = { label: 'stdin', state: 'silent', reason: '' } as const
    const shown = [first, { ...second, lost: 1234 }, { ...third, source: silent, values: null }]
    expect(strip({ ...rest, devices: shown }, 100, 3)).toEqual([
      ' 1 dev-1 LIVE        5.053 V    1.1040 A     5.577 W    100.2 S/s',
      '>2 dev-2 LIVE        5.053 V    1.1040 A     5.577 W    100.2 S/s  lost 1 234 !',
      ' 3 dev-3 SILENT         -- V        -- A        -- W    100.2 S/s',
    ])
  })

  it('in one row says as much of each as there is room for', () => {
    const two = monitorOf(2)
    expect(strip(two, 100, 1)).toEqual([
      '>1 dev-1 LIVE 5.053V 1.104A 5.577W | 2 dev-2 LIVE 5.053V 1.104A 5.577W',
    ])
    expect(strip(two, 60, 1)).toEqual(['>1 dev-1 LIVE 5.053V | 2 dev-2 LIVE 5.053V'])
    expect(strip(two, 40, 1)).toEqual(['>1 dev-1 LIVE | 2 dev-2 LIVE'])
    expect(strip(two, 24, 1)).toEqual(['>1 dev-1 | 2 dev-2'])
  })

  it('keeps the selected device in sight and counts the others', () => {
    expect(strip(monitorOf(12, 9), 60, 1)).toEqual([
      ' 8 dev-8 LIVE | 9 dev-9 LIVE |>10 dev-10 LIVE  +9 more',
    ])
    const rows = strip(monitorOf(12, 11), 100, 5)
    expect(rows.map((row) => row.slice(0, 4).trimEnd())).toEqual([
      ' 9 d',
      ' 10',
      ' 11',
      '>12',
      '  +8',
    ])
    expect(strip(monitorOf(6), 100, 5).at(-1)).toBe('  +2 more devices')
  })

  it('shows the first channels of a device without v, a and w', () => {
    const base = snapshotWith(extraChannels(4))
    const devices = [briefOf(base), briefOf(base, { number: 1 })]
    expect(strip({ ...base, devices }, 120, 2)[1]).toBe(
      ' 2 bench-7 LIVE     soc     20.5 %  temp     21.5 degC  lux     22.5 lx    100.2 S/s',
    )
  })

  it('is a row of its own from 30 rows on, up to four and one that counts', () => {
    const heightAt = (rows: number, devices: number): number => {
      const context = { size: { columns: 80, rows }, view: INITIAL_VIEW, look: LOOK, trouble: null }
      return buildPicture(monitorOf(devices), null, context).blocks.devices?.rect.height ?? 0
    }
    expect([1, 2, 12].map((devices) => heightAt(24, devices))).toEqual([0, 1, 1])
    expect([1, 2, 4, 5, 12].map((devices) => heightAt(30, devices))).toEqual([0, 2, 4, 5, 5])
  })
})

describe('Tab', () => {
  it('is in the keys line only where there are several devices', () => {
    expect(lineText(keysLine(RUNNING_KEYS, { several: true, alarms: false }, 80))).toContain(
      'Tab device',
    )
    expect(lineText(keysLine(RUNNING_KEYS, { several: false, alarms: false }, 80))).not.toContain(
      'Tab',
    )
  })
})
