/**
 * Everything that can happen to the log's file, on a real small file system (a
 * tmpfs of 8 MB) under a monitor at work: disk full, read-only, locked by another
 * program, deleted, moved, replaced, its folder deleted; each then set right. After
 * each, every sample of the device must be there once with its exact value, and
 * the log must tell what happened.
 *
 * Needs the right to mount (root on Linux).
 *
 * node bench/run.mjs disk [seconds each trouble lasts] [rate Hz] [seed] [only this trouble]
 */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { systemCode } from '../src/util/errors.ts'
import build from '../test/support/build.ts'
import {
  checkLogs,
  type MonitorRun,
  RecordedDevice,
  startMonitor,
} from '../test/support/durability-rig.ts'
import { within } from '../test/support/polling.ts'

const troubleS = Number(process.argv[2] ?? 8)
const rateHz = Number(process.argv[3] ?? 20)
const seed = Number(process.argv[4] ?? 1)
const only = process.argv[5] ?? ''
/** A retry may be as far away as the trouble lasted, and once more as long. */
const RECOVERY_MS = 20_000 + troubleS * 2000

interface Place {
  /** The small file system. */
  readonly disk: string
  readonly folder: string
  readonly db: string
  readonly device: RecordedDevice
  /** The monitor that runs at the moment. */
  run: MonitorRun
}

interface Trouble {
  readonly name: string
  /** Makes the trouble, lets it last, sets it right. */
  make(place: Place): Promise<void>
  /** Words of the event that has to be in the log afterwards; null where there is nothing to tell. */
  readonly told: RegExp | null
  /** Logs beside the one in its place, which together have everything. */
  readonly others?: (place: Place) => string[]
}

/** Keeps the disk full to the last byte for so long, whatever is freed meanwhile. */
async function full(disk: string, ms: number): Promise<void> {
  const ballast = join(disk, 'ballast')
  const fd = openSync(ballast, 'w')
  const endMs = performance.now() + ms
  while (performance.now() < endMs) {
    for (const size of [65_536, 4096, 256, 1]) writeAsMuch(fd, size)
    await pause(20)
  }
  closeSync(fd)
  rmSync(ballast)
}

function writeAsMuch(fd: number, size: number): void {
  const bytes = Buffer.alloc(size)
  try {
    while (writeSync(fd, bytes) > 0);
  } catch (error) {
    if (systemCode(error) !== 'ENOSPC') throw error
  }
}

async function locked(db: string, how: 'IMMEDIATE' | 'EXCLUSIVE', ms: number): Promise<void> {
  const other = new Database(db)
  other.exec(`BEGIN ${how}`)
  await pause(ms)
  other.close()
}

const others =
  (pattern: RegExp) =>
  ({ folder }: Place): string[] =>
    readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name))

/** An older log of nothing. */
async function emptyLog(place: Place, name: string): Promise<string> {
  const path = join(place.disk, name)
  const run = startMonitor('none', path)
  await run.exited
  const fresh = new Database(path)
  fresh.pragma('wal_checkpoint(TRUNCATE)')
  fresh.close()
  return path
}

const troubles: readonly Trouble[] = [
  {
    name: 'disk full',
    told: /disk is full/,
    make: ({ disk }) => full(disk, troubleS * 1000),
  },
  {
    name: 'disk full, then killed once it has room again',
    told: null,
    make: async (place) => {
      await full(place.disk, 3000)
      await again(place)
    },
  },
  {
    name: 'locked by another program',
    told: /locked by another program/,
    make: ({ db }) => locked(db, 'IMMEDIATE', troubleS * 1000),
  },
  {
    name: 'locked exclusively',
    told: /locked by another program/,
    make: ({ db }) => locked(db, 'EXCLUSIVE', troubleS * 1000),
  },
  {
    name: 'locked, and killed while samples are in the spill file',
    told: /came from the spill file/,
    make: async (place) => {
      const other = new Database(place.db)
      other.exec('BEGIN IMMEDIATE')
      const hasSpilled = await within(12_000, () => existsSync(`${place.db}.spill.csv`))
      if (!hasSpilled) throw new Error('nothing was spilled')
      await pause(300)
      place.run.child.kill('SIGKILL')
      await place.run.exited
      other.close()
      place.run = startMonitor(place.device.link, place.db)
    },
  },
  {
    name: 'read-only',
    told: /read-only/,
    make: async ({ disk, db }) => {
      // A mount with open files can't be made read-only, but it can be covered by one that is;
      // a short lock makes the monitor open its files again.
      const other = new Database(db)
      other.exec('BEGIN IMMEDIATE')
      await pause(1000)
      execFileSync('mount', ['--bind', disk, disk])
      execFileSync('mount', ['-o', 'remount,bind,ro', disk])
      other.close()
      await pause(troubleS * 1000)
      execFileSync('umount', [disk])
    },
  },
  {
    name: 'deleted',
    told: /was deleted/,
    make: async ({ db }) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(db + suffix, { force: true })
    },
  },
  {
    name: 'only the database file deleted',
    told: /was deleted/,
    make: async ({ db }) => rmSync(db),
  },
  {
    name: 'WAL deleted',
    told: /WAL was deleted/,
    make: async ({ db }) => rmSync(`${db}-wal`),
  },
  {
    name: 'folder deleted',
    told: /was deleted/,
    make: async ({ folder }) => rmSync(folder, { recursive: true }),
  },
  {
    name: 'moved away',
    told: /was moved/,
    make: async ({ db, folder }) => renameSync(db, join(folder, 'moved.db')),
    others: others(/^moved\.db$/),
  },
  {
    name: 'replaced by another log',
    told: /was replaced/,
    make: async (place) => renameSync(await emptyLog(place, 'other.db'), place.db),
    others: others(/\.replaced-\d+$/),
  },
  {
    name: 'replaced by something else, which is taken away again',
    told: /./,
    make: async ({ db, folder }) => {
      const junk = join(folder, 'junk')
      writeFileSync(junk, 'no database\n'.repeat(100))
      renameSync(junk, db)
      await pause(troubleS * 1000)
      rmSync(db)
    },
    others: others(/\.replaced-\d+$/),
  },
]

/** Killed and started again at once. */
async function again(place: Place): Promise<void> {
  place.run.child.kill('SIGKILL')
  await place.run.exited
  place.run = startMonitor(place.device.link, place.db)
}

async function round(trouble: Trouble): Promise<boolean> {
  const disk = mkdtempSync(join(tmpdir(), 'ina219-disk-'))
  const ports = mkdtempSync(join(tmpdir(), 'ina219-port-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', disk])
  const folder = join(disk, 'logs')
  mkdirSync(folder)
  const db = join(folder, 'log.db')
  const device = await RecordedDevice.open(join(ports, 'port'), rateHz, seed)
  const place: Place = { disk, folder, db, device, run: startMonitor(device.link, db) }
  try {
    if (!(await within(30_000, () => device.acks > 1))) throw new Error(place.run.said())
    const ackedBefore = device.acked
    const startedMs = performance.now()
    await trouble.make(place)
    const setRightMs = performance.now()
    await pause(1000)
    const isCaughtUp = await device.finish(RECOVERY_MS)
    // Also what is in the spill file has been acknowledged: it has to be in the log in the end.
    const isBack = await within(RECOVERY_MS, () => existsSync(db) && !existsSync(`${db}.spill.csv`))
    const recoveredMs = performance.now()
    place.run.child.kill('SIGTERM')
    const { code } = await place.run.exited
    const files = [db, ...(trouble.others?.(place) ?? [])]
    const found = checkLogs(files, device, device.newest)
    const events = eventsOf(db)
    const { told } = trouble
    const isTold = told === null || events.some((detail) => told.test(detail))
    const { integrity, missing, twice, wrong } = found
    const isRight =
      isCaughtUp &&
      isBack &&
      isTold &&
      code === 0 &&
      integrity === 'ok' &&
      missing + twice + wrong === 0
    console.log(
      JSON.stringify({
        trouble: trouble.name,
        lastedS: tenths(setRightMs - startedMs),
        recoveredS: tenths(recoveredMs - setRightMs),
        made: device.made.size,
        ackedBefore,
        acked: device.acked,
        files: files.length,
        ...found,
        ended: code,
        outages: place.run.summary()?.['log_outages'],
        events,
        isRight,
      }),
    )
    if (!isRight) console.log(place.run.said())
    return isRight
  } finally {
    place.run.child.kill('SIGKILL')
    await place.run.exited
    device.close()
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
    rmSync(ports, { recursive: true })
  }
}

function eventsOf(file: string): string[] {
  const db = new Database(file)
  try {
    const sql = "SELECT detail FROM power_event WHERE kind = 'spill'"
    return db.prepare(sql).pluck().all() as string[]
  } finally {
    db.close()
  }
}

function tenths(ms: number): number {
  return Math.round(ms / 100) / 10
}

function canMount(): boolean {
  const disk = mkdtempSync(join(tmpdir(), 'ina219-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk], { stdio: 'ignore' })
    execFileSync('umount', [disk])
    return true
  } catch {
    return false
  } finally {
    rmSync(disk, { recursive: true })
  }
}

if (process.platform !== 'linux' || !canMount()) {
  console.log('skipped: a small file system can be mounted here by root on Linux only')
} else {
  build()
  console.log(`troubles of ${troubleS} s at ${rateHz} Hz, seed ${seed}`)
  let violations = 0
  const exact = troubles.filter(({ name }) => name === only)
  const chosen = exact.length > 0 ? exact : troubles.filter(({ name }) => name.includes(only))
  for (const trouble of chosen) if (!(await round(trouble))) violations++
  console.log(JSON.stringify({ total: true, troubles: chosen.length, seed, violations }))
  if (violations > 0) process.exitCode = 1
}
