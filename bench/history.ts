/**
 * 48 h at 100 Hz (17.28 million samples) in figures: `history` in 480 buckets of six minutes beside an empty Node process, and in
 * buckets of 7 s, which no roll-up of minutes answers, beside the same query in `sqlite3`. Whole processes. Counts,
 * minima and maxima of all buckets must be the same, the means to 9 digits.
 *
 * node bench/run.mjs history [rate Hz] [hours]
 */
import { execFileSync } from 'node:child_process'
import build from '../test/support/build.ts'
import {
  BARE_ENVIRONMENT,
  type Cost,
  costOf,
  EMPTY_NODE,
  ENVIRONMENT,
  ina219,
} from './support/child.ts'
import { syntheticLog } from './support/logs.ts'
import { inTurn, ratioOf, spreadOf } from './support/pairs.ts'
import { benchArguments, report } from './support/results.ts'

const [rateHz = 100, hours = 48] = benchArguments().map(Number)
const SECONDS = 7
const MEASURES = ['voltage', 'current', 'power']
const QUERY = `SELECT time_us / ${SECONDS}000000 * ${SECONDS}, count(*),
  ${MEASURES.map((name) => `min(${name}), avg(${name}), max(${name})`).join(', ')}
  FROM power_log GROUP BY 1 ORDER BY 1;`

build()
const log = await syntheticLog(rateHz, hours)
const samples = `${(rateHz * hours * 3600).toLocaleString('en')} samples`

function history(...args: readonly string[]): string[] {
  return ina219('history', '--db', log, ...args)
}

interface Bucket {
  readonly time: string
  readonly samples: number
  readonly [figure: string]: string | number
}

/** @throws where a figure of a bucket differs */
function compare(): void {
  const text = execFileSync(
    process.execPath,
    history('--every', `${SECONDS}s`, '--format', 'json').slice(1),
    {
      env: ENVIRONMENT,
      maxBuffer: 1 << 28,
    },
  )
  const own = (JSON.parse(text.toString()) as { buckets: Bucket[] }).buckets
  const theirs = execFileSync('sqlite3', ['-readonly', log, QUERY], { maxBuffer: 1 << 28 })
  const rows = theirs.toString().trimEnd().split('\n')
  if (rows.length !== own.length) throw new Error(`${own.length} buckets, not ${rows.length}`)
  for (const [i, row] of rows.entries()) {
    const bucket = own[i] as Bucket
    const { time, samples } = bucket
    const units = ['voltage_v', 'current_a', 'power_w']
    const figures = units.flatMap((name) =>
      ['min', 'avg', 'max'].map((each) => bucket[`${name}_${each}`]),
    )
    const found = [Date.parse(time) / 1000, samples, ...figures].map(Number)
    const differs = row
      .split('|')
      .some((wanted, at) => Math.abs(Number(wanted) - (found[at] ?? Number.NaN)) > 1e-9)
    if (differs) throw new Error(`${found.join('|')}, but sqlite3 says ${row}`)
  }
}

compare()
const short = await inTurn({
  node: () => costOf(EMPTY_NODE),
  table: () => costOf(history('--every', '6m')),
  bareNode: () => costOf(EMPTY_NODE, { env: BARE_ENVIRONMENT }),
  bareTable: () => costOf(history('--every', '6m'), { env: BARE_ENVIRONMENT }),
  plot: () => costOf(history('--format', 'plot')),
})
const long = await inTurn({
  ours: () => costOf(history('--every', `${SECONDS}s`)),
  sqlite: () => costOf(['sqlite3', '-readonly', log, QUERY]),
})
const walls = (costs: readonly Cost[]): number[] => costs.map(({ wallS }) => wallS)
function said(costs: readonly Cost[]): string {
  const [wallS, cpuS, peakMb] = (['wallS', 'cpuS', 'peakMb'] as const).map(
    (name) => spreadOf(costs.map((cost) => cost[name])).median,
  ) as [number, number, number]
  return `${wallS.toFixed(3)} s, CPU ${cpuS.toFixed(3)} s, ${peakMb.toFixed(0)} MB`
}
report('history', [
  {
    what: `time of history: ${samples} in ${Math.round((hours * 60) / 6)} buckets`,
    peer: '`node -e 0`',
    unit: 'x',
    better: 'less',
    least: 2,
    aim: 1.5,
    ...ratioOf(walls(short.table), walls(short.node)),
    ours: said(short.table),
    theirs: said(short.node),
  },
  {
    what: 'time of the same, in an empty environment',
    peer: '`node -e 0`',
    unit: 'x',
    better: 'less',
    isDetail: true,
    ...ratioOf(walls(short.bareTable), walls(short.bareNode)),
    ours: said(short.bareTable),
    theirs: said(short.bareNode),
  },
  {
    what: 'time of the same as a plot',
    peer: '`node -e 0`',
    unit: 'x',
    better: 'less',
    isDetail: true,
    ...ratioOf(walls(short.plot), walls(short.node)),
    ours: said(short.plot),
    theirs: said(short.node),
  },
  {
    what: `time of the same in buckets of ${SECONDS} s`,
    peer: `the same query in \`sqlite3\`: ${spreadOf(walls(long.sqlite)).median.toFixed(1)} s`,
    unit: 's',
    better: 'less',
    least: 1,
    aim: 0.3,
    ...spreadOf(walls(long.ours)),
    ours: said(long.ours),
    theirs: said(long.sqlite),
  },
  {
    what: `speed of the same in buckets of ${SECONDS} s`,
    peer: 'the same query in `sqlite3`',
    unit: 'x',
    better: 'more',
    isDetail: true,
    ...ratioOf(walls(long.sqlite), walls(long.ours)),
  },
])
