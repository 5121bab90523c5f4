import { beforeAll, describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/monitor/view.ts'
import { headerLine } from '../../src/tui/panels/header.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { LOOK } from '../support/picture-text.ts'
import { type SnapshotChanges, sampleSnapshot } from '../support/snapshots.ts'

beforeAll(() => {
  process.env['TZ'] = 'UTC'
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

  it('says that a device is made up, whatever it is read from', () => {
    const { source } = sampleSnapshot()
    expect(text({})).not.toContain('VIRTUAL')
    expect(text({ source: { ...source, isVirtual: true } })).toContain(
      'LIVE 100.2 S/s lost 0 VIRTUAL',
    )
  })

  it('keeps state and losses when narrow', () => {
    for (const width of [40, 50, 60, 70]) {
      expect(text({}, width)).toMatch(/LIVE 100.2 S\/s lost 0/)
      expect(text({}, width)).toHaveLength(width)
    }
  })

  it('cuts names before it leaves out that of the log, and keeps the clock apart', () => {
    const device = 'radio-board-3'
    const log = { ...sampleSnapshot().log, file: '/x/overnight-soak.db' } as Snapshot['log']
    expect(text({ device, log })).toMatch(
      /radio-board-3@ttyUSB0 LIVE 100.2 S\/s lost 0 \| REC ~ight-soak +14:03:27/,
    )
    for (let width = 50; width < 130; width++) {
      expect(text({ device, log }, width)).toMatch(
        /(REC( [^ |]+| *\|) +14:03:27| up \S+ +14:03:27|REC) *$/,
      )
    }
  })

  it('shows nothing of a device name that could move the cursor or shift columns', () => {
    const shown = text({ device: 'x\x1b[2J{red-fg}\u202e漢字é́😀' }, 120)
    expect(shown).toHaveLength(120)
    expect(shown).toMatch(/^[ -~]*$/)
    expect(shown).toContain('{red-fg}')
  })
})
