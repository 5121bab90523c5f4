/**
 * Writes a log as the benches of `history` and `export` read it: one device whose values look like
 * those of an INA219 (4 mV, 0.1 mA, power as the device multiplies it), through the product's own
 * log thread. Needs a build.
 *
 * node bench/run.mjs recording <file> <hours> <hz>
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openLog } from '../src/storage/client/log-client.ts'

const [file = 'recording.db', hoursText = '48', hzText = '10'] = process.argv.slice(2)
const [hours, hz] = [Number(hoursText), Number(hzText)]
const count = Math.round(hours * 3600 * hz)
/** In the past, and not at a whole minute: the first and last ones are there in part. */
const START_US = Date.parse('2026-11-18T09:41:23.517Z') * 1000

/** Uniform in 0 to 1, the same in every run. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
let state = 7

const log = await openLog(
  { file, retainMs: hours * 3_600_000 },
  pathToFileURL(resolve('dist/log-worker.js')),
)
const own = log.forDevice()
const epoch = own.begin('bench', 1, START_US)
for (let seq = 0; seq < count; seq++) {
  const milliVolts = 5000 + 4 * Math.floor(random() * 31 - 15)
  // A load that steps each quarter of an hour, with noise.
  const level = 245 + 120 * (Math.floor(seq / hz / 900) % 4)
  const tenthMilliAmps = Math.round(10 * (level + 18 * (random() + random() - 1)))
  own.append({
    electric: true,
    extras: null,
    timeUs: START_US + Math.round((seq * 1e6) / hz),
    voltage: milliVolts / 1000,
    current: tenthMilliAmps / 10_000,
    power: Math.round((milliVolts * tenthMilliAmps) / 10_000) / 1000,
    seq,
    status: 'ok',
    epochId: epoch.id,
    gapBefore: false,
    origin: 'live',
  })
  if (log.congested) await log.drained()
}
await log.close()
