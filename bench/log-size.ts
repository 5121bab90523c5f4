/**
 * What a sample takes on the disk: the whole file after the log is closed, beside the table that a script makes (REAL
 * columns, a row number, the time with an index, the time of the insert as text). Made-up samples of 48 h at
 * 10 Hz, and as many of the values of real recordings (../shared/data, where it is there), over and over.
 *
 * node bench/run.mjs log-size
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import build from '../test/support/build.ts'
import { costOf, folder, ina219 } from './support/child.ts'
import { START_S } from './support/frame-file.ts'
import { makeLog, syntheticLog } from './support/logs.ts'
import { spreadOf } from './support/pairs.ts'
import { ROOT } from './support/paths.ts'
import { type Claim, report } from './support/results.ts'

const RATE_HZ = 10
const HOURS = 48
const RECORDINGS = join(ROOT, '../shared/data')
const COLUMNS = 'timestamp, voltage, current, power, sequence, status'

/** The same rows as a plain table. @returns bytes of its file */
function plainBytes(log: string): number {
  const file = join(folder, 'plain.db')
  rmSync(file, { force: true })
  const db = new Database(file)
  db.exec(`
    CREATE TABLE power_log (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      timestamp INTEGER NOT NULL,
      voltage REAL NOT NULL,
      current REAL NOT NULL,
      power REAL NOT NULL,
      sequence INTEGER,
      status TEXT,
      created_at TEXT
    );
    CREATE INDEX power_log_timestamp ON power_log(timestamp);
    ATTACH '${log}' AS log;
    INSERT INTO power_log (${COLUMNS}, created_at)
    SELECT ${COLUMNS}, datetime(timestamp / 1000, 'unixepoch') FROM log.power_log ORDER BY time_us;
  `)
  db.close()
  return statSync(file).size
}

/** @param hasPeer false: too much to make the plain table of */
function claimOf(what: string, log: string, hasPeer: boolean, goals: Partial<Claim>): Claim {
  const db = new Database(log, { readonly: true })
  const samples = db.prepare('SELECT count(*) FROM power_log').pluck().get() as number
  db.close()
  const bytes = statSync(log).size
  const plain = hasPeer ? plainBytes(log) : Number.NaN
  const megabytes = (size: number): string => `${(size / 1e6).toFixed(0)} MB`
  return {
    what: `bytes a sample in the whole file: ${samples.toLocaleString('en')} ${what}`,
    peer: hasPeer
      ? `REAL columns, autoincrement, index, created_at: ${(plain / samples).toFixed(1)}`
      : '-',
    unit: 'bytes',
    better: 'less',
    ...spreadOf([bytes / samples]),
    ours: megabytes(bytes),
    ...(hasPeer ? { theirs: `${megabytes(plain)}, ${(plain / bytes).toFixed(2)} x` } : {}),
    ...goals,
  }
}

/** Every electric sample of the recordings, as `import` reads them. */
function recordedValues(): [v: number, a: number, w: number][] {
  const file = join(folder, 'recordings.db')
  const names = readdirSync(RECORDINGS, { recursive: true }).map(String)
  for (const name of names.filter((each) => /\.(csv|log)$/.test(each)).sort()) {
    const args = [
      '--retain',
      '30000d',
      '--date',
      '2025-01-01',
      '--start',
      '2025-01-01',
      '--db',
      file,
    ]
    try {
      costOf(ina219('import', join(RECORDINGS, name), ...args))
    } catch (error) {
      console.error(`left out: ${(error as Error).message.trim().split('\n').at(-1)}`)
    }
  }
  const db = new Database(file, { readonly: true })
  const query = 'SELECT voltage, current, power FROM power_log ORDER BY device, time_us'
  const rows = db.prepare(query).raw().all() as [number, number, number][]
  db.close()
  return rows
}

build()
const goals = { least: 32, aim: 28 }
const claims = [
  claimOf('made up, 48 h at 10 Hz', await syntheticLog(RATE_HZ, HOURS), true, goals),
  // With the roll-ups of seconds, which there are from 20 Hz on.
  claimOf('made up, 48 h at 100 Hz', await syntheticLog(100, HOURS), false, { isDetail: true }),
]
if (existsSync(RECORDINGS)) {
  const values = recordedValues()
  const file = join(folder, 'repeated.db')
  const lines = function* (): Iterable<string> {
    for (let seq = 0; seq < RATE_HZ * HOURS * 3600; seq++) {
      const [v, a, w] = values[seq % values.length] as [number, number, number]
      const ts = (START_S + seq / RATE_HZ).toFixed(3)
      yield `{"v":${v},"a":${a},"w":${w},"ts":${ts},"seq":${seq},"status":"ok"}`
    }
  }
  await makeLog(file, lines())
  const what = `with the ${values.length.toLocaleString('en')} values of the recordings, over and over`
  claims.push(claimOf(what, file, true, { isDetail: true }))
} else {
  console.error(`${RECORDINGS} is not there: the recordings are left out`)
}
report('log-size', claims)
