import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SinkStatus } from '../../src/domain/sink-status.ts'
import { Forwarder } from '../../src/sinks/forwarder.ts'
import { planSink } from '../../src/sinks/plan-sink.ts'
import type { PostgresSettings } from '../../src/sinks/postgres/postgres-settings.ts'
import { PostgresSink } from '../../src/sinks/postgres/postgres-sink.ts'
import type { Batch } from '../../src/sinks/sink.ts'
import { systemClock } from '../../src/util/clock.ts'
import { ina219 } from '../support/cli.ts'
import { expectSame } from '../support/fleet-database.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { makeLog, START_US, sampleAt, series } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'
import { throughTroubles } from '../support/postgres-troubles.ts'
import { canHaveDisk, lacksPostgres, PostgresServer } from '../support/servers/postgres.ts'

describe.skipIf(lacksPostgres !== null)('PostgreSQL in trouble', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server?.stop())

  test('two loggers of one label, bad lines, and all that can happen: each row is there once', async () => {
    const compared = await throughTroubles(server, {
      folder: temporaryFolder(),
      loggers: 2,
      rateHz: 100,
      seed: 7,
      troubles: [
        'network cut',
        'server killed',
        'logger killed',
        'backends ended',
        'server stands still',
        'network deaf',
        'table locked',
        'logger killed',
      ],
      pauseMs: 300,
      samples: 150,
    })
    expect(compared.map(({ difference }) => difference)).toEqual([null, null])
    for (const { counts } of compared) {
      expect(counts['samples']).toBeGreaterThan(100)
      expect(counts['channels']).toBeGreaterThan(300)
    }
    const logs = await server.query('SELECT count(DISTINCT log) FROM power_sample')
    expect(logs).toEqual([['2']])
  })

  test('a column that is changed in mid-stream is noticed by the statement that would write into it', async () => {
    const sink = await opened(server, 'changed_sample')
    await sink.send(batchOf(1))
    await server.query('ALTER TABLE changed_sample ALTER COLUMN current_a TYPE real')
    await expect(sink.send(batchOf(2))).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringMatching(
        /^column current_a of table "changed_sample" is real, and has to be double precision; change the table/,
      ),
    })
    expect(await server.query('SELECT seq FROM changed_sample')).toEqual([['1']])
    await expect(sink.open()).rejects.toThrow(/column current_a of table "changed_sample" is real/)
    await server.query('ALTER TABLE changed_sample ALTER COLUMN current_a TYPE double precision')
    await sink.open()
    await sink.send(batchOf(2))
    await sink.close()
    expect(await server.query('SELECT count(*) FROM changed_sample')).toEqual([['2']])
  })

  test('a table that is dropped in mid-stream is made again', async () => {
    const sink = await opened(server, 'dropped_sample')
    await sink.send(batchOf(1))
    await server.query('DROP TABLE dropped_sample')
    await expect(sink.send(batchOf(2))).rejects.toMatchObject({ kind: 'denied' })
    await sink.open()
    await sink.send(batchOf(2))
    await sink.close()
    expect(await server.query('SELECT seq FROM dropped_sample')).toEqual([['2']])
  })

  test('a connection that breaks while there is nothing to send is noticed all the same', async () => {
    const sink = await opened(server, 'idle_sample')
    expect(sink.trouble).toBeNull()
    await server.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ina219'",
    )
    await until('it is noticed', () => sink.trouble !== null)
    expect(sink.trouble).toMatchObject({ kind: 'unreachable' })
    await sink.open()
    expect(sink.trouble).toBeNull()
    await sink.close()
  })

  test('what ended a connection is said, not what pg says of it afterwards; and what to do', async () => {
    const sink = await opened(server, 'ended_sample')
    await server.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ina219'",
    )
    await until('it is noticed', () => sink.trouble !== null)
    const error = await sink.send(batchOf(1)).catch((failure: Error) => failure.message)
    expect(error).toMatch(/^57P01 terminating connection due to administrator command/)
    await sink.close()
    const port = await freePort()
    const { settings } = planSink(`postgres://u:p@127.0.0.1:${port}/db`, 1e9, {})
    const absent = new PostgresSink(settings as PostgresSettings)
    await expect(absent.open()).rejects.toThrow(
      `connect ECONNREFUSED 127.0.0.1:${port}; check that the server is running, at that port`,
    )
  })

  test('what a server does not let us do is said with what to do', async () => {
    await server.query("CREATE ROLE still_reading LOGIN SUPERUSER PASSWORD 'secret'")
    await server.query('ALTER ROLE still_reading SET default_transaction_read_only = on')
    const opening = (url: string): Promise<unknown> => {
      const { settings } = planSink(url, 1e9, {})
      const sink = new PostgresSink(settings as PostgresSettings)
      return sink.open().finally(() => sink.close())
    }
    await expect(opening(server.url('sslmode=require'))).rejects.toThrow(
      /^the server has no TLS; switch it on there \(ssl = on\), or give the URL sslmode=disable$/,
    )
    await expect(
      opening(server.url('table=unread_sample', 'still_reading', 'secret')),
    ).rejects.toThrow(
      /^25006 .*; name the primary if this is a standby, or let the role and the database write/,
    )
    const said = await ina219(['history', '--from-db', server.url('table=nix')])
    expect(said.code).not.toBe(0)
    expect(said.stderr).toMatch(/42P01 .*; no sink has made it: name the table of one with table=/)
  })

  test('a server that stands still is let go of at once, and taken up where it was', async () => {
    const sink = await opened(server, 'still_sample')
    server.pause()
    const sent = sink.send(batchOf(1)).catch((error: unknown) => error)
    await sink.close()
    expect(await sent).toMatchObject({ kind: 'unreachable' })
    server.resume()
    await sink.open()
    await sink.send(batchOf(1))
    await sink.send(batchOf(1))
    await sink.close()
    expect(await server.query('SELECT seq FROM still_sample')).toEqual([['1']])
  })

  test.skipIf(lacksPostgres !== null || !canHaveDisk())('a full disk', async () => {
    const own = await PostgresServer.start({
      diskMb: 80,
      settings: { max_wal_size: '4MB', min_wal_size: '2MB' },
    })
    try {
      const file = join(temporaryFolder(), 'log.db')
      makeLog(file, series(30_000, 10_000))
      const filler = join(own.folder, 'filler')
      const { bavail, bsize } = statfsSync(own.folder)
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 1_500_000))
      const plans = [planSink(own.url(), 1e9, {})]
      const forwarder = await Forwarder.open(
        { file, owner: 'other', plans, isOnce: true, run: 'test' },
        systemClock,
      )
      const status = (): SinkStatus => forwarder.statuses[0] as SinkStatus
      const run = forwarder.run()
      await until('the disk is full', () => status().lastError !== null)
      expect(status()).toMatchObject({ refused: 0, deadLetters: null })
      rmSync(filler)
      // It may have gone down over it.
      await own.up()
      await run
      await forwarder.close()
      expect(status()).toMatchObject({ refused: 0, queued: 0 })
      expect((await expectSame(file, own))['samples']).toBe(30_000)
    } finally {
      await own.stop()
    }
  })
})

async function opened(server: PostgresServer, table: string): Promise<PostgresSink> {
  const { settings } = planSink(server.url(`table=${table}`), 1e9, {})
  const sink = new PostgresSink(settings as PostgresSettings)
  await sink.open()
  return sink
}

function batchOf(seq: number): Batch {
  const sample = sampleAt(START_US + seq, seq)
  return {
    log: '0123456789abcdef0123456789abcdef',
    samples: [{ ...sample, device: 'bench', boot: 1, late: false }],
    records: [],
    isNewest: true,
    unitOf: () => '',
  }
}
