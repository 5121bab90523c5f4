/**
 * How soon the program is there: `--version` to its end; the first sample of the mock device in plain lines and
 * on the screen (120x30), with a log that is there already; each beside an empty Node process to its end.
 *
 * node bench/run.mjs start
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import build from '../test/support/build.ts'
import { TestTerminal } from '../test/support/terminal.ts'
import {
  BARE_ENVIRONMENT,
  costOf,
  EMPTY_NODE,
  ENVIRONMENT,
  folder,
  ina219,
} from './support/child.ts'
import { inTurn, ratioOf, spreadOf } from './support/pairs.ts'
import { ROOT } from './support/paths.ts'
import { type Claim, report } from './support/results.ts'

/** So short that a few more rounds cost nothing. */
const ROUNDS = 15
/** A value of the screen: `5.02 V`; before the first sample it has none. */
const SHOWN = /\d\.\d+ ?V\b/
const MONITOR = ina219('monitor', '--mock', '--no-hints', '--db', join(folder, 'start.db'))

build()

/** @returns s from the start to the first line on stdout */
async function firstLineS(env: NodeJS.ProcessEnv): Promise<number> {
  const [program = '', ...args] = [...MONITOR, '--output', 'plain']
  const beginMs = performance.now()
  const child = spawn(program, args, { env, cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  const wallMs = performance.now() - beginMs
  child.stdout.resume()
  child.kill('SIGTERM')
  await ended
  return wallMs / 1000
}

/** @returns s from the start to a value on the screen */
async function firstPictureS(env: NodeJS.ProcessEnv): Promise<number> {
  const [program = '', ...args] = MONITOR
  const beginMs = performance.now()
  const terminal = new TestTerminal(program, args, { columns: 120, rows: 30, env })
  try {
    await terminal.waitFor(SHOWN)
    const wallMs = performance.now() - beginMs
    terminal.press('q')
    await terminal.ended()
    return wallMs / 1000
  } finally {
    terminal.dispose()
  }
}

const times = await inTurn(
  {
    node: () => costOf(EMPTY_NODE).wallS,
    version: () => costOf(ina219('--version')).wallS,
    line: () => firstLineS(ENVIRONMENT),
    picture: () => firstPictureS(ENVIRONMENT),
    bareNode: () => costOf(EMPTY_NODE, { env: BARE_ENVIRONMENT }).wallS,
    bareVersion: () => costOf(ina219('--version'), { env: BARE_ENVIRONMENT }).wallS,
    bareLine: () => firstLineS(BARE_ENVIRONMENT),
  },
  ROUNDS,
)
type Name = keyof typeof times

function claim(what: string, ours: Name, node: Name, more: Partial<Claim>): Claim {
  const ms = (name: Name): string => `${(spreadOf(times[name]).median * 1000).toFixed(0)} ms`
  return {
    what: `time ${what}`,
    peer: '`node -e 0`',
    unit: 'x',
    better: 'less',
    ...ratioOf(times[ours], times[node]),
    ours: ms(ours),
    theirs: ms(node),
    ...more,
  }
}

const goals = { least: 1.4, aim: 1.2 }
report('start', [
  claim('of `--version`', 'version', 'node', goals),
  claim('to the first sample of `monitor --mock` in plain lines', 'line', 'node', goals),
  claim('to the first sample on the screen', 'picture', 'node', { isDetail: true }),
  claim('of `--version`, in an empty environment', 'bareVersion', 'bareNode', { isDetail: true }),
  claim('to the first line, in an empty environment', 'bareLine', 'bareNode', { isDetail: true }),
])
