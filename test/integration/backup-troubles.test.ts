import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { at, BackupRig, DAY_MS, HOUR_MS, isRight, nameOf } from '../support/backup-rig.ts'

let rig: BackupRig

beforeEach(() => {
  rig = new BackupRig()
})

describe('a file that is not as it was left', () => {
  beforeEach(() => {
    rig.recordUntil(at(1, 1))
    rig.keeper().check()
  })

  test.each([
    ['is gone', () => rmSync(rig.pathOf(0))],
    ['is cut short', () => truncateSync(rig.pathOf(0), 100)],
    ['has lost its checksum', () => rmSync(`${rig.pathOf(0)}.sha256`)],
    ['has lost its state', () => rmSync(join(rig.backups, 'ina219-backup.json'))],
    [
      'has a state that is none',
      () => writeFileSync(join(rig.backups, 'ina219-backup.json'), '{"ver'),
    ],
  ])('and %s is written again', async (_, harm) => {
    harm()
    expect(rig.keeper().check()).toHaveLength(1)
    expect(readFileSync(rig.pathOf(0), 'utf8')).toBe(await rig.exportOf(0))
    expect(isRight(rig.pathOf(0))).toBe(true)
    expect(rig.keeper().check()).toEqual([])
  })
})

test.each([
  ['only a part of it', at(2, 6)],
  ['none of it', at(5, 1)],
])('a lost checksum of a day is made of its file where the log has %s', (_, endMs) => {
  rig.recordUntil(at(1, 1))
  rig.keeper().check()
  rig.recordUntil(endMs)
  rig.keeper().check()
  const before = readFileSync(rig.pathOf(0))
  rmSync(`${rig.pathOf(0)}.sha256`)
  expect(rig.keeper().check()).toEqual([
    `${nameOf(0)}: the checksum was missing; it is now that of the file as it is`,
  ])
  expect([readFileSync(rig.pathOf(0)).equals(before), isRight(rig.pathOf(0))]).toEqual([true, true])
  expect(rig.keeper().check()).toEqual([])
})

describe('a trouble is reported once, and its end', () => {
  test('no folder to put it in', () => {
    rig.recordUntil(at(1, 1))
    const missing = join(rig.folder, 'not', 'mounted')
    const keep = rig.keeper(30, { folder: missing })
    expect(keep.check()).toEqual([
      `can't write the back-up in ${missing}: there is no such folder; tried again`,
    ])
    expect(keep.check()).toEqual([])
    mkdirSync(join(rig.folder, 'not'))
    expect(keep.check()).toEqual([
      '2026-11-16: 1440 samples, 0.1 MB',
      `the back-up in ${missing} is written again`,
    ])
  })

  test('a folder in the place of a file; the other days are written', () => {
    rig.recordUntil(at(1, 1))
    mkdirSync(rig.pathOf(0), { recursive: true })
    const keep = rig.keeper()
    expect(keep.check()[0]).toMatch(/^can't write the back-up/)
    expect(keep.check()).toEqual([])
    rig.recordUntil(at(1, 23.9))
    rig.clock.advance(HOUR_MS)
    expect(keep.check()).toEqual(['2026-11-17: 1434 samples, 0.1 MB'])
    expect(rig.names().filter((name) => name.startsWith('.'))).toEqual([])
  })

  test.skipIf(process.getuid?.() === 0)('no permission', () => {
    rig.recordUntil(at(1, 1))
    mkdirSync(rig.backups)
    chmodSync(rig.backups, 0o500)
    expect(rig.keeper().check()[0]).toContain('no permission')
  })

  test('the folder is that of another log', () => {
    rig.recordUntil(at(1, 1))
    rig.keeper().check()
    const bytes = readFileSync(rig.pathOf(0))
    const other = join(rig.folder, 'other.db')
    rig.log.end()
    rig.open(other)
    rig.recordUntil(rig.clock.wallMs() + 2 * DAY_MS)
    expect(rig.keeper().check()[0]).toContain(
      `has the back-ups of another log, ${join(rig.folder, 'log.db')}`,
    )
    expect(readFileSync(rig.pathOf(0))).toEqual(bytes)
  })

  test('the log itself has the name of a day file', () => {
    rig.log.end()
    rig.open(join(rig.folder, 'ina219-2020-01-01.csv'))
    rig.recordUntil(at(1, 1))
    expect(rig.keeper(1, { folder: rig.folder }).check()[0]).toContain('has the name of a day file')
    expect(existsSync(rig.file)).toBe(true)
  })
})
