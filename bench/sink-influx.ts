/**
 * An outage caught up: how fast `forward --once` brings a log of hours at 100 Hz into a real InfluxDB 1.6, whose every
 * sample is counted afterwards, beside the plain way in Python that does the same (`peers/influx.py`: the same lines, 5000 a post,
 * gzip). telegraf, which people would take, is not in Debian. Server and both clients share this machine. Needs a build, influxd, python3.
 *
 * node bench/run.mjs sink-influx [hours] [hz] [rounds]
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasInfluxd, Influxd } from '../test/support/servers/influxd.ts'
import { readyLog, samplesOf } from './support/full-log.ts'
import { spreadOf } from './support/pairs.ts'
import { CLI, ROOT } from './support/paths.ts'
import { benchArguments, report } from './support/results.ts'

const [hours = 2, hz = 100, rounds = 3] = benchArguments().map(Number)
const full = await readyLog(hz, hours, 2, hasInfluxd ? null : 'influxd is not installed')
const samples = samplesOf(full)

/** @returns samples a second, the start of the program included */
async function measured(send: (log: string, server: Influxd) => void): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ina219-bench-'))
  // Each on a new server: one that compacts what came before is slower.
  const server = await Influxd.start({ folder: join(folder, 'influx') })
  try {
    const log = join(folder, 'log.db')
    copyFileSync(full.file, log)
    const startedMs = performance.now()
    send(log, server)
    const seconds = (performance.now() - startedMs) / 1000
    const text = await server.queryText(
      'SELECT count(voltage_v) FROM power_sample',
      'application/csv',
    )
    const count = Number(text.trim().split(',').at(-1))
    if (count !== samples) throw new Error(`${count} of ${samples} samples arrived`)
    return samples / seconds
  } finally {
    await server.down()
    rmSync(folder, { recursive: true, force: true })
  }
}

const PEER = join(ROOT, 'bench/peers/influx.py')
const ours: number[] = []
const theirs: number[] = []
for (let round = 0; round < rounds; round++) {
  ours.push(
    await measured((log, server) => {
      execFileSync(
        process.execPath,
        [CLI, 'forward', '--once', '--db', log, '--sink', server.sinkUrl()],
        { stdio: 'ignore' },
      )
    }),
  )
  theirs.push(
    await measured((log, server) => {
      execFileSync('python3', [PEER, log, `127.0.0.1:${server.port}`, 'lab'])
    }),
  )
  console.error(`forward ${ours.at(-1)?.toFixed(0)}, Python ${theirs.at(-1)?.toFixed(0)} samples/s`)
}
const [forward, python] = [spreadOf(ours), spreadOf(theirs)]
report('sink-influx', [
  {
    what: `samples a second to InfluxDB 1.6 while an outage is caught up (${hours} h at ${hz} Hz)`,
    peer: 'a plain script in Python',
    unit: 'x',
    better: 'more',
    ...spreadOf(ours.map((each, i) => each / (theirs[i] as number))),
    ours: `${forward.median.toFixed(0)} rows/s`,
    theirs: `${python.median.toFixed(0)} rows/s`,
  },
])
