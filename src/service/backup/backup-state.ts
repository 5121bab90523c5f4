import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InaError, systemCode } from '../../util/errors.ts'
import { isRecord } from '../../util/records.ts'
import { Draft } from './draft.ts'

const STATE_FILE = 'ina219-backup.json'
const VERSION = 1

/** A day as it was in the log when its file was written. */
export interface KnownDay {
  /** What the log had, or had had, of the day; so that samples which come late are noticed. */
  readonly samples: number
  /** Of the file. */
  readonly bytes: number
  /** It has a second file, with extra channels. */
  readonly hasChannels: boolean
}

/** What the folder's files were made from, by the names of the days. */
export class BackupState {
  readonly #file: string
  readonly #log: string
  readonly days: Map<string, KnownDay>

  private constructor(file: string, log: string, days: Map<string, KnownDay>) {
    this.#file = file
    this.#log = log
    this.days = days
  }

  /** @throws InaError usage_invalid: the folder is another log's; the system's error */
  static read(folder: string, log: string): BackupState {
    const file = join(folder, STATE_FILE)
    const stored = parsed(file)
    const owner = stored?.['log']
    if (typeof owner === 'string' && owner !== log) {
      throw new InaError(
        'usage_invalid',
        `${folder} has the back-ups of another log, ${owner}`,
        `name another folder with --backup, or delete ${STATE_FILE} where that log has moved here`,
      )
    }
    const days = new Map<string, KnownDay>()
    const all = stored?.['days']
    for (const [day, known] of Object.entries(isRecord(all) ? all : {})) {
      if (!isRecord(known)) continue
      const { samples, bytes, hasChannels } = known
      if (typeof samples === 'number' && typeof bytes === 'number')
        days.set(day, { samples, bytes, hasChannels: hasChannels === true })
    }
    return new BackupState(file, log, days)
  }

  save(): void {
    const days = Object.fromEntries([...this.days].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const draft = new Draft(this.#file)
    try {
      draft.write(Buffer.from(`${JSON.stringify({ version: VERSION, log: this.#log, days })}\n`))
      draft.finish()
    } catch (error) {
      draft.abandon()
      throw error
    }
  }
}

/** What can't be understood counts as nothing: the files of the days in the log are made again. */
function parsed(file: string): Readonly<Record<string, unknown>> | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) && value['version'] === VERSION ? value : null
  } catch {
    return null
  }
}
