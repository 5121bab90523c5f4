/**
 * A monitor that is writing its daily back-up is killed with SIGKILL at random moments, and started
 * again. After each kill, a day file that is there is whole, byte for byte what `export` writes, and
 * its checksum, where it is there, is right; the log is as a power cut would leave it, intact and
 * with all that was acknowledged. In the end every day has its files, and no draft is left.
 *
 * node bench/run.mjs backup-kills [kills] [rate Hz] [seed]
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Noise } from '../mock/random.ts'
import { openForWriting } from '../src/storage/file/log-file.ts'
import { BlockBuilder, EMPTY_BATCH } from '../src/storage/write/log-batch.ts'
import { LogWriter } from '../src/storage/write/log-writer.ts'
import { systemClock } from '../src/util/clock.ts'
import build from '../test/support/build.ts'
import { checkLogs, RecordedDevice, startMonitor } from '../test/support/durability-rig.ts'
import { within } from '../test/support/polling.ts'
import { sampleOf } from '../test/support/samples.ts'

const kills = Number(process.argv[2] ?? 40)
const rateHz = Number(process.argv[3] ?? 10)
const seed = Number(process.argv[4] ?? 1)
const DAY_MS = 86_400_000
const DAYS = 3
/** Of the days before. */
const OLD_STEP_MS = 500
const WEEK_MS = 7 * DAY_MS
/** The first day that is not over, or not settled. */
const TODAY = Math.floor((systemClock.wallMs() - 900_000) / DAY_MS)
const CLI = fileURLToPath(new URL('../../bin/ina219.js', import.meta.url))

build()
const noise = new Noise(seed)
const folder = mkdtempSync(join(tmpdir(), 'ina219-backup-kills-'))
const db = join(folder, 'log.db')
const days = join(folder, 'days')
const copy = join(folder, 'copy.db')

/** The log of the days before, as a run left it. */
function fillLog(): void {
  const startMs = (TODAY - DAYS) * DAY_MS
  const file = openForWriting(db)
  const writer = new LogWriter(file, WEEK_MS, systemClock)
  const epochs = [{ id: 1, device: 'old', boot: 7, startedUs: startMs * 1000 }]
  const blocks = new BlockBuilder()
  for (let n = 0; n < (DAYS * DAY_MS) / OLD_STEP_MS; n++) {
    const timeUs = (startMs + n * OLD_STEP_MS) * 1000
    const voltage = (5_000_000 + ((n * 7919) % 100_000)) / 1e6
    blocks.add(sampleOf({ timeUs, seq: n, voltage, current: 0.1, power: 0.5, epochId: 1 }))
    if (blocks.isFull) writer.write([{ ...EMPTY_BATCH, epochs, block: blocks.take() }])
  }
  writer.write([{ ...EMPTY_BATCH, epochs, block: blocks.take() }])
  writer.finish()
  file.close()
}

/** What `export` writes of each day, by the names of the files. */
function exported(): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>()
  for (let day = DAYS; day > 0; day--) {
    const fromMs = (TODAY - day) * DAY_MS
    const [from = '', to = ''] = [fromMs, fromMs + DAY_MS].map((ms) => new Date(ms).toISOString())
    const args = [CLI, 'export', '--db', db, '--from', from, '--to', to]
    const { stdout } = spawnSync(process.execPath, args, { maxBuffer: 2 ** 30 })
    wanted.set(`ina219-${from.slice(0, 10)}.csv`, createHash('sha256').update(stdout).digest('hex'))
  }
  return wanted
}

/** Files that are there and not right. */
function wrongFiles(wanted: ReadonlyMap<string, string>): string[] {
  return namesIn().filter((name) => {
    if (name.endsWith('.sha256')) {
      const of = name.slice(0, -'.sha256'.length)
      return readFileSync(join(days, name), 'utf8') !== `${wanted.get(of)}  ${of}\n`
    }
    if (!name.endsWith('.csv') || name.startsWith('.')) return false
    const bytes = readFileSync(join(days, name))
    return createHash('sha256').update(bytes).digest('hex') !== wanted.get(name)
  })
}

const namesIn = (): string[] => (existsSync(days) ? readdirSync(days) : [])

fillLog()
const wanted = exported()
const device = await RecordedDevice.open(join(folder, 'port'), rateHz, seed)
const more = ['--backup', days, '--retain', '7d', '--device', 'new']
let violations = 0
let drafts = 0
let partly = 0
console.log(`${kills} kills, seed ${seed}, ${wanted.size} days`)
// The first contact: from here on, every sample counts.
const first = startMonitor(device.link, db, more)
if (!(await within(30_000, () => device.acks > 0))) throw new Error(`no contact: ${first.said()}`)
first.child.kill('SIGKILL')
await first.exited

for (let round = 1; round <= kills; round++) {
  rmSync(days, { recursive: true, force: true })
  const run = startMonitor(device.link, db, more)
  const afterMs = 200 + ((noise.bits(round, 0) % 100_000) / 100_000) * 3000
  await pause(afterMs)
  run.child.kill('SIGKILL')
  await run.exited
  for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
  for (const suffix of ['', '-wal']) {
    if (existsSync(db + suffix)) copyFileSync(db + suffix, copy + suffix)
  }
  const log = checkLogs([copy], device, device.acked ?? -1, 'new')
  const wrongNames = wrongFiles(wanted)
  const names = namesIn()
  const files = names.filter((name) => name.endsWith('.csv') && !name.startsWith('.')).length
  const left = names.filter((name) => name.startsWith('.')).length
  if (left > 0) drafts++
  if (files > 0 && files < wanted.size) partly++
  const isRight =
    log.integrity === 'ok' &&
    log.twice + log.wrong + log.ackedMissing === 0 &&
    wrongNames.length === 0
  if (!isRight) violations++
  console.log(
    JSON.stringify({
      round,
      afterMs: Math.round(afterMs),
      files,
      left,
      wrongNames,
      ...log,
      isRight,
    }),
  )
}

const last = startMonitor(device.link, db, more)
const isDone = await within(60_000, () => namesIn().includes('ina219-backup.json'))
const isCaughtUp = await device.finish(30_000)
last.child.kill('SIGTERM')
const { code } = await last.exited
const total = checkLogs([db], device, device.newest, 'new')
const names = namesIn().toSorted()
const all = [...wanted.keys()].flatMap((name) => [name, `${name}.sha256`])
const isWhole = JSON.stringify(names) === JSON.stringify([...all, 'ina219-backup.json'].toSorted())
const isLogRight = total.integrity === 'ok' && total.twice + total.wrong + total.unaccounted === 0
if (
  !isDone ||
  !isCaughtUp ||
  code !== 0 ||
  !isWhole ||
  !isLogRight ||
  wrongFiles(wanted).length > 0
) {
  violations++
}
console.log(
  JSON.stringify({
    total: true,
    kills,
    killsInADraft: drafts,
    killsBetweenDays: partly,
    made: device.made.size,
    ...total,
    isWhole,
    ended: code,
    violations,
  }),
)
device.close()
rmSync(folder, { recursive: true, force: true })
if (violations > 0) process.exitCode = 1
