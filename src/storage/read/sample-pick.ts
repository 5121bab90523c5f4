import type Database from 'better-sqlite3'
import { placeWithin } from '../../chart/trace.ts'
import type { Catalog } from '../file/catalog.ts'
import { areStored, isElectric, type SampleRow, type SampleScan } from '../file/sample-scan.ts'
import { fromStored, isStored } from '../file/stored-value.ts'
import type { ChannelCatalog } from './channel-catalog.ts'
import type { LogSpan } from './log-query.ts'

/** Rows that are looked through for one of the device: several may share the log. */
const LOOKED_AT = 64

/**
 * One sample of a span that was read from roll-ups, from no particular part of it, so that many spans
 * together tell how often which values came.
 */
export class SamplePick {
  readonly #scan: SampleScan
  readonly #catalog: Catalog
  readonly #rows: Database.Statement
  /** null: the log has no extra channels, and one of layout 1 not even a table for them */
  readonly #values: Database.Statement | null

  constructor(db: Database.Database, scan: SampleScan, catalog: Catalog, channels: ChannelCatalog) {
    this.#scan = scan
    this.#catalog = catalog
    this.#rows = db
      .prepare(
        `SELECT id, epoch_id, seq, v, a, w, status_id FROM sample
         WHERE id >= ? AND id < ? ORDER BY id LIMIT ${LOOKED_AT}`,
      )
      .raw()
    this.#values = channels.isEmpty
      ? null
      : db.prepare('SELECT channel_id, value FROM channel_value WHERE sample_id = ?').raw()
  }

  /** A measured one with voltage and current. @param number of the span @returns null: none is found */
  electric(deviceId: number, span: LogSpan, number: number): SampleRow | null {
    return this.#find(deviceId, span, number, (row) => isElectric(row) && areStored(row))
  }

  /** The extra values of a measured one without voltage and current, by their channels' ids in the log. */
  extras(deviceId: number, span: LogSpan, number: number): ReadonlyMap<number, number> {
    const values = new Map<number, number>()
    if (this.#values === null) return values
    const row = this.#find(deviceId, span, number, (each) => !isElectric(each))
    if (row === null) return values
    for (const [channel, value] of this.#values.all(row[0]) as [number, unknown][]) {
      if (isStored(value)) values.set(channel, fromStored(value))
    }
    return values
  }

  #find(
    deviceId: number,
    { fromUs, toUs }: LogSpan,
    number: number,
    isWanted: (row: SampleRow) => boolean,
  ): SampleRow | null {
    const placeUs = fromUs + Math.floor(placeWithin(number) * (toUs - fromUs))
    // Behind the place there may be none any more.
    for (const beginUs of [placeUs, fromUs]) {
      for (const row of this.#rows.all(beginUs, toUs) as SampleRow[]) {
        const isOwn = this.#scan.isOf(row, deviceId)
        if (isOwn && this.#catalog.status(row[6]).measured && isWanted(row)) return row
      }
    }
    return null
  }
}
