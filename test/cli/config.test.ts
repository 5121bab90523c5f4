import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFile, ina219 } from '../support/cli.ts'
import { FRAME, lines, MOCK, STDIN } from '../support/config-runs.ts'
import { temporaryFolder } from '../support/folder.ts'

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
    [
      '[monitor]\nlast = "1h"',
      /'monitor.last'; it is an option of history, export, bursts: .*\[history\]/,
    ],
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
