/**
 * Three devices in one monitor: a board that is left alone, a board whose cable is
 * pulled at random, and a pipe. The monitor is killed with SIGKILL at random moments
 * and started again at once. In the end the log of each device must be that of the
 * device alone: every sample of the boards once, with its exact value and time (or on
 * record as lost, where the ring could not bridge the time), and all that the last
 * pipe brought.
 *
 * node bench/run.mjs several [rounds] [rate Hz] [seed]
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { Noise } from '../mock/random.ts'
import build from '../test/support/build.ts'
import {
  checkLogs,
  type MonitorRun,
  RecordedDevice,
  startMonitor,
} from '../test/support/durability-rig.ts'
import { within } from '../test/support/polling.ts'

const rounds = Number(process.argv[2] ?? 40)
const rateHz = Number(process.argv[3] ?? 10)
const seed = Number(process.argv[4] ?? 1)
const PIPED = 500
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

build()
const noise = new Noise(seed)
const folder = mkdtempSync(join(tmpdir(), 'ina219-several-'))
const db = join(folder, 'log.db')
const calm = await RecordedDevice.open(join(folder, 'calm'), rateHz, seed)
const pulled = await RecordedDevice.open(join(folder, 'pulled'), rateHz, seed + 1)
const labels = ['--device', 'calm', '--device', 'pulled', '--device', 'pipe']
let pulls = 0
let kills = 0

/** A monitor of all three; the pipe is a mock device of `PIPED` samples with faults. */
function start(round: number): MonitorRun {
  const links = [calm.link, pulled.link]
  const run = startMonitor(links, db, ['--stdin', ...labels, '--wait'])
  const args = `mock --count ${PIPED} --rate max --interval 100 --seed ${round}`.split(' ')
  const faults = ['--fault', 'garbage=0.01,duplicate=0.01']
  const mock = spawn(process.execPath, [CLI, ...args, ...faults], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  if (run.child.stdin !== null) {
    run.child.stdin.on('error', () => mock.kill())
    mock.stdout.pipe(run.child.stdin)
  }
  return run
}

let run = start(0)
const isThere = await within(30_000, () => calm.acks > 0 && pulled.acks > 0)
if (!isThere) throw new Error(`no contact: ${run.said()}`)
for (let round = 1; round <= rounds; round++) {
  const dice = noise.bits(round, 0) % 100
  const share = (noise.bits(round, 1) % 1000) / 1000
  await pause(200 + share * 1500)
  if (dice < 50) {
    pulls++
    pulled.pull()
    await pause(share * 1500)
    await pulled.plug()
  } else {
    kills++
    run.child.kill('SIGKILL')
    await run.exited
    run = start(round)
  }
}
const isCaughtUp = (await calm.finish(30_000)) && (await pulled.finish(30_000))
run.child.kill('SIGTERM')
const { code } = await run.exited

const boards = { calm, pulled }
const findings = Object.entries(boards).map(([device, board]) => {
  const { missing, unaccounted, twice, wrong, integrity } = checkLogs(
    [db],
    board,
    board.newest,
    device,
  )
  return { device, made: board.made.size, missing, unaccounted, twice, wrong, integrity }
})
const log = new Database(db, { readonly: true })
const piped = log
  .prepare(
    `SELECT count(*) AS rows, count(DISTINCT sequence) AS numbers FROM power_log
     WHERE device = 'pipe' AND epoch = (SELECT max(epoch) FROM power_log WHERE device = 'pipe')`,
  )
  .get() as { rows: number; numbers: number }
const labelled = log.prepare('SELECT count(DISTINCT device) FROM power_log').pluck().get()
log.close()
const isRight =
  isCaughtUp &&
  code === 0 &&
  labelled === 3 &&
  piped.rows === PIPED &&
  piped.numbers === PIPED &&
  findings.every(
    ({ unaccounted, twice, wrong, integrity }) =>
      unaccounted + twice + wrong === 0 && integrity === 'ok',
  )
for (const each of findings) console.log(JSON.stringify(each))
console.log(JSON.stringify({ device: 'pipe', sent: PIPED, ...piped }))
console.log(JSON.stringify({ total: true, rounds, pulls, kills, rateHz, seed, isRight }))
calm.close()
pulled.close()
rmSync(folder, { recursive: true, force: true })
if (!isRight) process.exitCode = 1
