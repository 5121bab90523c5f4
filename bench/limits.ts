/**
 * What this machine can do at most, for the other benches to be held against: copy memory, sync a commit's worth of
 * bytes to the disk, insert and read rows inside SQLite with nothing around it, read a file that is in memory.
 *
 * node bench/run.mjs limits
 */
import {
  closeSync,
  fdatasyncSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import build from '../test/support/build.ts'
import { costOf, folder } from './support/child.ts'
import { syntheticLog } from './support/logs.ts'
import { inTurn, type Spread, spreadOf } from './support/pairs.ts'
import { type Claim, report } from './support/results.ts'

const COPIED = Buffer.alloc(256 << 20, 1)
const INTO = Buffer.alloc(COPIED.length)
/** 500 samples in the WAL. */
const COMMIT = Buffer.alloc(20_000, 1)
const COMMITS = 300
const ROWS = 1_000_000

build()
const log = await syntheticLog(10, 48)
const logRows = 48 * 3600 * 10
const inserting = join(folder, 'insert.sql')
writeFileSync(
  inserting,
  `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
   CREATE TABLE sample (id INTEGER PRIMARY KEY, seq INTEGER, v INTEGER, a INTEGER, w INTEGER, status INTEGER) STRICT;
   INSERT INTO sample SELECT 1760000400000000 + value * 10000, value, 5024000, 21300 + value % 1000, 106000, 1
   FROM generate_series(1, ${ROWS});`,
)

function timed(run: () => void): number {
  const beginMs = performance.now()
  run()
  return (performance.now() - beginMs) / 1000
}

function syncedCommits(): void {
  const file = openSync(join(folder, 'synced'), 'w')
  for (let i = 0; i < COMMITS; i++) {
    writeSync(file, COMMIT)
    fdatasyncSync(file)
  }
  closeSync(file)
}

function insertedRows(): number {
  const database = join(folder, 'insert.db')
  for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true })
  return costOf(['sqlite3', database], { stdin: inserting }).wallS
}

function readFile(): void {
  const file = openSync(log, 'r')
  while (readSync(file, INTO, 0, 1 << 20, null) > 0);
  closeSync(file)
}

const scan = 'SELECT sum(v), min(a), max(w) FROM sample'
const found = await inTurn({
  copy: () => COPIED.length / 1e6 / timed(() => COPIED.copy(INTO)),
  sync: () => (timed(syncedCommits) / COMMITS) * 1000,
  insert: () => ROWS / insertedRows(),
  scan: () => logRows / costOf(['sqlite3', '-readonly', log, scan]).wallS,
  read: () => statSync(log).size / 1e6 / timed(readFile),
})
const claim = (what: string, unit: Claim['unit'], spread: Spread): Claim => ({
  what: `limit: ${what}`,
  peer: '-',
  unit,
  better: unit === 'ms' ? 'less' : 'more',
  isDetail: true,
  ...spread,
})
report('limits', [
  claim('memory copied', 'MB/s', spreadOf(found.copy)),
  claim('a file read that is in memory already', 'MB/s', spreadOf(found.read)),
  claim(
    `${COMMIT.length.toLocaleString('en')} bytes written and synced`,
    'ms',
    spreadOf(found.sync),
  ),
  claim(
    'rows inserted inside sqlite3, without a parser, in one transaction',
    'rows/s',
    spreadOf(found.insert),
  ),
  claim(
    'rows read inside sqlite3 for a sum, a minimum and a maximum',
    'rows/s',
    spreadOf(found.scan),
  ),
])
