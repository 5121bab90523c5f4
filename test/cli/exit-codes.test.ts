import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { CLI, type Finished, finished, ina219, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'

const FRAME = '{"v":5.02,"a":0.245,"w":1.23,"seq":1,"status":"ok"}\n'

/** One line on stderr, no stack trace. */
function expectOneLine(run: Finished, pattern: RegExp): void {
  expect(
    run.stderr
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('ina219: ')),
  ).toHaveLength(1)
  expect(run.stderr).toMatch(pattern)
  expect(run.stderr).not.toMatch(/\n\s+at /)
}

describe('exit code 0', () => {
  it.each([['--help'], ['--version'], ['help'], ['monitor', '--help'], ['mock', '--list']])(
    'ina219 %s %s',
    async (...args) => {
      expect((await ina219(args)).code).toBe(0)
    },
  )

  it('monitor --stdin with an empty input', async () => {
    expect((await ina219(['monitor', '--stdin', '--no-log', '--output', 'none'])).code).toBe(0)
  })
})

describe('exit code 1', () => {
  it('an internal fault says so, and shows its stack with --verbose only', async () => {
    // A preload that breaks what every command needs stands in for a fault of our own.
    const folder = temporaryFolder()
    const preload = join(folder, 'break.cjs')
    writeFileSync(
      preload,
      'Object.defineProperty(process.stdin, "on", { value() { throw new Error("boom") } })',
    )
    const env = { NODE_OPTIONS: `--require ${preload}` }
    const args = ['monitor', '--stdin', '--no-log', '--output', 'none']
    const run = await ina219(args, FRAME, env)
    expect(run.code).toBe(1)
    expectOneLine(run, /boom; this is a fault of ina219/)
    const verbose = await ina219([...args, '--verbose'], FRAME, env)
    expect(verbose.code).toBe(1)
    expect(verbose.stderr).toMatch(/\n\s+at /)
  })
})

describe('exit code 2', () => {
  it.each([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['monitr'], /Did you mean monitor/],
    [['monitor', '--bogus'], /unknown option '--bogus'.*see 'ina219 monitor --help'/],
    [['monitor', '--mock', '--retain', '48'], /'48' is not a duration; write a number with a unit/],
    [['monitor', '--mock', '--retain', '1s'], /too short a retention/],
    [['monitor', '--mock', '--baud', '7'], /'7' is not a whole number of 300 to 4000000 baud/],
    [['monitor', '--mock', '--output', 'gui'], /tui, plain, ndjson, none/],
    [['monitor', '--port', '/dev/x', '--port', '/dev/x'], /\/dev\/x is named twice/],
    [['monitor', '--mock', '--device', 'a', '--device', 'b'], /more labels than there are devices/],
    [['monitor', '--mock', '--channel', 'soc:%:0..x'], /character 10: 'x' is not a number/],
    [['monitor', '--mock', 'nosuch'], /there is no scenario 'nosuch'/],
    [['monitor', '--mock', '--set', 'intervall=5'], /did you mean 'interval'/],
    [['monitor', '--mock', '--set', 'interval'], /has no value; write interval=500/],
    [['monitor', '--stdin', '--set', 'interval=5'], /one way/],
    [['mock', '--rate', '-1'], /'-1' is not a number/],
    [['mock', '--fault', 'drp=0.1'], /did you mean 'drop'/],
    [['mock', '--replay', '/nonexistent.csv'], /nonexistent\.csv/],
    [['history', '--last', '5x'], /'5x' is not a duration/],
    [['export', '--from', 'yesterday'], /yesterday/],
    [['export', '--last', '1h', '--from', '0'], /--last/],
  ])('%j', async (args, pattern) => {
    const run = await ina219(args as string[])
    expect(run.code).toBe(2)
    expectOneLine(run, pattern as RegExp)
    expect(run.stdout).toBe('')
  })

  it('a screen without a terminal', async () => {
    const run = await ina219(['monitor', '--mock', '--no-log', '--output', 'tui'])
    expect(run.code).toBe(2)
    expectOneLine(run, /--output plain/)
  })
})

describe('exit code 3', () => {
  it('a port that is not there', async () => {
    const run = await ina219(['monitor', '--port', '/dev/nonexistent', '--no-log'])
    expect(run.code).toBe(3)
    expectOneLine(run, /no port '\/dev\/nonexistent'.*--wait/)
  })

  it.skipIf(process.platform === 'win32')('a device that is no serial port', async () => {
    const run = await ina219(['monitor', '--port', '/dev/null', '--no-log'])
    expect(run.code).toBe(3)
    expectOneLine(run, /'\/dev\/null' is not a serial port; look at 'ina219 ports'/)
  })
})

describe('exit code 4', () => {
  it('a file that is no log is never touched', async () => {
    const db = join(temporaryFolder(), 'x.db')
    writeFileSync(db, 'precious text, not a database\n'.repeat(100))
    const before = readFileSync(db)
    const run = await ina219(['monitor', '--stdin', '--db', db], FRAME)
    expect(run.code).toBe(4)
    expectOneLine(run, /x\.db/)
    expect(readFileSync(db).equals(before)).toBe(true)
  })

  it("another program's database is never touched", async () => {
    const db = join(temporaryFolder(), 'x.db')
    const other = new Database(db)
    other.exec('CREATE TABLE cats(name TEXT); INSERT INTO cats VALUES (1)')
    other.close()
    const before = readFileSync(db)
    for (const args of [['monitor', '--stdin'], ['history'], ['export']]) {
      const run = await ina219([...args, '--db', db], FRAME)
      expect(run.code).toBe(4)
      expectOneLine(run, /x\.db/)
    }
    expect(readFileSync(db).equals(before)).toBe(true)
  })

  it('a second writer reports who the first one is', async () => {
    const db = join(temporaryFolder(), 'x.db')
    const first = start(['monitor', '--stdin', '--output', 'ndjson', '--db', db])
    const end = finished(first)
    first.stdin?.write(FRAME)
    await new Promise((resolve) => first.stdout?.once('data', resolve))
    const second = await ina219(['monitor', '--stdin', '--db', db], FRAME)
    expect(second.code).toBe(4)
    expectOneLine(second, new RegExp(`${first.pid}`))
    const reader = (): Promise<Finished> => ina219(['export', '--db', db, '--from', '0'])
    await until('the reader sees the first sample', async () =>
      (await reader()).stdout.includes('5.02,0.245,1.23'),
    )
    first.stdin?.end()
    expect((await end).code).toBe(0)
  })

  it.skipIf(process.getuid?.() === 0)('a folder that may not be written to', async () => {
    const folder = join(temporaryFolder(), 'locked')
    mkdirSync(folder)
    chmodSync(folder, 0o500)
    const run = await ina219(['monitor', '--stdin', '--db', join(folder, 'x.db')], FRAME)
    expect(run.code).toBe(4)
    expectOneLine(run, /x\.db/)
  })

  it('no log to read', async () => {
    const run = await ina219(['history', '--db', join(temporaryFolder(), 'none.db')])
    expect(run.code).toBe(4)
    expectOneLine(run, /there is no log at/)
  })
})

describe.skipIf(process.platform !== 'linux')('an output that cannot be written', () => {
  const FULL = '/dev/full'

  it('ends with one line and code 2, and what was read is in the log', async () => {
    const db = join(temporaryFolder(), 'x.db')
    const shell = spawn('sh', [
      '-c',
      `printf '%s' '${FRAME}' | "$0" "$1" monitor --stdin --output plain --db ${db} > ${FULL}`,
      process.execPath,
      CLI,
    ])
    const run = await finished(shell)
    expect(run.code).toBe(2)
    expectOneLine(run, /standard output can't be written \(ENOSPC\)/)
    expect((await ina219(['export', '--db', db, '--from', '0'])).stdout).toContain('5.02,0.245')
  })

  it.each([
    ['mock --count 3'],
    ['mock --rate max'],
    ['mock --rate max --count 3'],
    ['mock --board --count 3'],
    ['mock --list'],
  ])('%s says so as every command does', async (command) => {
    const shell = spawn('sh', ['-c', `"$0" "$1" ${command} > ${FULL}`, process.execPath, CLI])
    const run = await finished(shell)
    expect(run.code).toBe(2)
    expectOneLine(run, /^ina219: standard output can't be written \(ENOSPC\).*\n$/)
  })

  it('a mock whose output fails still writes its summary; one whose reader goes ends with 0', async () => {
    const shell = (line: string): Promise<Finished> =>
      finished(spawn('sh', ['-c', line, process.execPath, CLI]))
    const full = await shell(`"$0" "$1" mock --rate max --summary - > ${FULL}`)
    expect(full.code).toBe(2)
    expect(JSON.parse(full.stderr.split('\n')[0] ?? '')).toMatchObject({ source: 'mock:normal' })
    for (const options of ['', '--board']) {
      const gone = await shell(
        `{ "$0" "$1" mock --rate 1000 ${options}; echo "code $?" >&2; } | head -n 1 > /dev/null`,
      )
      expect(gone.stderr).toBe('code 0\n')
    }
  })

  it('a monitor whose events nobody reads any more goes on measuring', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const summary = `${db}.json`
    const run = start(['monitor', '--mock', '--count', '3', '--db', db, '--summary', summary])
    run.stderr?.destroy()
    run.stdout?.resume()
    await until('it ended', () => run.exitCode !== null)
    expect(run.exitCode).toBe(0)
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ samples: 3, logged: 3 })
  })

  it('is reported once, however many parts of a run meet it', async () => {
    const shell = spawn('sh', [
      '-c',
      `"$0" "$1" monitor --mock --no-log --output plain --summary - > ${FULL}`,
      process.execPath,
      CLI,
    ])
    const { code, stderr } = await finished(shell)
    expect(code).toBe(2)
    expect(stderr.match(/standard output can't be written/g)).toHaveLength(1)
  })

  it('nor the ledger', async () => {
    const shell = spawn('sh', [
      '-c',
      `"$0" "$1" monitor --stdin --no-log --output none --summary - < /dev/null > ${FULL}`,
      process.execPath,
      CLI,
    ])
    expect((await finished(shell)).code).toBe(2)
  })
})

it.skipIf(process.platform !== 'linux')(
  'a place that takes no folder is an error, not a hang',
  async () => {
    const run = await ina219(['monitor', '--stdin', '--db', '/proc/x/y.db'], FRAME)
    expect(run.code).toBe(4)
  },
)
