import { beforeAll, describe, expect, it } from 'vitest'
import type { Trace } from '../../src/chart/trace.ts'
import { ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import type { AlarmView, Moment, Snapshot } from '../../src/monitor/view.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import type { ComparedTraces } from '../../src/tui/view/compare.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { screenText } from '../support/screen-text.ts'
import {
  briefOf,
  electric,
  extraChannels,
  sampleSnapshot,
  snapshotWith,
  traceOf,
} from '../support/snapshots.ts'

const P95 = new Map([60, 300, 900].map((seconds) => [seconds, { v: 5.095, a: 1.1892, w: 6.002 }]))

/**
 * Whole screens as text files that a person can review: test/golden. After a change that is meant to be
 * seen, `npx vitest run test/unit/tui-golden.test.ts -u` writes them anew; look at the difference.
 */
const SIZES = ['60x15', '80x24', '100x30', '120x30', '200x50', '250x70'] as const

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

/** A load that comes and goes each ten seconds, with a gap. */
const TRACE = traceOf(
  600,
  Array.from({ length: 600 }, (_, slot) => {
    const isOn = Math.floor(slot / 100) % 2 === 1
    const a = (isOn ? 1.1 : 0.25) + 0.02 * Math.sin(slot / 7)
    const v = 5.05 - 0.05 * a + 0.004 * Math.sin(slot / 3)
    return { slot, values: { v, a, w: v * a }, gapBefore: slot === 330 }
  }).filter(({ slot }) => slot < 300 || slot >= 330),
  100_000,
)

function screen(size: string, snapshot: Snapshot, view: Partial<ViewState> = {}): string {
  const [columns = 0, rows = 0] = size.split('x').map(Number)
  const context = {
    size: { columns, rows },
    view: { ...INITIAL_VIEW, ...view },
    look: lookOf({ ascii: false, colour: true }),
    trouble: null,
    compared: COMPARED,
  }
  return screenText(
    buildPicture(snapshot, TRACE, context, { moment: null, overview: TRACE, p95: P95 }),
  )
}

const ALARM: AlarmView = {
  name: 'limit a',
  rule: 'a > 1 latch',
  limit: { channel: 'a', low: null, high: 1 },
  state: 'latched',
  sinceUs: 1,
  untilUs: 2,
  firstUs: 1,
  raises: 3,
  spanUs: 41e6,
  durationUs: 9.8e6,
  value: 0.27,
  peak: 1.204,
  unit: 'A',
  snoozedMs: null,
}

const PLAIN = sampleSnapshot({ device: 'ttyUSB0' })

/** Several devices, an alarm, further channels, a fault of the link. */
const BUSY = ((): Snapshot => {
  const channels = [...ELECTRIC_CHANNELS, ...extraChannels(3)]
  const snapshot = snapshotWith(channels, {
    alarms: [ALARM],
    limits: [{ channel: 'a', low: null, high: 1 }],
    ledger: { ...PLAIN.ledger, lost: 12, recovered: 30, gaps: 3 },
  })
  const devices = [
    briefOf(snapshot, { alarms: { active: 1, raised: 1 } }),
    briefOf(snapshot, { number: 1, device: 'motor', lost: 0 }),
    briefOf(snapshot, {
      number: 2,
      device: 'battery',
      source: { label: 'x', state: 'silent', reason: 'nothing for 12 s' },
      rate: 0,
    }),
  ]
  return { ...snapshot, devices }
})()

describe.each(SIZES)('at %s', (size) => {
  it('one device', async () => {
    await expect(screen(size, PLAIN)).toMatchFileSnapshot(`../golden/${size}.txt`)
  })

  it('several devices, an alarm and further channels', async () => {
    await expect(screen(size, BUSY)).toMatchFileSnapshot(`../golden/${size}-busy.txt`)
  })
})

describe.each(SIZES)('the wall at %s', (size) => {
  it('is large digits and what is wrong', async () => {
    await expect(screen(size, BUSY, { preset: 'wall' })).toMatchFileSnapshot(
      `../golden/${size}-wall.txt`,
    )
  })
})

function sampleAt(timeUs: number, values: Record<string, number>): Moment {
  return { timeUs, withinUs: 0, kind: 'sample', text: '', values }
}

/** The current of three devices: one sleeps now and then, one draws steadily, one has gone silent. */
const COMPARED = ((): ComparedTraces => {
  const of = (current: (slot: number) => number, slots: (slot: number) => boolean): Trace =>
    traceOf(
      600,
      Array.from({ length: 600 }, (_, slot) => {
        return { slot, values: electric(5, current(slot)), gapBefore: slot === 200 }
      }).filter(({ slot }) => slots(slot)),
      100_000,
    )
  const traces = new Map([
    [0, TRACE],
    [
      1,
      of(
        (slot) => 0.8 + 0.05 * Math.sin(slot / 20),
        () => true,
      ),
    ],
    [
      2,
      of(
        (slot) => (slot % 150 < 10 ? 0.6 : 0.05),
        (slot) => slot < 120 || (slot >= 200 && slot < 480),
      ),
    ],
  ])
  const endUs = TRACE.startUs + TRACE.length * TRACE.slotUs - 1
  const moments = new Map([
    [0, sampleAt(endUs - 20e6, electric(5.02, 0.2513))],
    [1, sampleAt(endUs - 20e6, electric(5, 0.8123))],
    [2, null],
  ])
  return { endUs, traces, moments }
})()

describe.each(['60x15', '80x24', '120x30', '200x50'])('three devices at %s', (size) => {
  it('the current of all', async () => {
    await expect(screen(size, BUSY, { compare: 'a' })).toMatchFileSnapshot(
      `../golden/${size}-compare.txt`,
    )
  })
})

it('three devices with a cursor', async () => {
  const cursorUs = COMPARED.endUs - 20e6
  const frozen = { 0: { endUs: COMPARED.endUs, sinceUs: PLAIN.nowUs - 5e6 } }
  await expect(screen('80x24', BUSY, { compare: 'a', cursorUs, frozen })).toMatchFileSnapshot(
    '../golden/80x24-compare-cursor.txt',
  )
})

describe.each(['80x24', '200x50'])('presets at %s', (size) => {
  it.each(['chart', 'numbers'] as const)('%s', async (preset) => {
    await expect(screen(size, BUSY, { preset })).toMatchFileSnapshot(
      `../golden/${size}-${preset}.txt`,
    )
  })

  it('the chart alone', async () => {
    await expect(screen(size, BUSY, { expanded: 'chart' })).toMatchFileSnapshot(
      `../golden/${size}-expanded.txt`,
    )
  })
})
