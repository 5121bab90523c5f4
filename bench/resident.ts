/**
 * What stays: memory and processor time of a monitor that logs a board at 10 Hz on a pseudo-serial port, without a
 * terminal and with the screen (120x30), beside a Node process that does nothing and btop on a terminal of that size.
 * All of them at once, for some minutes; memory is looked at each second of the last fifth of that time, processor time
 * counts from the end of the first fifth on.
 *
 * node bench/run.mjs resident [minutes]
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import build from '../test/support/build.ts'
import { until } from '../test/support/polling.ts'
import { TestTerminal } from '../test/support/terminal.ts'
import { ENVIRONMENT, folder, ina219, isInstalled } from './support/child.ts'
import { type Spread, spreadOf } from './support/pairs.ts'
import { ROOT } from './support/paths.ts'
import { cpuOf, rssOf } from './support/process.ts'
import { benchArguments, type Claim, report } from './support/results.ts'

const [minutes = 10] = benchArguments().map(Number)
const SIZE = { columns: 120, rows: 30, env: ENVIRONMENT }
/** Processor time is summed over parts of the time, for a spread. */
const PARTS = 8

const ends: (() => void)[] = []
process.once('exit', () => {
  for (const end of ends) end()
})

function started(command: readonly string[]): number {
  const [program = '', ...args] = command
  const child = spawn(program, args, { env: ENVIRONMENT, cwd: ROOT, stdio: 'ignore' })
  ends.push(() => child.kill('SIGTERM'))
  return child.pid as number
}

function shown(command: readonly string[]): number {
  const [program = '', ...args] = command
  const terminal = new TestTerminal(program, args, SIZE)
  ends.push(() => terminal.dispose())
  return terminal.pid
}

/** A monitor of a board of its own. */
async function monitor(name: string): Promise<string[]> {
  const port = join(folder, name)
  started(ina219('mock', '--rate', '10', '--pty', port))
  await until('the board is there', () => existsSync(port))
  return ina219('monitor', '--port', port, '--no-hints', '--db', `${port}.db`)
}

build()
const pids: Record<string, number> = {
  headless: started([...(await monitor('headless')), '--output', 'none']),
  screen: shown(await monitor('screen')),
  node: started([process.execPath, '-e', 'setInterval(() => {}, 1 << 30)']),
}
if (isInstalled('btop')) pids['btop'] = shown(['btop'])

const partMs = (minutes * 60_000) / (PARTS + 2)
const empty = (): Record<string, number[]> =>
  Object.fromEntries(Object.keys(pids).map((name) => [name, []]))
const memory = empty()
const processor = empty()
await pause(partMs * 2)
for (let part = 0; part < PARTS; part++) {
  const before = Object.entries(pids).map(([name, pid]) => [name, pid, cpuOf(pid)] as const)
  const beginMs = performance.now()
  while (performance.now() - beginMs < partMs) {
    await pause(1000)
    if (part < PARTS - 2) continue
    for (const [name, pid] of Object.entries(pids)) memory[name]?.push(rssOf(pid))
  }
  const wallS = (performance.now() - beginMs) / 1000
  for (const [name, pid, cpuS] of before) {
    processor[name]?.push(((cpuOf(pid) - cpuS) / wallS) * 100)
  }
}

const of = (all: typeof memory, name: string): Spread => spreadOf(all[name] ?? [Number.NaN])
const when = `after ${minutes} minutes at 10 Hz`
const node = `empty Node process: ${of(memory, 'node').median.toFixed(0)} MB`
const btop =
  pids['btop'] === undefined
    ? '-'
    : `btop: ${of(processor, 'btop').median.toFixed(1)} %, ${of(memory, 'btop').median.toFixed(0)} MB`
const least = (
  what: string,
  peer: string,
  unit: 'MB' | '%',
  spread: Spread,
  goals: [number, number],
): Claim => ({
  what,
  peer,
  unit,
  better: 'less',
  least: goals[0],
  aim: goals[1],
  ...spread,
})
report('resident', [
  least(`resident memory ${when}, headless`, node, 'MB', of(memory, 'headless'), [55, 50]),
  least('the same with the screen, 120x30', node, 'MB', of(memory, 'screen'), [80, 70]),
  least('processor at 10 Hz, headless', btop, '%', of(processor, 'headless'), [1, 0.7]),
  least('the same with the screen, 120x30', btop, '%', of(processor, 'screen'), [3, 2]),
])
process.exit()
