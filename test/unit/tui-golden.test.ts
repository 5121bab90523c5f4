import { beforeAll, describe, expect, it } from 'vitest'
import { ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import type { AlarmView, Snapshot } from '../../src/monitor/view.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { screenText } from '../support/screen-text.ts'
import {
  briefOf,
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
    p95: P95,
  }
  return screenText(buildPicture(snapshot, TRACE, context, null, undefined, null, TRACE))
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
