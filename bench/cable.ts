/**
 * The cable of a running monitor is pulled at random times for random times, on
 * a pseudo-serial pair that hangs up and comes back under the same link; the
 * device goes on measuring. What the device still has in its ring when it is back
 * must be healed, the rest on record as lost; nothing wrong, nothing twice.
 *
 * node bench/run.mjs cable [pulls] [rate Hz] [seed]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Noise } from '../mock/random.ts'
import build from '../test/support/build.ts'
import { checkLogs, RecordedDevice, startMonitor } from '../test/support/durability-rig.ts'
import { within } from '../test/support/polling.ts'

const pulls = Number(process.argv[2] ?? 50)
const rateHz = Number(process.argv[3] ?? 10)
const seed = Number(process.argv[4] ?? 1)
/** Samples the device can send again, by its own account. */
const RING = 128
/** While the oldest are asked for, new ones push them out: so many at most, in s of samples. */
const ASKING_S = 0.5

build()
const noise = new Noise(seed)
const folder = mkdtempSync(join(tmpdir(), 'ina219-cable-'))
const db = join(folder, 'log.db')
const device = await RecordedDevice.open(join(folder, 'port'), rateHz, seed)
const startedMs = performance.now()
console.log(`${pulls} pulls at ${rateHz} Hz, seed ${seed}`)
const run = startMonitor(device.link, db)
if (!(await within(30_000, () => device.acks > 0))) throw new Error(`no contact: ${run.said()}`)

let violations = 0
/** Samples that were no longer in the ring when the host was back. */
let outOfReach = 0
for (let round = 1; round <= pulls; round++) {
  const upMs = 20 + noise.uniform(round, 0) * 2500
  await pause(upMs)
  const isLong = noise.uniform(round, 1) < 0.06
  const downMs = isLong ? (1200 * RING) / rateHz : 10 + noise.uniform(round, 2) * 3000
  const atPull = device.newest
  const { hosts } = device
  device.pull()
  await pause(downMs)
  await device.plug()
  const isBack = await within(20_000, () => device.hosts > hosts)
  const missed = device.newestAtHost - atPull
  const beyond = Math.max(0, Math.ceil(missed + ASKING_S * rateHz - RING))
  outOfReach += beyond
  if (!isBack) violations++
  console.log(
    JSON.stringify({
      round,
      upMs: Math.round(upMs),
      downMs: Math.round(downMs),
      missed,
      outOfReach: beyond,
      acked: device.acked,
      isBack,
    }),
  )
}

const isCaughtUp = await device.finish(30_000)
run.child.kill('SIGTERM')
const { code } = await run.exited
const total = checkLogs([db], device, device.newest)
const isRight =
  isCaughtUp &&
  code === 0 &&
  total.integrity === 'ok' &&
  total.twice + total.wrong + total.unaccounted === 0 &&
  total.missing === total.lostOnRecord &&
  total.missing <= outOfReach
if (!isRight) violations++
console.log(
  JSON.stringify({
    total: true,
    pulls,
    rateHz,
    seed,
    seconds: Math.round((performance.now() - startedMs) / 1000),
    made: device.made.size,
    nacks: device.nacks,
    outOfReach,
    ...total,
    ledger: run.summary(),
    ended: code,
    violations,
  }),
)
device.close()
rmSync(folder, { recursive: true, force: true })
if (violations > 0) process.exitCode = 1
