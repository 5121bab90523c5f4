/**
 * An outage caught up: how fast `forward --once` brings a log of hours at 100 Hz into a real PostgreSQL with its own settings (each
 * batch synced), whose every sample is counted afterwards, beside the quickest plain way that does the same: `sqlite3` printing CSV, `psql`
 * copying it and inserting by the same key (`peers/postgres.sql`), in one transaction. And back: `history --from-db` of all of it. Server and
 * clients share this machine. Needs a build, PostgreSQL, sqlite3.
 *
 * node bench/run.mjs sink-postgres [hours] [hz] [rounds]
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { creation, TABLE_KEYS, tableNames } from '../src/sinks/postgres/tables.ts'
import { lacksPostgres, PostgresServer } from '../test/support/servers/postgres.ts'
import { readyLog, samplesOf } from './support/full-log.ts'
import { ratioOf, spreadOf } from './support/pairs.ts'
import { CLI, ROOT } from './support/paths.ts'
import { benchArguments, report } from './support/results.ts'

const [hours = 1, hz = 100, rounds = 5] = benchArguments().map(Number)
const full = await readyLog(hz, hours, 12, lacksPostgres)
const samples = samplesOf(full)

const node = (...args: string[]): void => {
  execFileSync(process.execPath, [CLI, ...args], { stdio: 'ignore' })
}

/** @returns samples a second, the start of the program included */
async function measured(
  send: (log: string, server: PostgresServer) => void,
  after: (log: string, server: PostgresServer) => void = () => {},
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ina219-bench-'))
  const server = await PostgresServer.start({ settings: { fsync: 'on', shared_buffers: '128MB' } })
  try {
    const log = join(folder, 'log.db')
    copyFileSync(full.file, log)
    for (const key of TABLE_KEYS) {
      for (const statement of creation(tableNames(null, 'power_sample'), key)) {
        await server.query(statement)
      }
    }
    const startedMs = performance.now()
    send(log, server)
    const seconds = (performance.now() - startedMs) / 1000
    const [[count] = []] = await server.query('SELECT count(*) FROM power_sample')
    if (Number(count) !== samples) throw new Error(`${count} of ${samples} samples arrived`)
    after(log, server)
    return samples / seconds
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const CSV =
  'SELECT time_us, device, epoch, boot, sequence, voltage, current, power, status FROM power_log'
const PEER = `sqlite3 -csv "$1" "${CSV}" | psql -X -q -f "$2" "$3"`
const ours: number[] = []
const theirs: number[] = []
const back: number[] = []
for (let round = 0; round < rounds; round++) {
  ours.push(
    await measured(
      (log, server) => node('forward', '--once', '--db', log, '--sink', server.url()),
      (_, server) => {
        const startedMs = performance.now()
        node('history', '--from-db', server.url())
        back.push(samples / ((performance.now() - startedMs) / 1000))
      },
    ),
  )
  theirs.push(
    await measured((log, server) => {
      const peer = join(ROOT, 'bench/peers/postgres.sql')
      execFileSync('bash', ['-o', 'pipefail', '-c', PEER, '-', log, peer, server.url()])
    }),
  )
  const said = [ours, theirs, back].map((rates) => rates.at(-1)?.toFixed(0))
  console.error(`forward ${said[0]}, psql ${said[1]}, back ${said[2]} samples/s`)
}
const size = `${samples.toLocaleString('en')} samples, ${hours} h at ${hz} Hz`
const rate = (rates: readonly number[]): string => `${spreadOf(rates).median.toFixed(0)} rows/s`
report('sink-postgres', [
  {
    what: `PostgreSQL: an outage caught up (${size})`,
    peer: '`sqlite3` as CSV into `psql`: COPY, then an insert by the same key, in one transaction',
    unit: 'x',
    better: 'more',
    ...ratioOf(ours, theirs),
    ours: `${rate(ours)}: 48 h at 100 Hz in ${(17_280_000 / spreadOf(ours).median / 60).toFixed(1)} min`,
    theirs: rate(theirs),
  },
  {
    what: `PostgreSQL: \`history --from-db\` of all of it (${size})`,
    peer: '-',
    unit: 'rows/s',
    better: 'more',
    ...spreadOf(back),
    isDetail: true,
  },
])
