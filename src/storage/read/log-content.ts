import type Database from 'better-sqlite3'
import type { Extras } from '../../domain/channels.ts'
import type { Epoch } from '../../domain/sample.ts'
import { logFilePath } from '../../util/paths.ts'
import { Catalog } from '../file/catalog.ts'
import { applicationIdOf } from '../file/file-kind.ts'
import { logError, readError } from '../file/log-errors.ts'
import { openForReading } from '../file/log-file.ts'
import type { LostRange } from '../file/records.ts'
import { SampleScan } from '../file/sample-scan.ts'
import { APPLICATION_ID } from '../file/schema.ts'
import { fromStored } from '../file/stored-value.ts'
import { burstsIn } from './burst-query.ts'
import { ChannelCatalog } from './channel-catalog.ts'
import { ExtrasScan } from './extras-scan.ts'
import { type LoggedBurst, type LoggedChannel, type LoggedEvent, wholeLog } from './log-query.ts'
import { eventsIn } from './log-records.ts'

/** A sample of a log with the run that it is of. */
interface ContentSample {
  readonly epochId: number
  /** Unix µs */
  readonly timeUs: number
  /** V; NaN in a sample of extra channels alone, as are the next two. */
  readonly voltage: number
  /** A */
  readonly current: number
  /** W */
  readonly power: number
  readonly seq: number | null
  readonly status: string
  readonly extras: Extras | null
}

const ALL = wholeLog()

/** Whether a file is a log, in any layout; another database: null. */
export function isLogFile(path: string): boolean {
  return applicationIdOf(path) === APPLICATION_ID
}

/** All that a log holds, to be taken over into another one. */
export class LogContent {
  readonly #db: Database.Database
  readonly #catalog: Catalog
  readonly #channels: ChannelCatalog
  readonly #scan: SampleScan

  private constructor(db: Database.Database) {
    this.#db = db
    this.#catalog = new Catalog(db)
    this.#channels = new ChannelCatalog(db)
    this.#scan = new SampleScan(db, this.#catalog)
  }

  /** @throws InaError log_* */
  static open(path: string): LogContent {
    const file = logFilePath(path)
    const db = openForReading(file)
    try {
      // All of it is of one moment.
      db.exec('BEGIN')
      return new LogContent(db)
    } catch (error) {
      db.close()
      throw logError(error, file)
    }
  }

  close(): void {
    this.#db.close()
  }

  get devices(): readonly string[] {
    return [...this.#catalog.devices.values()]
  }

  get channels(): LoggedChannel[] {
    return [...this.#channels.byId.values()].map(({ name, deviceId, unit }) => ({
      id: name,
      device: this.#catalog.nameOf(deviceId),
      unit,
    }))
  }

  get samples(): number {
    return this.#db.prepare('SELECT count(*) FROM sample').pluck().get() as number
  }

  /** Minutes of which the log has averages only. */
  get bareMinutes(): number {
    return this.#db
      .prepare(
        `SELECT count(*) FROM minute
         WHERE minute < coalesce((SELECT min(id) FROM sample), 9e18) / 60000000`,
      )
      .pluck()
      .get() as number
  }

  /** Time of the newest sample of each device that has any, Unix µs. */
  get newestUs(): Map<string, number> {
    const rows = this.#db
      .prepare(
        `SELECT d.name, max(e.newest_us) FROM epoch e JOIN device d ON d.id = e.device_id
         WHERE e.newest_us IS NOT NULL GROUP BY d.id`,
      )
      .raw()
      .all()
    return new Map(rows as [string, number][])
  }

  /** The runs, by their ids. */
  get epochs(): Map<number, Epoch> {
    const rows = this.#db
      .prepare(
        `SELECT e.id, d.name AS device, e.boot, e.started_us AS startedUs
         FROM epoch e JOIN device d ON d.id = e.device_id`,
      )
      .all() as Epoch[]
    return new Map(rows.map((each) => [each.id, each]))
  }

  /** Pages of samples in order of time. @throws Damage */
  *pages(): Generator<ContentSample[]> {
    const extrasScan = this.#channels.isEmpty ? null : new ExtrasScan(this.#db, this.#channels)
    for (const rows of this.#scan.pages(ALL.fromUs, ALL.toUs)) {
      const extras = extrasScan?.of(rows)
      yield rows.map(([timeUs, epochId, seq, v, a, w, statusId]) => ({
        epochId,
        timeUs,
        voltage: fromStored(v),
        current: fromStored(a),
        power: fromStored(w),
        seq,
        status: this.#catalog.status(statusId).text,
        extras: extras?.get(timeUs) ?? null,
      }))
    }
  }

  /** All at once: the log bounds them. */
  get losses(): LostRange[] {
    return this.#db
      .prepare(
        `SELECT epoch_id AS epochId, first_seq AS firstSeq, count, from_us AS fromUs,
           to_us AS toUs, reason FROM lost ORDER BY id`,
      )
      .all() as LostRange[]
  }

  get bursts(): LoggedBurst[] {
    return burstsIn(this.#db, ALL, null)
  }

  get events(): Generator<LoggedEvent> {
    return eventsIn(this.#db, ALL)
  }
}

/** What a failure to read on means: one of the log itself, else as it is. */
export const contentError = readError
