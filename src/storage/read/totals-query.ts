import type Database from 'better-sqlite3'
import type { Sample } from '../../domain/sample.ts'
import { Figures } from '../../stats/figures.ts'
import type { Catalog } from '../file/catalog.ts'
import { hasTable } from '../file/layout.ts'
import { isElectric, type SampleRow, type SampleScan } from '../file/sample-scan.ts'
import { fromStored } from '../file/stored-value.ts'
import { type BucketQuery, LONGEST_US } from './bucket-query.ts'
import type { LoggedTotals, LogSpan } from './log-query.ts'
import { inMinutes, type SpanQuery } from './span-query.ts'

/**
 * The log puts a sample at most this much behind its time, µs: where that is taken by others. Two
 * samples of a device are further apart.
 */
const PLACING_US = 50

/** Answers what the totals of a device are. */
export class TotalsQuery {
  readonly #catalog: Catalog
  readonly #scan: SampleScan
  readonly #spans: SpanQuery
  readonly #buckets: BucketQuery
  /** null: a log of before layout 3 */
  readonly #reset: Database.Statement | null
  /** The one that its device may go on with. */
  readonly #newestRun: Database.Statement

  constructor(
    db: Database.Database,
    catalog: Catalog,
    scan: SampleScan,
    spans: SpanQuery,
    buckets: BucketQuery,
  ) {
    this.#catalog = catalog
    this.#scan = scan
    this.#spans = spans
    this.#buckets = buckets
    this.#reset = hasTable(db, 'totals_reset')
      ? db.prepare('SELECT since_us FROM totals_reset WHERE device_id = ?').pluck()
      : null
    this.#newestRun = db
      .prepare(
        `SELECT id, newest_us FROM epoch
         WHERE device_id = ? AND boot IS NOT NULL AND newest_us IS NOT NULL ORDER BY id DESC LIMIT 1`,
      )
      .raw()
  }

  /** null: the log has nothing of the device */
  totals(device: string): LoggedTotals | null {
    const [id] = this.#catalog.idsOf(device)
    const span = this.#spans.span(device)
    if (id === undefined || span === null) return null
    const resetUs = (this.#reset?.get(id) as number | undefined) ?? null
    const fromUs = resetUs === null ? span.fromUs : resetUs + PLACING_US
    const figures = this.#sum(id, inMinutes({ fromUs, toUs: span.toUs + 1 }, span))
    const firstUs = this.#spans.firstUs(id)
    return {
      device,
      resetUs,
      sinceUs: resetUs ?? firstUs ?? span.fromUs,
      isSinceExact: resetUs !== null || firstUs !== null,
      untilUs: span.toUs,
      figures,
      newest: this.#newest(id),
    }
  }

  #newest(id: number): Sample[] {
    const run = this.#newestRun.get(id) as [epochId: number, newestUs: number] | undefined
    if (run === undefined) return []
    const [epochId, newestUs] = run
    return this.#scan.runUpTo(epochId, newestUs + 1).map((row) => this.#sampleOf(row))
  }

  /** Without its extra channels: nothing is integrated of these. */
  #sampleOf(row: SampleRow): Sample {
    const [timeUs, epochId, seq, v, a, w, statusId] = row
    return {
      timeUs,
      electric: isElectric(row),
      voltage: fromStored(v),
      current: fromStored(a),
      power: fromStored(w),
      extras: null,
      detail: row[7] ?? null,
      seq,
      status: this.#catalog.status(statusId).text,
      epochId,
      gapBefore: false,
      origin: 'live',
    }
  }

  /** Samples of a device from one time to before another, Unix µs. */
  #sum(id: number, { fromUs, toUs }: LogSpan): Figures {
    const sum = new Figures()
    for (const { figures } of this.#buckets.filled(id, fromUs, toUs, LONGEST_US)) sum.merge(figures)
    return sum
  }
}
