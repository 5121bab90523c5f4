/**
 * A million frames from stdin into the log: the whole program (split, CRC, validate, log durably, roll up, statistics)
 * beside three that do less. All read the same file and sync each commit of a WAL; each makes a new database a run.
 *
 * - Python: json.loads, 500 rows a transaction (peers/ingest.py)
 * - sqlite3: .import of the lines, then `->>` into a table (peers/ingest.sql)
 * - C: a parser for these lines, 10,000 rows a transaction, past which more gain little (peers/ingest.c)
 *
 * node bench/run.mjs ingest [frames] [plain|crc|odd ...]
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import build from '../test/support/build.ts'
import { type Cost, compiledWithSqlite, costOf, folder, ina219 } from './support/child.ts'
import { type FrameFile, frameFile, type LineKind } from './support/frame-file.ts'
import { inTurn, ratioOf, spreadOf } from './support/pairs.ts'
import { ROOT } from './support/paths.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [countText = '1000000', ...kinds] = benchArguments()
const count = Number(countText)
const NAMES: Readonly<Record<LineKind, string>> = {
  plain: '',
  crc: ', each with a CRC',
  odd: ', 3 % of unusual form, 1 % cut off',
}
const PEERS = {
  python: 'Python json + sqlite3, 500 a batch, WAL',
  import: '`sqlite3 .import`, then `->>`',
  c: 'C that parses and inserts, 10,000 a batch, WAL',
} as const

build()
const program = compiledWithSqlite('peers/ingest.c')

/** Runs, and checks that all samples are there. */
function ingest(
  command: (database: string) => string[],
  frames: FrameFile,
  table: string,
  stdin = frames.file,
): Cost {
  const database = join(folder, 'ingest.db')
  for (const end of ['', '-wal', '-shm', '.lock']) rmSync(database + end, { force: true })
  const cost = costOf(command(database), { stdin })
  const db = new Database(database, { readonly: true })
  const rows = db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  db.close()
  if (rows !== frames.samples) throw new Error(`${rows} of ${frames.samples} samples are there`)
  return cost
}

/** The statements for one input, as a file for the shell's stdin. */
function importScript(frames: FrameFile, kind: LineKind): string {
  const file = join(folder, 'ingest.sql')
  const text = readFileSync(join(ROOT, 'bench/peers/ingest.sql'), 'utf8')
  // The check costs it a tenth; it is asked for where it is needed alone.
  const filter = kind === 'odd' ? 'json_valid(text)' : 'true'
  writeFileSync(file, text.replace('INPUT', frames.file).replace('FILTER', filter))
  return file
}

async function measured(kind: LineKind): Promise<Claim[]> {
  const frames = frameFile(count, kind)
  const script = importScript(frames, kind)
  const runs = await inTurn({
    ours: () =>
      ingest(
        (db) => ina219('monitor', '--stdin', '--keep-time', '--output', 'none', '--db', db),
        frames,
        'power_log',
      ),
    python: () =>
      ingest((db) => ['python3', join(ROOT, 'bench/peers/ingest.py'), db], frames, 'sample'),
    import: () => ingest((db) => ['sqlite3', db], frames, 'sample', script),
    c: () => ingest((db) => [program, db], frames, 'sample'),
  })
  const said = (costs: readonly Cost[]): string => {
    const median = (value: (cost: Cost) => number): number => spreadOf(costs.map(value)).median
    const wallS = median((cost) => cost.wallS)
    const perS = Math.round(frames.lines / wallS / 1000)
    const cpuS = median((cost) => cost.cpuS).toFixed(2)
    return `${wallS.toFixed(2)} s, ${perS} k/s, CPU ${cpuS} s, ${median((cost) => cost.peakMb).toFixed(0)} MB`
  }
  const what = `${count.toLocaleString('en')} frames (${(frames.bytes / 1e6).toFixed(0)} MB) from stdin${NAMES[kind]}`
  const walls = (costs: readonly Cost[]): number[] => costs.map(({ wallS }) => wallS)
  const goals = { python: [2, 3], import: [1.2, 2], c: [0.4, 0.7] } as const
  const isDetail = kind !== 'plain'
  const speeds = (['python', 'import', 'c'] as const).map((peer): Claim => {
    const [least, aim] = goals[peer]
    return {
      what: `speed: ${what}`,
      peer: PEERS[peer],
      unit: 'x',
      better: 'more',
      ...(isDetail ? { isDetail } : { least, aim }),
      ...ratioOf(walls(runs[peer]), walls(runs.ours)),
      ours: said(runs.ours),
      theirs: said(runs[peer]),
    }
  })
  const memory: Claim = {
    what: `its peak memory${NAMES[kind]}`,
    peer: `Python: ${spreadOf(runs.python.map(({ peakMb }) => peakMb)).median.toFixed(0)} MB`,
    unit: 'MB',
    better: 'less',
    ...(isDetail ? { isDetail } : { least: 90, aim: 70 }),
    ...spreadOf(runs.ours.map(({ peakMb }) => peakMb)),
  }
  return [...speeds, memory]
}

const wanted = kinds.length > 0 ? (kinds as LineKind[]) : (['plain', 'crc', 'odd'] as const)
const claims: Claim[] = []
for (const kind of wanted) claims.push(...(await measured(kind)))
report('ingest', claims)
