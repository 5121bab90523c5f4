import { existsSync, mkdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import type { Sample } from '../../src/domain/sample.ts'
import type { DeviceLog, LogClient } from '../../src/storage/client/log.ts'
import { openLog } from '../../src/storage/client/log-client.ts'
import { estimateLogBytes } from '../../src/storage/file/log-size.ts'
import { LOGS } from './paths.ts'

export const DEVICE = 'bench'
export const BOOT = 1

/**
 * A log that is as long as its retention: made by the log's client in steps, and gone on with. One that is only read,
 * of frames that the whole program has read: `logs.ts`.
 */
export interface FullLog {
  readonly file: string
  readonly hz: number
  readonly hours: number
}

export const samplesOf = ({ hz, hours }: FullLog): number => hz * hours * 3600
const retainMsOf = ({ hours }: FullLog): number => hours * 3_600_000

/** The log of that rate and length in the cache folder for benches, in the folder for temporary files. */
export function cachedLog(hz: number, hours: number): FullLog {
  return { file: join(LOGS, `full-${hz}hz-${hours}h.db`), hz, hours }
}

/** The same, made where it is not there yet. Ends the bench where something is missing. @param lack what is missing beside the log; null: nothing */
export async function readyLog(
  hz: number,
  hours: number,
  copies: number,
  lack: string | null = null,
): Promise<FullLog> {
  const full = cachedLog(hz, hours)
  const missing = lack ?? lackOfRoom(full, copies)
  if (missing !== null) {
    console.error(missing)
    process.exit(1)
  }
  if (!existsSync(full.file)) console.error(`making ${full.file}, once`)
  await fill(full)
  return full
}

/** @param copies how many files of that size there are to be @returns what is wrong; null: there is room */
export function lackOfRoom(log: FullLog, copies: number): string | null {
  const folder = dirname(log.file)
  mkdirSync(folder, { recursive: true })
  const bytes = estimateLogBytes(log.hz, retainMsOf(log))
  const there = existsSync(log.file) ? statSync(log.file).size : 0
  // The WAL, and what the file system would rather not be without.
  const needed = Math.max(0, bytes * copies - there) + 500e6
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= needed) return null
  const gb = (value: number): string => `${(value / 1e9).toFixed(1)} GB`
  return `${gb(needed)} are needed in ${folder}, ${gb(bavail * bsize)} are free: set TMPDIR to a larger disk, or ask for fewer hours`
}

/** Time of the newest sample, Unix µs. */
export function newestUs(file: string): number {
  const db = new Database(file, { readonly: true })
  try {
    return db.prepare('SELECT max(id) FROM sample').pluck().get() as number
  } finally {
    db.close()
  }
}

/** A supply of 5 V with noise of the sensor's steps, and a load that transmits a little each second. */
export function sampleAt(seq: number, timeUs: number, epochId: number): Sample {
  const noise = (seq * 7919) % 31
  const isSending = timeUs % 1_000_000 < 80_000
  const milliVolts = 5000 + (noise - 15) * 4 - (isSending ? 40 : 0)
  const tenthsOfMilliamp = 2450 + ((seq * 104_729) % 181) + (isSending ? 3000 : 0)
  return {
    electric: true,
    extras: null,
    detail: null,
    timeUs,
    voltage: milliVolts / 1000,
    current: tenthsOfMilliamp / 10_000,
    power: Math.round((milliVolts * tenthsOfMilliamp) / 10_000) / 1000,
    seq,
    status: 'ok',
    epochId,
    gapBefore: false,
    origin: 'live',
  }
}

/** Opens a log of a run that goes on where the one before ended. */
export async function openFullLog(
  file: string,
  retainMs: number,
): Promise<{ log: LogClient; own: DeviceLog; openMs: number }> {
  const startedMs = performance.now()
  const log = await openLog({ file, retainMs }, pathToFileURL(resolve('dist/log-worker.js')))
  return { log, own: log.forDevice(), openMs: performance.now() - startedMs }
}

interface Fill {
  readonly samples: number
  readonly ms: number
  readonly isFull: boolean
}

/**
 * Adds samples until the log is full. It ends now, if it is made in one go.
 *
 * @param atMost samples, so that large ones can be made in pieces
 */
export async function fill(full: FullLog, atMost = Number.POSITIVE_INFINITY): Promise<Fill> {
  const total = samplesOf(full)
  const stepUs = 1e6 / full.hz
  const { log, own } = await openFullLog(full.file, retainMsOf(full))
  const [run] = log.loggedRuns
  const startUs = run?.epoch.startedUs ?? Math.floor(Date.now() / 1000) * 1e6 - total * stepUs
  const epoch = run?.epoch ?? own.begin(DEVICE, BOOT, startUs)
  if (run !== undefined) own.epoch(epoch)
  const first = (run?.lastSeq ?? -1) + 1
  const end = Math.min(total, first + atMost)
  const startedMs = performance.now()
  for (let seq = first; seq < end; seq++) {
    own.append(sampleAt(seq, Math.round(startUs + seq * stepUs), epoch.id))
    if (log.congested) await log.drained()
  }
  await log.close()
  return { samples: end - first, ms: performance.now() - startedMs, isFull: end === total }
}
