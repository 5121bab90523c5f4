import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Extras } from '../../src/domain/channels.ts'
import type { SinkStatus } from '../../src/domain/sink-status.ts'
import { Forwarder } from '../../src/sinks/forwarder.ts'
import { planSink } from '../../src/sinks/plan-sink.ts'
import type { LostRange } from '../../src/storage/file/records.ts'
import { systemClock } from '../../src/util/clock.ts'
import { hasOpenssl, makeCertificate } from '../support/certificates.ts'
import { expectSame } from '../support/fleet-database.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
  makeLog,
  openWriter,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'
import { query } from '../support/log-rows.ts'
import { until } from '../support/polling.ts'
import { damaged, idsIn, makeTwoDeviceLog, PAGE, repaired } from '../support/repair-rig.ts'
import { lacksPostgres, PASSWORD, PostgresServer, USER } from '../support/servers/postgres.ts'

let server: PostgresServer
let file: string

const LOST: LostRange = {
  ...{ epochId: 1, firstSeq: 5, count: 3, reason: 'not_healable' },
  ...{ fromUs: START_US, toUs: START_US + 1 },
}

describe.skipIf(lacksPostgres !== null)('PostgreSQL', () => {
  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server?.stop())
  beforeEach(async () => {
    file = join(temporaryFolder(), 'log.db')
    await server.query(
      'DROP TABLE IF EXISTS power_sample, channel_sample, power_event, power_loss, power_run',
    )
  })

  test('what is in the log is in the tables, to the digit', async () => {
    makeLog(file, series(3000, 10_000), {
      lost: [LOST],
      events: [
        {
          timeUs: START_US,
          device: EPOCH.device,
          kind: 'note',
          detail: `'; DROP TABLE x; -- "Ω" \\ ☂`,
        },
      ],
    })
    expect(await forwarded(server.url())).toMatchObject({ lastError: null, samples: 3000 })
    expect(await expectSame(file, server)).toEqual({
      samples: 3000,
      channels: 0,
      events: 1,
      losses: 1,
      runs: 1,
    })
  })

  test('numbers that are hard to keep are kept', async () => {
    const hard = [5.02, 0.1 + 0.2, 1e-300, -0, 1.7976931348623157e308, 5e-324, -3.2]
    const samples = hard.map((voltage, i) =>
      sampleAt(START_US + i * 7, i === 1 ? null : 2 ** 32 - 1 - i, { voltage, current: -voltage }),
    )
    makeLog(file, samples)
    await forwarded(server.url())
    await expectSame(file, server)
    const far = sampleAt(8e15 - 1, 7)
    const early = sampleAt(1, 8)
    const log = openWriter(file)
    log.writer.write(batchesOf([early, far], { epochs: [EPOCH] }))
    log.end()
    await forwarded(server.url())
    expect((await expectSame(file, server))['samples']).toBe(9)
  })

  test('channels have rows of their own; a sample without voltage and current has no other, one without anything has one', async () => {
    const extras = (values: Record<string, number>): Extras => values
    makeLog(
      file,
      [
        sampleAt(START_US, 1, { extras: extras({ soc: 85.25, lux: 35_000 }) }),
        sampleAt(START_US + 1000, 2, {
          electric: false,
          voltage: Number.NaN,
          current: Number.NaN,
          power: Number.NaN,
          extras: extras({ soc: 84.75 }),
          status: 'odd "word"',
        }),
        sampleAt(START_US + 2000, 3),
      ],
      { channels: [{ id: 'soc', device: EPOCH.device, unit: '%' }] },
    )
    await forwarded(server.url())
    expect(await expectSame(file, server)).toMatchObject({ samples: 2, channels: 3 })
  })

  test('sent again from the beginning, nothing changes', async () => {
    makeLog(file, series(2500, 10_000))
    await forwarded(server.url())
    const before = await server.query('SELECT xmin FROM power_sample')
    const again = await forwarded(server.url('name=again'))
    expect(again).toMatchObject({ samples: 2500, refused: 0, lastError: null })
    await expectSame(file, server)
    expect(await server.query('SELECT xmin FROM power_sample')).toEqual(before)
  })

  test('corrections: a boot number that comes to be known, a loss that is taken back, late samples', async () => {
    const unknown = { ...EPOCH, boot: null }
    const gap = { epochId: 1, firstSeq: 20, count: 10, reason: 'not_healable' as const }
    const log = openWriter(file)
    const all = series(60, 10_000)
    const isLate = ({ seq }: { seq: number | null }): boolean => (seq ?? 0) >= 20 && (seq ?? 0) < 30
    const lost = [{ ...gap, fromUs: all[19]?.timeUs ?? 0, toUs: all[30]?.timeUs ?? 0 }]
    const channels = { extras: { soc: 5 } }
    log.writer.write(
      batchesOf(
        all.filter((each) => !isLate(each)).map((each) => ({ ...each, ...channels })),
        { epochs: [unknown], lost },
      ),
    )
    await forwarded(server.url())
    expect(await expectSame(file, server)).toMatchObject({ losses: 1, samples: 50, channels: 50 })
    expect(await server.query('SELECT DISTINCT boot FROM power_sample')).toEqual([[null]])
    const late = all.filter(isLate)
    const found = late.map(({ seq, timeUs }) => ({
      ...{ ...gap, firstSeq: seq ?? 0, count: 1, reason: 'found' as const },
      ...{ fromUs: timeUs, toUs: timeUs },
    }))
    log.writer.write(batchesOf(late, { epochs: [{ ...EPOCH, boot: 9 }], lost: found }))
    log.end()
    await forwarded(server.url())
    expect(await expectSame(file, server)).toMatchObject({ losses: 0, samples: 60 })
    for (const table of ['power_sample', 'channel_sample', 'power_run']) {
      expect(await server.query(`SELECT DISTINCT boot FROM ${table}`), table).toEqual([['9']])
    }
  })

  test('several loggers with the same label stay apart', async () => {
    const files = ['a', 'b', 'c'].map((name) => join(temporaryFolder(), `${name}.db`))
    for (const each of files) makeLog(each, series(1200, 10_000))
    // At once, into tables that are not there yet.
    await Promise.all(files.map((each) => forwarded(server.url(), {}, each)))
    for (const each of files) expect((await expectSame(each, server))['samples']).toBe(1200)
    expect(await server.query('SELECT count(*), count(DISTINCT log) FROM power_sample')).toEqual([
      ['3600', '3'],
    ])
  })

  test('a log that was copied, and goes on twice: nothing is overwritten, and the second one says so', async () => {
    const copy = join(temporaryFolder(), 'copy.db')
    makeLog(file, series(20, 10_000))
    copyFileSync(file, copy)
    const goOn = (log: string, hour: number): void => {
      const startedUs = START_US + hour * 3_600_000_000
      const run = { id: 2, device: EPOCH.device, boot: 8, startedUs }
      const samples = [0, 1, 4].map((n) => sampleAt(startedUs + n * 1e5, n, { epochId: 2 }))
      const fromUs = startedUs + 1e5
      const gap = { epochId: 2, firstSeq: 2, count: 2, reason: 'not_healable' as const }
      const lost = [{ ...gap, fromUs, toUs: fromUs + 3e5 }]
      const writer = openWriter(log)
      writer.writer.write(batchesOf(samples, { epochs: [run], lost }))
      writer.end()
    }
    goOn(file, 1)
    goOn(copy, 2)
    expect(await forwarded(server.url())).toMatchObject({ samples: 23, lastError: null })
    const before = await expectSame(file, server)
    const second = forwarded(server.url(), {}, copy)
    await refusedWith(second, /^a copy of this log has sent other runs or events .* move this log/)
    expect(await expectSame(file, server)).toEqual(before)
    // The first one goes on; the second does so elsewhere.
    expect(await forwarded(server.url('name=again'))).toMatchObject({ lastError: null })
    const elsewhere = await forwarded(server.url('table=copied&name=copied'), {}, copy)
    expect(elsewhere).toMatchObject({ samples: 23, lastError: null })
  })

  test('a log that was repaired is another one, and what both have can be taken out', async () => {
    file = makeTwoDeviceLog(temporaryFolder(), 'log.db', 1000)
    expect(await forwarded(server.url())).toMatchObject({ samples: 1100, lastError: null })
    const bytes = readFileSync(file)
    const pages = Array.from({ length: bytes.length / PAGE }, (_, i) => i + 1)
    const page = pages.find((each) => idsIn(bytes, each).length > 0) as number
    const gone = idsIn(bytes, page).length
    const { out, identity, formerIdentity } = repaired(damaged(file, [page], () => 0))
    const again = { samples: 1100 - gone, refused: 0, lastError: null }
    expect(await forwarded(server.url(), {}, out)).toMatchObject(again)
    const counts = async (): Promise<string[][]> => {
      const sql = `SELECT (SELECT count(*) FROM power_sample), (SELECT count(*) FROM channel_sample),
        (SELECT count(*) FROM power_event), (SELECT count(*) FROM power_run)`
      return (await server.query(sql)) as string[][]
    }
    const channels = query(out, 'SELECT count(*) AS n FROM channel_value')[0]?.['n'] as number
    // Of the events, the last says what was done, and of which log, for each device.
    expect(await counts()).toEqual([
      [1100 + (1100 - gone), 100 + channels, 200 + 202, 4].map(String),
    ])
    const said = await server.query("SELECT detail FROM power_event WHERE kind = 'log' LIMIT 1")
    expect(said[0]?.[0]).toContain(`(log ${formerIdentity})`)
    const names: Readonly<Record<string, string | null>> = {
      former: formerIdentity,
      repaired: identity,
    }
    const statements = statementsIn('repaired').replaceAll(/:('\w+')/g, (_, name) => {
      return `'${names[name.slice(1, -1)]}'`
    })
    await server.query(statements)
    expect(await counts()).toEqual([['1100', '100', '202', '2']])
    await expectSame(out, server)
  })

  test('names of tables are names, whatever is in them', async () => {
    makeLog(file, series(10, 10_000))
    const odd = `Robert'"); DROP TABLE x`
    await server.query('CREATE SCHEMA IF NOT EXISTS "My lab"')
    const status = await forwarded(server.url(`table=${encodeURIComponent(`My lab.${odd}`)}`))
    expect(status.lastError).toBeNull()
    const found = await server.query(
      "SELECT relname FROM pg_class WHERE relnamespace = '\"My lab\"'::regnamespace AND relkind = 'r' ORDER BY 1",
    )
    const names = ['', '_channel_sample', '_event', '_loss', '_run'].map((end) => [`${odd}${end}`])
    expect(found).toEqual(names)
    await server.query('DROP SCHEMA "My lab" CASCADE')
  })

  test('a role that may read and write, and make nothing, is enough where the tables are there', async () => {
    makeLog(file, series(20, 10_000), {
      lost: [LOST],
    })
    await server.query(statementsIn('roles'))
    const url = server.url('', 'logger', 'secret')
    const refused = forwarded(url)
    await refusedWith(refused, /^42501 permission denied for schema public; grant it/)
    await server.query(statementsIn('tables'))
    await server.query(statementsIn('grants'))
    expect(await forwarded(url)).toMatchObject({ samples: 20, lastError: null })
    await expectSame(file, server)
    await server.query('DROP OWNED BY logger; DROP ROLE logger')
  })

  test.each([
    [
      'of another type',
      'ALTER COLUMN voltage_v TYPE real',
      /column voltage_v of table "power_sample" is real/,
    ],
    ['missing', 'DROP COLUMN status', /column status of table "power_sample" is missing/],
    ['renamed', 'RENAME COLUMN seq TO number', /column seq of table "power_sample" is missing/],
  ])('a column that is %s is refused, and nothing is written', async (_what, change, reason) => {
    makeLog(file, series(20, 10_000))
    await forwarded(server.url('name=before'))
    await server.query(`TRUNCATE power_sample; ALTER TABLE power_sample ${change}`)
    await refusedWith(forwarded(server.url('name=after')), reason)
    expect(await server.query('SELECT count(*) FROM power_sample')).toEqual([['0']])
  })

  test('a row that the table does not take is set aside, the others are there', async () => {
    makeLog(file, [])
    await forwarded(server.url('name=first'))
    await server.query('ALTER TABLE power_sample ADD CHECK (seq <> 777)')
    const log = openWriter(file)
    log.writer.write(batchesOf(series(2000, 10_000), { epochs: [EPOCH] }))
    log.end()
    const status = await forwarded(server.url())
    expect(status).toMatchObject({ samples: 1999, refused: 1 })
    expect(await server.query('SELECT count(*) FROM power_sample')).toEqual([['1999']])
    const [letter] = readFileSync(status.deadLetters ?? '', 'utf8')
      .trim()
      .split('\n')
    expect(JSON.parse(letter ?? '')).toMatchObject({ row: { seq: 777 } })
    expect(letter).toContain('23514')
  })

  test('who is not let in is told why, and what to do', async () => {
    makeLog(file, series(20, 10_000))
    const wrong = server.url('', USER, 'nonsense')
    const status = await refusedWith(forwarded(wrong), /^28P01 .*PGPASSWORD, ~\/.pgpass/)
    expect(JSON.stringify(status)).not.toContain('nonsense')
    await refusedWith(forwarded(server.url('', USER, null)), /wants a password of ina/)
    await refusedWith(
      forwarded(server.url().replace('/postgres', '/nowhere')),
      /^3D000 .*create the database first/,
    )
  })

  test('the password stands in the environment, in a file, or in the file of libpq', async () => {
    makeLog(file, series(20, 10_000))
    const folder = temporaryFolder()
    const plain = join(folder, 'password')
    writeFileSync(plain, `${PASSWORD}\n`)
    const passFile = join(folder, 'pgpass')
    writeFileSync(passFile, `# mine\n*:1:*:*:x\n127.0.0.1:*:postgres:${USER}:${PASSWORD}\n`)
    chmodSync(passFile, 0o600)
    const ways: [string, NodeJS.ProcessEnv][] = [
      ['name=a', { PGPASSWORD: PASSWORD }],
      [`name=b&password-file=${plain}`, { PGPASSWORD: 'nonsense' }],
      ['name=c', { PGPASSFILE: passFile }],
    ]
    for (const [parameters, env] of ways) {
      const status = await forwarded(server.url(parameters, USER, null), env)
      expect(status, parameters).toMatchObject({ samples: 20, lastError: null })
    }
    chmodSync(passFile, 0o644)
    await refusedWith(
      forwarded(server.url('', USER, null), { PGPASSFILE: passFile }),
      /wants a password/,
    )
  })

  test('a Unix socket', async () => {
    makeLog(file, series(20, 10_000))
    const ways = [
      `postgres://${USER}@localhost/postgres?host=`,
      `postgres:///postgres?user=${USER}&host=`,
    ]
    for (const [i, way] of ways.entries()) {
      const status = await forwarded(`${way}${server.folder}&name=${i}`, {
        PGPORT: String(server.port),
      })
      expect(status).toMatchObject({ samples: 20, lastError: null })
    }
  })

  test('hypertables are asked for only where TimescaleDB is', async () => {
    makeLog(file, series(20, 10_000))
    await refusedWith(forwarded(server.url('retain=365d')), /need the extension timescaledb/)
  })

  // Debian has no TimescaleDB: functions of its signatures say at least that the calls are such as it takes.
  test('where the extension is, tables that are made become hypertables, with the policies that are asked for', async () => {
    makeLog(file, series(20, 10_000))
    await server.query(`CREATE DATABASE scaled`)
    const ask = (sql: string): ReturnType<PostgresServer['query']> =>
      server.query(sql, [], 'scaled')
    await ask(`SET allow_system_table_mods = on;
      INSERT INTO pg_extension SELECT 90000, 'timescaledb', extowner, extnamespace, false, '2.11.0' FROM pg_extension LIMIT 1;
      CREATE TABLE calls (what text);
      CREATE FUNCTION create_hypertable(relation regclass, time_column_name name, partitioning_column name = NULL,
        number_partitions integer = NULL, associated_schema_name name = NULL, associated_table_prefix name = NULL,
        chunk_time_interval anyelement = NULL::bigint, create_default_indexes boolean = true, if_not_exists boolean = false)
        RETURNS void LANGUAGE sql AS
        $$INSERT INTO calls VALUES (format('%s by %s, chunks of %s', relation, time_column_name, chunk_time_interval))$$;
      CREATE FUNCTION add_retention_policy(relation regclass, drop_after interval, if_not_exists boolean = false)
        RETURNS integer LANGUAGE sql AS
        $$INSERT INTO calls VALUES (format('%s keeps %s', relation, drop_after)); SELECT 1$$`)
    const url = server.url('chunk=1d&retain=365d').replace('/postgres?', '/scaled?')
    expect(await forwarded(url)).toMatchObject({ samples: 20, lastError: null })
    expect(await ask('SELECT what FROM calls')).toEqual([
      ['power_sample by time, chunks of 24:00:00'],
      ['power_sample keeps 8760:00:00'],
      ['channel_sample by time, chunks of 24:00:00'],
      ['channel_sample keeps 8760:00:00'],
    ])
    // Tables that are there stay as they are.
    expect(await forwarded(`${url}&name=again`)).toMatchObject({ lastError: null })
    expect(await ask('SELECT count(*) FROM calls')).toEqual([['4']])
  })
})

describe.skipIf(lacksPostgres !== null || !hasOpenssl)('PostgreSQL with TLS', () => {
  test('sslmode is what libpq makes of it', async () => {
    const folder = temporaryFolder()
    file = join(folder, 'log.db')
    makeLog(file, series(20, 10_000))
    const { cert, key } = makeCertificate(folder, 'postgres')
    const pem = (path: string): string => readFileSync(path, 'utf8')
    const own = await PostgresServer.start({ tls: { cert: pem(cert), key: pem(key) } })
    try {
      const other = join(folder, 'other.pem')
      writeFileSync(other, pem(makeCertificate(temporaryFolder(), 'other').cert))
      await forwarded(own.url('name=first'))
      await own.query(`CREATE FUNCTION has_tls() RETURNS boolean LANGUAGE sql SECURITY DEFINER AS
        'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
        ALTER TABLE power_sample ADD tls boolean DEFAULT has_tls()`)
      for (const mode of ['prefer', 'require', 'disable', `verify-full&sslrootcert=${cert}`]) {
        await own.query('TRUNCATE power_sample')
        const status = await forwarded(own.url(`name=${mode.slice(0, 8)}&sslmode=${mode}`))
        expect(status, mode).toMatchObject({ samples: 20, lastError: null })
        const found = await own.query('SELECT tls, count(*) FROM power_sample GROUP BY tls')
        expect(found, mode).toEqual([[mode === 'disable' ? 'f' : 't', '20']])
      }
      await refusedWith(forwarded(own.url('name=v&sslmode=verify-full')), /self-signed/)
      await refusedWith(
        forwarded(own.url(`name=w&sslmode=require&sslrootcert=${other}`)),
        /self-signed/,
      )
      const root = join(folder, 'root.pem')
      writeFileSync(root, 'not a certificate')
      const sent = forwarded(own.url(`name=renewed&sslmode=verify-full&sslrootcert=${root}`))
      await until('it failed', () =>
        [...running].some(({ statuses }) => statuses[0]?.lastError != null),
      )
      copyFileSync(cert, root)
      expect(await sent).toMatchObject({ samples: 20, queued: 0 })
    } finally {
      await own.stop()
    }
  })
})

/** All that is in the log, sent once. */
async function forwarded(
  url: string,
  env: NodeJS.ProcessEnv = {},
  log = file,
): Promise<SinkStatus> {
  // As it gets to the thread of the sinks.
  const plans = [structuredClone(planSink(url, 1e9, env))]
  const forwarder = await Forwarder.open(
    { file: log, owner: 'other', plans, isOnce: true, run: 'test' },
    systemClock,
  )
  running.add(forwarder)
  await forwarder.run()
  running.delete(forwarder)
  await forwarder.close()
  return forwarder.statuses[0] as SinkStatus
}

const running = new Set<Forwarder>()

/** It fails, and would try again: stopped instead. */
async function refusedWith(sent: Promise<SinkStatus>, reason: RegExp): Promise<SinkStatus> {
  await until('it failed', () =>
    [...running].some(({ statuses }) => statuses[0]?.lastError != null),
  )
  for (const each of running) each.stop(0)
  const status = await sent
  expect(status.lastError?.text).toMatch(reason)
  expect(status.samples).toBe(0)
  return status
}

/** What docs/sinks.md says about it is what is tried. @param name of the block */
function statementsIn(name: string): string {
  const text = readFileSync(new URL('../../docs/sinks.md', import.meta.url), 'utf8')
  const block = new RegExp(`\`\`\`sql\n *-- ${name}\\b.*?\n(.*?)\`\`\``, 's').exec(text)?.[1]
  if (block === undefined) throw new Error(`docs/sinks.md has no block ${name}`)
  return block
}
