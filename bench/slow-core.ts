/**
 * A small computer with a slow card, simulated: the monitor gets a quarter, or an eighth, of one core of this machine
 * (a quota of a cgroup, in periods of 10 ms, for all its threads together), and each of its syncs takes 20 ms longer
 * (support/slow-sync.c); at one point 300 ms, as cards that tidy up take now and then. Points as in `scale`; then how
 * fast a pipe of frames is logged. Needs the right to make a cgroup (root on Linux).
 *
 * node bench/run.mjs slow-core [seconds a point] [part of the core x devices x Hz [x ms a sync] ...]
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import build from '../test/support/build.ts'
import { compiled, costOf, ENVIRONMENT, folder, ina219 } from './support/child.ts'
import { measureFleet, wordsOf } from './support/fleet.ts'
import { frameFile } from './support/frame-file.ts'
import { benchArguments, type Claim, report } from './support/results.ts'
import { slowCore } from './support/slow-core.ts'

const [seconds = '6', ...wanted] = benchArguments()
const POINTS = [
  '4x1x10',
  '4x16x10',
  '4x1x1000',
  '4x4x1000',
  '4x16x10x300',
  '8x1x10',
  '8x16x10',
  '8x1x1000',
]
const PIPED = 100_000
const SYNC_MS = 20

const library = compiled('support/slow-sync.c', '-shared', '-fPIC', '-ldl')
const slowSync = (ms: number): NodeJS.ProcessEnv => ({ LD_PRELOAD: library, SYNC_MS: String(ms) })

function prefixOf(part: number): string[] {
  const prefix = slowCore(1 / part)
  if (prefix === null) {
    console.log('skipped: a process can be slowed down here by root on Linux only (cgroups)')
    process.exit()
  }
  return prefix
}

async function point(text: string): Promise<Claim> {
  const [part = 4, devices = 1, hz = 10, syncMs = SYNC_MS] = text.split('x').map(Number)
  const measured = await measureFleet({ devices, hz }, Number(seconds), {
    prefix: prefixOf(part),
    env: slowSync(syncMs),
  })
  const share = measured.cpu * part * 100
  console.error(`1/${part}, ${devices} x ${hz} Hz: ${share.toFixed(0)} %, ${wordsOf(measured)}`)
  if (!measured.isWhole) throw new Error('not every frame that a port took is a row')
  return {
    what: `1/${part} of a core, a sync ${syncMs} ms longer, ${devices} ${devices === 1 ? 'device' : 'devices'} at ${hz.toLocaleString('en')} Hz: processor (100 %: all of that)`,
    peer: '-',
    unit: '%',
    better: 'less',
    isDetail: true,
    ...{ median: share, min: share, max: share },
    ours: wordsOf(measured),
  }
}

/** Frames from a file, as fast as they are taken. */
function piped(part: number): Claim {
  const { file } = frameFile(PIPED, 'plain')
  const db = join(folder, 'piped.db')
  for (const end of ['', '-wal', '-shm', '.lock']) rmSync(db + end, { force: true })
  const monitor = ina219('monitor', '--stdin', '--keep-time', '--output', 'none', '--db', db)
  const { wallS } = costOf([...prefixOf(part), ...monitor], {
    stdin: file,
    env: { ...ENVIRONMENT, ...slowSync(SYNC_MS) },
  })
  const perS = PIPED / wallS
  return {
    what: `1/${part} of a core, a sync ${SYNC_MS} ms longer: ${PIPED.toLocaleString('en')} frames from stdin`,
    peer: '-',
    unit: 'rows/s',
    better: 'more',
    isDetail: true,
    ...{ median: perS, min: perS, max: perS },
  }
}

build()
const claims: Claim[] = []
for (const each of wanted.length > 0 ? wanted : POINTS) claims.push(await point(each))
if (wanted.length === 0) claims.push(piped(4), piped(8))
report('slow-core', claims)
