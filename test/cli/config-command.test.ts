import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configFile, ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const TEXT = `retain = "2d"
[monitor]
baud = 9600
wait = true
[device.bench]
serial = "A5"
baud = 300
set = ["interval=100", "averaging=2"]
`

interface Report {
  readonly config: string
  readonly options: readonly Record<string, unknown>[]
  readonly devices: readonly Record<string, unknown>[]
}

async function report(...args: Parameters<typeof ina219>): Promise<Report> {
  const run = await ina219(...args)
  expect(run).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(run.stdout) as Report
}

it('says of each option its value, and who says it', async () => {
  const config = configFile(TEXT)
  const env = { INA219_PORT: '/dev/a,/dev/b', INA219_MOCK: 'no', INA219_WAIT: 'off' }
  const flags = ['--', '--channel', 'soc', '--channel', 'lux', '--ascii']
  const { options, devices, ...rest } = await report(
    ['config', 'monitor', '--json', '--config', config, ...flags],
    '',
    env,
  )
  expect(rest).toEqual({ config })
  const said = (name: string, device: string | null = null) =>
    options.find((each) => each['option'] === name && each['device'] === device)
  const none = { variable: null, line: null }
  expect(said('retain')).toMatchObject({ ...none, value: '2d', origin: 'file', line: 1 })
  expect(said('baud')).toMatchObject({ value: ['9600'], origin: 'file', line: 3 })
  expect(said('baud', 'bench')).toMatchObject({ value: ['300'], origin: 'file', line: 7 })
  expect(said('set', 'bench')).toMatchObject({ value: ['interval=100', 'averaging=2'], line: 8 })
  expect(said('wait')).toMatchObject({ value: false, origin: 'environment' })
  expect(said('port')).toMatchObject({ value: ['/dev/a,/dev/b'], variable: 'INA219_PORT' })
  expect(said('mock')).toMatchObject({ value: false, variable: 'INA219_MOCK', line: null })
  expect(said('channel')).toMatchObject({ ...none, value: ['soc', 'lux'], origin: 'flag' })
  expect(said('ascii')).toMatchObject({ value: true, origin: 'flag' })
  expect(said('no-log')).toMatchObject({ ...none, value: false, origin: 'built-in' })
  expect(said('max-voltage')).toMatchObject({ value: 'what the device says, else 26' })
  expect(said('db')?.['value']).toMatch(/ina219\.db$/)
  expect(options.every((each) => each['command'] === 'monitor')).toBe(true)
  expect(devices).toEqual([
    { ...none, device: 'bench', serial: 'A5', port: null, origin: 'file', line: 5 },
  ])
})

it('prints the same for people, all commands', async () => {
  const run = await ina219(['config', '--config', configFile(TEXT)], '', { INA219_SEED: '7' })
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toMatch(/^ {2}retain +2d +file, line 1$/m)
  expect(run.stdout).toMatch(/^ {2}baud of bench +300 +file, line 7$/m)
  expect(run.stdout).toMatch(/^mock\n( {2}.*\n)*? {2}seed +7 +INA219_SEED$/m)
  expect(run.stdout).toMatch(/^device bench: serial A5 {2}\(file, line 5\)$/m)
})

it('shows of a device what counts, and what it is over', async () => {
  const config = configFile('[device.bench]\nmax-current = 0.01\nset = "averaging=2"\n')
  const rows = async (env: Record<string, string>, ...flags: string[]): Promise<string[]> => {
    const run = await ina219(['config', 'monitor', '--config', config, '--', ...flags], '', env)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    return run.stdout
      .split('\n')
      .filter((line) => / of bench /.test(line))
      .map((line) => line.trim().replace(/ {2,}/g, '  '))
  }
  const set = 'set of bench  averaging=2  file, line 3'
  expect(await rows({})).toEqual([set, 'max-current of bench  0.01  file, line 2'])
  expect(await rows({ INA219_MAX_CURRENT: 'x:1,3', INA219_SET: 'averaging=4' })).toEqual([
    set,
    'max-current of bench  3  INA219_MAX_CURRENT, over 0.01 of file, line 2',
  ])
  expect(await rows({}, '--max-current', 'bench:0.5', '--max-current', '2')).toEqual([
    set,
    'max-current of bench  0.5  flag, over 0.01 of file, line 2',
  ])
  expect(await rows({ INA219_MAX_CURRENT: 'x:1' })).toEqual([
    set,
    'max-current of bench  0.01  file, line 2',
  ])
  const { options } = await report(['config', 'monitor', '--json', '--config', config], '', {
    INA219_MAX_CURRENT: '3',
  })
  expect(
    options.find((each) => each['device'] === 'bench' && each['option'] === 'max-current'),
  ).toEqual({
    command: 'monitor',
    option: 'max-current',
    device: 'bench',
    value: ['3'],
    origin: 'environment',
    variable: 'INA219_MAX_CURRENT',
    line: null,
    overridden: { value: ['0.01'], origin: 'file', variable: null, line: 2 },
  })
})

it('prints the place of the file, whatever it is like', async () => {
  const config = configFile('retain =')
  expect(await ina219(['config', '--path', '--config', config])).toMatchObject({
    code: 0,
    stdout: `${config}\n`,
  })
  const base = temporaryFolder()
  const usual = await ina219(['config', '--path'], '', { XDG_CONFIG_HOME: base })
  expect(usual.stdout).toBe(`${join(base, 'ina219', 'config.toml')}\n`)
  expect(existsSync(join(base, 'ina219'))).toBe(false)
  expect(readdirSync(base)).toEqual([])
})

it.each([
  [['--config', configFileLater('retain =\n')], /line 1, column 9 is not valid TOML/],
  [['--config', configFileLater('[monitor]\n\nbuad = 1')], /line 3 has an unknown.*'baud'/],
  [['monitro'], /'monitro' is no command .*did you mean 'monitor'\?/],
  [['monitor', '--', '--bua', '3'], /'--bua' is no flag of monitor; did you mean '--baud'\?/],
  [['monitor', '--', '--baud', 'x'], /'x' is not a whole number/],
])('%j ends with exit code 2', async (args, pattern) => {
  const run = await ina219([
    'config',
    ...args.map((each) => (typeof each === 'string' ? each : each())),
  ])
  expect(run).toMatchObject({ code: 2, stdout: '' })
  expect(run.stderr).toMatch(pattern)
})

function configFileLater(text: string): () => string {
  return () => configFile(text)
}

describe('where the log is sent to', () => {
  const first = 'influx+http://lab:hunter2@db:8086/?db=lab'
  const second = 'influx+https://other/?org=us&bucket=lab&token-file=%TOKEN%'
  const shown = 'influx+http://lab:***@db:8086/?db=lab'

  function tokenFile(): string {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'hunter2\n')
    return path
  }

  it('is shown without what is secret, and who says so', async () => {
    const another = second.replace('%TOKEN%', tokenFile())
    const file = configFile(`[monitor]\nsink = ["${first}", "${another}"]\n`)
    const inFile = ['config', 'monitor', '--json', '--config', file]
    for (const [args, env, origin] of [
      [inFile, {}, 'file'],
      [['config', 'monitor', '--json'], { INA219_SINK: `${first}  ${another}` }, 'environment'],
      [['config', 'monitor', '--json', '--', '--sink', first, '--sink', another], {}, 'flag'],
    ] as const) {
      const { code, stdout } = await ina219(args, '', env)
      expect(code).toBe(0)
      expect(stdout).not.toContain('hunter2')
      const { options } = JSON.parse(stdout) as { options: { option: string }[] }
      expect(options.find((each) => each.option === 'sink')).toMatchObject({
        value: [shown, another],
        origin,
      })
    }
    expect((await ina219(['config', 'monitor', '--config', file])).stdout).toContain(
      `${shown}, ${another}`,
    )
  })

  it.each([
    ['influx+http://lab:hunter2@db:8086/', /a database \(version 1\) or to a bucket/],
    [
      'influx+http://lab:hunter2@db:8086/?db=lab&passwort=hunter2',
      /'passwort' means nothing in a URL of influx\+http:/,
    ],
    ['influx+http://lab:12/hunter2@db:8086/?db=lab', /write [/?#] as %(2F|3F|23) and @ as %40/],
    ['influx+http://lab:12#hunter2@db:8086/?db=lab', /write [/?#] as %(2F|3F|23) and @ as %40/],
    ['influx+http://lab:12?hunter2@db:8086/?db=lab', /write [/?#] as %(2F|3F|23) and @ as %40/],
    ['influx+http://lab:hunter2%@db:8086/?db=lab', /a % that is no escape/],
    ['influx+http://lab:hunter/2@db:8086/?db=lab', /has a \/ in its user or password/],
    [
      'influx://lab:hunter2@db:8086/?db=lab',
      /no sink of the scheme 'influx'; there are influx\+http/,
    ],
    ['hunter2', /is no URL/],
    ['postgres:lab:hunter2@db', /has no \/\/ behind its scheme/],
    ['postgres:/lab:hunter2@db/lab', /has no \/\/ behind its scheme/],
  ])('is refused with exit code 2, and nothing secret: %s', async (url, pattern) => {
    const said = await ina219(['config', 'monitor'], '', { INA219_SINK: url })
    expect(said.code).toBe(2)
    expect(said.stderr).toMatch(pattern)
    expect(said.stderr).toContain('the variable INA219_SINK: ')
    expect(said.stdout + said.stderr).not.toContain('hunter2')
    const run = await ina219(['forward', '--sink', url])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).not.toContain('hunter2')
  })
})
