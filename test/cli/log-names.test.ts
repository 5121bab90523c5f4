import { spawn } from 'node:child_process'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { logFilePath, realPath } from '../../src/util/paths.ts'
import { CLI, type Finished, finished, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, query, series } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

const FRAME = '{"v":5.02,"a":0.245,"w":1.23,"seq":1,"status":"ok"}\n'

let folder: string
beforeEach(() => {
  folder = realpathSync(temporaryFolder())
})

const at = (name: string): string => join(folder, name)

function monitor(db: string, env: Record<string, string> = {}): Promise<Finished> {
  return ina219(['monitor', '--stdin', '--output', 'none', '--db', db], FRAME, env)
}

describe('the name of a log is taken literally', () => {
  test.each([':memory:', 'file:x.db', 'file::memory:?cache=shared', 'a%20b?mode=ro'])(
    '%s',
    (name) => {
      expect(logFilePath(name)).toBe(join(process.cwd(), name))
    },
  )

  test.each([':memory:', 'file:x.db', ' x.db'])('%s is a file in the folder', async (name) => {
    expect((await monitor(`${folder}/${name}`)).code).toBe(0)
    expect(existsSync(at(name))).toBe(true)
  })

  test('a relative name is a file here, not a database in memory', async () => {
    const script =
      'cd "$1" && printf %s "$4" | "$2" "$3" monitor --stdin --output none --db :memory:'
    const run = await finished(
      spawn('sh', ['-c', script, 'sh', folder, process.execPath, CLI, FRAME]),
    )
    expect(run.code).toBe(0)
    expect(query(at(':memory:'), 'SELECT * FROM power_log')).toHaveLength(1)
  })

  test.each(['', ' ', '\t', 'other.db ', 'other.db\n', 'new.db/'])(
    '%j is refused',
    async (name) => {
      const other = new Database(at('other.db'))
      other.exec('CREATE TABLE cats(name TEXT)')
      other.close()
      const before = readFileSync(at('other.db'))
      const db = name.trim() === '' ? name : `${folder}/${name}`
      for (const args of [['monitor', '--stdin', '--output', 'none'], ['history'], ['export']]) {
        const run = await ina219([...args, '--db', db], FRAME)
        expect(run.code, args[0]).toBe(2)
        expect(run.stderr).toMatch(/^ina219: '.*' can't be the name of a log; .*\n$/)
      }
      expect((await ina219(['history'], '', { INA219_DB: ' ' })).code).toBe(2)
      expect(readdirSync(folder)).toEqual(['other.db'])
      expect(readFileSync(at('other.db'))).toEqual(before)
    },
  )

  test('a link to a name that ends with a blank is refused, too', async () => {
    symlinkSync('other.db ', at('link.db'))
    expect((await monitor(at('link.db'))).code).toBe(2)
    expect(readdirSync(folder)).toEqual(['link.db'])
  })
})

describe('a path leads to one file', () => {
  test('through links of files and folders, dangling ones, and parents of what a link leads to', () => {
    mkdirSync(at('a/b'), { recursive: true })
    symlinkSync('a/b', at('ab'))
    symlinkSync('../new.db', at('ab/link.db'))
    expect(realPath(`${folder}/ab/link.db`)).toBe(at('a/new.db'))
    expect(realPath(`${folder}/ab/../new.db`)).toBe(at('a/new.db'))
    expect(realPath(`${folder}/none/x/y.db`)).toBe(at('none/x/y.db'))
    writeFileSync(at('a/new.db'), '')
    expect(realPath(`${folder}/ab/link.db`)).toBe(at('a/new.db'))
  })

  test('a loop of links ends', () => {
    symlinkSync('two', at('one'))
    symlinkSync('one', at('two'))
    expect(realPath(at('one'))).toContain(folder)
  })
})

describe('the writer lock goes by file', () => {
  /** A monitor that has logged a sample and waits for more. */
  async function running(db: string): Promise<() => Promise<Finished>> {
    const child = start(['monitor', '--stdin', '--output', 'none', '--db', db])
    const end = finished(child)
    child.stdin?.write(FRAME)
    await until(
      'the sample is in the log',
      () => existsSync(db) && query(db, 'SELECT * FROM power_log').length === 1,
    )
    return () => {
      child.stdin?.end()
      return end
    }
  }

  test('a symbolic link to a log in use is refused', async () => {
    mkdirSync(at('elsewhere'))
    const stop = await running(at('a.db'))
    symlinkSync('../a.db', at('elsewhere/link.db'))
    symlinkSync('elsewhere', at('folder'))
    for (const db of [at('elsewhere/link.db'), at('folder/link.db')]) {
      const run = await monitor(db)
      expect(run.code).toBe(4)
      expect(run.stderr).toMatch(/is being written by process/)
    }
    expect((await stop()).code).toBe(0)
    // Everything of the log stands beside the file itself.
    expect((await monitor(at('elsewhere/link.db'))).code).toBe(0)
    expect(readdirSync(at('elsewhere'))).toEqual(['link.db'])
    expect((await ina219(['export', '--db', at('elsewhere/link.db')])).stdout).toContain('5.02')
  })

  test('a hard link is refused, in use or not, since SQLite has a WAL for each name', async () => {
    const stop = await running(at('a.db'))
    mkdirSync(at('elsewhere'))
    linkSync(at('a.db'), at('elsewhere/b.db'))
    const second = await monitor(at('elsewhere/b.db'))
    expect(second.code).toBe(4)
    expect(second.stderr).toMatch(/has several names \(hard links\)/)
    expect(readdirSync(at('elsewhere'))).toEqual(['b.db'])
    expect((await stop()).code).toBe(0)
    expect((await monitor(at('a.db'))).code).toBe(4)
    expect((await ina219(['export', '--db', at('elsewhere/b.db')])).stdout).toContain('5.02')
    rmSync(at('a.db'))
    expect((await monitor(at('elsewhere/b.db'))).code).toBe(0)
  })

  test('a dangling link becomes a log where it leads to, with nothing left beside', async () => {
    symlinkSync('real.db', at('link.db'))
    expect((await monitor(at('link.db'))).code).toBe(0)
    expect(lstatSync(at('link.db')).isSymbolicLink()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['link.db', 'real.db', 'real.db.lock'])
  })
})

test('files of the user beside a log are never touched', async () => {
  makeLog(at('a.db'), series(10, 1e6))
  for (const name of ['a.db.new', 'a.db.rescue', 'a.db.lock']) writeFileSync(at(name), 'mine')
  symlinkSync('precious', at('b.db.new'))
  const locked = await monitor(at('a.db'))
  expect(locked.code).toBe(4)
  expect(locked.stderr).toMatch(/a\.db\.lock is in the way: .* move it away/)
  rmSync(at('a.db.lock'))
  expect((await monitor(at('a.db'))).code).toBe(0)
  rmSync(at('a.db'))
  expect((await monitor(at('a.db'))).code).toBe(0)
  expect((await monitor(at('b.db'))).code).toBe(0)
  for (const name of ['a.db.new', 'a.db.rescue']) {
    expect(readFileSync(at(name), 'utf8')).toBe('mine')
  }
  expect(lstatSync(at('b.db.new')).isSymbolicLink()).toBe(true)
  expect(existsSync(at('precious'))).toBe(false)
})
