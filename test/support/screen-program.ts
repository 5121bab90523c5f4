// A program that only opens the screen, on made-up data: what the terminal
// tests run in a pseudo-terminal. Its lines on stderr tell what happened.

import { existsSync } from 'node:fs'
import type { TraceRequest } from '../../src/monitor/view.ts'
import type { ThemeChoice } from '../../src/theme/themes.ts'
import { openScreen } from '../../src/tui/screen.ts'
import { systemClock } from '../../src/util/clock.ts'
import { until } from './polling.ts'
import { SyntheticView } from './synthetic-view.ts'

const [, , ...flags] = process.argv
const text = (name: string): string | undefined =>
  flags.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3)
const number = (name: string): number | undefined => {
  const value = text(name)
  return value === undefined ? undefined : Number(value)
}
/** A trace of another span than the first is answered once this file is there. */
const gate = text('trace-gate')
let firstSpanMs: number | undefined

async function mayTrace({ spanMs }: TraceRequest): Promise<void> {
  firstSpanMs ??= spanMs
  if (gate === undefined || spanMs === firstSpanMs) return
  await until(`${gate} is there`, () => existsSync(gate))
}

const view = new SyntheticView({
  rate: number('rate') ?? 10,
  devices: number('devices') ?? 1,
  extras: number('extras') ?? 0,
  electric: !flags.includes('--no-electric'),
  ageS: number('age') ?? 0,
  mayTrace,
})
// What the view does instead of answering: from the start, or from a SIGUSR2 until the next one.
const trouble = text('trouble')
let isTroubled = flags.includes('--at-once')
if (trouble !== undefined) {
  process.on('SIGUSR2', () => {
    isTroubled = !isTroubled
  })
}

let asked = 0
/** With --hold, `q` holds the screen, as while the monitor closes its log, and ends it only then. */
const HELD_MS = 300

function quit(): void {
  if (!flags.includes('--hold')) {
    screen.close()
    return
  }
  screen.hold()
  asked = 0
  setTimeout(() => screen.close(), HELD_MS)
}

function answered<T>(answer: () => Promise<T>): Promise<T> {
  asked++
  if (!isTroubled) return answer()
  return trouble === 'hang'
    ? new Promise<never>(() => {})
    : Promise.reject(new Error('the connection is gone'))
}

const screen = await openScreen({
  view: {
    snapshot: (device) => answered(() => view.snapshot(device)),
    trace: (request) => answered(() => view.trace(request)),
    statistics: (request) => answered(() => view.statistics(request)),
    find: (request) => answered(() => view.find(request)),
    burst: (device) => answered(() => view.burst(device)),
    control: (control) => view.control(control),
  },
  onQuit: quit,
  input: process.stdin.isTTY ? process.stdin : null,
  output: process.stdout,
  env: process.env,
  ascii: flags.includes('--ascii'),
  theme: (text('theme') ?? 'auto') as ThemeChoice,
  mouse: !flags.includes('--no-mouse'),
  hints: flags.includes('--hints'),
  bell: true,
  clock: systemClock,
})

for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => screen.close())
// How the program ends by itself at SIGUSR2, out of the event loop, as a bug would.
const BUGS: Readonly<Record<string, () => unknown>> = {
  throw: () => {
    throw new Error('a bug in the screen')
  },
  reject: () => Promise.reject(new Error('a bug in the screen')),
  exit: () => process.exit(7),
}
const bug = BUGS[text('bug') ?? '']
if (bug !== undefined) process.on('SIGUSR2', () => setImmediate(bug))

// The longest time in which a timer of 10 ms did not fire: what sampling would have lost.
let lastMs = performance.now()
let longestMs = 0
const beat = setInterval(() => {
  const nowMs = performance.now()
  longestMs = Math.max(longestMs, nowMs - lastMs)
  lastMs = nowMs
}, 10)

await screen.ended
clearInterval(beat)
process.stdout.write(
  `ended resets=${view.resets} asked=${asked} stall=${Math.round(longestMs)}ms\n`,
)
// Even where the terminal takes no more: what is queued for it must not hold the process.
process.exit(0)
