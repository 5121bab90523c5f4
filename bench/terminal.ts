/**
 * What the screen costs beside a monitor of its kind, in the same run: bytes a second (and
 * which rows they are for), CPU and memory at 80x24 and 200x50, at ten samples a
 * second; then how long a key takes to show on lines of 960 and 3,840 bytes a second.
 *
 * node bench/run.mjs terminal [seconds a measurement]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import build from '../test/support/build.ts'
import { TestTerminal } from '../test/support/terminal.ts'

const seconds = Number(process.argv[2] ?? 20)
/** In the first minute the chart of a minute still shows what the log has of the time before the start. */
const WARM_UP_MS = 65_000
const SETTLED_MS = 6000
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))
const SIZES = [
  [80, 24],
  [200, 50],
] as const
const LINES = [
  { bytesPerS: 960, columns: 80, rows: 24 },
  { bytesPerS: 3840, columns: 80, rows: 24 },
  { bytesPerS: 3840, columns: 200, rows: 50 },
] as const
/** Each with what is to be seen of it; the first is undone by the second. */
const KEYS: readonly (readonly [key: string, shows: RegExp])[] = [
  [' ', /FROZEN/],
  ['f', /^(?![\s\S]*FROZEN)/],
  ['?', /help - /],
  ['?', /^(?![\s\S]*help - )/],
  ['-', / 2 min /],
  ['+', / 60 s /],
]
const TICKS_PER_S = 100
/**
 * With a log, after the warm-up, so that what has been won is not lost again; the budget of 70 is
 * not reached.
 */
const RSS_MOST_MB = { small: 90, large: 100 }

const folder = mkdtempSync(join(tmpdir(), 'ina219-terminal-'))

interface Cost {
  readonly bytesPerS: number
  readonly cpuPercent: number
  readonly rssMb: number
  /** What was written, after the warm-up. */
  readonly output: string
  readonly lines: readonly string[]
}

function peer(): string | null {
  for (const name of ['btop', 'htop']) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' })
      return name
    } catch {
      // The next one.
    }
  }
  return null
}

let logs = 0
function ours(): string[] {
  return [CLI, 'monitor', '--mock', '--db', join(folder, `log-${logs++}.db`)]
}

async function costOf(file: string, args: string[], columns: number, rows: number): Promise<Cost> {
  const terminal = new TestTerminal(file, args, { columns, rows })
  try {
    await pause(WARM_UP_MS)
    const from = terminal.output.length
    const [cpuS, beginMs] = [cpuOf(terminal.pid), performance.now()]
    await pause(seconds * 1000)
    const wallS = (performance.now() - beginMs) / 1000
    const output = terminal.output.slice(from)
    return {
      bytesPerS: Buffer.byteLength(output) / wallS,
      cpuPercent: ((cpuOf(terminal.pid) - cpuS) / wallS) * 100,
      rssMb: rssOf(terminal.pid),
      output,
      lines: terminal.lines,
    }
  } finally {
    terminal.press('q')
    await terminal.ended().catch(() => undefined)
    terminal.dispose()
  }
}

/** Of all threads, s. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}

function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** The name of what stands in each row. */
function regionsOf(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.includes('┌─ ') && / s | min | h /.test(line))
  const last = lines.findLastIndex((line) => line.includes('└'))
  const table = lines.findIndex((line, y) => y > last && /\bnow\b|\blast\b/.test(line))
  const totals = lines.findIndex((line) => /^ Q /.test(line))
  return lines.map((_, y) => {
    if (y === 0) return 'header'
    if (y === lines.length - 1) return 'keys'
    if (y < first) return 'gauges'
    if (y <= last) return 'chart'
    if (y < table || y >= totals) return y === totals ? 'totals' : 'events'
    return 'table'
  })
}

/** Each byte belongs to the row that the cursor is in, a move to the row it leads to. */
function bytesByRegion(output: string, regions: readonly string[]): Map<string, number> {
  const sums = new Map<string, number>()
  let y = 0
  for (const [part] of output.matchAll(/\x1b\[[?\d;]*[ -/]*[@-~]|\x1b.|[\s\S]/gu)) {
    const move = /^\x1b\[(\d*)(?:;\d*)?([Hd])$/.exec(part)
    if (move) y = Number(move[1] || 1) - 1
    if (part === '\n') y++
    const region = /\?2026|\[5n/.test(part) ? 'frame' : (regions[y] ?? 'other')
    sums.set(region, (sums.get(region) ?? 0) + Buffer.byteLength(part))
  }
  return sums
}

function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, i) => (i === 0 ? String(cell).padEnd(22) : String(cell).padStart(12)))
    .join('')
}

/** From the press to the sight of each key on a line of that speed, ms. */
async function keyTimes(bytesPerS: number, columns: number, rows: number): Promise<number[]> {
  const terminal = new TestTerminal(process.execPath, ours(), { columns, rows, bytesPerS })
  const times: number[] = []
  try {
    await terminal.waitFor((shown) => / q quit/.test(shown.lines.at(-1) ?? ''), 60_000)
    await pause(SETTLED_MS)
    for (const [key, shows] of KEYS) {
      const pressedMs = performance.now()
      terminal.press(key)
      await terminal.waitFor(shows, 60_000)
      times.push(performance.now() - pressedMs)
      await pause(4000 + Math.random() * 1000)
    }
  } finally {
    terminal.press('q')
    await terminal.ended(30_000).catch(() => undefined)
    terminal.dispose()
  }
  return times
}

build()
try {
  const other = peer()
  console.log(row(['80x24 and 200x50', 'bytes/s', 'CPU %', 'RSS MB']))
  for (const [columns, rows] of SIZES) {
    const own = await costOf(process.execPath, ours(), columns, rows)
    const theirs = other === null ? null : await costOf(other, [], columns, rows)
    const print = (name: string, { bytesPerS, cpuPercent, rssMb }: Cost): void => {
      const title = `${name} ${columns}x${rows}`
      console.log(row([title, bytesPerS.toFixed(0), cpuPercent.toFixed(1), rssMb.toFixed(0)]))
    }
    print('ina219', own)
    const mostMb = columns < 150 ? RSS_MOST_MB.small : RSS_MOST_MB.large
    if (own.rssMb > mostMb) {
      console.log(`  memory: more than ${mostMb} MB`)
      process.exitCode = 1
    }
    if (theirs !== null && other !== null) {
      print(other, theirs)
      console.log(row(['  ratio', (own.bytesPerS / theirs.bytesPerS).toFixed(2)]))
    }
    const sums = bytesByRegion(own.output, regionsOf(own.lines))
    const parts = [...sums].sort(([, one], [, two]) => two - one)
    for (const [region, bytes] of parts) {
      console.log(
        row([`  ${region}`, (bytes / (Buffer.byteLength(own.output) / own.bytesPerS)).toFixed(0)]),
      )
    }
  }
  console.log(row(['key to screen, ms', 'median', 'longest']))
  for (const { bytesPerS, columns, rows } of LINES) {
    const times = (await keyTimes(bytesPerS, columns, rows)).sort((one, two) => one - two)
    const name = `${columns}x${rows} at ${bytesPerS} B/s`
    const median = times[Math.floor(times.length / 2)] ?? Number.NaN
    console.log(row([name, median.toFixed(0), (times.at(-1) ?? Number.NaN).toFixed(0)]))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
