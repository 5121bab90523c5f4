/**
 * From the board to the eye and to the disk: frames of a board on a pseudo-serial port, 3 and 10 a second at random
 * moments of their period. Each is timed from the write of its last byte until its value stands on the
 * screen (120x30, seen through a terminal emulator), and until another connection finds it in the log, which it does
 * once the commit is synced. Quiet; and busy: on a log of 48 h at 100 Hz (made by `history`) that is all past
 * the retention, so that it is pruned all the time, while `export` reads it over and over. All is looked at each millisecond.
 * Beside the screen, at the same time, a Node process that passes each frame on: how late that is, the machine is.
 *
 * node bench/run.mjs latency [seconds a run] [rounds] [rates, such as 3,10]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, copyFileSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { openPty } from '../mock/pty.ts'
import { Noise } from '../mock/random.ts'
import build from '../test/support/build.ts'
import { until } from '../test/support/polling.ts'
import { TestTerminal } from '../test/support/terminal.ts'
import { ENVIRONMENT, folder, ina219 } from './support/child.ts'
import { syntheticLog } from './support/logs.ts'
import { inTurn, spreadOf } from './support/pairs.ts'
import { ROOT } from './support/paths.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [secondsText = '30', roundsText = '5', ratesText = '3,10'] = benchArguments()
const [seconds, rounds] = [Number(secondsText), Number(roundsText)]
const rates = ratesText.split(',').map(Number)
/** Of the first frames, which begin the epoch and compile the code, none counts. */
const SETTLING_MS = 5000
const DEADLINE_MS = 5000
/** The voltage tells the frames apart: it goes round from 4 to 4.999 V. */
const NUMBERS = 1000
const VOLTAGE_ROW = /^ V +(4\.\d{3}) V/
const noise = new Noise(12)

/** Delays of one run, ms. */
interface Delays {
  readonly pixel: number[]
  readonly durable: number[]
  /** Of the peer. */
  readonly passed: number[]
  /** What went on meanwhile: hours of old samples that went, exports that were begun. */
  readonly prunedH: number
  readonly exports: number
}

/** Numbers up to which all has arrived. */
class Arrivals {
  readonly delays: number[] = []
  readonly #sent: { readonly n: number; readonly atMs: number }[] = []

  sent(n: number): void {
    this.#sent.push({ n, atMs: performance.now() })
  }

  /** All up to `n`: where two come between two looks, the newer one stands for both. */
  arrived(n: number, counts: boolean): void {
    const nowMs = performance.now()
    while (this.#sent[0] !== undefined && this.#sent[0].n <= n) {
      const { atMs } = this.#sent.shift() as { readonly atMs: number }
      if (counts) this.delays.push(nowMs - atMs)
    }
  }

  get isWaiting(): boolean {
    return this.#sent.length > 0
  }

  check(what: string): void {
    const [oldest] = this.#sent
    if (oldest !== undefined && performance.now() - oldest.atMs > DEADLINE_MS) {
      throw new Error(`frame ${oldest.n} was not ${what} within ${DEADLINE_MS} ms`)
    }
  }
}

async function run(rateHz: number, isBusy: boolean, full: string): Promise<Delays> {
  const file = join(folder, 'latency.db')
  for (const end of ['', '-wal', '-shm', '.lock']) rmSync(file + end, { force: true })
  if (isBusy) {
    copyFileSync(full, file)
    // What the disk still has to do for the copy is not ours.
    const copy = openSync(file, 'r+')
    fsyncSync(copy)
    closeSync(copy)
  }
  const pty = await openPty()
  // The device of the old samples, so that they are past its retention.
  const [program = '', ...args] = ina219(
    ...['monitor', '--port', pty.path, '--device', 'stdin', '--no-hints', '--db', file],
  )
  const terminal = new TestTerminal(program, args, { columns: 120, rows: 30, env: ENVIRONMENT })
  const [pixel, durable, passed] = [new Arrivals(), new Arrivals(), new Arrivals()]
  const peer = spawn(process.execPath, ['-e', 'process.stdin.pipe(process.stdout)'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let passedOn = 0
  peer.stdout.on('data', (chunk: Buffer) => {
    passedOn += chunk.filter((byte) => byte === 10).length
  })
  let exporting: ChildProcess | null = null
  let exports = 0
  let isOver = false
  const exportAgain = (): void => {
    if (isOver) return
    const [node = '', ...rest] = ina219('export', '--db', file)
    exporting = spawn(node, rest, { env: ENVIRONMENT, cwd: ROOT, stdio: 'ignore' })
    exporting.once('exit', exportAgain)
    exports++
  }
  let db: Database.Database | undefined
  try {
    await until('the port is open', () => pty.open)
    await pause(1000)
    db = new Database(file, { readonly: true })
    const newest = db.prepare('SELECT seq FROM sample ORDER BY id DESC LIMIT 1').pluck()
    const oldest = db.prepare('SELECT min(id) FROM sample').pluck()
    const firstUs = oldest.get() as number
    if (isBusy) exportAgain()
    const beginMs = performance.now()
    const periodMs = 1000 / rateHz
    let n = 0
    let shown = 0
    let nextMs = beginMs
    const endMs = beginMs + SETTLING_MS + seconds * 1000
    while (performance.now() < endMs || [pixel, durable, passed].some((each) => each.isWaiting)) {
      const nowMs = performance.now()
      const counts = nowMs - beginMs > SETTLING_MS
      if (nowMs >= nextMs && nowMs < endMs) {
        n++
        const v = (4000 + (n % NUMBERS)) / 1000
        const frame = `{"v":${v.toFixed(3)},"a":0.2450,"seq":${n},"status":"ok"}\n`
        pty.write(frame)
        pixel.sent(n)
        durable.sent(n)
        peer.stdin.write(frame)
        passed.sent(n)
        nextMs = beginMs + (n + noise.uniform(n, 0) * 0.9) * periodMs
      }
      const [, volts] = pixel.isWaiting ? (VOLTAGE_ROW.exec(terminal.lines[1] ?? '') ?? []) : []
      if (volts !== undefined) {
        const at = Math.round(Number(volts) * 1000) - 4000
        // The newest frame that has this value.
        shown = Math.max(shown, n - ((((n - at) % NUMBERS) + NUMBERS) % NUMBERS))
        pixel.arrived(shown, counts)
      }
      if (durable.isWaiting) {
        const seq = newest.get() as number | undefined
        if (seq !== undefined && seq <= n) durable.arrived(seq, counts)
      }
      passed.arrived(passedOn, counts)
      pixel.check('shown')
      durable.check('logged')
      await pause(1)
    }
    const prunedH = isBusy ? ((oldest.get() as number) - firstUs) / 3.6e9 : 0
    const [onScreen, inLog] = [pixel.delays, durable.delays]
    return { pixel: onScreen, durable: inLog, passed: passed.delays, prunedH, exports }
  } finally {
    isOver = true
    ;(exporting as ChildProcess | null)?.kill('SIGKILL')
    peer.kill()
    db?.close()
    terminal.press('q')
    await terminal.ended(60_000).catch(() => undefined)
    terminal.dispose()
    await pty.close()
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, two) => one - two)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
}

build()
const full = await syntheticLog(100, 48)
const cases = rates.flatMap((rateHz) =>
  [false, true].map((isBusy) => ({ name: `${rateHz} ${isBusy}`, rateHz, isBusy })),
)
const runs = await inTurn(
  Object.fromEntries(
    cases.map(({ name, rateHz, isBusy }) => [name, () => run(rateHz, isBusy, full)]),
  ),
  rounds,
)

/** Of all frames of all runs, since one has too few for a hundredth; its extremes are those of the runs. */
function claim({ name, rateHz, isBusy }: (typeof cases)[0], where: 'pixel' | 'durable'): Claim {
  const own = runs[name] ?? []
  const all = own.flatMap((each) => each[where])
  const ms = (values: readonly number[], share: number): string =>
    `${quantile(values, share).toFixed(0)} ms`
  const shares = (values: readonly number[]): string =>
    `p50 ${ms(values, 0.5)}, p99 ${ms(values, 0.99)}, longest ${ms(values, 1)}`
  const meanwhile = isBusy
    ? `; in a run ${spreadOf(own.map(({ prunedH }) => prunedH)).median.toFixed(1)} h of samples pruned, ` +
      `${spreadOf(own.map(({ exports }) => exports)).median} exports begun`
    : ''
  const { min, max } = spreadOf(own.map((each) => quantile(each[where], 0.99)))
  const goals = where === 'pixel' ? { least: 80, aim: 50 } : { least: 250, aim: 150 }
  return {
    what: `frame in → ${where === 'pixel' ? 'pixel out' : 'durable'} at ${rateHz} Hz, p99${isBusy ? ', while an export runs and the log is pruned' : ''}`,
    peer: 'a Node process that passes the frame on, at the same time',
    unit: 'ms',
    better: 'less',
    ...(rateHz === 3 ? goals : { isDetail: true }),
    median: quantile(all, 0.99),
    min,
    max,
    ours: `of ${all.length}: ${shares(all)}${meanwhile}`,
    theirs: shares(own.flatMap(({ passed }) => passed)),
  }
}

report(
  'latency',
  cases.flatMap((each) => [claim(each, 'pixel'), claim(each, 'durable')]),
)
