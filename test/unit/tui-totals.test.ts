import { expect, test } from 'vitest'
import { DelayMeter } from '../../src/monitor/delay-meter.ts'
import { linkLines, linkRows } from '../../src/tui/panels/link.ts'
import { totalsLine } from '../../src/tui/panels/totals.ts'
import { FigureMemory } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { type SnapshotChanges, sampleSnapshot } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: true, colour: false })

/** The totals of one screen, from picture to picture. */
function screen(): (changes: SnapshotChanges) => { text: string; warnings: readonly string[] } {
  const figures = new FigureMemory()
  return (changes) => {
    const snapshot = sampleSnapshot(changes)
    figures.begin(snapshot, 'auto')
    const line = totalsLine(snapshot, 300, LOOK, figures)
    const warnings = line.flatMap(({ text, style }) => (style === 'warn' ? [text.trim()] : []))
    return { text: lineText(line), warnings }
  }
}

test('both directions of the charge have a name, where it has both', () => {
  const text = (chargeForwardMah: number): string => {
    const { totals } = sampleSnapshot()
    return screen()({ totals: { ...totals, chargeMah: 9.578, chargeForwardMah } }).text
  }
  expect(text(9.665)).toMatch(/ {2}forward 9\.66\d? mAh backward -87\.0\d* [uµ]Ah /)
  expect(text(9.578)).not.toContain('forward')
})

test('charge and energy say of how much of the time they know, cut and not rounded', () => {
  const { totals } = sampleSnapshot()
  const text = (coveredS: number): string =>
    screen()({ totals: { ...totals, elapsedS: 10_000, coveredS } }).text
  expect(text(10_000)).toMatch(/^ Q 13\.40 mAh {2}E 67\.90 mWh {2}covered 100 % {2}since/)
  expect(text(9999.9)).toContain('  covered 99.9 %')
  expect(text(0)).toContain('  covered 0.0 %')
})

test('the line has its health: lost, healed, how much was sent again, lag', () => {
  const { ledger } = sampleSnapshot()
  const show = (lost: number, recovered: number) =>
    screen()({ ledger: { ...ledger, lost, recovered, gaps: 12 }, delayMs: 41.6 })
  expect(show(0, 12)).toEqual({
    text: expect.stringContaining('  lost 0  healed 12  resent 0.02 %  lag 42 ms  gaps 12  bad'),
    // Twelve gaps that were healed warn of nothing.
    warnings: [],
  })
  expect(show(3, 9000).warnings).toEqual(['lost 3', 'resent 12 %'])
})

test('what is counted warns for a minute after it has gone up', () => {
  const { ledger, nowUs } = sampleSnapshot()
  const show = screen()
  const at = (seconds: number, malformed: number): readonly string[] =>
    show({ nowUs: nowUs + seconds * 1e6, ledger: { ...ledger, malformed } }).warnings
  expect(at(0, 5)).toEqual([])
  expect(at(10, 6)).toEqual(['bad lines 6 !'])
  expect(at(69, 6)).toEqual(['bad lines 6 !'])
  expect(at(71, 6)).toEqual([])
})

test('lag is what a sample came later than the quickest of the last minute, whatever the clocks say', () => {
  const meter = new DelayMeter()
  expect(meter.ms).toBe(0)
  const hour = 3600e6
  const lagOf = (atS: number, delayMs: number, epochId = 1): number => {
    // The device's clock is an hour behind.
    meter.add(atS * 1e6 - hour, atS * 1e6 + delayMs * 1000, epochId)
    return meter.ms
  }
  expect(lagOf(0, 25)).toBe(0)
  expect(lagOf(1, 20)).toBe(0)
  expect(lagOf(2, 320)).toBe(300)
  expect(lagOf(29, 20)).toBe(0)
  expect(lagOf(31, 70)).toBe(50)
  // The quickest of a minute ago is forgotten: a delay that has become constant is none.
  for (let second = 32; second < 100; second++) lagOf(second, 70)
  expect(lagOf(100, 75)).toBe(5)
  // A restarted device has another clock.
  expect(lagOf(101, 5000, 2)).toBe(0)
})

test('a log has the figures that are in it, and no zeros for what only the monitor has seen', () => {
  const { ledger } = sampleSnapshot()
  const changes: SnapshotChanges = {
    of: 'log',
    ledger: {
      ...ledger,
      logged: 3500,
      samples: 3495,
      lines: 0,
      malformed: 0,
      lost: 100,
      reboots: 7,
    },
  }
  const { text } = screen()(changes)
  expect(text).toMatch(/ {2}lost 100 {2}gaps \d+ {2}not measured 5 {2}restarts 7 *$/)
  const link = linkLines(sampleSnapshot(changes), { width: 60, height: 8, look: LOOK })
  const facts = link.map(lineText).join('\n')
  expect(facts).toMatch(/ lost +100 +gaps/)
  expect(facts).toMatch(/ not measured +5 /)
  for (const name of ['lines', 'healed', 'duplicates', 'lag', 'asked again', 'out of range']) {
    expect(`${text}\n${facts}`).not.toContain(name)
  }
})

test('switched outputs come first, as the device has reported them', () => {
  const changes = {
    outputs: { A: true, B: false },
    unconfirmed: { B: true },
    hasVirtualOutputs: true,
  }
  const snapshot = sampleSnapshot(changes)
  const [line = [], ...others] = linkLines(snapshot, { width: 60, height: 8, look: LOOK })
  expect(lineText(line).trimEnd()).toBe(' outputs      A on  B off, unconfirmed  virtual')
  expect(others).toHaveLength(linkRows(snapshot) - 1)
  expect(linkRows(sampleSnapshot())).toBe(6)
})

test('a name stands with its figure, or not at all', () => {
  const figures = new FigureMemory()
  figures.begin(sampleSnapshot(), 'auto')
  const text = (width: number): string =>
    lineText(totalsLine(sampleSnapshot(), width, LOOK, figures)).trimEnd()
  expect(text(30)).toBe(' Q 13.40 mAh  E 67.90 mWh')
  for (const width of [16, 18, 24]) expect(text(width)).toBe(' Q 13.40 mAh')
})
