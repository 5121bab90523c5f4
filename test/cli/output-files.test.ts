import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { CLI, finished, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, query, series } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

const FRAME = '{"v":5.02,"a":0.245,"w":1.23,"seq":1,"status":"ok"}\n'
const MONITOR = ['monitor', '--stdin', '--output', 'none']

let folder: string
let log: string

beforeEach(() => {
  folder = temporaryFolder()
  log = join(folder, 'a.db')
})

const at = (name: string): string => join(folder, name)

/**
 * Every file of the folder, which it is and what is in it; readers write to -shm. By
 * another process, since one that closes a database's file gives up its own locks.
 */
function contents(): string {
  const script = `
    const fs = require('node:fs')
    for (const name of fs.readdirSync('.')) {
      const bytes = fs.readFileSync(name)
      const hash = require('node:crypto').createHash('sha256').update(bytes).digest('hex')
      const isShm = bytes.readUInt32LE(0) === 3007000
      console.log(name, fs.lstatSync(name).ino, isShm ? bytes.length : hash)
    }`
  return spawnSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' }).stdout
}

describe('an output never lands on a log', () => {
  /** A log in use: with its -wal, -shm, lock and spill file. */
  function busyLog(file: string): void {
    makeLog(file, series(10, 1e6))
    const db = new Database(file)
    onTestFinished(() => void db.close())
    db.exec(`INSERT INTO meta VALUES ('busy', '')`)
    const lock = new Database(`${file}.lock`)
    lock.exec('CREATE TABLE holder(pid INTEGER, host TEXT, started_ms INTEGER)')
    lock.close()
    writeFileSync(`${file}.spill.csv`, 'spill,8d0b1d66-6f4c-4b3e-9b0e-0f5b6a2b7c11\n')
  }

  const FILES = ['a.db', 'a.db-wal', 'a.db-shm', 'a.db.lock', 'a.db.spill.csv']

  test.each(FILES)('%s, of this command or another, by its name or by a link', async (name) => {
    busyLog(log)
    makeLog(at('mine.db'), series(10, 1e6))
    symlinkSync(name, at('soft'))
    linkSync(at(name), at('hard'))
    const before = contents()
    expect(before).toContain('a.db-shm')
    const targets = [at(name), `${folder}/./${name}`, at('soft'), at('hard')]
    for (const [i, command] of [
      ['export', '--db', log, '-o'],
      ['export', '--db', at('mine.db'), '-o'],
      [...MONITOR, '--no-log', '--summary'],
      ['mock', '--rate', 'max', '--count', '1', '--summary'],
    ].entries()) {
      // Each file under each name, each command with each of both, over all files.
      const args = [...command, targets[(i + FILES.indexOf(name)) % targets.length] as string]
      const run = await ina219(args, FRAME)
      expect(run.code, args.join(' ')).toBe(2)
      expect(run.stderr, args.join(' ')).toMatch(/^ina219: .* is a log .* name another file\n$/)
    }
    expect(contents()).toEqual(before)
  })

  test.each(['', '-wal', '-journal', '.lock', '.spill.csv'])(
    'that does not exist yet (%s), not through a dangling link either',
    async (suffix) => {
      symlinkSync(`a.db${suffix}`, at('dangling'))
      for (const target of [log + suffix, at('dangling')]) {
        const run = await ina219([...MONITOR, '--db', log, '--summary', target], FRAME)
        expect(run.code).toBe(2)
      }
      expect(readdirSync(folder)).toEqual(['dangling'])
      if (suffix === '') return
      makeLog(log, series(10, 1e6))
      const run = await ina219(['export', '--db', log, '-o', at('dangling')])
      expect(run.code).toBe(2)
      expect(readdirSync(folder).sort()).toEqual(['a.db', 'dangling'])
    },
  )

  test('through the shell: it is detected where standard output is the log', async () => {
    makeLog(log, series(10, 1e6))
    const before = readFileSync(log)
    for (const args of ['export', 'history', 'monitor --stdin --output plain --summary -']) {
      const script = `"$0" "$1" ${args} --db a.db < /dev/null >> a.db`
      const run = await finished(
        spawn('sh', ['-c', script, process.execPath, CLI], { cwd: folder }),
      )
      expect(run.code, args).toBe(2)
      expect(run.stderr).toMatch(/^ina219: standard output is a log/)
    }
    expect(readFileSync(log)).toEqual(before)
  })

  test('other files whose names look alike are written', async () => {
    makeLog(log, series(10, 1e6))
    for (const name of ['b.db', 'b.db.lock', 'a.db.csv', 'a.db-wal.csv']) {
      expect((await ina219(['export', '--db', log, '-o', at(name)])).code, name).toBe(0)
    }
  })
})

describe('an output file', () => {
  const outputs: [string, (target: string) => string[]][] = [
    ['export -o', (target) => ['export', '--db', log, '-o', target]],
    ['monitor --summary', (target) => [...MONITOR, '--no-log', '--summary', target]],
    ['mock --summary', (target) => ['mock', '--rate', 'max', '--count', '1', '--summary', target]],
  ]

  test.each(outputs)(
    'of %s: a new one is private, one that is there keeps its mode',
    async (_, argsFor) => {
      makeLog(log, series(10, 1e6))
      mkdirSync(at('out'))
      const target = at('out/file')
      expect((await ina219(argsFor(target))).code).toBe(0)
      expect(statSync(target).mode & 0o777).toBe(0o600)
      chmodSync(target, 0o644)
      writeFileSync(target, '')
      expect((await ina219(argsFor(target))).code).toBe(0)
      expect(statSync(target).mode & 0o777).toBe(0o644)
      expect(statSync(target).size).toBeGreaterThan(10)
      expect(readdirSync(at('out'))).toEqual(['file'])
    },
  )

  test.each(outputs)('of %s is written through a link, also a dangling one', async (_, argsFor) => {
    makeLog(log, series(10, 1e6))
    mkdirSync(at('real'))
    symlinkSync('real/file', at('link'))
    for (let i = 0; i < 2; i++) {
      expect((await ina219(argsFor(at('link')))).code).toBe(0)
      expect(lstatSync(at('link')).isSymbolicLink()).toBe(true)
      expect(statSync(at('real/file')).size).toBeGreaterThan(10)
    }
    expect(readdirSync(at('real'))).toEqual(['file'])
  })

  test.skipIf(process.platform === 'win32')('may be a pipe or a device', async () => {
    makeLog(log, series(10, 1e6))
    for (const [, argsFor] of outputs) {
      expect((await ina219(argsFor('/dev/null'))).code).toBe(0)
      expect((await ina219(argsFor('/dev/stderr'))).stderr.length).toBeGreaterThan(10)
    }
  })

  test('that an export which was killed had begun is removed by the next one', async () => {
    makeLog(log, series(300_000, 10_000))
    mkdirSync(at('out'))
    const args = ['export', '--db', log, '-o', at('out/file')]
    const child = start(args)
    await until('the draft is there', () => readdirSync(at('out')).length === 1)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    expect(readdirSync(at('out'))).not.toContain('file')
    writeFileSync(at('out/.file.part'), 'of the user')
    expect((await ina219(args)).code).toBe(0)
    expect(readdirSync(at('out')).sort()).toEqual(['.file.part', 'file'])
  })
})

describe('the place of a summary is tried before anything is measured', () => {
  test.each([
    ['a folder that is absent', 'none/run.json'],
    ['a folder', '.'],
    ['nothing', ''],
    ['a name that is a folder', 'new/'],
  ])('%s', async (_, name) => {
    const target = name === '' ? '' : `${folder}/${name}`
    for (const args of [
      [...MONITOR, '--db', log, '--summary', target],
      ['mock', '--summary', target],
    ]) {
      const child = start(args)
      // Its input stays open: it ends by itself.
      const run = await finished(child)
      expect(run.code).toBe(2)
      expect(run.stderr).toMatch(/^ina219: .*can't be written.*\n$/)
      expect(run.stdout).toBe('')
    }
    expect(readdirSync(folder)).toEqual([])
  })

  test('what is there stays until the summary replaces it', async () => {
    const target = at('run.json')
    writeFileSync(target, 'the one before')
    const child = start([...MONITOR, '--db', log, '--summary', target])
    const end = finished(child)
    child.stdin?.write(FRAME)
    await until('it records', () => existsSync(log))
    expect(readFileSync(target, 'utf8')).toBe('the one before')
    child.stdin?.end()
    expect((await end).code).toBe(0)
    expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({ samples: 1, logged: 1 })
    expect(readdirSync(folder).sort()).toEqual(['a.db', 'a.db.lock', 'run.json'])
  })
})

/** Another program that has the log locked. @returns what lets go of it */
function lockLog(): () => void {
  const other = new Database(log, { timeout: 10_000 })
  onTestFinished(() => void other.close())
  other.exec('BEGIN IMMEDIATE')
  return () => other.close()
}

const isLogged = (): boolean => existsSync(log) && query(log, 'SELECT * FROM power_log').length > 0

test('samples that are in the spill file at the end are told of, and the next run takes them in', async () => {
  const child = start([...MONITOR, '--db', log])
  const end = finished(child)
  child.stdin?.write(FRAME)
  await until('the first one is logged', isLogged)
  const unlock = lockLog()
  child.stdin?.end([2, 3].map((seq) => FRAME.replace('"seq":1', `"seq":${seq}`)).join(''))
  const run = await end
  expect(run.code).toBe(0)
  expect(run.stderr.split('\n').at(-2)).toBe(
    `ina219: 2 samples are in ${log}.spill.csv alone, since the log is not being written: ` +
      'it is locked by another program; the next run with this log takes them in',
  )
  unlock()
  expect((await ina219([...MONITOR, '--db', log], '')).code).toBe(0)
  const rows = query(log, 'SELECT sequence FROM power_log ORDER BY sequence')
  expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  expect(existsSync(`${log}.spill.csv`)).toBe(false)
})

describe('samples that can be saved nowhere at the end', () => {
  /** Locks the log, and puts a folder where the spill file would be. */
  function lockOut(): void {
    mkdirSync(`${log}.spill.csv`)
    lockLog()
  }

  test('are reported with exit code 4, and the summary is written', async () => {
    const child = start([...MONITOR, '--db', log, '--summary', at('run.json')])
    const end = finished(child)
    child.stdin?.write(FRAME)
    await until('the first one is logged', isLogged)
    lockOut()
    child.stdin?.end(FRAME.replace('"seq":1', '"seq":2'))
    const run = await end
    expect(run.code).toBe(4)
    expect(run.stderr).toMatch(/ina219: 1 samples could not be saved in .*\n$/)
    expect(JSON.parse(readFileSync(at('run.json'), 'utf8'))).toMatchObject({
      samples: 2,
      logged: 1,
    })
  })

  test.skipIf(!ptyAvailable)('are reported after the terminal has been given back', async () => {
    const args = ['monitor', '--mock', '--db', log, '--summary', at('run.json')]
    const terminal = new TestTerminal(process.execPath, [CLI, ...args], { columns: 200 })
    onTestFinished(() => terminal.dispose())
    await terminal.waitFor(/q quit/)
    await until('a sample is logged', isLogged)
    lockOut()
    const samples = query(log, 'SELECT * FROM power_log').length
    await terminal.waitFor(/LOG WAITS/)
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(4)
    expect(terminal.buffer).toBe('normal')
    expect(terminal.cursorShown).toBe(true)
    expect(terminal.text).toMatch(/ina219: \d+ samples could not be saved in/)
    const ledger = JSON.parse(readFileSync(at('run.json'), 'utf8')) as { samples: number }
    expect(ledger.samples).toBeGreaterThan(samples)
  })
})
