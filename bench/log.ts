/**
 * The log: how fast it takes samples, what a sample costs on the disk, how fast
 * `history` and `export` answer. Needs a build.
 *
 * node bench/run.mjs log [samples] [hz]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openLog } from '../src/storage/client/log-client.ts'

const count = Number(process.argv[2] ?? 1_728_000)
const hz = Number(process.argv[3] ?? 10)
const folder = mkdtempSync(join(tmpdir(), 'ina219-bench-'))
const file = join(folder, 'log.db')
const startUs = Date.now() * 1000 - count * (1e6 / hz)

const log = await openLog(
  { file, retainMs: 48 * 3_600_000 },
  pathToFileURL(resolve('dist/log-worker.js')),
)
const own = log.forDevice()
const epoch = own.begin('bench', 1, startUs)
const startedMs = performance.now()
for (let seq = 0; seq < count; seq++) {
  own.append({
    electric: true,
    extras: null,
    timeUs: Math.round(startUs + seq * (1e6 / hz)),
    voltage: (5_000_000 + ((seq * 7919) % 100_000)) / 1e6,
    current: ((seq * 104_729) % 600_000) / 1e6,
    power: ((seq * 1_299_709) % 3_000_000) / 1e6,
    seq,
    status: 'ok',
    epochId: epoch.id,
    gapBefore: false,
    origin: 'live',
  })
  if (log.congested) await log.drained()
}
await log.close()
const perSecond = (ms: number): string => `${Math.round((count / ms) * 1000)} samples/s`
console.log(`take ${count} samples: ${perSecond(performance.now() - startedMs)}`)
console.log(`bytes a sample: ${(statSync(file).size / count).toFixed(1)}`)

for (const args of [
  ['history'],
  ['history', '--every', '6m'],
  ['history', '--format', 'plot'],
  ['export', '--every', '1m'],
  ['export'],
  ['export', '--format', 'ndjson'],
]) {
  const beganMs = performance.now()
  spawnSync(process.execPath, ['bin/ina219.js', ...args, '--db', file], { stdio: 'ignore' })
  const ms = performance.now() - beganMs
  const rate = args.length === 1 && args[0] === 'export' ? `, ${perSecond(ms)}` : ''
  console.log(`${args.join(' ')}: ${ms.toFixed(0)} ms${rate}`)
}
rmSync(folder, { recursive: true, force: true })
