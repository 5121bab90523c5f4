import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type Database from 'better-sqlite3'
import type { Clock } from '../../util/clock.ts'
import { createDraft, removeDraft } from '../../util/draft-file.ts'
import { InaError, isInaError } from '../../util/errors.ts'
import { CursorText } from '../file/commit-cursor.ts'
import { applicationIdOf } from '../file/file-kind.ts'
import { type Leftover, leftoversOf, textLeftovers } from '../file/leftovers.ts'
import { foreign, logError, missing as noLog } from '../file/log-errors.ts'
import { openForWriting } from '../file/log-file.ts'
import { createLog } from '../file/new-log.ts'
import { place, sync } from '../file/placing.ts'
import { APPLICATION_ID } from '../file/schema.ts'
import { WriterLock } from '../file/writer-lock.ts'
import { LogWriter } from '../write/log-writer.ts'
import { PageStore } from './page-store.ts'
import { type MissingSpan, rebuild } from './rebuild.ts'
import { type SalvageCounts, salvage } from './salvage.ts'
import { isSoundDatabase, type Soundness, soundnessOf } from './soundness.ts'
import { type TakenLeftover, takeLeftover } from './take-leftover.ts'

export interface RepairReport {
  /** Nothing is wrong with the log, and all of its rows came. */
  readonly isSound: boolean
  /** The new log; null: the log is sound, and nothing was written. */
  readonly repaired: string | null
  /** Random name of the new log, which is another one to whoever reads on; null: nothing was written. */
  readonly identity: string | null
  /** That of the damaged one; null: it is not known. */
  readonly formerIdentity: string | null
  /** What is wrong with the file as a whole, in words. */
  readonly faults: readonly string[]
  readonly pages: number
  readonly damagedPages: number
  /** Damaged pages by the table that they were of; `?`: not known. */
  readonly damagedTables: Readonly<Record<string, number>>
  readonly samples: number
  readonly events: number
  readonly losses: number
  /** Rows of minute averages that were taken over. */
  readonly minutes: number
  readonly bursts: number
  /** Samples that are known to be missing now. */
  readonly missing: number
  readonly missingSpans: readonly MissingSpan[]
  /** What has another name now, since its own is gone. */
  readonly invented: readonly string[]
  /** Other files beside the log that may have samples of it. */
  readonly leftovers: readonly Leftover[]
  /** Those of them that were brought in. */
  readonly taken: readonly TakenLeftover[]
}

export interface RepairRequest {
  /** As `logFilePath` gives it. */
  readonly file: string
  /** The new log, which must not be there yet. */
  readonly out: string
  /** Bring in what stands beside the log in spill files and files of rejected records. */
  readonly withLeftovers: boolean
  readonly clock: Clock
  /** @param part of the pages, 0 to 1 */
  readonly progress: (part: number, page: number) => void
}

/** Nothing goes for its age, ms. */
const FOR_EVER_MS = 1e14

/**
 * Saves what can be saved of a damaged log into a new one beside it. The damaged one is only
 * ever read.
 *
 * @throws InaError log_missing, log_foreign, log_newer, log_in_use, log_damaged (nothing could be
 *   saved), log_unwritable, usage_invalid (there is a file where the new log is to be)
 */
export function repairLog(request: RepairRequest): RepairReport {
  const { file, out, clock } = request
  if (!existsSync(file)) throw noLog(file)
  if (existsSync(out)) {
    throw new InaError('usage_invalid', `${out} is there already`, 'name another file with -o')
  }
  // Of a file whose head is torn nobody can say that.
  const id = applicationIdOf(file)
  if (id !== null && id !== 0 && id !== APPLICATION_ID && isSoundDatabase(file, out))
    throw foreign(file)
  const lock = lockOf(file, clock)
  try {
    const leftovers = leftoversOf(file)
    const isWanted = request.withLeftovers && textLeftovers(leftovers).length > 0
    const soundness = soundnessOf(file, out)
    const isSound = soundness.faults.length === 0 && soundness.disagreement === null
    return isSound && !isWanted ? soundReport(leftovers) : saved(request, leftovers, soundness)
  } catch (error) {
    throw logError(error, file)
  } finally {
    lock?.discard()
  }
}

/** Nobody may write meanwhile. null: in such a place nobody can */
function lockOf(file: string, clock: Clock): WriterLock | null {
  try {
    return WriterLock.acquire(file, clock.wallMs())
  } catch (error) {
    if (isInaError(error) && error.code === 'log_unwritable') return null
    throw error
  }
}

function saved(
  request: RepairRequest,
  leftovers: readonly Leftover[],
  soundness: Soundness,
): RepairReport {
  const { file, out } = request
  const store = new PageStore(file, !soundness.isWalForeign)
  const draft = createDraft(out)
  try {
    createLog(draft)
    const db = openForWriting(draft)
    try {
      // Rows come in the order of their pages.
      db.pragma('foreign_keys = OFF')
      // What is sorted may be all of a large log.
      db.pragma('temp_store = FILE')
      // Nobody sees the draft; it is synced once, when it is complete.
      db.pragma('synchronous = OFF')
      const report = fill(db, store, request, leftovers, soundness)
      const { identity } = new CursorText(db, draft)
      db.pragma('synchronous = FULL')
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
      sync(draft)
      place(draft, out)
      return { ...report, repaired: out, identity, leftovers }
    } finally {
      db.close()
    }
  } finally {
    store.close()
    removeDraft(draft)
  }
}

/** Brings what can be saved into a new log. @throws InaError log_damaged: that is nothing */
function fill(
  db: Database.Database,
  store: PageStore,
  { file, withLeftovers, clock, progress }: RepairRequest,
  leftovers: readonly Leftover[],
  { faults: whole, disagreement }: Soundness,
): Omit<RepairReport, 'repaired' | 'identity' | 'leftovers'> {
  db.exec('CREATE TEMP TABLE old_run(n, device_id, epoch_id, from_id, to_id, late)')
  const counts = salvage(store, db, (page) => progress(page / store.pages, page))
  const faults = [...whole, ...rowFaults(counts)]
  // Told apart by its pages it says more than what SQLite meets first.
  if (disagreement !== null && faults.length === 0 && counts.damagedPages === 0) {
    faults.push(disagreement)
  }
  const isSound = faults.length === 0 && counts.damagedPages === 0
  const { invented, missing } = db.transaction(() => rebuild(db, !isSound)).immediate()
  const samples = count(db, 'sample')
  if (samples === 0 && count(db, 'minute') === 0) throw nothingLeft(file)
  db.exec('DROP TABLE old_run')
  const total = missing.reduce((sum, each) => sum + each.samples, 0)
  const { identity: formerIdentity } = counts
  const former = `'${basename(file)}'${formerIdentity === null ? '' : ` (log ${formerIdentity})`}`
  noteRepair(db, former, isSound, samples, total)
  const makeWriter = (): LogWriter => new LogWriter(db, FOR_EVER_MS, clock)
  const wanted = withLeftovers ? textLeftovers(leftovers) : []
  const taken = wanted.map(({ path }) => takeLeftover(path, db, makeWriter))
  makeWriter().finish()
  return {
    isSound,
    formerIdentity,
    faults,
    pages: counts.pages,
    damagedPages: counts.damagedPages,
    damagedTables: Object.fromEntries(counts.damagedTables),
    samples,
    events: counts.rows.event,
    losses: counts.rows.lost,
    minutes: counts.rows.minute,
    bursts: counts.rows.burst,
    missing: total,
    missingSpans: missing,
    invented,
    taken,
  }
}

/** Leaves a trace in the new log, at the newest sample of each device. @param former log, in words */
function noteRepair(
  db: Database.Database,
  former: string,
  isSound: boolean,
  samples: number,
  missing: number,
): void {
  const counts = `${samples} samples saved, ${missing} known to be missing`
  const detail = isSound
    ? `copied from ${former}, which was sound: ${samples} samples`
    : `repaired from ${former}, which was damaged: ${counts}`
  db.prepare(
    `INSERT INTO event(time_us, device_id, kind, detail)
     SELECT coalesce((SELECT max(newest_us) FROM epoch WHERE device_id = d.id), 0), d.id, 'log', ?
     FROM device d`,
  ).run(detail)
}

/** What the rows say of a log that its pages don't. */
function rowFaults({ doubles, refused }: SalvageCounts): string[] {
  const faults: string[] = []
  if (doubles > 0) {
    faults.push(`rows that stand there twice: ${doubles}, as of a page that overwrote another`)
  }
  if (refused > 0) faults.push(`rows with values that no log has, left out: ${refused}`)
  return faults
}

function soundReport(leftovers: readonly Leftover[]): RepairReport {
  return {
    isSound: true,
    repaired: null,
    identity: null,
    formerIdentity: null,
    faults: [],
    pages: 0,
    damagedPages: 0,
    damagedTables: {},
    samples: 0,
    events: 0,
    losses: 0,
    minutes: 0,
    bursts: 0,
    missing: 0,
    missingSpans: [],
    invented: [],
    leftovers,
    taken: [],
  }
}

function nothingLeft(file: string): InaError {
  return new InaError(
    'log_damaged',
    `nothing could be saved from ${file}: none of its pages has samples`,
    'nothing was changed in it; a back-up, or the files beside it, may have more',
  )
}

function count(db: Database.Database, table: string): number {
  return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number
}
