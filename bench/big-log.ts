/**
 * A log of 1 kHz for 48 hours (172.8 million samples, 5.6 GB), made once by the product's own writer: how fast
 * it takes samples at its beginning and at its end, what a sample costs, how long each question takes that a
 * user waits for, and how the retention takes it down: minute by minute, and all of it after two
 * days without a logger. Needs a build, and twice the room of the log.
 *
 * node bench/run.mjs big-log [hz] [hours] [simulated minutes of retention]
 */
import { closeSync, copyFileSync, fsyncSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LogReader } from '../src/storage/read/log-reader.ts'
import { type Aging, age } from './support/aging.ts'
import { costOf, folder, ina219 } from './support/child.ts'
import {
  cachedLog,
  DEVICE,
  type FullLog,
  fill,
  lackOfRoom,
  newestUs,
  samplesOf,
} from './support/full-log.ts'
import { inTurn, spreadOf } from './support/pairs.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [hz = 1000, hours = 48, minutes = 10] = benchArguments().map(Number)
/** Samples added at a time while the log is made. */
const PIECE = 10_000_000
const HOUR_US = 3_600_000_000

const full: FullLog = cachedLog(hz, hours)
const name = `${hz} Hz × ${hours} h`

async function make(): Promise<Claim[]> {
  const rates: number[] = []
  for (;;) {
    const piece = await fill(full, PIECE)
    if (piece.samples > 0) rates.push((piece.samples * 1000) / piece.ms)
    if (piece.isFull) break
  }
  const bytes = statSync(full.file).size / samplesOf(full)
  const size: Claim = {
    what: `bytes a sample, whole file (${name})`,
    peer: '-',
    unit: 'bytes',
    better: 'less',
    ...spreadOf([bytes]),
    isDetail: true,
  }
  // Of a log that was there already nothing can be said.
  const [first] = rates
  if (first === undefined || rates.length < 4) return [size]
  const last = rates.slice(-3)
  const ingest: Claim = {
    what: `taking samples with a full log (${name})`,
    peer: 'the same with an empty one',
    unit: 'x',
    better: 'more',
    ...spreadOf(last.map((rate) => rate / first)),
    ours: `${Math.round(spreadOf(last).median / 1000)} k/s`,
    theirs: `${Math.round(first / 1000)} k/s`,
  }
  return [size, ingest]
}

/** What a user waits for, as whole processes or as the screen asks for it. */
async function questions(): Promise<Claim[]> {
  const endUs = newestUs(full.file) + 1
  const oldUs = endUs - hours * HOUR_US + 120e6
  const iso = (us: number): string => new Date(us / 1000).toISOString()
  const range = ['--from', iso(oldUs), '--to', iso(oldUs + 60e6)]
  const run = (...args: string[]) => {
    return () => costOf(ina219(...args, '--db', full.file)).wallS * 1000
  }
  const commands = {
    history: run('history'),
    'history --every 6m': run('history', '--every', '6m'),
    'history --every 7s': run('history', '--every', '7s'),
    'history of the newest hour': run(
      'history',
      '--from',
      iso(endUs - HOUR_US),
      '--to',
      iso(endUs),
    ),
    'history of the oldest minute': run('history', ...range),
    'export of one minute': run('export', ...range),
    'export --every 1m': run('export', '--every', '1m'),
    totals: run('totals'),
    doctor: run('doctor'),
  }
  const series = (seconds: number) => () => {
    const beganMs = performance.now()
    const reader = LogReader.open(full.file)
    reader.series(DEVICE, endUs - seconds * 1e6, Math.floor((seconds * 1e6) / 200), 200)
    reader.close()
    return performance.now() - beganMs
  }
  const zooms = {
    'chart of 10 s in 200 columns': series(10),
    'chart of 1 min in 200 columns': series(60),
    'chart of 17 min in 200 columns': series(1020),
    'chart of 1 h in 200 columns': series(3600),
    [`chart of ${hours} h in 200 columns`]: series(hours * 3600),
  }
  const measured = await inTurn<string, number>({ ...commands, ...zooms })
  return Object.entries(measured).map(([what, ms]) => ({
    what: `${what} (${name})`,
    peer: '-',
    unit: 'ms' as const,
    better: 'less' as const,
    least: 1000,
    ...spreadOf(ms),
    isDetail: true,
  }))
}

/** @param aheadHours how much later the next sample comes */
function retention(aheadHours: number): Aging {
  const copy = join(folder, 'aging.db')
  copyFileSync(full.file, copy)
  // The disk is to be quiet: a checkpoint would wait for all that was copied.
  const fd = openSync(copy, 'r+')
  fsyncSync(fd)
  closeSync(fd)
  return age(copy, { hz, hours, aheadHours, seconds: minutes * 60 })
}

function agingClaims(what: string, aging: Aging): Claim[] {
  const { opened, commits, ticks, walBytes, fromBytes, toBytes, deleted, closed } = aging
  const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
  const one = (of: string, ms: readonly number[], ours?: string): Claim => {
    const sorted = [...ms].sort((a, b) => a - b)
    const median = sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN
    const [min = Number.NaN] = sorted
    const spread = { median, min, max: sorted.at(-1) ?? Number.NaN }
    const claim = { what: `${what}: ${of}, 99 of 100 (${name})`, peer: '-', ...spread }
    return { ...claim, unit: 'ms', better: 'less', isDetail: true, ...(ours && { ours }) }
  }
  return [
    one(
      'a commit',
      commits,
      `opened in ${opened.toFixed(0)} ms, closed in ${closed.toFixed(0)} ms, WAL to ${mb(walBytes)}`,
    ),
    one(
      'a step of tidying up',
      ticks,
      `${deleted.toLocaleString('en')} samples deleted in ${minutes} min, ${mb(fromBytes)} to ${mb(toBytes)}`,
    ),
  ]
}

const lack = lackOfRoom(full, 2)
if (lack !== null) {
  console.error(lack)
  process.exit(1)
}
const claims = await make()
claims.push(...(await questions()))
claims.push(...agingClaims('samples pass the retention', retention(0)))
claims.push(...agingClaims('all samples past the retention at once', retention(hours + 1)))
report('big-log', claims)
