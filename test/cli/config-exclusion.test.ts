import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFile, ina219 } from '../support/cli.ts'
import { FRAME, lines, MOCK, STDIN } from '../support/config-runs.ts'
import { temporaryFolder } from '../support/folder.ts'

const PORTS_AND_MOCKS = '/dev/a b, /dev/c,d, mock:sine, mock:motor'

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
