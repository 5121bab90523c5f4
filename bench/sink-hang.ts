/**
 * What a sink costs the sampling and the screen: a monitor with its screen (120x30) at 100 Hz from a pseudo-serial port, on a copy of a log
 * of 48 hours all of which the sink has still to send, where the other side takes connections and never answers, or is not
 * there at all, beside the same without a sink and with one that keeps up. For each: how late the event loop of
 * the main thread was at worst (and without the time in which others had the processors), its processor time, that of all threads, memory, and
 * the bytes that went to the screen. In turn, so that what the machine does meets all of them. Needs a build.
 *
 * node bench/run.mjs sink-hang [seconds a measurement] [rounds] [hours]
 */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../test/support/free-port.ts'
import { until } from '../test/support/polling.ts'
import { InfluxDouble } from '../test/support/servers/influx-double.ts'
import { TestTerminal } from '../test/support/terminal.ts'
import { ENVIRONMENT, folder } from './support/child.ts'
import { readyLog } from './support/full-log.ts'
import { spreadOf } from './support/pairs.ts'
import { CLI, ROOT } from './support/paths.ts'
import { cpuOf, firstThreadCpuOf, rssOf } from './support/process.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [seconds = 15, rounds = 3, hours = 48] = benchArguments().map(Number)
const HZ = 100
/** Start, and the first look at the log, are no sampling yet. */
const WARM_UP_MS = 5000

const CASES = [
  'no sink',
  'a sink that hangs',
  'a sink that is away',
  'a sink that keeps up',
] as const
type Case = (typeof CASES)[number]

interface Measured {
  readonly longestMs: number
  readonly ownMs: number
  readonly mainCpu: number
  readonly allCpu: number
  readonly mb: number
  readonly screenKb: number
  readonly sent: number
}

const full = await readyLog(HZ, hours, 2)
const link = join(folder, 'board')
const board = spawn(process.execPath, [CLI, 'mock', '--pty', link, '--rate', `${HZ}`], {
  env: ENVIRONMENT,
  stdio: ['ignore', 'pipe', 'inherit'],
})
let printed = ''
board.stdout.on('data', (chunk: Buffer) => {
  printed += chunk.toString()
})
await until('the board is there', () => printed.endsWith('\n'))
const deaf = await InfluxDouble.start()
deaf.isDeaf = true
const nowhere = await freePort()
/** In memory: on the disk of the log, a meter would wait for it, and measure that. */
const meters = mkdtempSync('/dev/shm/ina219-bench-')

async function sinkOf(each: Case): Promise<{ args: string[]; server: InfluxDouble | null }> {
  const at = (url: string): string[] => ['--sink', url]
  if (each === 'no sink') return { args: [], server: null }
  if (each === 'a sink that hangs') return { args: at(deaf.sinkUrl), server: null }
  if (each === 'a sink that is away')
    return { args: at(`influx+http://127.0.0.1:${nowhere}/?db=lab`), server: null }
  const server = await InfluxDouble.start()
  return { args: at(server.sinkUrl), server }
}

async function measured(each: Case): Promise<Measured> {
  const db = join(folder, 'log.db')
  for (const end of ['', '-wal', '-shm', '.lock']) rmSync(db + end, { force: true })
  // One that keeps up has nothing to catch up with.
  if (each !== 'a sink that keeps up') copyFileSync(full.file, db)
  const meter = mkdtempSync(join(meters, 'run-'))
  mkdirSync(meter, { recursive: true })
  const { args, server } = await sinkOf(each)
  // What is old stays: nothing but sampling and sending is to be measured.
  const terminal = new TestTerminal(
    process.execPath,
    [CLI, 'monitor', '--port', link, '--db', db, '--retain', '3650d', ...args],
    {
      columns: 120,
      rows: 30,
      env: {
        ...ENVIRONMENT,
        NODE_OPTIONS: `--import=${join(ROOT, 'bench/support/pause-meter.mjs')}`,
        PAUSE_METER: meter,
        PAUSE_METER_AFTER_MS: `${WARM_UP_MS}`,
      },
    },
  )
  await pause(WARM_UP_MS)
  const [cpu, first, written] = [
    cpuOf(terminal.pid),
    firstThreadCpuOf(terminal.pid),
    terminal.output.length,
  ]
  await pause(seconds * 1000)
  const mainCpu = ((firstThreadCpuOf(terminal.pid) - first) / seconds) * 100
  const allCpu = ((cpuOf(terminal.pid) - cpu) / seconds) * 100
  const mb = rssOf(terminal.pid)
  const screenKb = (terminal.output.length - written) / seconds / 1000
  const { longestMs, longestOwnMs: ownMs } = JSON.parse(
    readFileSync(join(meter, 'main.json'), 'utf8'),
  )
  terminal.press('q')
  await terminal.exit
  terminal.dispose()
  const sent = server?.lines.filter((line) => line.startsWith('power_sample')).length ?? 0
  await server?.close()
  return { longestMs, ownMs, mainCpu, allCpu, mb, screenKb, sent }
}

const results = new Map<Case, Measured[]>(CASES.map((each) => [each, []]))
try {
  for (let round = 0; round < rounds; round++) {
    for (const each of CASES) {
      const run = await measured(each)
      results.get(each)?.push(run)
      console.error(
        `${each}: ${JSON.stringify(run, (_, value) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value))}`,
      )
    }
  }
} finally {
  board.kill('SIGKILL')
  await deaf.close()
  rmSync(meters, { recursive: true, force: true })
}

const median = (each: Case, member: keyof Measured): number =>
  spreadOf((results.get(each) ?? []).map((run) => run[member])).median
const claims = CASES.map(
  (each): Claim => ({
    what: `longest pause of sampling in ${seconds} s with the screen, 100 Hz, log of ${hours} h: ${each}`,
    peer: '-',
    unit: 'ms',
    better: 'less',
    isDetail: true,
    ...spreadOf((results.get(each) ?? []).map(({ longestMs }) => longestMs)),
    ours: `${median(each, 'ownMs').toFixed(1)} ms of it its own; processor: main thread ${median(each, 'mainCpu').toFixed(1)} %, all ${median(each, 'allCpu').toFixed(1)} %; ${median(each, 'mb').toFixed(0)} MB; screen ${median(each, 'screenKb').toFixed(1)} kB/s`,
  }),
)
report('sink-hang', claims)
