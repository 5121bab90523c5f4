import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ina219 } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { addTo, batchesOf, EPOCH, START_US, sampleAt, series } from '../support/log-fixture.ts'
import { lacksPostgres, PostgresServer } from '../support/servers/postgres.ts'

const FAULTS = 'drop=0.02,corrupt=0.005,duplicate=0.01,truncate=0.002,reset=0.002'
const AT = START_US / 1e6

describe.skipIf(lacksPostgres !== null)('history --from-db', () => {
  let server: PostgresServer
  let folder: string
  let url: string
  /** Two devices of one log, with channels, losses, restarts, sensor troubles, and one without numbers. */
  let rich: string
  /** Another log, with the label of one of them. */
  let other: string

  beforeAll(async () => {
    server = await PostgresServer.start()
    folder = temporaryFolder()
    url = server.url()
    rich = join(folder, 'rich.db')
    other = join(folder, 'other.db')
    const boards = [
      ['store', 'solar-node', '40', '6000'],
      ['bench', 'chaos', '500', '600'],
    ] as const
    for (const [device, scenario, interval, count] of boards) {
      const what = ['--scenario', scenario, '--interval', interval, '--count', count]
      const start = ['--start', String(AT), '--seed', '3', '--fault', FAULTS]
      const { stdout } = await ina219(['mock', '--rate', 'max', ...what, ...start])
      const into = ['--db', rich, '--device', device, '--output', 'none']
      const { code } = await ina219(['monitor', '--stdin', '--keep-time', ...into], stdout)
      expect(code).toBe(0)
    }
    const bare = { id: 900, device: 'bare', boot: null, startedUs: START_US }
    const samples = Array.from({ length: 1500 }, (_, i) =>
      sampleAt(START_US + 13 + i * 250_000 + (i % 7) * 900, null, { epochId: 900 }),
    ).filter((_, i) => i % 500 < 450)
    addTo(rich, batchesOf(samples, { epochs: [bare] }))
    const bench = { ...EPOCH, device: 'bench' }
    addTo(other, batchesOf(series(500, 100_000), { epochs: [bench] }))
    await sent(rich)
  })
  afterAll(() => server?.stop())

  async function sent(file: string): Promise<void> {
    const { code, stderr } = await ina219(['forward', '--once', '--db', file, '--sink', url])
    expect(stderr).toContain('samples sent')
    expect(code).toBe(0)
  }

  test.each([
    [[]],
    [['--format', 'json', '--every', '1m', '--stats', 'p95,stddev,mean_time']],
    [['--every', '7s']],
    [['--format', 'plot', '--device', 'store']],
    [['--from', String(AT + 180), '--to', String(AT + 240), '--every', '10s', '--device', 'bare']],
    [
      [
        '--from',
        String(AT + 61.7),
        '--to',
        String(AT + 211.9),
        '--format',
        'json',
        '--every',
        '13s',
      ],
    ],
    [['--from', String(AT + 310), '--device', 'bare', '--format', 'json']],
    [['--from', String(AT - 900), '--to', String(AT - 800)]],
    [['--alarms']],
    [['--cycles', '--device', 'store']],
  ])('says of the database what it says of the log: %j', async (options) => {
    const [ofLog, ofDatabase] = await Promise.all([
      ina219(['history', '--db', rich, ...options]),
      ina219(['history', '--from-db', url, ...options]),
    ])
    expect(ofLog.code).toBe(0)
    expect(ofDatabase).toEqual(ofLog)
  })

  test.each([
    [['--channels', 'all']],
    [['--from', String(AT + 61.7), '--to', String(AT + 120), '--format', 'ndjson']],
    [['--every', '1m', '--channels', 'soc,temp']],
    [['--events']],
  ])('export as well: %j', async (options) => {
    const [ofLog, ofDatabase] = await Promise.all([
      ina219(['export', '--db', rich, ...options]),
      ina219(['export', '--from-db', url, ...options]),
    ])
    expect(ofLog.code).toBe(0)
    expect(ofLog.stdout.length).toBeGreaterThan(200)
    expect(ofDatabase).toEqual(ofLog)
  })

  test('of several logs one is chosen by its name', async () => {
    await sent(other)
    const both = await ina219(['history', '--from-db', url, '--device', 'bench'])
    const names = [...both.stderr.matchAll(/--log ([0-9a-f]{8})/g)].map(([, name = '']) => name)
    expect(both.stderr).toContain('bench has samples of 2 logs in that time')
    expect(names).toHaveLength(2)
    const expected = await Promise.all(
      [rich, other].map((db) => ina219(['history', '--db', db, '--device', 'bench'])),
    )
    const found = await Promise.all(
      names.map((name) =>
        ina219(['history', '--from-db', url, '--log', name, '--device', 'bench']),
      ),
    )
    expect(found.map(({ stdout }) => stdout).sort()).toEqual(
      expected.map(({ stdout }) => stdout).sort(),
    )
    const none = await ina219(['history', '--from-db', url, '--log', 'zzz'])
    expect(none.code).toBe(2)
    expect(none.stderr).toMatch(/there is no log zzz in the database; /)
  })

  test('samples are there before the run that they are of', async () => {
    const ask = () => ina219(['history', '--from-db', url, '--device', 'bare'])
    const before = await ask()
    await server.query("DELETE FROM power_run WHERE device = 'bare'")
    await server.query(
      "INSERT INTO power_run SELECT time, 'bare', log, 999, NULL FROM power_run LIMIT 1",
    )
    const { stdout, code } = await ask()
    expect(code).toBe(0)
    expect(stdout).toBe(before.stdout)
  })

  test('what is wrong is said in one line, without what is secret', async () => {
    const cases: [string[], number, RegExp][] = [
      [['--from-db', server.url('', 'nobody', 'hush')], 4, /can't be read: 28P01 /],
      [
        ['--from-db', server.url('table=nowhere')],
        4,
        /can't be read: 42P01 .*loggers have written/,
      ],
      [['--from-db', 'influx+http://x/?db=y'], 2, /no history in a database of the scheme/],
      [['--from-db', url, '--db', rich], 2, /--db and --from-db exclude each other/],
      [['--from-db', url, '--device', 'nobody'], 2, /has no device 'nobody'/],
    ]
    for (const [args, code, text] of cases) {
      const found = await ina219(['history', ...args])
      expect(found.stderr).toMatch(text)
      expect(found.stderr).not.toContain('hush')
      expect(found.stderr.trim().split('\n')).toHaveLength(1)
      expect(found.code).toBe(code)
    }
  })
})
