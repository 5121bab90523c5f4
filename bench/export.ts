/**
 * A whole log as text: `export` of 48 h at 10 Hz (1.7 million rows) beside `sqlite3` printing the very same bytes out of
 * the view power_log; the bytes are compared first.
 *
 * node bench/run.mjs export [rate Hz] [hours]
 */
import { execFileSync } from 'node:child_process'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import build from '../test/support/build.ts'
import { type Cost, costOf, folder, ina219 } from './support/child.ts'
import { syntheticLog } from './support/logs.ts'
import { inTurn, ratioOf, spreadOf } from './support/pairs.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [rateHz = 10, hours = 48] = benchArguments().map(Number)
const TIME = `strftime('%Y-%m-%dT%H:%M:%fZ', timestamp / 1000.0, 'unixepoch')`
const VALUES = 'voltage, current, power, sequence, status'
/** Of several ways the quickest: one printf a row. */
const QUERIES = {
  csv: `SELECT 'time,device,voltage_v,current_a,power_w,seq,status';
    SELECT printf('%s,%s,%.15g,%.15g,%.15g,%d,%s', ${TIME}, device, ${VALUES}) FROM power_log ORDER BY time_us;`,
  ndjson: `SELECT printf('{"time":"%s","device":"%s","voltage_v":%.15g,"current_a":%.15g,"power_w":%.15g,"seq":%d,"status":"%s"}',
    ${TIME}, device, ${VALUES}) FROM power_log ORDER BY time_us;`,
} as const
type Format = keyof typeof QUERIES

build()
const log = await syntheticLog(rateHz, hours)
const rows = rateHz * hours * 3600

async function measured(format: Format): Promise<{ ours: Cost[]; theirs: Cost[]; bytes: number }> {
  const script = join(folder, `${format}.sql`)
  writeFileSync(script, `.mode list\n${QUERIES[format]}\n`)
  const ours = (stdout?: string): Cost =>
    costOf(
      ina219('export', '--format', format, '--db', log),
      stdout === undefined ? {} : { stdout },
    )
  const theirs = (stdout?: string): Cost =>
    costOf(['sqlite3', '-readonly', log], {
      stdin: script,
      ...(stdout === undefined ? {} : { stdout }),
    })
  const [one, other] = [join(folder, 'ours'), join(folder, 'theirs')]
  ours(one)
  theirs(other)
  execFileSync('cmp', [one, other], { stdio: 'inherit' })
  const bytes = statSync(one).size
  for (const each of [one, other]) rmSync(each)
  return { ...(await inTurn({ ours: () => ours(), theirs: () => theirs() })), bytes }
}

const walls = (costs: readonly Cost[]): number[] => costs.map(({ wallS }) => wallS)
const peaks = (costs: readonly Cost[]): number[] => costs.map(({ peakMb }) => peakMb)
function said(costs: readonly Cost[], bytes: number): string {
  const wallS = spreadOf(walls(costs)).median
  const cpuS = spreadOf(costs.map((cost) => cost.cpuS)).median
  const speed = `${Math.round(rows / wallS / 1000)} k rows/s, ${(bytes / wallS / 1e6).toFixed(0)} MB/s`
  return `${wallS.toFixed(2)} s, ${speed}, CPU ${cpuS.toFixed(2)} s, ${spreadOf(peaks(costs)).median.toFixed(0)} MB`
}

const csv = await measured('csv')
const ndjson = await measured('ndjson')
const speed = (format: string, { ours, theirs, bytes }: typeof csv): Claim => ({
  what: `speed: export of ${rows.toLocaleString('en')} rows as ${format} (${(bytes / 1e6).toFixed(0)} MB)`,
  peer: '`sqlite3` printing the very same bytes from `power_log`',
  unit: 'x',
  better: 'more',
  ...ratioOf(walls(theirs), walls(ours)),
  ours: said(ours, bytes),
  theirs: said(theirs, bytes),
})
report('export', [
  { ...speed('CSV', csv), least: 2, aim: 3 },
  {
    what: 'its peak memory',
    peer: `sqlite3: ${spreadOf(peaks(csv.theirs)).median.toFixed(0)} MB`,
    unit: 'MB',
    better: 'less',
    least: 90,
    aim: 70,
    ...spreadOf(peaks(csv.ours)),
  },
  { ...speed('NDJSON', ndjson), isDetail: true },
])
