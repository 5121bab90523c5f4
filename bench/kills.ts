/**
 * A monitor under load is killed with SIGKILL at random moments - while it
 * starts, while it runs, right after an acknowledgement, while it ends - and
 * started again at once. After each kill a copy of the log is looked at, as a
 * power cut would have left it: intact, nothing twice, nothing wrong, all there
 * that was acknowledged. At the end every sample of the device must be in the
 * log once with its exact value; where the rate is too high for the device's ring to
 * bridge a restart, the rest must be on record as lost.
 *
 * node bench/run.mjs kills [kills] [rate Hz] [seed]
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Noise } from '../mock/random.ts'
import build from '../test/support/build.ts'
import {
  checkLogs,
  type Findings,
  type MonitorRun,
  RecordedDevice,
  startMonitor,
} from '../test/support/durability-rig.ts'
import { within } from '../test/support/polling.ts'

const kills = Number(process.argv[2] ?? 200)
const rateHz = Number(process.argv[3] ?? 10)
const seed = Number(process.argv[4] ?? 1)
/** Samples the device can send again, by its own account. */
const RING = 128
/** A restart, at the slowest, in s: a ring that spans less may lose some. */
const SLOW_RESTART_S = 5

build()
const noise = new Noise(seed)
const folder = mkdtempSync(join(tmpdir(), 'ina219-kills-'))
const db = join(folder, 'log.db')
const copy = join(folder, 'copy.db')
const device = await RecordedDevice.open(join(folder, 'port'), rateHz, seed)
const mayLose = RING / rateHz < SLOW_RESTART_S
const startedMs = performance.now()
let violations = 0

type Moment = 'start' | 'run' | 'ack' | 'stop'

/** A third while it starts or ends, the rest while it runs. */
function momentOf(round: number): Moment {
  const dice = noise.bits(round, 0) % 100
  if (dice < 25) return 'start'
  if (dice < 60) return 'run'
  return dice < 80 ? 'ack' : 'stop'
}

/** Waits for the moment, then kills. @returns ms from its start to the kill */
async function killAt(run: MonitorRun, moment: Moment, round: number): Promise<number> {
  const spawnedMs = performance.now()
  const share = (noise.bits(round, 1) % 100_000) / 100_000
  if (moment === 'start') await pause(share * 700)
  if (moment === 'run') await pause(300 + share * 2200)
  if (moment === 'ack') {
    const before = device.acks
    await within(8000, () => device.acks > before)
    await pause(share * 300)
  }
  if (moment === 'stop') {
    await pause(500 + ((noise.bits(round, 2) % 1000) + 1))
    run.child.kill('SIGTERM')
    await pause(share * 80)
  }
  run.child.kill('SIGKILL')
  return Math.round(performance.now() - spawnedMs)
}

/** The log as it lies there, without a part in it of anything that still runs. */
function lookAtCopy(): Findings | null {
  if (!existsSync(db)) return null
  for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
  for (const suffix of ['', '-wal']) {
    if (existsSync(db + suffix)) copyFileSync(db + suffix, copy + suffix)
  }
  return checkLogs([copy], device, device.acked ?? -1)
}

const isSound = ({ integrity, twice, wrong, ackedMissing }: Findings): boolean =>
  integrity === 'ok' && twice + wrong + ackedMissing === 0

console.log(`${kills} kills at ${rateHz} Hz, seed ${seed}`)
// The first contact: from here on, every sample counts.
let run = startMonitor(device.link, db)
if (!(await within(30_000, () => device.acks > 0))) throw new Error(`no contact: ${run.said()}`)

for (let round = 1; round <= kills; round++) {
  const moment = momentOf(round)
  const afterMs = await killAt(run, moment, round)
  const { code, signal } = await run.exited
  const acked = device.acked
  const found = lookAtCopy()
  const ended = signal ?? code
  const isRight =
    (ended === 'SIGKILL' || (moment === 'stop' && ended === 0)) &&
    (found === null ? acked === null : isSound(found))
  if (!isRight) violations++
  console.log(
    JSON.stringify({
      round,
      moment,
      afterMs,
      ended,
      made: device.made.size,
      acked,
      ...found,
      isRight,
    }),
  )
  if (!isRight && run.said() !== '') console.log(run.said())
  run = startMonitor(device.link, db)
}

const isCaughtUp = await device.finish(30_000)
run.child.kill('SIGTERM')
const { code } = await run.exited
const total = checkLogs([db], device, device.newest)
const isWhole = mayLose ? total.unaccounted === 0 : total.missing === 0
if (!isSound(total) || !isWhole || !isCaughtUp || code !== 0) violations++
console.log(
  JSON.stringify({
    total: true,
    kills,
    rateHz,
    seed,
    seconds: Math.round((performance.now() - startedMs) / 1000),
    made: device.made.size,
    acks: device.acks,
    nacks: device.nacks,
    ...total,
    ended: code,
    violations,
  }),
)
device.close()
rmSync(folder, { recursive: true, force: true })
if (violations > 0) process.exitCode = 1
