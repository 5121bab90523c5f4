// A program that only opens the screen, on made-up data: what the terminal
// tests run in a pseudo-terminal. Its lines on stderr tell what happened.

import { openScreen } from '../../src/tui/screen.ts'
import { systemClock } from '../../src/util/clock.ts'
import { SyntheticControls } from './synthetic-controls.ts'

const [, , ...flags] = process.argv
const rate = Number(flags.find((flag) => flag.startsWith('--rate='))?.slice(7) ?? 10)
const controls = new SyntheticControls(rate, () => screen.close())

const screen = await openScreen({
  controls,
  input: process.stdin.isTTY ? process.stdin : null,
  output: process.stdout,
  env: process.env,
  ascii: flags.includes('--ascii'),
  mouse: !flags.includes('--no-mouse'),
  clock: systemClock,
})

for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => screen.close())
// Throws within a timer, as a bug would.
if (flags.includes('--throw')) {
  setTimeout(() => {
    throw new Error('a bug in the screen')
  }, 500)
}

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
process.stdout.write(`ended resets=${controls.resets} stall=${Math.round(longestMs)}ms\n`)
// Even where the terminal takes no more: what is queued for it must not hold the process.
process.exit(0)
