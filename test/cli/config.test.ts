import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { processIo } from '../../src/app/io.ts'
import { CliOption } from '../../src/cli/option.ts'
import { createProgram } from '../../src/cli/program.ts'
import { ina219, temporaryFolder } from '../support/cli.ts'

const MOCK = ['mock', '--rate', 'max', '--start', '1790000000', '--plain-frames']

function configFile(text: string): string {
  const path = join(temporaryFolder(), 'config.toml')
  writeFileSync(path, text)
  return path
}

const FRAME = '{"v":5,"a":0.1,"seq":0}\n'
const STDIN = ['monitor', '--stdin', '--output', 'plain', '--no-log']
const PORTS_AND_MOCKS = '/dev/a b, /dev/c,d, mock:sine, mock:motor'
const EXAMPLE = fileURLToPath(new URL('../../docs/config.example.toml', import.meta.url))

const lines = (stdout: string): number => stdout.split('\n').filter((line) => line !== '').length

describe('where an option comes from', () => {
  it('flag before environment before file', async () => {
    const config = configFile('count = 4\n')
    const file = await ina219([...MOCK, '--config', config])
    expect(lines(file.stdout)).toBe(4)
    const env = await ina219([...MOCK, '--config', config], '', { INA219_COUNT: '3' })
    expect(lines(env.stdout)).toBe(3)
    const flag = await ina219([...MOCK, '--config', config, '--count', '2'], '', {
      INA219_COUNT: '3',
    })
    expect(lines(flag.stdout)).toBe(2)
  })

  it('a table for one command goes before the top level', async () => {
    const config = configFile('count = 4\n[mock]\ncount = 1\n[monitor]\nbaud = 9600\n')
    expect(lines((await ina219([...MOCK, '--config', config])).stdout)).toBe(1)
  })

  it('the file is found through INA219_CONFIG and XDG_CONFIG_HOME', async () => {
    const config = configFile('count = 5\n')
    expect(lines((await ina219(MOCK, '', { INA219_CONFIG: config })).stdout)).toBe(5)
  })

  it('a switch in the environment can say no', async () => {
    const args = ['monitor', '--stdin', '--output', 'none', '--summary', '-', '--db']
    const frame = '{"v":5,"a":1}\n'
    const off = await ina219([...args, join(temporaryFolder(), 'a.db')], frame, {
      INA219_NO_LOG: '0',
    })
    expect(JSON.parse(off.stdout)).toMatchObject({ logged: 1 })
    const on = await ina219([...args, join(temporaryFolder(), 'a.db')], frame, {
      INA219_NO_LOG: '1',
    })
    expect(JSON.parse(on.stdout)).toMatchObject({ logged: 0 })
  })

  it('a switch of the environment that says no beats the file, an empty one says nothing', async () => {
    const config = configFile('[monitor]\nno-log = true\n')
    const db = join(temporaryFolder(), 'a.db')
    const args = ['monitor', '--stdin', '--output', 'none', '--config', config]
    await ina219(args, FRAME, { INA219_NO_LOG: '', INA219_DB: '' })
    expect(existsSync(db)).toBe(false)
    const no = { INA219_NO_LOG: 'no', INA219_DB: db }
    expect(await ina219(args, FRAME, no)).toMatchObject({ code: 0 })
    expect(existsSync(db)).toBe(true)
  })

  it('an empty variable counts as not set', async () => {
    const empty = { INA219_COUNT: '', INA219_PORT: '', INA219_MOCK: '', INA219_CONFIG: '' }
    expect(await ina219(STDIN, FRAME, empty)).toMatchObject({ code: 0 })
  })

  it('an option whose value may be left out takes yes and no from environment and file', async () => {
    const run = ['monitor', '--no-log', '--output', 'plain', '--count', '1']
    const yes = await ina219(run, '', { INA219_MOCK: 'yes' })
    expect(yes).toMatchObject({ code: 0 })
    const no = await ina219(STDIN, FRAME, { INA219_MOCK: '0' })
    expect(no).toMatchObject({ code: 0 })
    const file = configFile('[monitor]\nmock = false\n')
    expect(await ina219([...STDIN, '--config', file], FRAME)).toMatchObject({ code: 0 })
  })

  it.each([
    ['retian = "48h"', /unknown key 'retian'; did you mean 'retain'/],
    ['[monitor]\nbuad = 9600', /unknown key 'monitor\.buad'; did you mean 'baud'/],
    ['[monitor]\nlast = "1h"', /'monitor.last'; it is an option of history, export: .*\[history\]/],
    ['[device.""]\nbaud = 9600', /line 1, key '': the label of a device is empty/],
    ['count = "many"', /key 'count'.*'many' is not a whole number/],
    ['count = [1]', /must be a text or a number/],
    ['board = "x"', /must be true or false/],
    ['count = ', /not valid TOML/],
  ])('%j is an error with exit code 2', async (text, pattern) => {
    const run = await ina219([...MOCK, '--duration', '1s', '--config', configFile(text)])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(pattern)
  })

  it.each([
    ['port = [true]', {}, /key 'port': the value must be a text or a number, or a list of them/],
    ['max-voltage = ["a:2000"]', {}, /key 'max-voltage': '2000' is not a number of 0 to 1000 V/],
    ['', { INA219_RETAIN: '48' }, /the variable INA219_RETAIN: '48' is not a duration/],
    ['', { INA219_BAUD: '9600,x' }, /the variable INA219_BAUD: 'x' is not a whole number/],
  ])('monitor: %j %j is an error with exit code 2', async (text, env, pattern) => {
    const run = await ina219([...STDIN, '--config', configFile(text)], '', env)
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(pattern)
  })

  it.each([
    ['alarm = "a >> 1A"', {}, /line 1, key 'alarm': --alarm 'a >> 1A', character 3/],
    ['\nset = "intervall=3"', {}, /line 2, key 'set': 'intervall' is no setting/],
    ['on-alarm = "/none"', {}, /line 1, key 'on-alarm': --on-alarm can't start '\/none'/],
    ['channel = "v:V:0..3"', {}, /line 1, key 'channel': .* v is the voltage/],
    ['channel = "soc:%:0.100"', {}, /line 1, key 'channel': .*character 7/],
    ['alarm = ["a>1A as x", "a>2A as x"]', {}, /line 1, key 'alarm': two rules .* 'x'/],
    ['[device.b]\nalarm = "a >> 1A"', {}, /line 2, key 'alarm': --alarm 'a >> 1A'/],
    ['[device.b]\nbaud = "c:300"', {}, /line 2, key 'baud': the table of 'b' .* for 'c'/],
    [
      'backup = "/tmp"\nretain = "20h"',
      {},
      /file \S+, line 1, key 'backup', and line 2, key 'retain': --backup writes whole days/,
    ],
    [
      'no-anomalies = true',
      { INA219_ALARM: 'anomaly(a)' },
      /line 1, key 'no-anomalies', and the variable INA219_ALARM: the alarm 'anomaly\(a\)'/,
    ],
    ['backup = "/dev/null"', {}, /line 1, key 'backup': --backup \/dev\/null is no folder/],
    [
      'no-log = true\nkeep-totals = true',
      {},
      /line 1, key 'no-log', and line 2, key 'keep-totals'/,
    ],
    ['', { INA219_SET: 'intervall=3' }, /the variable INA219_SET: 'intervall' is no setting/],
    ['', { INA219_SUMMARY: '-', INA219_OUTPUT: 'ndjson' }, /INA219_SUMMARY, and .*INA219_OUTPUT: /],
    ['', { INA219_MOCK: 'a-b', INA219_BAUD: 'x:300' }, /the variable INA219_BAUD: .* device 'x'/],
    [
      '',
      { INA219_MOCK: 'sine', INA219_DEVICE: 'a,b' },
      /the variable INA219_DEVICE: .*more labels/,
    ],
  ])('%j %j: monitor and config say the same of it, and where', async (text, env, pattern) => {
    const config = ['--config', configFile(text)]
    const source = Object.hasOwn(env, 'INA219_MOCK') ? [] : ['--mock']
    const run = ['monitor', '--no-log', ...(text.includes('log') ? [] : source), ...config]
    const monitor = /log|backup/.test(text) ? null : await ina219(run, '', env)
    if (monitor !== null) {
      expect(monitor.code).toBe(2)
      expect(monitor.stderr).toMatch(pattern)
    }
    const report = await ina219(['config', 'monitor', ...config], '', env)
    expect(report).toMatchObject({ code: 2, stdout: expect.stringMatching(/^ {2}alarm /m) })
    expect(report.stderr).toMatch(pattern)
  })

  it('a flag leaves unread what environment and file say of the same option', async () => {
    const config = configFile('baud = "fast"\n')
    const args = [...STDIN, '--baud', '9600', '--config', config]
    expect(await ina219(args, FRAME, { INA219_BAUD: 'fast' })).toMatchObject({ code: 0 })
  })

  it.skipIf(process.platform === 'win32')(
    'a pipe or a folder is none, and is not waited for',
    async () => {
      const folder = temporaryFolder()
      const pipe = join(folder, 'pipe')
      execFileSync('mkfifo', [pipe])
      for (const args of [
        ['config', '--config', pipe],
        ['mock', '--list', '--config', folder],
      ]) {
        const run = await ina219(args)
        expect(run.code).toBe(2)
        expect(run.stderr).toContain('is no regular file')
      }
      const { stdout } = await ina219(['doctor', '--probe', 'configuration', '--config', pipe])
      expect(stdout).toContain('is no regular file')
      expect(await ina219(['mock', '--list', '--config', '/dev/null'])).toMatchObject({ code: 0 })
    },
  )

  it('a named file that is not there is an error', async () => {
    const run = await ina219(['mock', '--count', '1', '--config', '/nonexistent.toml'])
    expect(run.code).toBe(2)
  })
})

describe('options that exclude each other', () => {
  const runs: [string, string[], Record<string, string>, string][] = [
    ['a port of the environment', STDIN, { INA219_PORT: '/nonexistent' }, ''],
    ['a port of the file', STDIN, {}, '[monitor]\nport = "/nonexistent"\n'],
    ['two sources of the file', STDIN, {}, 'port = "/nonexistent"\nmock = "sine"\n'],
    [
      'a source of the file, by one of the environment',
      ['monitor', '--output', 'plain', '--no-log'],
      { INA219_STDIN: '1' },
      '[monitor]\nport = "/nonexistent"\nwait = true\n',
    ],
    ['settings for a board', STDIN, { INA219_SET: 'interval=100' }, ''],
    ['several settings for a board', STDIN, { INA219_SET: 'interval=100, averaging=8' }, ''],
    ['a list of settings', STDIN, {}, 'set = ["interval=100", "averaging=8"]'],
  ]
  it.each(runs)('a higher level wins over %s', async (_what, args, env, text) => {
    const run = await ina219([...args, '--config', configFile(text)], FRAME, env)
    expect(run).toMatchObject({ code: 0 })
    expect(lines(run.stdout)).toBe(1)
  })

  // A label for a source that is not there: the error lists those that are.
  const LIST = ['monitor', '--no-log', '--device', 'x=a source that is not there']
  it.each([
    [[], { INA219_PORT: '/dev/x, /dev/y /dev/z' }, 'stdin = true', '/dev/x, /dev/y, /dev/z'],
    [[], { INA219_STDIN: '1', INA219_MOCK: 'sine,motor' }, '', 'mock:sine, mock:motor, stdin'],
    [[], { INA219_MOCK: '1', INA219_PORT: '/dev/x' }, '', '/dev/x, mock:normal'],
    [[], {}, 'port = ["/dev/a b", "/dev/c,d"]\nmock = ["sine", "motor"]', PORTS_AND_MOCKS],
    [[], {}, 'port = "/dev/a b"\nmock = true\nstdin = true', '/dev/a b, mock:normal, stdin'],
    [[], { INA219_MOCK: 'no' }, 'mock = "sine"\nport = ["/dev/x"]', '/dev/x'],
    [['--mock'], {}, 'port = []\nmock = ["sine"]', 'mock:normal'],
    [
      ['--mock', 'sine', '--stdin', '--port', '/dev/a b', '--mock', '--port', '/dev/c'],
      { INA219_PORT: '/dev/x' },
      '',
      'mock:sine, stdin, /dev/a b, mock:normal, /dev/c',
    ],
  ])('sources of one level are all devices: %j %j %j', async (args, env, text, sources) => {
    const run = await ina219([...LIST, ...args, '--config', configFile(text)], '', env)
    expect(run.code).toBe(2)
    expect(run.stderr).toContain(`the sources are: ${sources};`)
  })

  it('what is read, what is logged and what is printed follow the flag', async () => {
    const db = join(temporaryFolder(), 'a.db')
    const ndjson = { INA219_OUTPUT: 'ndjson' }
    const logged = await ina219(['monitor', '--stdin', '--db', db, '--summary', '-'], FRAME, ndjson)
    expect(logged.code).toBe(0)
    const printed = logged.stdout.trimEnd().split('\n')
    expect(printed[0]).toMatch(/5\.000 V/)
    expect(JSON.parse(printed[1] ?? '')).toMatchObject({ logged: 1 })

    const unlogged = await ina219([...STDIN], FRAME, { INA219_DB: join(db, 'no', 'folder') })
    expect(unlogged.code).toBe(0)

    for (const command of ['history', 'export']) {
      const last = await ina219([command, '--db', db, '--from', '0'], '', { INA219_LAST: '1h' })
      expect(last).toMatchObject({ code: 0, stderr: '' })
      const from = { INA219_FROM: '2020-01-01', INA219_TO: '2020-01-02' }
      expect(await ina219([command, '--db', db, '--last', '1h'], '', from)).toMatchObject({
        code: 0,
        stderr: '',
      })
      const both = { INA219_LAST: '1h', ...from }
      expect(await ina219([command, '--db', db], '', both)).toMatchObject({ code: 2 })
    }
    const events = await ina219(['export', '--db', db, '--events'], '', { INA219_EVERY: '1m' })
    expect(events).toMatchObject({ code: 0 })
    expect(events.stdout).toMatch(/^time,device,kind,detail\n/)
  })

  it('the same for the mock', async () => {
    const config = configFile('board = true\ncolumns = "time:s,voltage:V,current:A"\n')
    const args = [...MOCK, '--count', '1', '--config', config]
    expect((await ina219(args)).stdout).toMatch(/^\{"v":/)
    const twice = await ina219([...args, '--board'])
    expect(twice.code).toBe(2)
    expect(twice.stderr).toMatch(/does not go with --board/)
  })
})

describe('the shipped example', () => {
  const log = async (): Promise<string> => {
    const db = join(temporaryFolder(), 'log.db')
    await ina219(['monitor', '--stdin', '--output', 'none', '--db', db], FRAME)
    return db
  }
  const uncommented = (): string => readFileSync(EXAMPLE, 'utf8').replace(/^#(?=[\w[])/gm, '')
  const placed = (): Record<string, string> => {
    const base = temporaryFolder()
    mkdirSync(join(base, 'ina219'))
    copyFileSync(EXAMPLE, join(base, 'ina219', 'config.toml'))
    return { XDG_CONFIG_HOME: base }
  }

  it.each([
    [STDIN],
    [['monitor', '--mock', '--output', 'none', '--no-log', '--count', '1']],
    [[...MOCK, '--count', '1']],
    [['mock', '--list']],
    [['history']],
    [['export']],
    [['ports']],
  ])('works with %j, named and in its usual place', async (args) => {
    const isReader = args[0] === 'history' || args[0] === 'export'
    const all = isReader ? [...args, '--db', await log()] : args
    expect(await ina219([...all, '--config', EXAMPLE], FRAME)).toMatchObject({ code: 0 })
    expect(await ina219(all, FRAME, placed())).toMatchObject({ code: 0 })
  })

  it('its table [mock] is no source, a key mock is one', async () => {
    const table = await ina219(STDIN, FRAME, placed())
    expect(table.stdout).toMatch(/5\.000 V/)
    const config = configFile('mock = "sine"\ncount = 1\n')
    const args = ['monitor', '--no-log', '--output', 'ndjson', '--config', config]
    expect(JSON.parse((await ina219(args)).stdout)).toMatchObject({ device: 'mock:sine' })
    // The other commands have no such option, and leave the key alone.
    expect(await ina219([...MOCK, '--config', config])).toMatchObject({ code: 0 })
  })

  it('has the defaults, and knows every option it names', () => {
    const active = parse(readFileSync(EXAMPLE, 'utf8')) as Record<string, Record<string, unknown>>
    const program = createProgram(processIo)
    const named = (name: string): Map<string, unknown> => {
      const command = program.commands.find((each) => each.name() === name)
      return new Map(command?.options.map((each) => [each.name(), each.defaultValue]))
    }
    const all = parse(uncommented()) as Record<string, Record<string, unknown>>
    for (const name of ['monitor', 'mock']) {
      for (const key of Object.keys(all[name] ?? {})) expect([...named(name).keys()]).toContain(key)
      for (const [key, value] of Object.entries(active[name] ?? {})) {
        const wanted = named(name).get(key)
        expect(value === '48h' ? 48 * 3_600_000 : value).toBe(wanted)
      }
    }
  })

  it('is sound with each of its lines', async () => {
    const args = [...MOCK, '--count', '1', '--config', configFile(uncommented())]
    expect(await ina219(args)).toMatchObject({ code: 0 })
    const device = { INA219_DEVICE: 'bench', INA219_STDIN: '1', INA219_ON_ALARM: process.execPath }
    const run = ['monitor', '--no-log', '--output', 'ndjson', '--config', configFile(uncommented())]
    expect(await ina219(run, FRAME, device)).toMatchObject({ code: 0 })
  })

  it('every option has a line of help, which names its variable', () => {
    for (const command of createProgram(processIo).commands) {
      for (const each of command.options) {
        expect(each.description).not.toBe('')
        if (each instanceof CliOption && each.variable !== null)
          expect(each.envVar).toMatch(/^INA219_[A-Z0-9_]+$/)
      }
    }
  })
})

it.each([
  ['a variable', { INA219_SET: 'interval=100, averaging=8' }, ''],
  ['a list of the file', {}, 'set = ["interval=100", "averaging=8"]'],
])('several settings for the board come from %s', async (_what, env, text) => {
  const args = ['monitor', '--mock', '--output', 'none', '--no-log', '--count', '8']
  const run = await ina219([...args, '--config', configFile(text)], '', env)
  expect(run.code).toBe(0)
  expect(run.stderr).toContain('command: set_interval 100: ok')
  expect(run.stderr).toContain('command: set_averaging 8: ok')
})
