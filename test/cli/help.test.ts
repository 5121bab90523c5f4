import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manPage, releaseDate } from '../../scripts/man-page.ts'
import { processIo } from '../../src/app/io.ts'
import { createProgram } from '../../src/cli/program.ts'
import { CLI, finished, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { hasPty } from '../support/serial.ts'

const COMMANDS = createProgram(processIo).commands.map((command) => command.name())

describe('the help', () => {
  it.each([[[]], ...COMMANDS.map((name) => [[name]])])('of %j is this', async (args) => {
    const run = await ina219([...args, '--help'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatchSnapshot()
  })
})

describe('the manual page', () => {
  it('says what the help says (npm run man)', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    const date = releaseDate(readFileSync('CHANGELOG.md', 'utf8'), version)
    await expect(manPage(version, date)).toMatchFileSnapshot('../../man/ina219.1')
  })

  it('has the date of its version, the choices and all exit codes', () => {
    expect(releaseDate('# C\n## 0.2.0 - 2027-01-02\n## 0.1.0 - 2026-12-01\n', '0.1.0')).toBe(
      '2026-12-01',
    )
    const page = manPage('0.1.0', '2026-12-01')
    expect(page).toContain('.TH INA219 1 "2026\\-12\\-01" "ina219 0.1.0"')
    expect(page).toContain('(choices: bash, zsh, fish)')
    expect(page).toMatch(/choices: table, plot/)
    expect(page).toContain('130, 143, 129')
    expect(page).toContain('.B "of doctor"')
  })

  const hasGroff = spawnSync('groff', ['--version']).status === 0
  it.skipIf(!hasGroff)('is read without warnings', () => {
    const { status, stderr, stdout } = spawnSync(
      'groff',
      ['-man', '-Tutf8', '-ww', 'man/ina219.1'],
      { encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('INA219_RETAIN')
  })
})

/** The lines under "Examples:", without what is said of them. */
function examplesOf(name: string): string[] {
  let help = ''
  const command = createProgram(processIo).commands.find((each) => each.name() === name)
  command?.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
  const [, text = ''] = help.split(/Examples:\S*\n/)
  return text.split('\n').flatMap((line) => /^ {2}(ina219 .*?)(?: {2}.*)?$/.exec(line)?.[1] ?? [])
}

/** A user's folder with what the examples speak of: a recording, a board, a log of bench-7 with three bursts. */
let folder = ''
let board: ChildProcess | undefined

/** Takes what an example posts, in place of a serve. */
const taker = createServer((request, response) => {
  request.resume()
  response.writeHead(202).end()
})
beforeAll(() => new Promise<void>((resolve) => taker.listen(0, '127.0.0.1', resolve)))
afterAll(() => void taker.close())

beforeAll(async () => {
  folder = temporaryFolder()
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'ina219'), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`)
  chmodSync(join(bin, 'ina219'), 0o755)
  writeFileSync(
    join(folder, 'recording.csv'),
    'time,voltage,current\n1790000000,5.02,0.1\n1790000000.1,5.01,0.2\n1790000000.2,5.0,0.3\n',
  )
  const bursts = [1, 2, 3].map((number) => {
    return `{"burst":${number},"i":0,"n":3,"pre":1,"dt":84,"shunt":0.1,"c":[1,900,800]}`
  })
  const lines = ['{"v":5,"a":0.1,"seq":0}', ...bursts].map((each) => `'${each}'`).join(' ')
  await shell(`printf '%s\\n' ${lines} | ina219 monitor --stdin --device bench-7`)
  if (!hasPty) return
  board = spawn(join(bin, 'ina219'), ['mock', '--rate', '100', '--pty', inFolder('/dev/ttyUSB0')], {
    stdio: 'ignore',
  })
  await until('the board is there', () => existsSync(inFolder('/dev/ttyUSB0')))
})

afterAll(() => void board?.kill('SIGKILL'))

const inFolder = (path: string): string => join(folder, path.replaceAll('/', '_'))

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** As the user types it, but for places outside the folder; runs without an end get one. */
function shell(line: string): ReturnType<typeof finished> {
  const placed = line
    .replace(/\/(dev\/ttyUSB0|tmp\/board|run\/\S*\.sock)/g, inFolder)
    .replace('--post http://127.0.0.1:8219', `--post http://127.0.0.1:${portOf(taker)}`)
    .replaceAll(':8219', ':0')
    .replace('--mc3e 5007 --fault', '--mc3e 0 --duration 100ms --fault')
  const child = spawn('sh', ['-c', placed], {
    cwd: folder,
    env: {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      HOME: folder,
      INA219_COUNT: '2',
      INA219_LISTEN: '127.0.0.1:0',
      INA219_RATE: '100',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return finished(child)
}

describe.skipIf(process.platform === 'win32').each(COMMANDS)('the examples of %s', (name) => {
  it('are there', () => {
    expect(examplesOf(name).length).toBeGreaterThan(2)
  })

  it.for(examplesOf(name))('%s', async (line, { skip }) => {
    skip(!hasPty && /--pty|ttyUSB0/.test(line), 'needs node-pty')
    skip(line.startsWith('ina219 view'), 'needs a terminal: test/terminal/view-command.test.ts')
    skip(
      line.includes('--connect'),
      'needs a server: test/cli/connect.test.ts, test/terminal/remote.test.ts',
    )
    skip(/--sink |--remove |--from-db /.test(line), 'needs another system: test/sinks/')
    const changesSystem = /service (install|status|remove)/.test(line) && !line.includes('--print')
    skip(changesSystem, 'is about a service of this machine')
    // A board stands still until somebody opens its port.
    const watched = line.includes('--pty')
      ? `${line} & ina219 monitor --no-log --port /tmp/board --wait --output none && wait $!`
      : line
    const run = await shell(watched)
    const faults = run.stderr.split('\n').filter((each) => each.startsWith('ina219: '))
    // A span in which the log has nothing is no fault of the line, nor is what serve says of itself.
    const said =
      /nothing lies in that time|^ina219: serving on |needs the token in |no sink reads this log/
    expect(faults.filter((each) => !said.test(each))).toEqual([])
    expect(run.code).toBe(0)
  })
})
