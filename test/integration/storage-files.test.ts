import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { SCHEMA_VERSION } from '../../src/storage/file/schema.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { KeeperRig, refusal } from '../support/keeper-rig.ts'
import { ALL, makeLog, query, START_US, sampleAt, series } from '../support/log-fixture.ts'

let rig: KeeperRig

beforeEach(() => {
  rig = new KeeperRig()
})

/** The file is refused to write and to read, is as it was, and nothing is beside it. */
function expectRefused(code: string): void {
  const before = readFileSync(rig.file)
  const beside = readdirSync(rig.folder)
  expect(refusal(() => rig.keeper().open()).code).toBe(code)
  expect(readFileSync(rig.file)).toEqual(before)
  expect(readdirSync(rig.folder)).toEqual(beside)
}

describe('a file that is not ours', () => {
  test("another program's database is refused", () => {
    const db = new Database(rig.file)
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE sample(id); INSERT INTO sample VALUES (1)')
    db.close()
    expectRefused('log_foreign')
    expect(refusal(() => LogReader.open(rig.file)).code).toBe('log_foreign')
    expect(readdirSync(rig.folder)).toEqual(['log.db'])
  })

  test('a file that is no database is refused', () => {
    writeFileSync(rig.file, 'time,voltage\n'.repeat(100))
    expectRefused('log_damaged')
    writeFileSync(rig.file, 'short')
    expectRefused('log_damaged')
    expect(refusal(() => LogReader.open(rig.file)).code).toBe('log_damaged')
  })

  test('a log of a newer layout is refused', () => {
    makeLog(rig.file, series(10, 1000))
    const db = new Database(rig.file)
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`)
    db.close()
    expectRefused('log_newer')
    expect(refusal(() => LogReader.open(rig.file)).code).toBe('log_newer')
  })

  test('a log that was cut short is refused', () => {
    makeLog(rig.file, series(5000, 1000))
    truncateSync(rig.file, Math.floor(statSync(rig.file).size / 2))
    expectRefused('log_damaged')
    expect(refusal(() => LogReader.open(rig.file)).code).toBe('log_damaged')
  })

  test('a log with garbage in the middle is refused, also one that was left with a WAL', () => {
    makeLog(rig.file, series(5000, 1000))
    const spoil = (): void => {
      const fd = openSync(rig.file, 'r+')
      const garbage = Buffer.alloc(4096 * 4, 0xa5)
      writeSync(fd, garbage, 0, garbage.length, 4096 * 20)
    }
    spoil()
    expectRefused('log_damaged')

    rmSync(rig.file)
    makeLog(rig.file, series(5000, 1000))
    const db = new Database(rig.file)
    db.exec('DELETE FROM sample WHERE id % 1000 = 1')
    copyFileSync(rig.file, `${rig.file}.copy`)
    copyFileSync(`${rig.file}-wal`, `${rig.file}.copy-wal`)
    db.close()
    copyFileSync(`${rig.file}.copy`, rig.file)
    copyFileSync(`${rig.file}.copy-wal`, `${rig.file}-wal`)
    rmSync(`${rig.file}.copy`)
    rmSync(`${rig.file}.copy-wal`)
    spoil()
    expectRefused('log_damaged')
  })

  test('a folder, and a path through a file, are refused', () => {
    mkdirSync(rig.file)
    expect(refusal(() => rig.keeper().open()).code).toBe('log_unwritable')
    writeFileSync(join(rig.folder, 'plain'), 'x')
    const below = refusal(() => rig.keeper(join(rig.folder, 'plain', 'log.db')).open())
    expect(below.code).toBe('log_unwritable')
    expect(below.hint).not.toBe('')
  })
})

describe('making a log', () => {
  test('it is private, the folder too, and an empty file is taken for none', () => {
    const path = join(rig.folder, 'a', 'b', 'log.db')
    const first = rig.keeper(path)
    first.open()
    if (process.platform !== 'win32') {
      expect(statSync(join(rig.folder, 'a')).mode & 0o777).toBe(0o700)
      for (const suffix of ['', '-wal', '-shm', '.lock']) {
        const mode = statSync(path + suffix, { throwIfNoEntry: false })?.mode ?? 0o600
        expect(mode & 0o777, suffix).toBe(0o600)
      }
    }
    first.close()
    writeFileSync(rig.file, '')
    const second = rig.keeper()
    expect(second.open()).toMatchObject({ nextEpochId: 1, loggedRuns: [] })
    second.close()
    expect(query(rig.file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(query(rig.file, 'PRAGMA auto_vacuum')).toEqual([{ auto_vacuum: 2 }])
    expect(query(rig.file, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION }])
  })

  test('what is left beside a deleted log does not get into the new one', () => {
    makeLog(rig.file, series(100, 1000))
    const db = new Database(rig.file)
    db.exec('DELETE FROM sample')
    copyFileSync(`${rig.file}-wal`, `${rig.file}.stale`)
    db.close()
    rmSync(rig.file)
    copyFileSync(`${rig.file}.stale`, `${rig.file}-wal`)
    const fresh = rig.start()
    fresh.close()
    expect(query(rig.file, 'SELECT count(*) AS n FROM sample')).toEqual([{ n: 0 }])
    expect(query(rig.file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    // It may be all that is left of a log that was moved.
    expect(readFileSync(`${rig.file}-wal.old-1`)).toEqual(readFileSync(`${rig.file}.stale`))
  })

  test.each(['-wal', '-shm', '-journal'])(
    'a file of someone else is not taken for its %s',
    (suffix) => {
      writeFileSync(rig.file + suffix, 'mine')
      const error = refusal(() => rig.keeper().open())
      expect(error.code).toBe('log_unwritable')
      expect(error.message).toContain(`log.db${suffix} is in the way`)
      expect(readFileSync(rig.file + suffix, 'utf8')).toBe('mine')
      expect(readdirSync(rig.folder)).toEqual([`log.db${suffix}`])
    },
  )

  test('there is no log to read', () => {
    const error = refusal(() => LogReader.open(join(rig.folder, 'none.db')))
    expect(error.code).toBe('log_missing')
    expect(existsSync(join(rig.folder, 'none.db'))).toBe(false)
  })

  test('reading leaves nothing beside the log', () => {
    makeLog(rig.file, series(100, 1000))
    const reader = LogReader.open(rig.file)
    expect(reader.devices).toEqual(['bench'])
    reader.close()
    expect(readdirSync(rig.folder)).toEqual(['log.db'])
  })
})

describe('reading a log', () => {
  /** SQLite can't open the log in its place, so that it is read from a copy in memory. */
  function barBeside(): void {
    symlinkSync('nowhere', `${rig.file}-wal`)
  }

  test.each([
    ['an event', 'INSERT INTO event VALUES (99, 1, 99, "note", "x")'],
    ['a lost range', 'INSERT INTO lost VALUES (99, 99, 1, 1, 1, 2, "gone")'],
    ['the end of an epoch', `UPDATE epoch SET newest_us = ${2 ** 60}`],
    ['a value of a channel', 'INSERT INTO channel_value SELECT id, 99, 1 FROM sample'],
    ['a minute', 'UPDATE minute SET measured = -1'],
  ])('damage in %s is reported under the name of the file, also from a copy', (_what, sql) => {
    makeLog(rig.file, [sampleAt(START_US, 0, { extras: { soc: 1 } })])
    const db = new Database(rig.file)
    db.exec(sql.replaceAll('"', "'"))
    db.close()
    const readAll = (): void => {
      const reader = LogReader.open(rig.file)
      try {
        for (const each of [reader.events(ALL), reader.losses(ALL), reader.samples(ALL)]) [...each]
        reader.span(null)
        reader.totals(ALL)
      } finally {
        reader.close()
      }
    }
    const expectNamed = (): void => {
      const error = refusal(readAll)
      expect(error.code).toBe('log_damaged')
      expect(error.message).toContain(`${rig.file} is not a readable log`)
    }
    expectNamed()
    barBeside()
    expectNamed()
  })

  test('a connection that can not be made ready is closed', () => {
    makeLog(rig.file, series(10, 1000))
    const { close, pragma } = Database.prototype
    for (const open of [() => LogReader.open(rig.file), () => ReaderRegistry.open(rig.file)]) {
      for (const setting of ['query_only', 'cache_size', 'temp_store', 'busy_timeout']) {
        const closed = vi.spyOn(Database.prototype, 'close').mockImplementation(close)
        let failures = 0
        vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (
          this: Database.Database,
          source,
          options,
        ) {
          if (!source.startsWith(setting)) return pragma.call(this, source, options)
          failures++
          throw new Error('no memory')
        })
        try {
          open().close()
        } catch (error) {
          expect(error).toMatchObject({ code: 'log_unwritable' })
        }
        expect(closed).toHaveBeenCalledTimes(1)
        expect(failures).toBeLessThan(2)
        vi.restoreAllMocks()
      }
    }
  })
})
