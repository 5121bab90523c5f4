/**
 * What one PostgreSQL holds, as a store for the samples of many loggers: a table with the identity of a sample as its
 * key, and batches of 500 rows, each a transaction that is synced, that change nothing where a row is there already. 1,
 * 4 and 16 writers at once (psql, each with loggers of its own), three layouts; bytes a row; the time of questions that
 * a dashboard asks. The bench sends the statements; the program's own sink, whose key is narrower: sink-postgres.ts.
 *
 * A cluster in a temporary folder, on loopback, with PostgreSQL's own settings; server and clients share this machine.
 * Needs PostgreSQL's programs.
 *
 * node bench/run.mjs postgres [rows a measurement]
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/support/free-port.ts'
import { ENVIRONMENT, folder, isInstalled } from './support/child.ts'
import { ROUNDS, spreadOf } from './support/pairs.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [rowsWanted = 400_000] = benchArguments().map(Number)
const BATCH = 500
const WRITERS = [1, 4, 16]
/** With which layouts are compared. */
const MIDDLE = 4
const DEVICES_A_WRITER = 4
/** Parts of the long measurement, each of as many rows as another one has in all. */
const LONG = 10
/** The rate of each device, as far as the times of the rows go. */
const HZ = 10
const START_MS = Date.UTC(2026, 10, 20)
/** How loggers and devices are named in a row: as they are, or by a number that a small table explains. */
interface Layout {
  readonly words: string
  readonly key: string
  readonly keyColumns: string
  /** For a question about a span; the key only makes a row unique. */
  readonly timeIndex: string | null
  /** The columns of the key, from the arrays. */
  readonly named: (log: string) => string
}
const NAMES = {
  key: 'log, device, boot, seq, time',
  keyColumns: 'log uuid, device text',
  named: (log: string) => `'${log}'::uuid, d`,
}
const LAYOUTS: readonly Layout[] = [
  { ...NAMES, words: '', timeIndex: null },
  { ...NAMES, words: ', with an index by device and time', timeIndex: 'device, time' },
  {
    words: ', a number for log and device, with an index by that and time',
    key: 'source, boot, seq, time',
    keyColumns: 'source int',
    timeIndex: 'source, time',
    named: (log) => `${Number(log.slice(-12))} * 4 + right(d, 1)::int`,
  },
]

function made({ key, keyColumns, timeIndex }: Layout): string[] {
  const table = `CREATE TABLE power_sample (${keyColumns}, boot bigint, seq bigint, time timestamptz,
    v double precision, a double precision, w double precision, status text, PRIMARY KEY (${key}))`
  const index =
    timeIndex === null ? [] : [`CREATE INDEX power_sample_time ON power_sample (${timeIndex})`]
  return ['DROP TABLE IF EXISTS power_sample', table, ...index]
}

/** The newest folder with the server's programs: Debian's, else what is on the path. */
function programs(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const bin = versions
    .map((version) => join(root, version, 'bin'))
    .find((each) => existsSync(join(each, 'initdb')))
  return bin === undefined ? '' : `${bin}/`
}

const bin = programs()
if (bin === '' && !isInstalled('initdb')) {
  console.log("skipped: PostgreSQL's programs (initdb, pg_ctl, psql) are not here")
  process.exit()
}
/** The server refuses to run as root. */
const asUser = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : []

function run(command: readonly string[]): string {
  const [program = '', ...args] = [...asUser, ...command]
  return execFileSync(program, args, {
    cwd: '/',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** A cluster that goes when the bench ends. @returns how psql is called */
async function cluster(): Promise<string[]> {
  const place = mkdtempSync(join(tmpdir(), 'ina219-postgres-'))
  if (asUser.length > 0) {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
    chownSync(place, id('-u'), id('-g'))
  }
  const data = join(place, 'data')
  const port = await freePort()
  run([`${bin}initdb`, '-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--no-locale'])
  process.once('exit', () => {
    try {
      run([`${bin}pg_ctl`, '-D', data, '-m', 'immediate', '-w', 'stop'])
    } finally {
      rmSync(place, { recursive: true, force: true })
    }
  })
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`
  run([`${bin}pg_ctl`, '-D', data, '-l', join(place, 'server.log'), '-o', options, '-w', 'start'])
  return [
    `${bin}psql`,
    '-X',
    '-q',
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    'bench',
    '-d',
    'postgres',
    '-v',
    'ON_ERROR_STOP=1',
  ]
}

/** Batches of one writer, as a file: arrays that are spread into rows, which is the quickest way that can meet rows already there. */
function batchesOf(layout: Layout, writer: number, rows: number, from = 0): string {
  const file = join(folder, `writer-${writer}.sql`)
  const output = openSync(file, 'w')
  const log = `00000000-0000-4000-8000-${String(writer).padStart(12, '0')}`
  const perDevice = Math.floor(rows / DEVICES_A_WRITER)
  for (let first = from; first < from + perDevice; first += BATCH / DEVICES_A_WRITER) {
    const columns: string[][] = [[], [], [], [], [], [], []]
    for (let i = 0; i < BATCH; i++) {
      const device = i % DEVICES_A_WRITER
      const seq = first + Math.floor(i / DEVICES_A_WRITER)
      const milliamps = 245 + ((seq * 7919) % 31)
      const row = [
        `board-${writer}-${device}`,
        seq,
        START_MS * 1000 + Math.round((seq * 1e6) / HZ) + device,
        5 + ((seq * 104_729) % 25) * 0.004,
        milliamps / 1000,
        (milliamps * 5) / 1000,
        'ok',
      ]
      for (const [c, value] of row.entries())
        columns[c]?.push(String(typeof value === 'number' ? Number(value.toFixed(4)) : value))
    }
    const types = [
      'text',
      'bigint',
      'bigint',
      'double precision',
      'double precision',
      'double precision',
      'text',
    ]
    const arrays = columns.map((values, c) => `'{${values.join(',')}}'::${types[c]}[]`)
    writeSync(
      output,
      `INSERT INTO power_sample SELECT ${layout.named(log)}, 7, s, 'epoch'::timestamptz + t * interval '1 microsecond', v, a, w, st ` +
        `FROM unnest(${arrays.join(',')}) AS x(d, s, t, v, a, w, st) ON CONFLICT DO NOTHING;\n`,
    )
  }
  closeSync(output)
  chmodSync(file, 0o644)
  return file
}

const psql = await cluster()
const ask = (sql: string): string => run([...psql, '-At', '-c', sql]).trim()

async function written(files: readonly string[]): Promise<number> {
  const beginMs = performance.now()
  await Promise.all(
    files.map(async (file) => {
      const [program = '', ...args] = [...psql, '-f', file]
      const child = spawn(program, args, {
        env: ENVIRONMENT,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      const [code] = await once(child, 'exit')
      if (code !== 0) throw new Error(`psql ended with ${code}`)
    }),
  )
  return (performance.now() - beginMs) / 1000
}

function claimOf(
  what: string,
  unit: Claim['unit'],
  values: readonly number[],
  ours?: string,
): Claim {
  return {
    what: `PostgreSQL: ${what}`,
    peer: '-',
    unit,
    better: unit === 'rows/s' ? 'more' : 'less',
    isDetail: true,
    ...spreadOf(values),
    ...(ours === undefined ? {} : { ours }),
  }
}

/** Five times, ms, as the server says. */
function timesOf(sql: string): number[] {
  const once = (): number => {
    const plan = run([...psql, '-At', '-c', `EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON) ${sql}`])
    return Number(/Execution Time: ([\d.]+)/.exec(plan)?.[1])
  }
  once()
  return Array.from({ length: ROUNDS }, once)
}

const claims: Claim[] = []
/** Commands of one psql, in order. */
const execute = (statements: readonly string[]): string =>
  run([...psql, ...statements.flatMap((each) => ['-c', each])])

async function measured(layout: Layout, writers: number): Promise<void> {
  execute(made(layout))
  const each = Math.floor(rowsWanted / writers / BATCH) * BATCH
  const files = Array.from({ length: writers }, (_, writer) => batchesOf(layout, writer, each))
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    execute(['TRUNCATE power_sample'])
    rates.push((each * writers) / (await written(files)))
  }
  const rows = Number(ask('SELECT count(*) FROM power_sample'))
  if (rows !== each * writers) throw new Error(`${rows} of ${each * writers} rows`)
  // The same once more changes nothing: what a logger sends again after a cut.
  const again = (each * writers) / (await written(files))
  if (Number(ask('SELECT count(*) FROM power_sample')) !== rows) throw new Error('rows twice')
  const boards = Math.round(spreadOf(rates).median / HZ).toLocaleString('en')
  const who = `${writers} writer${writers === 1 ? '' : 's'}`
  claims.push(
    claimOf(
      `${rows.toLocaleString('en')} rows in batches of ${BATCH}, ${who}${layout.words}`,
      'rows/s',
      rates,
      `${boards} boards at ${HZ} Hz; sent again: ${Math.round(again).toLocaleString('en')} rows/s`,
    ),
  )
  if (writers !== MIDDLE) return
  const size = (what: string): number =>
    Number(ask(`SELECT pg_${what}_size('power_sample')`)) / rows
  const [table, indexes] = [size('table'), size('indexes')]
  const parts = `table ${table.toFixed(0)}, ${layout.timeIndex === null ? 'its key' : 'indexes'} ${indexes.toFixed(0)}`
  claims.push(claimOf(`a row on the disk${layout.words}`, 'bytes', [table + indexes], parts))
}

const [plain, indexed, lean] = LAYOUTS as [Layout, Layout, Layout]
for (const writers of WRITERS) await measured(plain, writers)
await measured(lean, MIDDLE)
await measured(indexed, MIDDLE)

// For longer: each round adds to what is there, with the checkpoints that come meanwhile.
execute(made(indexed))
const added: number[] = []
for (let round = 0; round < LONG; round++) {
  const each = Math.floor(rowsWanted / MIDDLE / BATCH) * BATCH
  const from = (round * each) / DEVICES_A_WRITER
  const files = Array.from({ length: MIDDLE }, (_, writer) =>
    batchesOf(indexed, writer, each, from),
  )
  added.push((each * MIDDLE) / (await written(files)))
}
const allRows = Number(ask('SELECT count(*) FROM power_sample')).toLocaleString('en')
claims.push(
  claimOf(
    `${allRows} rows in ${LONG} parts, ${MIDDLE} writers${indexed.words}`,
    'rows/s',
    added,
    `the last part: ${Math.round(added.at(-1) ?? 0).toLocaleString('en')} rows/s`,
  ),
)

// A fleet's table for questions: filled inside the server, in the order in which samples come.
const DEVICES = 100
const QUESTION_ROWS = 5 * rowsWanted
run([...psql, '-c', 'TRUNCATE power_sample'])
run([
  ...psql,
  '-c',
  `INSERT INTO power_sample SELECT '00000000-0000-4000-8000-000000000000', 'board-' || n % ${DEVICES}, 7, n / ${DEVICES},
   to_timestamp(${START_MS / 1000} + n / ${DEVICES} / ${HZ}.0), 5 + n % 25 * 0.004, 0.245 + n % 31 * 0.001, 1.2, 'ok'
   FROM generate_series(0, ${QUESTION_ROWS - 1}) AS n`,
  '-c',
  'VACUUM ANALYZE power_sample',
])
const span = `time >= to_timestamp(${START_MS / 1000 + QUESTION_ROWS / DEVICES / HZ - 600})`
const among = `${QUESTION_ROWS.toLocaleString('en')} rows of ${DEVICES} boards`
const QUESTIONS: Readonly<Record<string, string>> = {
  [`one board, ten minutes in 300 points, among ${among}`]: `SELECT date_bin('2 s', time, 'epoch'), min(v), avg(v), max(v), min(a), avg(a), max(a) FROM power_sample WHERE device = 'board-7' AND ${span} GROUP BY 1`,
  [`newest sample of each board, among ${among}`]: `SELECT d, s.* FROM generate_series(0, ${DEVICES - 1}) AS d CROSS JOIN LATERAL (SELECT time, v, a FROM power_sample WHERE device = 'board-' || d ORDER BY time DESC LIMIT 1) AS s`,
  [`mean power of each board over all ${among}`]:
    'SELECT device, count(*), avg(w) FROM power_sample GROUP BY 1',
}
for (const [what, sql] of Object.entries(QUESTIONS)) claims.push(claimOf(what, 'ms', timesOf(sql)))
report('postgres', claims)
process.exit()
