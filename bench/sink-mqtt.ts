/**
 * A log of 48 h at 10 Hz to a mosquitto on this machine, QoS 1: `forward --once` beside what one would write without it,
 * `sqlite3` making messages of 100 samples from `power_log` for `mosquitto_pub -l`, which keeps no place and takes no
 * late samples, events or losses. Nobody has subscribed. The messages that the broker has taken are counted.
 *
 * node bench/run.mjs sink-mqtt [rate Hz] [hours]
 */
import { spawn } from 'node:child_process'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import build from '../test/support/build.ts'
import { type Cost, costOf, folder, ina219 } from './support/child.ts'
import { syntheticLog } from './support/logs.ts'
import { inTurn, ratioOf, spreadOf } from './support/pairs.ts'
import { benchArguments, report } from './support/results.ts'

const [rateHz = 10, hours = 48] = benchArguments().map(Number)
const PORT = 18_839
const rows = rateHz * hours * 3600
const SAMPLE = `json_object('time_us', time_us, 'boot', boot, 'run', epoch, 'seq', sequence,
  'v', voltage, 'a', current, 'w', power, 'status', status)`
const QUERY = `SELECT json_object('device', device, 'samples', json_group_array(json(sample))) FROM (
  SELECT device, ${SAMPLE} AS sample, (row_number() OVER (ORDER BY time_us) - 1) / 100 AS part FROM power_log
) GROUP BY part;`

build()
const source = await syntheticLog(rateHz, hours)
const configuration = join(folder, 'mosquitto.conf')
writeFileSync(
  configuration,
  `listener ${PORT} 127.0.0.1\nallow_anonymous true\nuser root\nlog_type error\n`,
)
const broker = spawn('mosquitto', ['-c', configuration], { stdio: 'ignore' })
process.on('exit', () => broker.kill())
while (!(await listens())) await pause(50)

async function listens(): Promise<boolean> {
  const socket = connect(PORT, '127.0.0.1')
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).then((isThere) => {
    socket.destroy()
    return isThere as boolean
  })
}

/** A log of its own each time: its place is at the beginning. */
function ours(): Cost {
  const log = join(folder, 'log.db')
  rmSync(log, { force: true })
  copyFileSync(source, log)
  return costOf(ina219('forward', '--once', '--db', log, '--sink', `mqtt://127.0.0.1:${PORT}/`))
}

function theirs(): Cost {
  const script = `sqlite3 -readonly "$0" "$1" | mosquitto_pub -h 127.0.0.1 -p ${PORT} -q 1 -t ina219/bench/samples -l`
  return costOf(['sh', '-c', script, source, QUERY])
}

const costs = await inTurn({ ours, theirs })
const walls = (all: readonly Cost[]): number[] => all.map(({ wallS }) => wallS)
function said(all: readonly Cost[]): string {
  const wallS = spreadOf(walls(all)).median
  const cpuS = spreadOf(all.map((cost) => cost.cpuS)).median
  return `${wallS.toFixed(2)} s, ${Math.round(rows / wallS / 1000)} k samples/s, CPU ${cpuS.toFixed(2)} s, ${spreadOf(all.map(({ peakMb }) => peakMb)).median.toFixed(0)} MB`
}
report('sink-mqtt', [
  {
    what: `speed: ${rows.toLocaleString('en')} samples to an MQTT broker`,
    peer: '`sqlite3` making the same messages for `mosquitto_pub -l`',
    unit: 'x',
    better: 'more',
    ...ratioOf(walls(costs.theirs), walls(costs.ours)),
    ours: said(costs.ours),
    theirs: said(costs.theirs),
  },
])
