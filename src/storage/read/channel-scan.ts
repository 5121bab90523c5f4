import type Database from 'better-sqlite3'
import { ChannelFigures } from '../../stats/figures.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { Catalog } from '../file/catalog.ts'
import { Damage } from '../file/log-errors.ts'
import { fromStored, isStored } from '../file/stored-value.ts'
import type { ChannelCatalog } from './channel-catalog.ts'
import { MinuteWalk } from './minute-walk.ts'
import { isWithin } from './roll-up-parts.ts'

const PAGE = 1000

type ChannelMinute = [
  minute: number,
  channelId: number,
  measured: number,
  min: number,
  sum: number,
  max: number,
]

type ValueRow = [sampleId: number, channelId: number, value: unknown, statusId: number]

/** What one channel comes to in a bucket. */
export class ChannelBucket extends ChannelFigures {
  /** The newest measured value; NaN where it was read from a roll-up. */
  newest = Number.NaN
}

/** The channels that have measured values in a bucket, by their ids in the log. */
interface FilledChannels {
  readonly index: number
  readonly channels: Map<number, ChannelBucket>
}

/**
 * Gathers the extra channels of one device in buckets of equal length: from the
 * minutes where they lie within one bucket and are up to date, else from the values.
 * For logs that have extra channels.
 */
export class ChannelScan {
  readonly #catalog: Catalog
  readonly #channels: ChannelCatalog
  readonly #minutes: MinuteWalk<ChannelMinute>
  readonly #values: Database.Statement

  constructor(db: Database.Database, catalog: Catalog, channels: ChannelCatalog) {
    this.#catalog = catalog
    this.#channels = channels
    this.#minutes = new MinuteWalk(
      db,
      `SELECT m.minute, m.channel_id, m.measured, m.min, m.sum, m.max
       FROM channel c CROSS JOIN channel_minute m ON m.channel_id = c.id
       WHERE c.device_id = ? AND m.minute >= ? AND m.minute < ? ORDER BY m.minute, m.channel_id`,
    )
    this.#values = db
      .prepare(
        `SELECT x.sample_id, x.channel_id, x.value, s.status_id
         FROM channel_value x CROSS JOIN sample s ON s.id = x.sample_id
         WHERE (x.sample_id, x.channel_id) > (?, ?) AND x.sample_id < ?
         ORDER BY x.sample_id, x.channel_id LIMIT ${PAGE}`,
      )
      .raw()
  }

  /** Buckets with measured values in order of time. */
  *buckets(
    deviceId: number,
    fromUs: number,
    toUs: number,
    everyUs: number,
  ): Generator<FilledChannels, undefined> {
    let bucket: FilledChannels = { index: Number.NaN, channels: new Map() }
    for (const { timeUs, channelId, part } of this.#parts(deviceId, fromUs, toUs, everyUs)) {
      const index = Math.floor(timeUs / everyUs)
      if (index !== bucket.index) {
        if (bucket.channels.size > 0) yield bucket
        bucket = { index, channels: new Map() }
      }
      let channel = bucket.channels.get(channelId)
      if (channel === undefined) {
        channel = new ChannelBucket()
        bucket.channels.set(channelId, channel)
      }
      if (typeof part === 'number') {
        channel.add(part)
        channel.newest = part
      } else {
        const [, , measured, min, sum, max] = part
        channel.merge(measured, min, sum, max)
        channel.newest = Number.NaN
      }
    }
    if (bucket.channels.size > 0) yield bucket
    return undefined
  }

  *#parts(deviceId: number, fromUs: number, toUs: number, everyUs: number): Generator<Part> {
    const first = Math.ceil(fromUs / US_PER_MINUTE)
    const end = Math.floor(toUs / US_PER_MINUTE)
    if (everyUs < US_PER_MINUTE || first >= end) {
      yield* this.#raw(deviceId, fromUs, toUs)
      return
    }
    yield* this.#raw(deviceId, fromUs, first * US_PER_MINUTE)
    for (const { minute, rows } of this.#minutes.minutes(deviceId, first, end)) {
      const beginUs = minute * US_PER_MINUTE
      if (rows === null || !isWithin(beginUs, US_PER_MINUTE, everyUs)) {
        yield* this.#raw(deviceId, beginUs, beginUs + US_PER_MINUTE)
      } else {
        for (const row of rows) {
          if (row.some((cell) => typeof cell !== 'number')) throw new Damage()
          yield { timeUs: beginUs, channelId: row[1], part: row }
        }
      }
    }
    yield* this.#raw(deviceId, end * US_PER_MINUTE, toUs)
  }

  *#raw(deviceId: number, fromUs: number, toUs: number): Generator<Part> {
    let after: readonly [sampleId: number, channelId: number] = [
      fromUs - 1,
      Number.MAX_SAFE_INTEGER,
    ]
    while (fromUs < toUs) {
      const rows = this.#values.all(...after, toUs) as ValueRow[]
      for (const [timeUs, channelId, value, statusId] of rows) {
        const channel = this.#channels.byId.get(channelId)
        if (channel === undefined || !isStored(value)) throw new Damage()
        if (channel.deviceId !== deviceId || !this.#catalog.status(statusId).measured) continue
        yield { timeUs, channelId, part: fromStored(value) }
      }
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return
      after = [last[0], last[1]]
    }
  }
}

/** A value, or the minute that begins at that time. */
interface Part {
  readonly timeUs: number
  readonly channelId: number
  readonly part: number | ChannelMinute
}
