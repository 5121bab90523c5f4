import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { dayOfFile } from '../../src/service/backup/day.ts'
import { at, BackupRig, DAY_MS, HOUR_MS, isRight, nameOf, rowsIn } from '../support/backup-rig.ts'
import { EPOCH, sampleAt } from '../support/log-fixture.ts'

let rig: BackupRig

beforeEach(() => {
  rig = new BackupRig()
})

test('a day is written when it is over and has settled, byte for byte as export writes it', async () => {
  const keep = rig.keeper()
  rig.recordUntil(at(0, 12))
  expect(keep.check()).toEqual([])
  rig.recordUntil(at(1) + 9 * 60_000)
  expect(keep.check()).toEqual([])
  rig.recordUntil(at(1) + 10 * 60_000)
  expect(keep.check()).toEqual(['2026-11-16: 1440 samples, 0.1 MB'])
  expect(keep.check()).toEqual([])
  expect(rig.names()).toEqual([nameOf(0), `${nameOf(0)}.sha256`, 'ina219-backup.json'])
  expect(readFileSync(rig.pathOf(0), 'utf8')).toBe(await rig.exportOf(0))
  expect(isRight(rig.pathOf(0))).toBe(true)
  expect(statSync(rig.pathOf(0)).mode & 0o777).toBe(0o600)
})

test.skipIf(spawnSync('sha256sum', ['--version']).status !== 0)(
  'sha256sum -c finds it right',
  () => {
    rig.recordUntil(at(1, 1))
    rig.keeper().check()
    const run = spawnSync('sha256sum', ['-c', `${nameOf(0)}.sha256`], {
      cwd: rig.backups,
      encoding: 'utf8',
    })
    expect(run).toMatchObject({ status: 0, stdout: `${nameOf(0)}: OK\n`, stderr: '' })
  },
)

test('a week with a retention of two days: each day once, whole, the oldest go', async () => {
  const keep = rig.keeper(4)
  const notes: string[] = []
  for (let hour = 1; hour <= 8 * 24; hour++) {
    rig.recordUntil(at(0, hour))
    notes.push(...keep.check())
  }
  expect(notes).toHaveLength(7)
  expect(notes.every((note) => note.includes(': 1440 samples'))).toBe(true)
  const kept = [3, 4, 5, 6].flatMap((day) => [nameOf(day), `${nameOf(day)}.sha256`])
  expect(rig.names()).toEqual([...kept, 'ina219-backup.json'])
  for (const day of [3, 4, 5, 6])
    expect([rowsIn(rig.pathOf(day)), isRight(rig.pathOf(day))]).toEqual([1440, true])
  expect(readFileSync(rig.pathOf(6), 'utf8')).toBe(await rig.exportOf(6))
})

test('after a time without back-ups, all days that the log still has are written', () => {
  rig.recordUntil(at(2, 12))
  const [first, second, ...others] = rig.keeper().check()
  // The retention goes by whole minutes and with some slack.
  expect(first).toMatch(/^2026-11-16: 72[01] samples, 0.0 MB; (719|720) had passed the retention$/)
  expect([second, ...others]).toEqual(['2026-11-17: 1440 samples, 0.1 MB'])
})

test('what the retention takes once samples come again has been seen before', () => {
  rig.recordUntil(at(1, 20))
  rig.clock.advance(3 * DAY_MS)
  let isOpen = false
  const notes = rig
    .keeper(30, {
      onOpen: () => {
        isOpen = true
        // The run that has just begun: its first samples push all that was before out of the log.
        rig.recordUntil(rig.clock.wallMs() + HOUR_MS)
      },
    })
    .check()
  expect(isOpen).toBe(true)
  expect(notes).toEqual(['2026-11-16: 1440 samples, 0.1 MB', '2026-11-17: 1200 samples, 0.1 MB'])
})

test('a day is written again when samples came late, once no more come', async () => {
  const keep = rig.keeper()
  rig.recordUntil(at(1, 1))
  keep.check()
  const before = readFileSync(rig.pathOf(0))
  const late = (n: number): Sample =>
    sampleAt(at(0, 5) * 1000 + n * 1e6, rig.seq++, { origin: 'late', epochId: EPOCH.id })
  rig.write([late(1), late(2)])
  expect(keep.check()).toEqual([])
  rig.write([late(3)])
  expect(keep.check()).toEqual([])
  expect(readFileSync(rig.pathOf(0))).toEqual(before)
  expect(keep.check()).toEqual(['2026-11-16 written again, 3 came late: 1443 samples, 0.1 MB'])
  expect(keep.check()).toEqual([])
  expect(readFileSync(rig.pathOf(0), 'utf8')).toBe(await rig.exportOf(0))
  expect(isRight(rig.pathOf(0))).toBe(true)
})

test('a file is never replaced by less, and what is missing in it is reported once', () => {
  const keep = rig.keeper()
  rig.recordUntil(at(1, 1))
  keep.check()
  const before = readFileSync(rig.pathOf(0))
  rig.recordUntil(at(2, 6))
  rig.write([sampleAt(at(0, 23) * 1000 + 1e6, rig.seq++, { origin: 'late', epochId: EPOCH.id })])
  expect(keep.check()).toEqual(['2026-11-17: 1440 samples, 0.1 MB'])
  const [note, ...others] = keep.check()
  expect(note).toMatch(/^2026-11-16: 1 samples came after part of the day had passed the retention/)
  expect([...others, ...keep.check(), ...rig.keeper().check()]).toEqual([])
  expect(readFileSync(rig.pathOf(0))).toEqual(before)
})

test('only files of ours go', () => {
  mkdirSync(rig.backups)
  const others = ['ina219-2020-01-01.csv.bak', 'ina219-2020-13-01.csv', 'notes-2020-01-01.csv', 'x']
  for (const name of others) writeFileSync(join(rig.backups, name), 'mine')
  mkdirSync(join(rig.backups, 'ina219-2020-01-02.csv'))
  symlinkSync('x', join(rig.backups, 'ina219-2020-01-03.csv'))
  writeFileSync(join(rig.backups, 'ina219-2020-01-04.csv'), 'old')
  rig.recordUntil(at(1, 1))
  rig.keeper(1).check()
  expect(rig.names()).toEqual(
    [
      ...others,
      'ina219-2020-01-02.csv',
      'ina219-2020-01-03.csv',
      nameOf(0),
      `${nameOf(0)}.sha256`,
      'ina219-backup.json',
    ].toSorted(),
  )
})

test.each([
  ['ina219-2026-11-20.csv', '2026-11-20'],
  ['ina219-2026-11-20.channels.csv.sha256', '2026-11-20'],
  ['ina219-2026-02-30.csv', null],
  ['ina219-2026-11-20.csv.gz', null],
  ['ina219-2026-11-20.db', null],
])('%s is the file of %j', (name, day) => {
  expect(dayOfFile(name)).toBe(day)
})

test('what was begun and cancelled leaves nothing behind', () => {
  rig.recordUntil(at(1, 1))
  expect(rig.keeper(30, { isCancelled: () => true }).check()).toEqual([])
  expect(rig.names()).toEqual([])
  let looks = 0
  expect(rig.keeper(30, { isCancelled: () => looks++ > 0 }).check()).toEqual([])
  expect(rig.names()).toEqual([])
})
