import type Database from 'better-sqlite3'
import type { Extras } from '../../domain/channels.ts'
import type { Epoch, Sample } from '../../domain/sample.ts'
import { logFilePath } from '../../util/paths.ts'
import { Catalog } from '../file/catalog.ts'
import { hasTable } from '../file/layout.ts'
import { logError } from '../file/log-errors.ts'
import { type LogOwner, openForReading } from '../file/log-file.ts'
import type { DeviceBurst, LogEvent, LostRange } from '../file/records.ts'
import type { SampleRow } from '../file/sample-scan.ts'
import { fromStored } from '../file/stored-value.ts'
import { ChannelCatalog } from './channel-catalog.ts'
import { ExtrasScan } from './extras-scan.ts'

/** What a sample is known by. */
export type SampleContent = Pick<
  Sample,
  'timeUs' | 'voltage' | 'current' | 'power' | 'extras' | 'seq'
>

const PAGE = 1000
/** Rows kept in memory: those that have been passed may be looked at again. */
const MOST_ROWS = 4 * PAGE

interface KnownRow {
  readonly row: SampleRow
  readonly extras: Extras | null
  /** It stands for one sample only. */
  isTaken: boolean
}

/**
 * What a log holds from before it is added to: whether a sample, a lost range, an event or a
 * burst is in it already, so that a recording may be imported twice, or again after
 * it was cut off. Rows that come meanwhile do not count.
 */
export class KnownLog {
  readonly #db: Database.Database
  readonly #catalog: Catalog
  readonly #extras: ExtrasScan | null
  readonly #newest = new Map<string, number>()
  readonly #lastEpochId: number
  readonly #page: Database.Statement
  readonly #epochs: Database.Statement
  readonly #event: Database.Statement
  readonly #loss: Database.Statement
  /** Made when it is needed, which is rarely. */
  #burst: Database.Statement | null = null
  /** In order of time, without holes. */
  #rows: KnownRow[] = []
  /** All rows with ids from the first on and below the second are in `#rows`. */
  #fromUs = 0
  #toUs = 0

  private constructor(db: Database.Database) {
    this.#db = db
    this.#catalog = new Catalog(db)
    const channels = new ChannelCatalog(db)
    this.#extras = channels.isEmpty ? null : new ExtrasScan(db, channels)
    this.#lastEpochId = (db.prepare('SELECT max(id) FROM epoch').pluck().get() as number) ?? 0
    for (const row of db
      .prepare(
        `SELECT d.name, max(e.newest_us) FROM epoch e JOIN device d ON d.id = e.device_id
         WHERE e.newest_us IS NOT NULL GROUP BY d.id`,
      )
      .raw()
      .all() as [string, number][]) {
      this.#newest.set(...row)
    }
    this.#page = db
      .prepare(
        `SELECT id, epoch_id, seq, v, a, w, status_id FROM sample WHERE id >= ?
         ORDER BY id LIMIT ${PAGE}`,
      )
      .raw()
    this.#epochs = db.prepare(
      `SELECT e.id, e.boot, e.started_us AS startedUs, e.newest_us AS newestUs
       FROM epoch e JOIN device d ON d.id = e.device_id
       WHERE d.name = ? AND e.id <= ? ORDER BY e.id`,
    )
    this.#event = db.prepare(
      `SELECT 1 FROM event v JOIN device d ON d.id = v.device_id
       WHERE v.time_us = ? AND d.name = ? AND v.kind = ? AND v.detail = ?`,
    )
    this.#loss = db.prepare(
      `SELECT 1 FROM lost l JOIN epoch e ON e.id = l.epoch_id JOIN device d ON d.id = e.device_id
       WHERE l.from_us = ? AND d.name = ? AND l.first_seq = ? AND l.count = ? AND l.to_us = ?`,
    )
  }

  /** @throws InaError log_* */
  static open(path: string, owner: LogOwner): KnownLog {
    const file = logFilePath(path)
    const db = openForReading(file, owner)
    try {
      return new KnownLog(db)
    } catch (error) {
      db.close()
      throw logError(error, file)
    }
  }

  close(): void {
    this.#db.close()
  }

  /** Time of the newest sample of a device, Unix µs; null: it has none. */
  newestUs(device: string): number | null {
    return this.#newest.get(device) ?? null
  }

  /**
   * Finds a sample in the log, each row once.
   *
   * @param grainUs how coarse the time is: the row may lie up to so much later
   * @returns id of its epoch; null: the log has no such sample
   */
  find(device: string, sample: SampleContent, grainUs: number): number | null {
    const newestUs = this.#newest.get(device)
    if (newestUs === undefined || sample.timeUs > newestUs) return null
    const found = this.#search(device, sample, grainUs)
    if (found === null) return null
    found.isTaken = true
    return found.row[1]
  }

  /** The run of a device that began at a time. */
  epochStarting(device: string, boot: number | null, startedUs: number): Epoch | null {
    const epochs = this.#epochsOf(device).filter((each) => each.startedUs === startedUs)
    const found = epochs.find((each) => each.boot === boot) ?? (boot === null ? null : epochs[0])
    return found ? { id: found.id, device, boot: found.boot, startedUs } : null
  }

  epoch(device: string, id: number): Epoch | null {
    const found = this.#epochsOf(device).find((each) => each.id === id)
    return found ? { id, device, boot: found.boot, startedUs: found.startedUs } : null
  }

  /** Whether the log has samples of a boot of a device that are newer than a time. */
  hasNewerOfBoot(device: string, boot: number, timeUs: number): boolean {
    return this.#epochsOf(device).some(
      (each) => each.boot === boot && each.newestUs !== null && each.newestUs > timeUs,
    )
  }

  hasEvent({ timeUs, device, kind, detail }: LogEvent): boolean {
    return this.#event.get(timeUs, device, kind, detail) !== undefined
  }

  hasBurst({ timeUs, device, number }: DeviceBurst): boolean {
    // A log of an earlier layout has none, until it is opened to be written.
    if (this.#burst === null && !hasTable(this.#db, 'burst')) return false
    this.#burst ??= this.#db.prepare(
      `SELECT 1 FROM burst b JOIN device d ON d.id = b.device_id
       WHERE b.time_us = ? AND d.name = ? AND b.number = ?`,
    )
    return this.#burst.get(timeUs, device, number) !== undefined
  }

  hasLoss(
    device: string,
    { fromUs, firstSeq, count, toUs }: Omit<LostRange, 'epochId' | 'reason'>,
  ): boolean {
    return this.#loss.get(fromUs, device, firstSeq, count, toUs) !== undefined
  }

  #epochsOf(
    device: string,
  ): { id: number; boot: number | null; startedUs: number; newestUs: number | null }[] {
    return this.#epochs.all(device, this.#lastEpochId) as never
  }

  /** A sample whose time was taken stands at the first free µs behind it: all ids up to that are taken. */
  #search(device: string, sample: SampleContent, grainUs: number): KnownRow | null {
    const { timeUs } = sample
    const endUs = timeUs + Math.max(1, grainUs)
    if (timeUs < this.#fromUs || timeUs > this.#toUs) this.#restart(timeUs)
    let lastUs = -1
    for (let at = this.#indexOf(timeUs); ; at++) {
      if (at >= this.#rows.length) {
        const dropped = this.#more()
        if (dropped === null) return null
        at -= dropped
      }
      const known = this.#rows[at] as KnownRow
      const [id, epochId] = known.row
      if (id >= endUs && id !== lastUs + 1) return null
      lastUs = id
      if (known.isTaken || epochId > this.#lastEpochId) continue
      if (this.#catalog.nameOf(this.#catalog.deviceOf(epochId)) !== device) continue
      if (isSame(known, sample)) return known
    }
  }

  #restart(timeUs: number): void {
    this.#rows = []
    this.#fromUs = timeUs
    this.#toUs = timeUs
  }

  /** Reads the next page. @returns how many rows in front went for it; null: there are no more */
  #more(): number | null {
    const page = this.#page.all(this.#toUs) as SampleRow[]
    if (page.length === 0) return null
    const extras = this.#extras?.of(page)
    for (const row of page) {
      this.#rows.push({ row, extras: extras?.get(row[0]) ?? null, isTaken: false })
    }
    this.#toUs = (page.at(-1) as SampleRow)[0] + 1
    if (this.#rows.length <= MOST_ROWS) return 0
    const dropped = this.#rows.length - MOST_ROWS / 2
    this.#rows = this.#rows.slice(dropped)
    this.#fromUs = (this.#rows[0] as KnownRow).row[0]
    return dropped
  }

  /** The first row at or after a time. */
  #indexOf(timeUs: number): number {
    let [low, high] = [0, this.#rows.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#rows[middle] as KnownRow).row[0] < timeUs) low = middle + 1
      else high = middle
    }
    return low
  }
}

function isSame({ row, extras }: KnownRow, sample: SampleContent): boolean {
  const [, , seq, v, a, w] = row
  return (
    seq === sample.seq &&
    Object.is(fromStored(v), sample.voltage + 0) &&
    Object.is(fromStored(a), sample.current + 0) &&
    Object.is(fromStored(w), sample.power + 0) &&
    isSameExtras(extras ?? {}, sample.extras ?? {})
  )
}

function isSameExtras(some: Extras, others: Extras): boolean {
  const names = Object.keys(some)
  return (
    names.length === Object.keys(others).length &&
    names.every((name) => Object.hasOwn(others, name) && some[name] === others[name])
  )
}
