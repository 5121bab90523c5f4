import type Database from 'better-sqlite3'
import type { Extras } from '../../domain/channels.ts'
import { Damage } from '../file/log-errors.ts'
import type { SampleRow } from '../file/sample-scan.ts'
import { fromStored, isStored } from '../file/stored-value.ts'
import type { ChannelCatalog } from './channel-catalog.ts'

/** The extra values of pages of samples. For logs that have extra channels. */
export class ExtrasScan {
  readonly #channels: ChannelCatalog
  readonly #values: Database.Statement

  constructor(db: Database.Database, channels: ChannelCatalog) {
    this.#channels = channels
    this.#values = db
      .prepare(
        `SELECT sample_id, channel_id, value FROM channel_value
         WHERE sample_id >= ? AND sample_id <= ? ORDER BY sample_id, channel_id`,
      )
      .raw()
  }

  /** By id of the sample. @throws Damage */
  of(page: readonly SampleRow[]): Map<number, Extras> {
    const extras = new Map<number, Record<string, number>>()
    const [first, last] = [page[0], page.at(-1)]
    if (first === undefined || last === undefined) return extras
    let sampleId = -1
    let values: Record<string, number> = {}
    for (const row of this.#values.all(first[0], last[0]) as [number, number, unknown][]) {
      const [id, channelId, value] = row
      const channel = this.#channels.byId.get(channelId)
      if (channel === undefined || !isStored(value)) throw new Damage()
      if (id !== sampleId) {
        sampleId = id
        // Without a prototype: a channel may have any name.
        values = Object.create(null)
        extras.set(id, values)
      }
      values[channel.name] = fromStored(value)
    }
    return extras
  }
}
