import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/doctor/finding.ts'
import { finished, heard, ina219, served, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'

interface Report {
  readonly code: number | null
  readonly findings: readonly Finding[]
}

async function doctor(args: readonly string[], env: Record<string, string> = {}): Promise<Report> {
  const run = await ina219(['doctor', '--json', ...args], '', env)
  expect(run.stderr).toBe('')
  return { code: run.code, findings: JSON.parse(run.stdout) as Finding[] }
}

const of = ({ findings }: Report, area: string, level: string): string =>
  findings
    .filter((each) => each.area === area && each.level === level)
    .map(({ text, advice }) => `${text} -> ${advice}`)
    .join('\n')

const FRAMES = Array.from({ length: 500 }, (_, i) => `{"v":5,"a":0.1,"seq":${i}}\n`).join('')

/** Names, sizes and times of a folder: what must stay as it is. */
function trace(folder: string): string {
  const files = readdirSync(folder).toSorted()
  return files
    .map((name) => {
      const { size, mtimeNs } = statSync(join(folder, name), { bigint: true })
      return `${name} ${size} ${mtimeNs}`
    })
    .join('\n')
}

let sound = ''
beforeAll(async () => {
  sound = join(temporaryFolder(), 'log.db')
  await ina219(['monitor', '--stdin', '--output', 'none', '--db', sound], FRAMES)
})

function copied(): { folder: string; db: string } {
  const folder = temporaryFolder()
  const db = join(folder, 'log.db')
  copyFileSync(sound, db)
  return { folder, db }
}

describe('doctor', () => {
  it('finds nothing wrong where nothing is, and makes nothing', async () => {
    const home = temporaryFolder()
    const report = await doctor([], { HOME: home })
    expect(report.findings.filter((each) => each.level === 'problem')).toEqual([])
    expect(report.code).toBe(0)
    expect(of(report, 'program', 'ok')).toMatch(/Node \d+.*\n.*SQLite.*\n.*serialport/)
    expect(of(report, 'log', 'note')).toMatch(/there is no log at .*ina219\.db yet/)
    expect(of(report, 'disk', 'ok')).toMatch(/the log takes 6 MB \(48h at 1 samples\/s/)
    expect(readdirSync(home)).toEqual([])
  })

  it('says it for people, with what to do', async () => {
    const run = await ina219(['doctor'], '', { INA219_RETIAN: '1h' })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/^program\n {2}ok {7}ina219 .*Node/)
    expect(run.stdout).toMatch(
      / {2}WARNING {2}the variable INA219_RETIAN is of no option.*\n {11}-> did you mean INA219_RETAIN\?/,
    )
    expect(run.stdout).toMatch(/\n\d warnings?\.\n$/)
  })

  it('reads a log, and changes nothing', async () => {
    const { folder, db } = copied()
    writeFileSync(`${db}.rejected-1`, 'x')
    writeFileSync(`${db}.spill.csv`, 'x')
    const before = trace(folder)
    const report = await doctor(['--db', db], { INA219_RETAIN: '2d' })
    expect(report.code).toBe(0)
    expect(of(report, 'log', 'ok')).toMatch(/no damage.*\n1 device\(s\), .* to .*; samples stay 2d/)
    expect(of(report, 'log', 'ok')).toContain('nobody writes it at present')
    expect(of(report, 'log', 'warning')).toMatch(/rejected-1 holds.*\n.*spill\.csv holds/)
    expect(trace(folder)).toBe(before)
  })

  it('sees who writes it', async () => {
    const db = join(temporaryFolder(), 'log.db')
    const monitor = start(['monitor', '--mock', '--output', 'ndjson', '--db', db])
    const printed = heard(monitor.stdout)
    await until('the log is written', () => printed() !== '' && existsSync(`${db}-wal`))
    const report = await doctor(['--db', db])
    expect(of(report, 'log', 'ok')).toContain(`written by process ${monitor.pid} since`)
    expect(report.code).toBe(0)
    // A kill leaves a WAL, which stays as it is.
    monitor.kill('SIGKILL')
    await finished(monitor)
    const before = readFileSync(`${db}-wal`)
    const file = readFileSync(db)
    const after = await doctor(['--db', db])
    expect(of(after, 'log', 'ok')).toMatch(/no damage.*\n1 device.*\n.*nobody writes it/)
    expect(readFileSync(`${db}-wal`)).toEqual(before)
    expect(readFileSync(db)).toEqual(file)
  })

  it('names repair for a damaged log', async () => {
    const { db, folder } = copied()
    const fd = openSync(db, 'r+')
    writeSync(fd, Buffer.alloc(8192, 0x5a), 0, 8192, 8192)
    const before = trace(folder)
    const report = await doctor(['--db', db])
    expect(report.code).toBe(4)
    expect(of(report, 'log', 'problem')).toMatch(/is damaged.* -> .*ina219 repair/)
    expect(trace(folder)).toBe(before)
  })

  it.each([
    ['no database', (db: string) => writeFileSync(db, 'hello'.repeat(100)), /no SQLite database/],
    ['a folder', (db: string) => mkdirSync(db), /is no regular file/],
  ])('refuses %s as a log', async (_what, make, pattern) => {
    const db = join(temporaryFolder(), 'log.db')
    make(db)
    const report = await doctor(['--db', db])
    expect(report.code).toBe(4)
    expect(of(report, 'log', 'problem')).toMatch(pattern)
  })

  it('has a place that takes no log, and a name that is none', async () => {
    const report = await doctor(['--db', '/proc/nowhere/log.db'])
    expect(report.code).toBe(4)
    expect(of(report, 'disk', 'problem')).toMatch(/\/proc can't be written|0 KB free/)
    const unnamed = await doctor(['--db', 'x/'])
    expect(of(unnamed, 'log', 'problem')).toContain("'x/' can't be the name of a log")
  })

  it('reads the configuration file, and goes on where it is broken', async () => {
    const config = join(temporaryFolder(), 'config.toml')
    writeFileSync(config, '[monitor]\nretain = "1h"\n[device.bench]\nbaud = 9600\n')
    const good = await doctor(['--config', config])
    expect(of(good, 'configuration', 'ok')).toMatch(/is sound: it sets 1 options, devices bench/)
    expect(of(good, 'disk', 'ok')).toContain('1h at 1 samples/s')
    appendFileSync(config, 'buad = 1\n')
    const bad = await doctor(['--config', config])
    expect(bad.code).toBe(2)
    expect(of(bad, 'configuration', 'problem')).toMatch(/line 5 has an unknown key.* -> .*'baud'/)
    expect(of(bad, 'log', 'note')).toContain('there is no log')
  })

  it('has what monitor would refuse', async () => {
    const config = join(temporaryFolder(), 'config.toml')
    writeFileSync(config, 'alarm = "a >> 1A"\n')
    const report = await doctor(['--config', config])
    expect(report.code).toBe(2)
    expect(of(report, 'configuration', 'problem')).toMatch(/line 1, key 'alarm': .*no comparison/)
  })

  it('says of a port that is not there, or no port, what to do', async () => {
    const report = await doctor(['--port', '/dev/nowhere'], {})
    expect(report.code).toBe(3)
    expect(of(report, 'ports', 'problem')).toMatch(/there is no port '\/dev\/nowhere' -> plug/)
    const configured = await doctor([], { INA219_PORT: __filename })
    expect(of(configured, 'ports', 'problem')).toContain('is not a serial port')
  })
})

describe.skipIf(!hasPty)('doctor --port', () => {
  const board = (...args: string[]): Promise<string> => served('--rate', '20', ...args)

  it('asks the board who it is', async () => {
    const report = await doctor(['--port', await board()])
    expect(report.code).toBe(0)
    expect(of(report, 'ports', 'ok')).toMatch(
      /ina219 answers at 115200 baud: called mock:normal, firmware mock, protocol \d+, boot \d+/,
    )
  })

  it('opens no port that is only configured', async () => {
    const report = await doctor([], { INA219_PORT: await board() })
    expect(of(report, 'ports', 'ok')).toContain('free, and yours to use')
    expect(of(report, 'ports', 'ok')).not.toContain('answers')
  })

  it('leaves a port alone that a monitor reads', async () => {
    const path = await board()
    const monitor = start(['monitor', '--port', path, '--no-log', '--output', 'ndjson'])
    const printed = heard(monitor.stdout)
    await until('the port is read', () => printed() !== '')
    const report = await doctor(['--port', path])
    expect(of(report, 'ports', 'note')).toMatch(new RegExp(`in use by .*\\(pid ${monitor.pid}\\)`))
    expect(report.code).toBe(0)
  })
})

describe.skipIf(!hasPty)('doctor on a terminal', () => {
  it.each([
    [true, 'ok', /the terminal answers/],
    [false, 'note', /the terminal did not answer/],
  ])('asks it, and does not hang where no answer comes: %j', async (answers, level, pattern) => {
    const { spawn } = await import('node-pty')
    const cli = join(import.meta.dirname, '../../bin/ina219.js')
    const terminal = spawn(process.execPath, [cli, 'doctor'], {
      cols: 70,
      rows: 20,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: temporaryFolder(),
        TERM: 'xterm-256color',
        TMUX: 'x',
      },
    })
    let text = ''
    const ended = new Promise<number>((resolve) =>
      terminal.onExit(({ exitCode }) => resolve(exitCode)),
    )
    terminal.onData((data) => {
      text += data
      if (answers && data.includes('\x1b[c')) terminal.write('\x1b[?62;22c')
    })
    expect(await ended).toBe(0)
    expect(text).toMatch(pattern)
    expect(text).toMatch(/70 columns, 20 rows/)
    expect(text).toMatch(/inside tmux/)
    expect(text).toContain(level)
  })
})
