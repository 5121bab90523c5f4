/**
 * What the screen costs beside a monitor of its kind, at the same time: bytes a second (and which rows they are for), CPU
 * and memory at 80x24 and 200x50, at ten samples a second of the mock device, after a minute to settle; then how long a key takes
 * to show on lines of 960 and 3,840 bytes a second.
 *
 * node bench/run.mjs terminal [seconds a measurement]
 */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import build from '../test/support/build.ts'
import { TestTerminal } from '../test/support/terminal.ts'
import { ENVIRONMENT, folder, ina219, isInstalled } from './support/child.ts'
import { ROUNDS, ratioOf, spreadOf } from './support/pairs.ts'
import { cpuOf, rssOf } from './support/process.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [seconds = 20] = benchArguments().map(Number)
/** In the first minute the chart of a minute still shows what the log has of the time before the start. */
const WARM_UP_MS = 65_000
const SETTLED_MS = 6000
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
/**
 * With a log, after the warm-up, so that what has been won is not lost again; the budget of 70 is
 * not reached.
 */
const RSS_MOST_MB = { small: 90, large: 100 }

/** One program on one terminal, over the measurements. */
class Shown {
  readonly terminal: TestTerminal
  readonly bytesPerS: number[] = []
  readonly cpuPercent: number[] = []
  readonly rssMb: number[] = []
  /** Of the measurement under way. */
  #from = 0
  #cpuS = 0
  #beginMs = 0
  /** From here on it is measured, in characters of the output. */
  start = 0

  constructor(command: readonly string[], columns: number, rows: number) {
    const [file = '', ...args] = command
    this.terminal = new TestTerminal(file, args, { columns, rows, env: ENVIRONMENT })
  }

  begin(): void {
    this.#from = this.terminal.output.length
    if (this.bytesPerS.length === 0) this.start = this.#from
    this.#cpuS = cpuOf(this.terminal.pid)
    this.#beginMs = performance.now()
  }

  end(): void {
    const wallS = (performance.now() - this.#beginMs) / 1000
    this.bytesPerS.push(Buffer.byteLength(this.terminal.output.slice(this.#from)) / wallS)
    this.cpuPercent.push(((cpuOf(this.terminal.pid) - this.#cpuS) / wallS) * 100)
    this.rssMb.push(rssOf(this.terminal.pid))
  }

  get text(): string {
    const [bytes, cpu, rss] = [this.bytesPerS, this.cpuPercent, this.rssMb].map(
      (list) => spreadOf(list).median,
    ) as [number, number, number]
    return `${Math.round(bytes).toLocaleString('en')} bytes/s, CPU ${cpu.toFixed(1)} %, ${rss.toFixed(0)} MB`
  }

  async close(): Promise<void> {
    this.terminal.press('q')
    await this.terminal.ended().catch(() => undefined)
    this.terminal.dispose()
  }
}

let logs = 0
function ours(): string[] {
  return ina219('monitor', '--mock', '--db', join(folder, `log-${logs++}.db`))
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
  const terminal = new TestTerminal(process.execPath, ours().slice(1), { columns, rows, bytesPerS })
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
const peer = ['btop', 'htop'].find(isInstalled)
const all = SIZES.map(([columns, rows]) => ({
  size: `${columns}x${rows}`,
  own: new Shown(ours(), columns, rows),
  other: peer === undefined ? null : new Shown([peer], columns, rows),
}))
const both = all.flatMap(({ own, other }) => (other === null ? [own] : [own, other]))
await pause(WARM_UP_MS)
for (let round = 0; round < ROUNDS; round++) {
  for (const each of both) each.begin()
  await pause(seconds * 1000)
  for (const each of both) each.end()
}

const claims = all.flatMap(({ size, own, other }, i): Claim[] => {
  const { terminal } = own
  const output = terminal.output.slice(own.start)
  const wallS = Buffer.byteLength(output) / spreadOf(own.bytesPerS).median
  console.log(row([`bytes/s by row, ${size}`]))
  for (const [region, bytes] of [...bytesByRegion(output, regionsOf(terminal.lines))].sort(
    ([, one], [, two]) => two - one,
  )) {
    console.log(row([`  ${region}`, (bytes / wallS).toFixed(0)]))
  }
  const mostMb = i === 0 ? RSS_MOST_MB.small : RSS_MOST_MB.large
  if (spreadOf(own.rssMb).median > mostMb) {
    console.log(`memory at ${size}: more than ${mostMb} MB`)
    process.exitCode = 1
  }
  if (other === null) return []
  return [
    {
      what: `bytes to the terminal at ${size}`,
      peer: peer as string,
      unit: 'x',
      better: 'less',
      least: 1,
      aim: 0.5,
      ...ratioOf(own.bytesPerS, other.bytesPerS),
      ours: own.text,
      theirs: other.text,
    },
  ]
})
await Promise.all(both.map((each) => each.close()))

for (const { bytesPerS, columns, rows } of LINES) {
  claims.push({
    what: `from a key to its picture, ${columns}x${rows} on a line of ${bytesPerS.toLocaleString('en')} bytes/s`,
    peer: '-',
    unit: 'ms',
    better: 'less',
    isDetail: true,
    ...spreadOf(await keyTimes(bytesPerS, columns, rows)),
  })
}
report('terminal', claims)
process.exit()
