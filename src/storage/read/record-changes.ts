import type Database from 'better-sqlite3'
import type { EventKind } from '../../domain/events.ts'
import type { LossReason } from '../../protocol/link/missing-ranges.ts'
import { layoutOf } from '../file/layout.ts'
import { Damage, older } from '../file/log-errors.ts'

/** What the log knows beside samples, as it is now. Ids are never used twice. */
export type LogRecord =
  /** A run of a device. Its boot number may come to be known after its first samples. */
  | {
      readonly kind: 'run'
      readonly id: number
      readonly device: string
      readonly boot: number | null
      readonly startedUs: number
    }
  | {
      readonly kind: 'event'
      readonly id: number
      readonly device: string
      readonly timeUs: number
      readonly event: EventKind
      readonly detail: string
    }
  /** Samples that never came. */
  | {
      readonly kind: 'loss'
      readonly id: number
      readonly device: string
      readonly runId: number
      readonly boot: number | null
      readonly firstSeq: number
      readonly count: number
      readonly fromUs: number
      readonly toUs: number
      readonly reason: LossReason
    }
  /** Taken back: its samples came after all, or it is part of another one now. */
  | {
      readonly kind: 'loss_gone'
      readonly id: number
      readonly device: string
      readonly fromUs: number
    }

export interface RecordPage {
  /** In the order of their newest changes. */
  readonly records: LogRecord[]
  /** What to ask with next, and to store once these are safe. */
  readonly n: number
  /** True: that was all. */
  readonly isComplete: boolean
}

/** The layout from which on changes of records are kept. */
const FIRST_LAYOUT = 5

interface Change {
  readonly n: number
  readonly kind: string
  readonly id: number
  readonly goneDeviceId: number | null
  readonly goneFromUs: number | null
}

/**
 * Events, lost ranges and runs in the order in which they changed last: who has applied all changes up to one
 * has them as the log has. Within a transaction.
 */
export class RecordChanges {
  readonly #changes: Database.Statement
  readonly #event: Database.Statement
  readonly #lost: Database.Statement
  readonly #run: Database.Statement
  readonly #device: Database.Statement
  readonly #left: Database.Statement

  /** @param file for messages @throws InaError log_older */
  constructor(db: Database.Database, file: string) {
    const layout = layoutOf(db)
    if (layout < FIRST_LAYOUT) throw older(file, layout, FIRST_LAYOUT)
    this.#changes = db.prepare(
      `SELECT n, kind, id, gone_device_id AS goneDeviceId, gone_from_us AS goneFromUs
       FROM record_change WHERE n > ? ORDER BY n LIMIT ?`,
    )
    this.#event = db.prepare(
      `SELECT v.id, d.name AS device, v.time_us AS timeUs, v.kind AS event, v.detail
       FROM event v LEFT JOIN device d ON d.id = v.device_id WHERE v.id = ?`,
    )
    this.#lost = db.prepare(
      `SELECT l.id, d.name AS device, l.epoch_id AS runId, e.boot, l.first_seq AS firstSeq, l.count,
         l.from_us AS fromUs, l.to_us AS toUs, l.reason
       FROM lost l LEFT JOIN epoch e ON e.id = l.epoch_id LEFT JOIN device d ON d.id = e.device_id
       WHERE l.id = ?`,
    )
    this.#run = db.prepare(
      `SELECT e.id, d.name AS device, e.boot, e.started_us AS startedUs
       FROM epoch e LEFT JOIN device d ON d.id = e.device_id WHERE e.id = ?`,
    )
    this.#device = db.prepare('SELECT name FROM device WHERE id = ?').pluck()
    this.#left = db.prepare('SELECT count(*) FROM record_change WHERE n > ?').pluck()
  }

  /** @param after the number of a page before; 0: the beginning @throws Damage */
  since(after: number, limit: number): RecordPage {
    const changes = this.#changes.all(after, limit) as Change[]
    const records = changes.flatMap((change) => {
      const record = this.#read(change)
      if (record === null) return []
      if (typeof record.device !== 'string') throw new Damage()
      return [record]
    })
    return { records, n: changes.at(-1)?.n ?? after, isComplete: changes.length < limit }
  }

  /** How many changes there are behind one. */
  backlog(after: number): number {
    return this.#left.get(after) as number
  }

  #read({ kind, id, goneDeviceId, goneFromUs }: Change): LogRecord | null {
    if (kind === 'lost' && goneFromUs !== null) {
      const device = this.#device.get(goneDeviceId) as string
      return { kind: 'loss_gone', id, device, fromUs: goneFromUs }
    }
    const [name, statement] =
      kind === 'event'
        ? (['event', this.#event] as const)
        : kind === 'lost'
          ? (['loss', this.#lost] as const)
          : (['run', this.#run] as const)
    const row = statement.get(id) as Omit<LogRecord, 'kind'> | undefined
    return row === undefined ? null : ({ kind: name, ...row } as LogRecord)
  }
}
