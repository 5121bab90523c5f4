/**
 * How long sampling pauses at worst while the log is full: a monitor at 100 Hz on a log of 48 hours,
 * headless and with the screen, while samples pass the retention, exports read the whole log, and all
 * but an hour of it is deleted. A pause is how late the event loop of a thread was, seen from inside
 * the program. Beside it, at the same time, an empty Node process: the machine pauses, too. Then how long
 * a sample takes from its arrival until it is durable. Needs a build.
 *
 * node bench/run.mjs jitter [seconds a measurement] [rounds] [hours] [hz]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { TestTerminal } from '../test/support/terminal.ts'
import { ENVIRONMENT, folder } from './support/child.ts'
import {
  cachedLog,
  DEVICE,
  fill,
  lackOfRoom,
  newestUs,
  openFullLog,
  sampleAt,
} from './support/full-log.ts'
import { ROUNDS, type Spread, spreadOf } from './support/pairs.ts'
import { CLI, ROOT } from './support/paths.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [seconds = 30, rounds = ROUNDS, hours = 48, hz = 100] = benchArguments().map(Number)
/** Start, and the first look at the log, are no sampling yet. */
const WARM_UP_MS = 4000
const END_MS = 1500

/** What is measured of a thread, by `support/pause-meter.mjs`. */
interface Pauses {
  readonly longestMs: number
  /** So long it was the thread that ran, or waited for something else than a processor: its own work, at most. */
  readonly longestOwnMs: number
  /** So long it was ready to run, and others had the processors. */
  readonly longestQueuedMs: number
  readonly looks: number
}

interface Case {
  readonly what: string
  readonly hasScreen: boolean
  /** All but the newest hour is past the retention at once; else as many samples as come. */
  readonly isAging: boolean
  readonly isExported: boolean
}

const CASES: readonly Case[] = [
  { what: 'headless', hasScreen: false, isAging: false, isExported: false },
  { what: 'headless, 47 h deleted, exports', hasScreen: false, isAging: true, isExported: true },
  { what: 'screen, 47 h deleted, exports', hasScreen: true, isAging: true, isExported: true },
]

const full = cachedLog(hz, hours)
const lack = lackOfRoom(full, 2)
if (lack !== null) {
  console.error(lack)
  process.exit(1)
}
if (!existsSync(full.file)) console.error(`making ${full.file}, once`)
await fill(full)
const copy = join(folder, 'log.db')
/** What the machine does with a large file that was just written is no pause of ours. */
function renew(): void {
  for (const end of ['-wal', '-shm', '.lock']) rmSync(copy + end, { force: true })
  copyFileSync(full.file, copy)
  const fd = openSync(copy, 'r+')
  fsyncSync(fd)
  closeSync(fd)
}

/** As long ago as the log ended, and the hours of it: one sample goes for each that comes. */
const steadyMs = Date.now() - newestUs(full.file) / 1000 + hours * 3_600_000
const retainOf = ({ isAging }: Case): number =>
  isAging ? Math.round(steadyMs - (hours - 1) * 3_600_000) : Math.round(steadyMs)

/** In memory: on the disk of the log, a meter would wait for it, and measure that. */
const meters = mkdtempSync('/dev/shm/ina219-bench-')
process.on('exit', () => rmSync(meters, { recursive: true, force: true }))

function environment(name: string): NodeJS.ProcessEnv {
  const meter = join(meters, name)
  rmSync(meter, { recursive: true, force: true })
  mkdirSync(meter)
  return {
    ...ENVIRONMENT,
    NODE_OPTIONS: `--import=${join(ROOT, 'bench/support/pause-meter.mjs')}`,
    PAUSE_METER: meter,
    PAUSE_METER_AFTER_MS: `${WARM_UP_MS}`,
  }
}

function pausesOf(name: string, thread: 'main' | 'log-worker'): Pauses {
  return JSON.parse(readFileSync(join(meters, name, `${thread}.json`), 'utf8')) as Pauses
}

/** Exports one after the other, until it is told to stop. */
function exporting(): () => void {
  let child: ChildProcess
  let isOver = false
  const next = (): void => {
    if (isOver) return
    child = spawn(process.execPath, [CLI, 'export', '--db', copy], {
      env: ENVIRONMENT,
      stdio: 'ignore',
    })
    child.once('exit', next)
  }
  next()
  return () => {
    isOver = true
    child.kill()
  }
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.once('exit', () => resolve()))

async function measured(each: Case): Promise<{ main: Pauses; log: Pauses; empty: Pauses }> {
  renew()
  const durationS = seconds + (WARM_UP_MS + END_MS) / 1000
  const node = `'${process.execPath}'`
  // The device has no meter: it is another process in life, too.
  const command =
    `env -u NODE_OPTIONS ${node} '${CLI}' mock --rate ${hz} --duration ${durationS}s | ` +
    `${node} '${CLI}' monitor --stdin --device ${DEVICE} --db '${copy}' --retain ${Math.round(retainOf(each) / 1000)}s ` +
    (each.hasScreen ? '--output tui' : '--output none')
  const empty = spawn(process.execPath, ['-e', `setTimeout(() => {}, ${durationS * 1000})`], {
    env: environment('empty'),
    stdio: 'ignore',
  })
  const emptyEnded = ended(empty)
  const env = environment('ours')
  const stop = each.isExported ? exporting() : () => {}
  const terminal = each.hasScreen
    ? new TestTerminal('/bin/sh', ['-c', command], { columns: 120, rows: 30, env })
    : null
  const headless = terminal ? null : spawn('/bin/sh', ['-c', command], { env, stdio: 'ignore' })
  const oursEnded = headless === null ? terminal?.exit : ended(headless)
  // Before the end: what is done there is no sampling any more.
  await pause(durationS * 1000 - END_MS)
  const [main, log] = [pausesOf('ours', 'main'), pausesOf('ours', 'log-worker')]
  stop()
  // The screen outlives its input.
  terminal?.press('q')
  await oursEnded
  terminal?.dispose()
  await emptyEnded
  return { main, log, empty: pausesOf('empty', 'main') }
}

/** From `append` to durable, ms, for each sample at that rate: the largest, and what 99 of 100 are below. */
async function durableMs(each: Case): Promise<{ longest: number; p99: number }> {
  renew()
  const { log, own } = await openFullLog(copy, retainOf(each))
  const startUs = Date.now() * 1000
  const epoch = own.begin(DEVICE, 2, startUs)
  const sentMs: number[] = []
  const tookMs: number[] = []
  own.onCommitted((_, seq) => {
    const nowMs = performance.now()
    while (tookMs.length <= seq) tookMs.push(nowMs - (sentMs[tookMs.length] as number))
  })
  const stop = each.isExported ? exporting() : () => {}
  const beganMs = performance.now()
  while (performance.now() - beganMs < (seconds * 1000) / 2) {
    // All that is due: a timer is late at times.
    for (const dueMs = performance.now() - beganMs; (sentMs.length * 1000) / hz <= dueMs; ) {
      const seq = sentMs.push(performance.now()) - 1
      own.append(sampleAt(seq, Math.round(startUs + (seq * 1e6) / hz), epoch.id))
    }
    await pause(1000 / hz)
  }
  stop()
  await log.close()
  tookMs.sort((a, b) => a - b)
  return {
    longest: tookMs.at(-1) as number,
    p99: tookMs[Math.floor(tookMs.length * 0.99)] as number,
  }
}

const text = (ms: number): string => ms.toFixed(1)
const claims: Claim[] = []
const results = CASES.map((each) => ({ each, runs: [] as Awaited<ReturnType<typeof measured>>[] }))
const durable: Awaited<ReturnType<typeof durableMs>>[] = []
// In turn, so that whatever the machine does beside it meets all of them.
for (let round = 0; round < rounds; round++) {
  for (const { each, runs } of results) {
    const run = await measured(each)
    runs.push(run)
    console.error(
      `${each.what}: longest ${text(run.main.longestMs)} ms, own ${text(run.main.longestOwnMs)}, queued ${text(run.main.longestQueuedMs)}; ` +
        `log thread ${text(run.log.longestMs)}, own ${text(run.log.longestOwnMs)}; empty process ${text(run.empty.longestMs)}`,
    )
  }
  durable.push(await durableMs(CASES[1] as Case))
  console.error(
    `durable: p99 ${text(durable.at(-1)?.p99 ?? 0)} ms, longest ${text(durable.at(-1)?.longest ?? 0)}`,
  )
}
const full48 = `${hz} Hz, full log of ${hours} h`
for (const { each, runs } of results) {
  const of = (who: keyof (typeof runs)[0], what: keyof Pauses): Spread =>
    spreadOf(runs.map((run) => run[who][what]))
  const spread = ({ median, min, max }: Spread): string =>
    `${text(median)} ms (${text(min)} to ${text(max)})`
  const log = of('log', 'longestMs')
  const peer = 'an empty Node process at the same time'
  claims.push({
    what: `longest pause of sampling in ${seconds} s (${full48}; ${each.what})`,
    peer,
    unit: 'ms',
    better: 'less',
    least: 20,
    aim: 5,
    ...of('main', 'longestMs'),
    ours: `others had the processor for ${text(of('main', 'longestQueuedMs').median)} ms; the log's thread, which sampling does not wait for: ${text(log.median)} ms (to ${text(log.max)})`,
    theirs: spread(of('empty', 'longestMs')),
  })
  claims.push({
    what: `of such a pause, what is the program's own (${each.what})`,
    peer,
    unit: 'ms',
    better: 'less',
    least: 20,
    aim: 5,
    ...of('main', 'longestOwnMs'),
    theirs: spread(of('empty', 'longestOwnMs')),
  })
}
const longest = spreadOf(durable.map((run) => run.longest))
claims.push({
  what: `from a sample's arrival until it is durable, 99 of 100 (${full48}; 47 h deleted, exports)`,
  peer: '-',
  unit: 'ms',
  better: 'less',
  least: 250,
  ...spreadOf(durable.map((run) => run.p99)),
  ours: `the longest ${text(longest.median)} ms (to ${text(longest.max)})`,
  isDetail: true,
})
report('jitter', claims)
