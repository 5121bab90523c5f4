import type Database from 'better-sqlite3'
import { Figures } from '../../stats/figures.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { Catalog } from '../file/catalog.ts'
import { hasTable } from '../file/layout.ts'
import type { BucketQuery } from './bucket-query.ts'
import type { LoggedTotals, LogRange } from './log-query.ts'
import type { SpanQuery } from './span-query.ts'

/**
 * The log puts a sample at most this much behind its time, µs: where that is taken by others. Two
 * samples of a device are further apart.
 */
const PLACING_US = 50
/** Any whole number of minutes; a year keeps the pieces few. */
const EVERY_US = 525_600 * US_PER_MINUTE

/** Answers what the totals of a device are. */
export class TotalsQuery {
  readonly #catalog: Catalog
  readonly #spans: SpanQuery
  readonly #buckets: BucketQuery
  /** null: a log of before layout 3 */
  readonly #reset: Database.Statement | null

  constructor(db: Database.Database, catalog: Catalog, spans: SpanQuery, buckets: BucketQuery) {
    this.#catalog = catalog
    this.#spans = spans
    this.#buckets = buckets
    this.#reset = hasTable(db, 'totals_reset')
      ? db.prepare('SELECT since_us FROM totals_reset WHERE device_id = ?').pluck()
      : null
  }

  /**
   * @param untilUs the newest sample that counts, Unix µs; null: that of the log
   * @returns null: the log has nothing of the device
   */
  totals(device: string, untilUs: number | null): LoggedTotals | null {
    const [id] = this.#catalog.idsOf(device)
    const span = this.#spans.span(device)
    if (id === undefined || span === null) return null
    const resetUs = (this.#reset?.get(id) as number | undefined) ?? null
    const endUs = untilUs ?? span.toUs
    const figures = this.#sum(id, {
      device,
      fromUs: resetUs === null ? span.fromUs : resetUs + PLACING_US,
      toUs: endUs + PLACING_US,
    })
    return { device, resetUs, sinceUs: resetUs ?? span.fromUs, untilUs: endUs, figures }
  }

  /** Samples of a device from one time to before another, Unix µs. */
  #sum(id: number, range: LogRange): Figures {
    const sum = new Figures()
    const { fromUs, toUs } = this.#spans.inMinutes(range)
    for (const { figures } of this.#buckets.filled(id, fromUs, toUs, EVERY_US)) sum.merge(figures)
    return sum
  }
}
