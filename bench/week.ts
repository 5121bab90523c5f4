/**
 * A week of a permanent logger in simulated time: a device on a faulty wire, the log on the
 * disk with its retention and roll-ups, the daily back-up, a cable that is pulled each noon, and a
 * power cut in the middle, which leaves of the log what was synced. In the end every sample that
 * the device made is in the file of its day once, with its exact values, or on record as lost.
 *
 * node bench/run.mjs week [days] [interval ms] [seed]
 */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDevice } from '../mock/device.ts'
import { FaultInjector } from '../mock/fault-injector.ts'
import { parseFaults } from '../mock/faults.ts'
import { BackupKeeper } from '../src/service/backup/backup-keeper.ts'
import { openForWriting } from '../src/storage/file/log-file.ts'
import { MemoryLog } from '../test/support/memory-log.ts'
import { ManualClock, SimulatedWire } from '../test/support/simulated-wire.ts'
import { startHub } from '../test/support/stream-rig.ts'

const DAY_MS = 86_400_000
const RETAIN_MS = 2 * DAY_MS
const CHECK_MS = 300_000
const COMMIT_MS = 30_000
/** Of a cable at noon. The device's ring spans 128 samples. */
const PULLED_MS = 600_000
const START_MS = Date.UTC(2026, 10, 16)

const days = Number(process.argv[2] ?? 7)
const intervalMs = Number(process.argv[3] ?? 1000)
const seed = Number(process.argv[4] ?? 1)

const folder = mkdtempSync(join(tmpdir(), 'ina219-week-'))
const file = join(folder, 'log.db')
const backups = join(folder, 'days')
const faults = parseFaults('drop=0.01,corrupt=0.005,duplicate=0.005,truncate=0.002')
const clock = new ManualClock(START_MS)
const spec = { scenario: 'radio', seed, startS: START_MS / 1000, intervalMs }
const wire = new SimulatedWire({
  clock,
  core: createDevice(spec).core,
  toHost: new FaultInjector(faults, seed),
  toDevice: new FaultInjector(faults, seed, 7),
  latencyMs: 3,
})

function boot(): { log: MemoryLog; hub: ReturnType<typeof startHub>['hub']; keeper: BackupKeeper } {
  const log = new MemoryLog({ db: openForWriting(file), retainMs: RETAIN_MS, clock })
  const keeper = new BackupKeeper({
    log: file,
    folder: backups,
    keepDays: 30,
    clock,
    owner: 'this process',
  })
  const { hub } = startHub({ clock, log, sources: [wire] })
  return { log, hub, keeper }
}

const startedMs = performance.now()
let { log, hub, keeper } = boot()
let commitMs = 0
let checkMs = 0
let slowestMs = 0
let checksMs = 0
let checks = 0
let cuts = 0
const cutMs = START_MS + (days / 2) * DAY_MS + 7_200_000

/** Of the log that which was synced stays; of the process nothing. */
function cutPower(): void {
  for (const suffix of ['', '-wal'])
    if (existsSync(file + suffix)) copyFileSync(file + suffix, `${folder}/cut${suffix}`)
  log.db.close()
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
  for (const suffix of ['', '-wal'])
    if (existsSync(`${folder}/cut${suffix}`)) copyFileSync(`${folder}/cut${suffix}`, file + suffix)
  ;({ log, hub, keeper } = boot())
  cuts++
}

function tick(): void {
  const nowMs = clock.wallMs()
  hub.tick()
  const sinceNoonMs = (nowMs - START_MS + DAY_MS / 2) % DAY_MS
  if (wire.plugged && sinceNoonMs < PULLED_MS) wire.plugged = false
  if (!wire.plugged && sinceNoonMs >= PULLED_MS) wire.replug()
  if (cuts === 0 && nowMs >= cutMs) cutPower()
  if (clock.monoMs() >= commitMs) {
    commitMs = clock.monoMs() + COMMIT_MS
    log.commit()
    log.maintain()
  }
  if (clock.monoMs() < checkMs) return
  checkMs = clock.monoMs() + CHECK_MS
  const beforeMs = performance.now()
  for (const note of keeper.check()) console.log(`${new Date(nowMs).toISOString()} ${note}`)
  const tookMs = performance.now() - beforeMs
  checks++
  checksMs += tookMs
  slowestMs = Math.max(slowestMs, tookMs)
}

wire.run(days * DAY_MS + CHECK_MS * 3, tick)
log.commit()

/** The device's own samples, straight from its feed. */
const truth = createDevice(spec).core
let made = 0
let rows = 0
let lost = 0
let wrong = 0
let files = 0
const losses = log.query(
  'SELECT first_sequence AS first, count FROM power_lost ORDER BY first_sequence',
)
const isLost = new Set<number>()
for (const { first, count } of losses as { first: number; count: number }[]) {
  for (let i = 0; i < count; i++) isLost.add(first + i)
}
for (let day = 0; day < days; day++) {
  const name = `ina219-${new Date(START_MS + day * DAY_MS).toISOString().slice(0, 10)}.csv`
  const bytes = readFileSync(join(backups, name))
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (readFileSync(join(backups, `${name}.sha256`), 'utf8') !== `${sum}  ${name}\n`) wrong++
  files++
  const bySeq = new Map<number, string[]>()
  for (const line of bytes.toString().split('\n').slice(1, -1)) {
    const cells = line.split(',')
    const seq = Number(cells[5])
    if (bySeq.has(seq)) wrong++
    bySeq.set(seq, cells)
  }
  rows += bySeq.size
  for (let n = 0; n < DAY_MS / intervalMs; n++) {
    const { v, a, seq, ts } = JSON.parse(truth.next()[0]?.text ?? '{}') as Record<
      'v' | 'a' | 'seq' | 'ts',
      number
    >
    made++
    const cells = bySeq.get(seq)
    if (cells === undefined) {
      if (isLost.has(seq)) lost++
      else wrong++
      continue
    }
    const isRight =
      Number(cells[2]) === v &&
      Number(cells[3]) === a &&
      Math.abs(Date.parse(cells[0] ?? '') - ts * 1000) < 1.5
    if (!isRight) wrong++
  }
}
const one = (sql: string): number => Object.values(log.query(sql)[0] ?? {})[0] as number
console.log(
  JSON.stringify({
    days,
    intervalMs,
    seconds: Math.round((performance.now() - startedMs) / 1000),
    cuts,
    made,
    inFiles: rows,
    lostOnRecord: lost,
    wrongOrUnaccounted: wrong,
    files,
    fileMb: Number(
      (
        statSync(join(backups, readdirSync(backups).find((each) => each.endsWith('.csv')) ?? ''))
          .size / 1e6
      ).toFixed(1),
    ),
    minutes: one('SELECT count(*) FROM minute'),
    rawHours: Number(one('SELECT (max(id) - min(id)) / 3.6e9 FROM sample').toFixed(2)),
    logMb: Number((log.state.bytes / 1e6).toFixed(1)),
    integrity: log.db.pragma('integrity_check', { simple: true }),
    checks,
    checkMs: Number((checksMs / checks).toFixed(1)),
    slowestCheckMs: Math.round(slowestMs),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
  }),
)
log.db.close()
rmSync(folder, { recursive: true, force: true })
if (wrong > 0 || rows + lost !== made) process.exitCode = 1
