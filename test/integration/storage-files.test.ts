import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  linkSync,
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
import { basename, join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { SCHEMA_VERSION } from '../../src/storage/file/schema.ts'
import { WriterLock } from '../../src/storage/file/writer-lock.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { EMPTY_BATCH } from '../../src/storage/write/log-batch.ts'
import { LogKeeper } from '../../src/storage/write/log-keeper.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import { systemClock } from '../../src/util/clock.ts'
import { createDraft } from '../../src/util/draft-file.ts'
import { InaError } from '../../src/util/errors.ts'
import {
  ALL,
  HOURS_48_MS,
  makeLog,
  query,
  START_US,
  sampleAt,
  series,
  tempFolder,
} from '../support/log-fixture.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = tempFolder()
  file = join(folder, 'log.db')
})

function keeper(path = file): LogKeeper {
  return new LogKeeper({
    file: path,
    retainMs: HOURS_48_MS,
    clock: systemClock,
    report: () => undefined,
  })
}

function refusal(work: () => unknown): InaError {
  try {
    work()
  } catch (error) {
    if (error instanceof InaError) return error
    throw error
  }
  throw new Error('it was not refused')
}

/** The file is refused to write and to read, is as it was, and nothing is beside it. */
function expectRefused(code: string): void {
  const before = readFileSync(file)
  const beside = readdirSync(folder)
  expect(refusal(() => keeper().open()).code).toBe(code)
  expect(readFileSync(file)).toEqual(before)
  expect(readdirSync(folder)).toEqual(beside)
}

describe('a file that is not ours', () => {
  test("another program's database is refused", () => {
    const db = new Database(file)
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE sample(id); INSERT INTO sample VALUES (1)')
    db.close()
    expectRefused('log_foreign')
    expect(refusal(() => LogReader.open(file)).code).toBe('log_foreign')
    expect(readdirSync(folder)).toEqual(['log.db'])
  })

  test('a file that is no database is refused', () => {
    writeFileSync(file, 'time,voltage\n'.repeat(100))
    expectRefused('log_damaged')
    writeFileSync(file, 'short')
    expectRefused('log_damaged')
    expect(refusal(() => LogReader.open(file)).code).toBe('log_damaged')
  })

  test('a log of a newer layout is refused', () => {
    makeLog(file, series(10, 1000))
    const db = new Database(file)
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`)
    db.close()
    expectRefused('log_newer')
    expect(refusal(() => LogReader.open(file)).code).toBe('log_newer')
  })

  test('a log that was cut short is refused', () => {
    makeLog(file, series(5000, 1000))
    truncateSync(file, Math.floor(statSync(file).size / 2))
    expectRefused('log_damaged')
    expect(refusal(() => LogReader.open(file)).code).toBe('log_damaged')
  })

  test('a log with garbage in the middle is refused, also one that was left with a WAL', () => {
    makeLog(file, series(5000, 1000))
    const spoil = (): void => {
      const fd = openSync(file, 'r+')
      const garbage = Buffer.alloc(4096 * 4, 0xa5)
      writeSync(fd, garbage, 0, garbage.length, 4096 * 20)
    }
    spoil()
    expectRefused('log_damaged')

    rmSync(file)
    makeLog(file, series(5000, 1000))
    const db = new Database(file)
    db.exec('DELETE FROM sample WHERE id % 1000 = 1')
    copyFileSync(file, `${file}.copy`)
    copyFileSync(`${file}-wal`, `${file}.copy-wal`)
    db.close()
    copyFileSync(`${file}.copy`, file)
    copyFileSync(`${file}.copy-wal`, `${file}-wal`)
    rmSync(`${file}.copy`)
    rmSync(`${file}.copy-wal`)
    spoil()
    expectRefused('log_damaged')
  })

  test('a folder, and a path through a file, are refused', () => {
    mkdirSync(file)
    expect(refusal(() => keeper().open()).code).toBe('log_unwritable')
    writeFileSync(join(folder, 'plain'), 'x')
    const below = refusal(() => keeper(join(folder, 'plain', 'log.db')).open())
    expect(below.code).toBe('log_unwritable')
    expect(below.hint).not.toBe('')
  })
})

describe('making a log', () => {
  test('it is private, the folder too, and an empty file is taken for none', () => {
    const path = join(folder, 'a', 'b', 'log.db')
    const first = keeper(path)
    first.open()
    if (process.platform !== 'win32') {
      expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
      for (const suffix of ['', '-wal', '-shm', '.lock']) {
        const mode = statSync(path + suffix, { throwIfNoEntry: false })?.mode ?? 0o600
        expect(mode & 0o777, suffix).toBe(0o600)
      }
    }
    first.close()
    writeFileSync(file, '')
    const second = keeper()
    expect(second.open()).toMatchObject({ nextEpochId: 1, loggedRuns: [] })
    second.close()
    expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(query(file, 'PRAGMA auto_vacuum')).toEqual([{ auto_vacuum: 2 }])
    expect(query(file, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION }])
  })

  test('what is left beside a deleted log does not get into the new one', () => {
    makeLog(file, series(100, 1000))
    const db = new Database(file)
    db.exec('DELETE FROM sample')
    copyFileSync(`${file}-wal`, `${file}.stale`)
    db.close()
    rmSync(file)
    copyFileSync(`${file}.stale`, `${file}-wal`)
    const fresh = keeper()
    fresh.open()
    fresh.close()
    expect(query(file, 'SELECT count(*) AS n FROM sample')).toEqual([{ n: 0 }])
    expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    // It may be all that is left of a log that was moved.
    expect(readFileSync(`${file}-wal.old-1`)).toEqual(readFileSync(`${file}.stale`))
  })

  test.each(['-wal', '-shm', '-journal'])(
    'a file of someone else is not taken for its %s',
    (suffix) => {
      writeFileSync(file + suffix, 'mine')
      const error = refusal(() => keeper().open())
      expect(error.code).toBe('log_unwritable')
      expect(error.message).toContain(`log.db${suffix} is in the way`)
      expect(readFileSync(file + suffix, 'utf8')).toBe('mine')
      expect(readdirSync(folder)).toEqual([`log.db${suffix}`])
    },
  )

  test('there is no log to read', () => {
    const error = refusal(() => LogReader.open(join(folder, 'none.db')))
    expect(error.code).toBe('log_missing')
    expect(existsSync(join(folder, 'none.db'))).toBe(false)
  })

  test('reading leaves nothing beside the log', () => {
    makeLog(file, series(100, 1000))
    const reader = LogReader.open(file)
    expect(reader.devices).toEqual(['bench'])
    reader.close()
    expect(readdirSync(folder)).toEqual(['log.db'])
  })
})

describe('reading a log', () => {
  /** SQLite can't open the log in its place, so that it is read from a copy in memory. */
  function barBeside(): void {
    symlinkSync('nowhere', `${file}-wal`)
  }

  test.each([
    ['an event', 'INSERT INTO event VALUES (99, 1, 99, "note", "x")'],
    ['a lost range', 'INSERT INTO lost VALUES (99, 99, 1, 1, 1, 2, "gone")'],
    ['the end of an epoch', `UPDATE epoch SET newest_us = ${2 ** 60}`],
    ['a value of a channel', 'INSERT INTO channel_value SELECT id, 99, 1 FROM sample'],
    ['a minute', 'UPDATE minute SET measured = -1'],
  ])('damage in %s is reported under the name of the file, also from a copy', (_what, sql) => {
    makeLog(file, [sampleAt(START_US, 0, { extras: { soc: 1 } })])
    const db = new Database(file)
    db.exec(sql.replaceAll('"', "'"))
    db.close()
    const readAll = (): void => {
      const reader = LogReader.open(file)
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
      expect(error.message).toContain(`${file} is not a readable log`)
    }
    expectNamed()
    barBeside()
    expectNamed()
  })

  test('a connection that can not be made ready is closed', () => {
    makeLog(file, series(10, 1000))
    const { close, pragma } = Database.prototype
    for (const open of [() => LogReader.open(file), () => ReaderRegistry.open(file)]) {
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

describe('the second writer', () => {
  test('reports who the first one is, and may write once that is gone', () => {
    const first = keeper()
    first.open()
    const error = refusal(() => keeper().open())
    expect(error.code).toBe('log_in_use')
    expect(error.message).toContain(`process ${process.pid}`)
    first.close()
    const second = keeper()
    second.open()
    second.close()
  })

  test('another process is kept out as well', () => {
    const first = keeper()
    first.open()
    const script = `
      const Database = require('better-sqlite3')
      const db = new Database(process.argv[1], { timeout: 0 })
      try { db.exec('BEGIN IMMEDIATE'); console.log('got it') } catch (error) { console.log(error.code) }`
    const child = spawnSync(process.execPath, ['-e', script, `${file}.lock`], { encoding: 'utf8' })
    expect(child.stdout.trim()).toBe('SQLITE_BUSY')
    first.close()
    const later = spawnSync(process.execPath, ['-e', script, `${file}.lock`], { encoding: 'utf8' })
    expect(later.stdout.trim()).toBe('got it')
  })

  test('a lock file that a power cut spoilt does not lock anyone out', () => {
    const once = keeper()
    once.open()
    once.close()
    const sound = readFileSync(`${file}.lock`)
    const spoilt = [
      Buffer.alloc(0),
      Buffer.alloc(sound.length),
      sound.subarray(0, 4096),
      Buffer.concat([sound.subarray(0, 4096), Buffer.alloc(4096, 0xa5)]),
    ]
    for (const bytes of spoilt) {
      writeFileSync(`${file}.lock`, bytes)
      const first = keeper()
      first.open()
      expect(refusal(() => keeper().open()).code).toBe('log_in_use')
      first.close()
    }
  })

  test('a lock file that is deleted while it is being locked locks nobody out, nor two in', () => {
    const { exec } = Database.prototype
    vi.spyOn(Database.prototype, 'exec').mockImplementationOnce(function (
      this: Database.Database,
      sql,
    ) {
      // As another process does that made it and finds that its log is damaged.
      rmSync(`${file}.lock`)
      return exec.call(this, sql)
    })
    const lock = WriterLock.acquire(file, 0)
    expect(lock.stands).toBe(true)
    expect(() => WriterLock.acquire(file, 0)).toThrow(/is being written by/)
    lock.release()
  })

  test('what is no lock file, or a link, is left alone, and reported', () => {
    const lock = `${file}.lock`
    const cats = new Database(join(folder, 'cats.db'))
    cats.exec('CREATE TABLE cats(name TEXT)')
    cats.close()
    const others = [Buffer.from('mine'), readFileSync(join(folder, 'cats.db'))]
    for (const bytes of others) {
      writeFileSync(lock, bytes)
      const error = refusal(() => keeper().open())
      expect(error).toMatchObject({ code: 'log_unwritable', hint: expect.stringContaining('move') })
      expect(error.message).toContain('log.db.lock is in the way')
      expect(readFileSync(lock)).toEqual(bytes)
    }
    rmSync(lock)
    symlinkSync('planted', lock)
    expect(refusal(() => keeper().open()).message).toContain('in the way')
    expect(readdirSync(folder).sort()).toEqual(['cats.db', 'log.db.lock'])
  })
})

describe('drafts', () => {
  /** A draft of the log, of a process that is gone or not. */
  function draftOf(pid: number): string {
    const name = basename(createDraft(file))
    rmSync(join(folder, name))
    const other = name.replace(/-\d+-[0-9a-f]+$/, `-${pid}-0123456789abcdef`)
    writeFileSync(join(folder, other), 'x')
    return other
  }

  test('are private, under a name that differs each time, and never a link', () => {
    const [first, second] = [createDraft(file), createDraft(file)]
    expect(first).not.toBe(second)
    expect(basename(first)).toMatch(/^\.log\.db\.ina219-[0-9a-f]{8}-\d+-[0-9a-f]{16}$/)
    if (process.platform !== 'win32') expect(statSync(first).mode & 0o777).toBe(0o600)
  })

  test('that a killed process left are removed by the next writer, all others stay', () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const dead = draftOf(pid)
    writeFileSync(join(folder, `${dead}-wal`), 'x')
    // A container's process has the same number each time.
    draftOf(process.pid)
    const alive = draftOf(process.ppid)
    const own = basename(createDraft(file))
    const strangers = ['.log.db.ina219', `${dead}.txt`, '.other.db.ina219-0-1-0', 'log.db.new']
    for (const name of strangers) writeFileSync(join(folder, name), 'mine')
    const first = keeper()
    first.open()
    first.close()
    expect(readdirSync(folder).sort()).toEqual(
      ['log.db', 'log.db.lock', alive, own, ...strangers].sort(),
    )
  })

  test('that were killed while they became the log do not make it one with two names', () => {
    makeLog(file, series(10, 1000))
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    const dead = join(folder, draftOf(pid))
    rmSync(dead)
    linkSync(file, dead)
    const first = keeper()
    first.open()
    first.close()
    expect(existsSync(dead)).toBe(false)
  })
})

test('a spill file that is a link is neither read nor written', () => {
  makeLog(file, series(10, 1000))
  writeFileSync(join(folder, 'precious'), 'spill,8d0b1d66-6f4c-4b3e-9b0e-0f5b6a2b7c11\n')
  symlinkSync('precious', `${file}.spill.csv`)
  expect(refusal(() => keeper().open()).message).toContain('spill.csv is in the way')
  const spill = SpillFile.of(file)
  expect(refusal(() => spill.append(EMPTY_BATCH, [])).code).toBe('log_unwritable')
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toHaveLength(43)
})
