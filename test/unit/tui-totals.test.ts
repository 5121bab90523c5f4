import { expect, test } from 'vitest'
import { totalsLine } from '../../src/tui/panels/totals.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: true, colour: false })

test('both directions of the charge have a name, where it has both', () => {
  const text = (chargeForwardMah: number): string => {
    const { totals } = sampleSnapshot()
    const snapshot = sampleSnapshot({ totals: { ...totals, chargeMah: 9.578, chargeForwardMah } })
    return totalsLine(snapshot, 200, LOOK)
      .map((each) => each.text)
      .join('')
  }
  expect(text(9.665)).toMatch(/ {2}forward 9\.66\d? mAh backward -87\.0\d* [uµ]Ah /)
  expect(text(9.578)).not.toContain('forward')
})
