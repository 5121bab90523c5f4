import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import type { Bucket } from '../../src/storage/read/log-query.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ALL, makeLog, openWriter, query, START_US, sampleAt } from '../support/log-fixture.ts'
import { toLayout2 } from '../support/old-layouts.ts'

const MINUTE_US = 60e6

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

/** A sample a second with these currents in mA, at 5 V. */
function currents(milliamps: readonly number[]): Sample[] {
  return milliamps.map((mA, i) =>
    sampleAt(START_US + i * 1e6, i, { voltage: 5, current: mA / 1000, power: (5 * mA) / 1000 }),
  )
}

function minutesOf(path: string): Bucket[] {
  const reader = LogReader.open(path)
  try {
    return [...reader.buckets(ALL, MINUTE_US)]
  } finally {
    reader.close()
  }
}

const minute = (mA: (second: number) => number): number[] =>
  Array.from({ length: 60 }, (_, s) => mA(s))

test('a pair whose current crosses zero is split where the line between its samples does', () => {
  // 300 mA to -100 mA in a second: 0.75 s forward, 0.25 s back.
  makeLog(file, currents([300, -100]))
  const [total] = minutesOf(file)
  expect(total).toMatchObject({
    chargeMah: 100 / 3600,
    chargeForwardMah: 112.5 / 3600,
    chargeBackwardMah: -12.5 / 3600,
    energyForwardMwh: 562.5 / 3600,
    energyBackwardMwh: -62.5 / 3600,
  })
})

test('a minute of one direction keeps nothing further, one of both its forward part', () => {
  makeLog(
    file,
    currents([...minute(() => 100), ...minute(() => -100), ...minute((s) => (s % 2 ? 200 : -200))]),
  )
  const rows = query(
    file,
    'SELECT charge_pc, charge_forward_pc, typeof(charge_forward_pc) AS t FROM minute',
  )
  expect(rows.map(({ t }) => t)).toEqual(['null', 'real', 'real'])
  expect(minutesOf(file).map(({ chargeForwardMah }) => chargeForwardMah)).toEqual([
    5900 / 3600,
    // The pair from +100 to -100 mA lies in the minute of its later sample.
    25 / 3600,
    // From -100 to -200 nothing, then 59 pairs of half a second at 100 mA on average.
    2950 / 3600,
  ])
  expect(query(file, 'SELECT charge_mah, charge_forward_mah FROM power_minute')).toEqual(
    minutesOf(file).map((each) => ({
      charge_mah: each.chargeMah,
      charge_forward_mah: each.chargeForwardMah,
    })),
  )
})

/** Minutes of a log of layout 2: two forward, one of both, two back, one forward. */
const MIXED = [
  ...minute(() => 100),
  ...minute((s) => 100 + s),
  ...minute((s) => (s % 2 ? 200 : -200)),
  ...minute(() => -50),
  ...minute(() => -60),
  ...minute(() => 10),
]

test('a log of layout 2 says what its signs tell, without a change', () => {
  makeLog(file, currents(MIXED))
  const known = minutesOf(file).map((each) => each.chargeForwardMah)
  toLayout2(file)
  const bytes = readFileSync(file)
  // The minutes behind a change of direction may begin with a pair that has both.
  expect(minutesOf(file).map((each) => each.chargeForwardMah)).toEqual([
    known[0],
    known[1],
    null,
    null,
    0,
    null,
  ])
  expect(minutesOf(file)[2]).toMatchObject({ chargeBackwardMah: null, energyForwardMwh: null })
  expect(readFileSync(file).equals(bytes)).toBe(true)
})

test('a log of layout 2 that is brought over knows all that its samples say', () => {
  makeLog(file, currents(MIXED))
  const known = minutesOf(file)
  toLayout2(file)
  const log = openWriter(file)
  // Only what the signs don't tell is computed again, and until then read from the samples.
  expect(query(file, 'SELECT minute FROM dirty ORDER BY minute')).toEqual(
    [2, 3, 5].map((i) => ({ minute: START_US / MINUTE_US + i })),
  )
  expect(minutesOf(file)).toEqual(known)
  log.end()
  expect(query(file, 'SELECT * FROM dirty')).toEqual([])
  expect(minutesOf(file)).toEqual(known)
})

test('minutes whose samples are gone stay unknown, and those that have lost some keep their sums', () => {
  makeLog(file, currents(MIXED))
  const known = minutesOf(file)
  toLayout2(file)
  const db = new Database(file)
  // As the retention leaves it: nothing of the first three minutes, half of the fourth.
  db.prepare('DELETE FROM sample WHERE id < ?').run(START_US + 3.5 * MINUTE_US)
  db.close()
  openWriter(file).end()
  const minutes = minutesOf(file)
  expect(minutes.map((each) => each.chargeMah)).toEqual(known.map((each) => each.chargeMah))
  const forward = minutes.map((each) => each.chargeForwardMah)
  expect(forward.slice(0, 5)).toEqual([
    known[0]?.chargeForwardMah,
    known[1]?.chargeForwardMah,
    null,
    null,
    0,
  ])
  expect(forward[5]).toBe(known[5]?.chargeForwardMah)
  const reader = LogReader.open(file)
  expect(reader.totals(ALL)[0]).toMatchObject({ chargeForwardMah: null, chargeBackwardMah: null })
  reader.close()
})
