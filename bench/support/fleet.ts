import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { compiled, ENVIRONMENT, folder, ina219 } from './child.ts'
import { ROOT } from './paths.ts'
import { cpuOf, firstThreadCpuOf, rssOf, writtenBy, writtenTo } from './process.ts'

/** So many devices with so many samples a second each, all in one monitor with one log. */
export interface Fleet {
  readonly devices: number
  readonly hz: number
}

export interface Measured extends Fleet {
  /** Processor time of the monitor, s a second; of the thread that reads alone. */
  readonly cpu: number
  readonly readerCpu: number
  readonly rssMb: number
  /** What the process made to be written, bytes a second: WAL and log; what the disk got, with the file system's own. */
  readonly bytesPerS: number
  readonly diskBytesPerS: number
  /** Frames that the ports took, and the rows of them in the log in the end. */
  readonly sent: number
  readonly rows: number
  /** Frames that a port did not take since the monitor did not read it; of these after the first five seconds. */
  readonly dropped: number
  readonly droppedLater: number
  /** From a frame to its row, which another connection sees once it is synced; the median of commits, the longest, ms. */
  readonly durableMs: number
  readonly longestMs: number
  /** Every frame that a port took is a row, and so says the monitor's ledger; no other is counted as lost. */
  readonly isWhole: boolean
}

/** How the monitor is run. */
export interface Conditions {
  /** Before the command. */
  readonly prefix?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** Of the first samples, which begin epochs and compile the code, none counts. */
const SETTLING_S = 5
/** How often the log is looked at. */
const LOOK_MS = 10

let program: string | undefined

/** Runs a monitor of so many boards for so long. @throws where it does not end well */
export async function measureFleet(
  { devices, hz }: Fleet,
  seconds: number,
  { prefix = [], env = {} }: Conditions = {},
): Promise<Measured> {
  program ??= compiled('support/boards.c', '-lutil')
  const file = join(folder, 'fleet.db')
  const summary = join(folder, 'fleet.json')
  for (const end of ['', '-wal', '-shm', '.lock']) rmSync(file + end, { force: true })
  const boards = spawn(program, [devices, hz, SETTLING_S + seconds].map(String))
  const said = createInterface(boards.stdout)[Symbol.asyncIterator]()
  const line = async (): Promise<string> => String((await said.next()).value)
  const ports: string[] = []
  for (let path = await line(); path !== ''; path = await line()) ports.push('--port', path)
  const [command = '', ...args] = [
    ...prefix,
    ...ina219('monitor', ...ports, '--no-hints', '--output', 'none'),
    ...['--summary', summary, '--db', file],
  ]
  const monitor = spawn(command, args, {
    env: { ...ENVIRONMENT, ...env },
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  monitor.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const ended = once(monitor, 'exit')
  try {
    boards.stdin.write('\n')
    const go = await Promise.race([line(), ended.then(() => 'the monitor ended')])
    if (go !== 'go') throw new Error(`${go}: ${errors}`)
    const pid = monitor.pid as number
    await pause(SETTLING_S * 1000)
    const counters = (): number[] => [
      performance.now() / 1000,
      cpuOf(pid),
      firstThreadCpuOf(pid),
      writtenBy(pid),
      writtenTo(file),
    ]
    const before = counters()
    const delays = await delaysOf(file, hz * devices, performance.now() + (seconds - 0.5) * 1000)
    const [wallS = 0, ...used] = counters().map((value, i) => value - (before[i] as number))
    const [cpu = 0, readerCpu = 0, bytesPerS = 0, diskBytesPerS = 0] = used.map(
      (one) => one / wallS,
    )
    const rssMb = rssOf(pid)
    const sending = JSON.parse(await line()) as Pick<Measured, 'sent' | 'dropped' | 'droppedLater'>
    await pause(1000)
    monitor.kill('SIGTERM')
    const [code] = await ended
    if (code !== 0) throw new Error(`exit code ${code}: ${errors}`)
    const rows = rowsOf(file)
    const ledger = JSON.parse(readFileSync(summary, 'utf8')) as Record<string, number>
    return {
      devices,
      hz,
      cpu,
      readerCpu,
      rssMb,
      bytesPerS,
      diskBytesPerS,
      rows,
      ...sending,
      durableMs: delays[Math.floor(delays.length / 2)] ?? Number.NaN,
      longestMs: delays.at(-1) ?? Number.NaN,
      isWhole:
        rows === sending.sent &&
        ledger['logged'] === sending.sent &&
        // After the last frame of a board nobody can know of more.
        (ledger['lost'] as number) <= sending.dropped,
    }
  } finally {
    monitor.kill('SIGKILL')
    boards.kill('SIGKILL')
  }
}

/**
 * How old the oldest sample of each commit was when another connection saw it, ms, sorted. Boards stamp their samples with this
 * machine's clock; what is between two looks is in the figure.
 */
async function delaysOf(file: string, perS: number, untilMs: number): Promise<number[]> {
  const db = new Database(file, { readonly: true })
  const newest = db.prepare('SELECT max(id) FROM sample').pluck()
  const delays: number[] = []
  try {
    let seen = newest.get() as number
    while (performance.now() < untilMs) {
      const id = newest.get() as number
      if (id > seen) {
        delays.push(performance.timeOrigin + performance.now() - (seen / 1000 + 1000 / perS))
        seen = id
      }
      await pause(LOOK_MS)
    }
  } finally {
    db.close()
  }
  return delays.sort((one, two) => one - two)
}

function rowsOf(file: string): number {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare('SELECT count(*) FROM power_log').pluck().get() as number
  } finally {
    db.close()
  }
}

/** What was measured, in a line. */
export function wordsOf(measured: Measured): string {
  const { rssMb, sent, rows, dropped, droppedLater, durableMs, longestMs } = measured
  const counted = (value: number): string => value.toLocaleString('en')
  const kb = (bytes: number): string => `${(bytes / 1000).toFixed(0)} KB/s`
  const lost =
    dropped === 0 ? '' : `, ${counted(dropped)} dropped (${counted(droppedLater)} after 5 s)`
  return (
    `${(measured.readerCpu * 100).toFixed(1)} % in the reading thread, ${rssMb.toFixed(0)} MB, ` +
    `${counted(rows)} of ${counted(sent)} rows${lost}, durable ${durableMs.toFixed(0)} ms, ` +
    `longest ${longestMs.toFixed(0)}, written ${kb(measured.bytesPerS)}, disk ${kb(measured.diskBytesPerS)}`
  )
}
