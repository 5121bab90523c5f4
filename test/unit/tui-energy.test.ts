import { expect, test } from 'vitest'
import { extraChannel } from '../../src/domain/channels.ts'
import type { BalanceView, EnergyStoreView } from '../../src/monitor/view.ts'
import { energyLines, energyRows } from '../../src/tui/panels/energy.ts'
import { FigureMemory } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { type SnapshotChanges, sampleSnapshot } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: true, colour: false })
const NOW_US = sampleSnapshot().nowUs
const HOUR_US = 3600e6

function balance(span: BalanceView['span'], hours: number, more = {}): BalanceView {
  return {
    span,
    fromUs: NOW_US - hours * HOUR_US,
    toUs: NOW_US,
    solarMwh: 160_700,
    coveredS: hours * 3600,
    socFirst: 65,
    socLast: 62,
    storedMwh: -14_300,
    usedMwh: 175_000,
    isLeast: false,
    ...more,
  }
}

const STORE: EnergyStoreView = {
  soc: 62,
  capacity: { unit: 'mWh', capacity: 512_000 },
  stored: 317_440,
  balances: [balance('today', 11), balance('24h', 24), balance('48h', 48)],
  relays: null,
}
const SUN = ['soc', 'solar_w', 'lux'].map((id, i) => extraChannel(id, i))
const OFF = { outputs: { A: false, B: true }, unconfirmed: {}, hasVirtualOutputs: false }

/** The lines at a size, as text. */
function shown(changes: SnapshotChanges, columns: number, rows: number): string[] {
  const snapshot = sampleSnapshot({ channels: SUN, energyStore: STORE, ...OFF, ...changes })
  const figures = new FigureMemory()
  figures.begin(snapshot, 'auto')
  const height = energyRows({ columns, rows }, snapshot)
  const lines = energyLines(snapshot, columns, LOOK, figures, height)
  expect(lines).toHaveLength(height)
  return lines.map((line) => lineText(line).trimEnd())
}

test('what is stored, and today, in a line; from 30 rows on a line each span', () => {
  expect(shown({}, 80, 24)).toEqual([
    ' energy 317.44 Wh  today sun 160.7 battery -14.3 used 175.0 Wh covered 100 %',
    ' relays A off  B on',
  ])
  expect(shown({}, 120, 30)).toEqual([
    ' energy 317.44 Wh of 512.00 Wh  today sun 160.7 battery -14.3 used 175.0 Wh covered 100 %',
    '        24 h sun 160.7 battery -14.3 used 175.0 Wh covered 100 %',
    '        48 h sun 160.7 battery -14.3 used 175.0 Wh covered 100 %',
    ' relays A off  B on',
  ])
})

test('what is not known is not made up, and what is the least is marked', () => {
  const none = { storedMwh: null, usedMwh: null }
  const balances = [balance('today', 11, none)]
  const [line] = shown(
    { energyStore: { ...STORE, capacity: null, stored: null, balances } },
    120,
    24,
  )
  expect(line).toMatch(/^ energy today sun 160\.7 battery -3\.0 % used -- Wh covered 100 %/)
  const part = [balance('today', 10, { isLeast: true, coveredS: 9 * 3600 })]
  const [least] = shown({ energyStore: { ...STORE, balances: part } }, 120, 24)
  expect(least).toContain('used >=175.0 Wh covered 90.0 %')
  const [nothing] = shown({ energyStore: { ...STORE, balances: [] } }, 120, 24)
  expect(nothing).toBe(' energy 317.44 Wh of 512.00 Wh  without a log there is no balance')
  const [reading] = shown({ energyStore: { ...STORE, balances: null } }, 120, 24)
  expect(reading).toContain('reading the log')
})

test('a relay that is not confirmed stands as it was, with the word, whoever has it', () => {
  const open = { ...OFF, unconfirmed: { A: true } }
  expect(shown(open, 80, 24).at(-1)).toBe(' relays A off, unconfirmed  B on')
  const relays = { ...open, hasVirtualOutputs: true, number: 1, device: 'bench' }
  expect(shown({ outputs: null, energyStore: { ...STORE, relays } }, 80, 24).at(-1)).toBe(
    ' relays A off, unconfirmed  B on  virtual  of bench',
  )
  // Of a board they stand with the link, unless one is not confirmed.
  expect(shown({ energyStore: null }, 80, 24)).toEqual([])
  expect(shown({ energyStore: null, ...open }, 80, 24)).toEqual([
    ' outputs A off, unconfirmed  B on',
  ])
})

test('where no board posts, what stands in for it is offered, until it runs', () => {
  const source = { label: 'ingest:store', state: 'silent', reason: '' } as const
  const [brief] = sampleSnapshot().devices
  if (brief === undefined) throw new Error('the snapshot has a device')
  const virtual = (isRunning: boolean) => ({
    ...brief,
    number: 1,
    device: 'bench-7-virtual',
    source: {
      ...source,
      state: isRunning ? ('live' as const) : ('waiting' as const),
      simulator: { isRunning, standsFor: 'bench-7' },
    },
  })
  const offered = { source, devices: [brief, virtual(false)] }
  expect(shown(offered, 80, 24)[0]).toBe(
    " offer  nothing comes: ':simulator start' begins bench-7-virtual",
  )
  expect(shown(offered, 120, 30)).toHaveLength(5)
  expect(shown({ source, devices: [brief, virtual(true)] }, 80, 24)[0]).toMatch(/^ energy /)
  expect(shown({ devices: [brief, virtual(false)] }, 80, 24)[0]).toMatch(/^ energy /)
})
