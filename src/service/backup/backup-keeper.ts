import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LogReader } from '../../storage/read/log-reader.ts'
import type { Clock } from '../../util/clock.ts'
import { errorText, InaError, isInaError, systemCode } from '../../util/errors.ts'
import { BackupState, type KnownDay } from './backup-state.ts'
import { DAY_US, dayName, dayOf, dayOfFile, fileName } from './day.ts'
import { checksumOf, draftDay, restoreChecksum } from './day-file.ts'

/** After its end a day may still get samples that are on their way, µs. */
const SETTLE_US = 600_000_000
/** A line of a CSV file, at most in the usual case, for a first look at the room there is. */
const ROW_BYTES = 100
/** What has to stay free for a log on the same disk. */
const KEEP_FREE_BYTES = 50 * 2 ** 20

export interface BackupOptions {
  /** As `logFilePath` gives it. */
  readonly log: string
  readonly folder: string
  /** So many day files stay. */
  readonly keepDays: number
  readonly clock: Clock
  /** Whether this process writes the log. */
  readonly owner: 'this process' | 'other'
  /** Looked at while a file is written: the run ends. */
  readonly isCancelled?: () => boolean
  /** The log is open, as it is now: what goes from it later is still seen. */
  readonly onOpen?: () => void
}

/**
 * Keeps a folder of CSV files, one for each day of UTC that is over. Looks, each time it is
 * asked, which days of the log have no file, or one without samples that came late, and writes
 * these. Synchronous; belongs in a thread of its own.
 */
export class BackupKeeper {
  readonly #options: BackupOptions
  /** Late samples of a day, as they were counted last: its file waits until no more come. */
  readonly #late = new Map<string, number>()
  #failure = ''

  constructor(options: BackupOptions) {
    this.#options = options
  }

  /** @returns what there is to report; a failure that goes on is reported once */
  check(): string[] {
    const notes: string[] = []
    const failures: string[] = []
    const attempt = (work: () => void): void => {
      try {
        work()
      } catch (error) {
        failures.push(reasonOf(error))
      }
    }
    attempt(() => this.#check(notes, attempt))
    const [failure = ''] = failures
    if (failure !== '' && failure !== this.#failure) {
      notes.push(`can't write the back-up in ${this.#options.folder}: ${failure}; tried again`)
    } else if (failure === '' && this.#failure !== '') {
      notes.push(`the back-up in ${this.#options.folder} is written again`)
    }
    this.#failure = failure
    return notes
  }

  #check(notes: string[], attempt: (work: () => void) => void): void {
    const { log, owner, folder, onOpen } = this.#options
    const reader = LogReader.open(log, owner)
    try {
      onOpen?.()
      if (dirname(log) === folder && dayOfFile(basename(log)) !== null) {
        throw new InaError(
          'usage_invalid',
          `the log ${log} has the name of a day file`,
          'name another folder with --backup',
        )
      }
      makeFolder(folder)
      const state = BackupState.read(folder, log)
      const counts = this.#counts(reader)
      const due = [...counts].slice(-this.#options.keepDays)
      let isChanged = false
      for (const [dayUs, count] of due) {
        if (this.#options.isCancelled?.()) break
        attempt(() => {
          if (this.#keepDay(reader, state, dayUs, count, notes)) isChanged = true
        })
      }
      if (this.#prune(state) || isChanged) state.save()
      this.#restoreChecksums(state, notes, attempt)
    } finally {
      reader.close()
    }
  }

  /** Samples of each day that is over and has some, as raw samples or roll-ups, in order. */
  #counts(reader: LogReader): Map<number, number> {
    const counts = new Map<number, number>()
    const nowUs = Math.round(this.#options.clock.wallMs() * 1000)
    const toUs = dayOf(nowUs - SETTLE_US)
    const rawUs = reader.oldestRawUs(null)
    if (rawUs === null || dayOf(rawUs) >= toUs) return counts
    const range = { fromUs: dayOf(rawUs), toUs, device: null }
    for (const { fromUs, samples } of reader.buckets(range, DAY_US)) {
      if (samples > 0) counts.set(fromUs, (counts.get(fromUs) ?? 0) + samples)
    }
    return counts
  }

  /** @returns whether the state has changed */
  #keepDay(
    reader: LogReader,
    state: BackupState,
    dayUs: number,
    count: number,
    notes: string[],
  ): boolean {
    const { folder } = this.#options
    const day = dayName(dayUs)
    const file = join(folder, fileName(dayUs, false))
    const stats = statSync(file, { throwIfNoEntry: false })
    const size = stats?.isFile() ? stats.size : null
    const known = state.days.get(day)
    const isInPlace = size !== null && (known === undefined || size === known.bytes)
    const lost = isInPlace && known !== undefined ? this.#lostOf(dayUs, known) : null
    if (isInPlace && known !== undefined && lost === null && count <= known.samples) return false
    if (isInPlace && known !== undefined && lost === null && this.#late.get(day) !== count) {
      this.#late.set(day, count)
      return false
    }
    this.#refuseTightDisk(count)
    const draft = draftDay(reader, dayUs, folder, this.#options.isCancelled ?? (() => false))
    if (draft === null) return false
    const { samples, bytes, hasChannels } = draft
    const isWhole = samples >= count
    // Part of the day has passed the retention: what there is of it on the disk is more.
    if (samples === 0 || (!isWhole && isInPlace)) {
      draft.abandon()
      if (size === null) return false
      const stays = existsSync(join(folder, fileName(dayUs, true)))
      state.days.set(day, { samples: count, bytes: size, hasChannels: stays })
      if (known?.hasChannels === true && !stays) {
        notes.push(`${day}: its file of channels is lost: part of the day has passed the retention`)
      }
      const missed = known === undefined ? 0 : count - known.samples
      if (missed > 0) {
        notes.push(
          `${day}: ${missed} samples came after part of the day had passed the retention; its file is without them`,
        )
      }
      return true
    }
    try {
      draft.finish()
    } catch (error) {
      draft.abandon()
      throw error
    }
    this.#late.delete(day)
    state.days.set(day, { samples: count, bytes, hasChannels })
    notes.push(noteOf(day, samples, count, bytes, isInPlace ? known : undefined, lost))
    return true
  }

  /** What of a day is no longer beside its file; null: nothing. */
  #lostOf(dayUs: number, { hasChannels }: KnownDay): string | null {
    const { folder } = this.#options
    const plain = join(folder, fileName(dayUs, false))
    const channels = join(folder, fileName(dayUs, true))
    if (hasChannels && !existsSync(channels)) return 'file of channels'
    const files = hasChannels ? [plain, channels] : [plain]
    return files.every((file) => existsSync(checksumOf(file))) ? null : 'checksum'
  }

  /** Of days that the log no longer has whole, and whose files so could not be written again. */
  #restoreChecksums(
    state: BackupState,
    notes: string[],
    attempt: (work: () => void) => void,
  ): void {
    const { folder } = this.#options
    for (const name of readdirSync(folder)) {
      const day = dayOfFile(name)
      const file = join(folder, name)
      if (day === null || !state.days.has(day) || !name.endsWith('.csv')) continue
      if (existsSync(checksumOf(file)) || this.#options.isCancelled?.()) continue
      attempt(() => {
        if (!lstatSync(file).isFile()) return
        restoreChecksum(file)
        notes.push(`${name}: the checksum was missing; it is now that of the file as it is`)
      })
    }
  }

  /** A full disk costs the log more than a missing file. */
  #refuseTightDisk(count: number): void {
    const { folder, log } = this.#options
    if (statSync(folder).dev !== statSync(dirname(log)).dev) return
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize - count * ROW_BYTES > KEEP_FREE_BYTES) return
    throw new InaError(
      'log_unwritable',
      'it would leave the log on the same disk less than 50 MB',
      'free some space, or name a folder on another disk',
    )
  }

  /** Only the newest day files stay; nothing else in the folder is touched. @returns whether some went */
  #prune(state: BackupState): boolean {
    const { folder, keepDays } = this.#options
    const ours = readdirSync(folder).flatMap((name) => {
      const day = dayOfFile(name)
      return day !== null && lstatSync(join(folder, name)).isFile() ? [{ name, day }] : []
    })
    const days = [...new Set(ours.map(({ day }) => day))].toSorted()
    const old = new Set(days.slice(0, Math.max(0, days.length - keepDays)))
    for (const { name, day } of ours) if (old.has(day)) rmSync(join(folder, name))
    for (const day of old) state.days.delete(day)
    return old.size > 0
  }
}

/** Its parent has to be there: a disk that is not mounted must not be made up for on another. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

function noteOf(
  day: string,
  samples: number,
  count: number,
  bytes: number,
  before: KnownDay | undefined,
  lost: string | null,
): string {
  const size = `${samples} samples, ${(bytes / 1e6).toFixed(1)} MB`
  if (before !== undefined && lost !== null && samples === before.samples)
    return `${day} written again, its ${lost} was missing: ${size}`
  if (before !== undefined)
    return `${day} written again, ${samples - before.samples} came late: ${size}`
  if (samples < count) return `${day}: ${size}; ${count - samples} had passed the retention`
  return `${day}: ${size}`
}

function reasonOf(error: unknown): string {
  if (isInaError(error)) return `${error.message} (${error.hint})`
  const code = systemCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full'
  if (code === 'EACCES' || code === 'EPERM') return 'no permission'
  if (code === 'EROFS') return 'it is read-only'
  if (code === 'ENOENT') return 'there is no such folder'
  if (code === 'EISDIR' || code === 'EEXIST') return 'a folder is in the place of a file'
  // Without the text, which has the random name of a draft: the same trouble reads the same.
  return code ?? errorText(error)
}
